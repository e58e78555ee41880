"""The route's first revision, and its move from a current build that has no worker left."""

from edgecode.core.route_watch import RouteWatch
from edgecode.server.routes.overrides import Overrides, fate_word
from edgecode.v1 import event_pb2
from tests.harness.builds import build_of
from tests.harness.played_server import a_job
from tests.integration.protocol.conftest import PATIENT, StartServer, StartWorker


async def test_the_first_worker_makes_the_routes_first_revision_and_another_build_changes_nothing(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    await server.lead()
    waiting = a_job()
    await server.create(waiting)
    await server.settle()
    assert (await server.record(waiting.job_id)).job.state == "QUEUED"
    assert server.leader._projector.route.revision == 0

    await start_worker("b", server)
    await server.settle()
    await start_worker("c", server)
    await server.settle()

    route = server.leader._projector.route
    assert (route.revision, route.current, route.former) == (1, build_of("b"), ())
    assert (await server.record(waiting.job_id)).job.build == build_of("b")


async def test_the_route_and_its_jobs_leave_a_current_build_without_workers(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    first = await start_worker("b", server)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    second = await start_worker("c", server)

    await first.leave()
    await server.misses(first.instance)
    server.watched_for_long()
    await server.settle()

    route = server.leader._projector.route
    assert (route.revision, route.current, route.former) == (2, build_of("c"), (build_of("b"),))
    moved = (await server.record(job.job_id)).job
    assert (moved.build, moved.epoch) == (build_of("c"), 1)
    await (await second.must_take()).finish()
    await server.settle()
    assert (await server.record(job.job_id)).job.state == "SUCCEEDED"


async def test_a_build_that_ever_had_a_worker_is_known_to_who_asks_for_it(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    await start_worker("b", server)
    await server.lead()
    await server.settle()
    other = await start_worker("c", server)
    await server.settle()
    overrides = Overrides(RouteWatch(server.bus, server.events), server.fleet, server.ledger)

    async def fate(letter: str) -> str:
        created = event_pb2.JobCreated(override_build=build_of(letter), contract=1)
        return fate_word(await overrides.fate(created))

    assert await fate("c") == "HONOURED"
    await other.leave()
    await server.misses(other.instance)
    assert (await fate("c"), await fate("d")) == ("BUILD_HAS_NO_WORKER", "BUILD_UNKNOWN")
