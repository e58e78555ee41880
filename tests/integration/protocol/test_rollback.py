"""A bad build: its lanes go, its jobs move, what it still reports is refused; and back."""

from nats.js.errors import NotFoundError

from edgecode.core import subjects
from edgecode.core.stamp import build_key
from edgecode.server.routes.overview import RouteOverview
from edgecode.v1 import route_pb2
from tests.harness.builds import build_of
from tests.harness.eventually import eventually
from tests.harness.played_server import PlayedServer, a_job
from tests.harness.steps import finish_what_there_is, ledger_state
from tests.integration.protocol.conftest import PATIENT, StartServer, StartWorker

BAD, GOOD = build_of("b"), build_of("c")


async def lanes_of(server: PlayedServer, build: str) -> int:
    """How many lanes the build can pull from."""
    found = 0
    for task_class in subjects.CLASSES:
        for priority in subjects.PRIORITIES:
            lane = subjects.lane_consumer(build_key(build), task_class, priority)
            try:
                await server.bus.js.consumer_info(subjects.TASKS, lane)
                found += 1
            except NotFoundError:
                continue
    return found


async def test_a_quarantined_build_loses_its_lanes_and_jobs_and_what_it_reports_late_is_refused(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    bad, good = await start_worker("b", server), await start_worker("c", server)
    await server.route(BAD)
    await server.lead()
    under_way, queued = a_job(), a_job()
    for job in (under_way, queued):
        await server.create(job)
    await server.settle()
    taken = await bad.must_take()
    await taken.start()
    await server.fold()
    assert await lanes_of(server, BAD) == 6

    await server.route(GOOD, quarantined=(BAD,))
    await server.fold()
    await server.sweep()
    await server.catch_up()

    assert await lanes_of(server, BAD) == 0
    assert not [subject for subject in await server.standing() if build_key(BAD) in subject]
    assert await bad.take() is None
    await taken.succeed()
    await server.fold()
    late = await server.record(taken.task.job_id)
    assert (late.job.build, late.job.epoch, late.attempts[taken.attempt_id].state) == (GOOD, 1, "REFUSED")
    await finish_what_there_is(server, good)
    for job in (under_way, queued):
        assert await ledger_state(server, job.job_id) == ("SUCCEEDED", 1, GOOD)


async def test_a_readmitted_build_has_lanes_again_and_what_is_given_to_it_arrives(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    bad, good = await start_worker("b", server), await start_worker("c", server)
    await server.route(BAD)
    await server.lead()
    first = a_job()
    await server.create(first)
    await server.settle()
    held = await bad.must_take()  # never acknowledged: the purge must not strand what comes later
    await server.route(GOOD, quarantined=(BAD,))
    await server.fold()
    await server.settle()
    await finish_what_there_is(server, good)

    await server.route(BAD)
    await server.fold()
    await server.settle()
    again = [a_job() for _ in range(3)]
    for job in again:
        await server.create(job)
    await finish_what_there_is(server, bad)

    assert held.task.job_id == first.job_id
    for job in again:
        assert await ledger_state(server, job.job_id) == ("SUCCEEDED", 0, BAD)


async def test_with_no_good_build_its_jobs_wait_and_go_to_the_first_that_comes(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    await start_worker("b", server)
    await server.route(BAD)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    await server.route("", quarantined=(BAD,))
    await server.fold()
    await server.settle()
    assert await ledger_state(server, job.job_id) == ("RUNNING", 0, BAD)

    good = await start_worker("c", server)
    await server.settle()
    await finish_what_there_is(server, good)
    assert await ledger_state(server, job.job_id) == ("SUCCEEDED", 1, GOOD)


async def test_a_build_is_drained_once_its_lanes_hold_nothing_and_nobody_works_on_what_they_gave(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    old = await start_worker("b", server)
    await start_worker("c", server)
    await server.route(BAD)
    await server.lead()
    for _ in range(2):
        await server.create(a_job())
    await server.settle()
    first = await old.must_take()
    await server.route(GOOD)
    await server.fold()

    async def seen() -> tuple[str, int, int, int]:
        rows = list(await server.ledger.routes("worker"))
        shown = await RouteOverview(server.bus, server.ledger, server.fleet).add_builds(route_pb2.Route(), rows)
        [found] = [each for each in shown.builds if each.build == BAD]
        state = route_pb2.RoutedBuild.State.Name(found.state).removeprefix("STATE_")
        return state, found.jobs_unfinished, found.tasks_pending, found.tasks_unacknowledged

    async def drained() -> bool:
        return await seen() == ("DRAINED", 0, 0, 0)

    assert await seen() == ("DRAINING", 2, 1, 1)
    second = await old.must_take()
    for taken in (first, second):
        await taken.start()
        await taken.succeed()
    await second.ack()
    await server.catch_up()
    assert await seen() == ("DRAINING", 0, 0, 1), "all jobs have ended, and one task is not acknowledged"
    await first.ack()
    await eventually(drained)
