"""A ramp as the leader runs it: played workers, real log and ledger, real decisions."""

import asyncio
import time
import uuid

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.lifecycle import end
from edgecode.server.ledger.port import Find
from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.routes.evidence import recompute
from edgecode.server.routes.ramp import started
from edgecode.server.routes.ramp_policy import filled
from edgecode.server.routes.ramp_rows import KnownEvidence, ramp_jobs
from edgecode.server.routes.revisions import Revising
from edgecode.server.routes.route import Change, Route
from edgecode.v1 import event_pb2, ramp_pb2
from tests.harness.builds import build_of
from tests.harness.played_server import NoLock, PlayedServer, a_job
from tests.harness.played_worker import PlayedWorker
from tests.integration.protocol.conftest import PATIENT, StartServer, StartWorker

OLD, NEW = build_of("b"), build_of("c")
STATES = ramp_pb2.RampState


async def start_ramp(server: PlayedServer, *steps: float, min_jobs: int = 3, **policy: float) -> ramp_pb2.RampDocument:
    """OLD is current already; NEW gets the first step's share. The same jobs are drawn in every run."""
    route = server.leader._projector.route
    wanted = ramp_pb2.RampPolicy(
        steps_percent=steps,
        min_jobs=min_jobs,
        min_time_seconds=1e-6,
        longest_seconds=3600,
        **policy,  # type: ignore[arg-type]
    )
    now_us = time.time_ns() // 1000
    recorded = ramp_pb2.RecordedRate(jobs=1000, failures=5)
    ramp = started("a ramp", NEW, OLD, filled(wanted), recorded=recorded, now_us=now_us)
    change = Change("RAMP_STARTED", "ann", now_us, "release")
    await append(server, Revising(route, frozenset({OLD, NEW}), change).start(ramp), route)
    return ramp


async def append(server: PlayedServer, document: event_pb2.RouteChanged, route: Route) -> None:
    message = Outgoing(
        subjects.route_events("worker"),
        event_pb2.Event(route_changed=document).SerializeToString(),
        msg_id=uuid.uuid4().hex,
        expected_last=route.sequence,
    )
    await server.events.append([message])
    await server.fold()


async def run_jobs(server: PlayedServer, batch: int, count: int, *workers: PlayedWorker, failing: str = "") -> None:
    """New jobs, all worked on; those that reach the failing build fail at their first attempt."""
    for number in range(count):
        await server.create(a_job(f"{batch}-{number}"))
    await server.settle()
    idle = False
    while not idle:
        idle = True
        for worker in workers:
            while taken := await worker.take():
                idle = False
                await taken.start()
                await (taken.fail() if worker.bus.stamp.build == failing else taken.succeed())
                await taken.ack()
                await server.catch_up()


async def decide(server: PlayedServer) -> ramp_pb2.RampDocument:
    """One look of the leader at the ramp, and the ramp after it."""
    folds = asyncio.create_task(server._keep_folding())
    try:
        await server.leader._ramps.decide(time.time_ns() // 1000)
    finally:
        await end([folds])
    await server.fold()
    ramp = server.leader._projector.route.ramp
    assert ramp is not None
    return ramp


async def begun(server: PlayedServer, start_worker: StartWorker) -> tuple[PlayedWorker, PlayedWorker]:
    """OLD is current, both builds have a worker, the leader leads."""
    old, new = await start_worker("b", server), await start_worker("c", server)
    await server.route(OLD)
    await server.lead()
    await server.settle()
    return old, new


async def test_a_healthy_build_goes_through_its_steps_to_the_promotion(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    workers = await begun(server, start_worker)
    await start_ramp(server, 50.0, 90.0)
    seen = []
    for batch in range(8):
        await run_jobs(server, batch, 6, *workers)
        ramp = await decide(server)
        seen.append((STATES.Name(ramp.state).removeprefix("RAMP_STATE_"), ramp.step))
        if ramp.state == STATES.RAMP_STATE_WATCHING:
            break
    route = server.leader._projector.route
    assert list(dict.fromkeys(seen))[-2:] == [("RAMPING", 1), ("WATCHING", 2)], seen
    assert (route.current, route.ramping, route.former) == (NEW, "", (OLD,))
    await run_jobs(server, 8, 1, *workers)
    rows = await server.ledger.find(RampJobRow, Find(order_by="given_sequence", descending=True))
    assert event_pb2.JobAssigned.FromString(rows[0].assigned_pb).ramp_percent == 100.0, "the watch goes on"


async def test_a_failing_build_is_rolled_back_its_jobs_succeed_elsewhere_and_another_leader_sees_the_same(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    workers = await begun(server, start_worker)
    ramp = await start_ramp(server, 20.0, min_jobs=1000)
    other = await start_server(letter="d", lock=NoLock(), settings=PATIENT)
    # Ids are drawn: now and then few of the first jobs are the ramp's.
    for batch in range(40):
        await run_jobs(server, batch, 6, *workers, failing=NEW)
        ramp = await decide(server)
        if ramp.state not in {STATES.RAMP_STATE_RAMPING, STATES.RAMP_STATE_HELD}:
            break
    assert ramp.state == STATES.RAMP_STATE_ROLLED_BACK
    assert ramp.verdict.log_e >= 4.6
    assert (ramp.summary.ramping, ramp.summary.current) == (ramp.verdict.ramping, ramp.verdict.current)
    assert NEW in server.leader._projector.route.quarantined

    await server.settle()
    await run_jobs(server, 40, 0, *workers)
    await server.settle()
    jobs = [await server.record(row.job_id) for row in await server.ledger.find(RampJobRow, Find())]
    assert {record.job.state for record in jobs} == {"SUCCEEDED"}
    assert {record.job.build for record in jobs} == {OLD}
    await other.lead()
    assert other.leader._projector.route.ramp == ramp


async def test_what_a_leader_that_lost_its_place_decides_changes_nothing(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    workers = await begun(server, start_worker)
    await start_ramp(server, 50.0, 90.0)
    await run_jobs(server, 0, 12, *workers)
    zombie = await start_server(letter="d", lock=NoLock(), settings=PATIENT)
    await zombie.lead()
    after = await decide(server)
    assert after.step == 1

    await zombie.leader._ramps.decide(time.time_ns() // 1000)

    await server.fold()
    route = server.leader._projector.route
    assert route.ramp == after
    assert (await server.events.last_sequence(subjects.route_events("worker"))) == route.sequence


async def test_who_looks_at_a_ramp_again_and_again_sees_what_the_leader_sees(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    workers = await begun(server, start_worker)
    ramp = await start_ramp(server, 50.0, min_jobs=1000)
    known = KnownEvidence(server.ledger)
    for batch in range(3):
        await run_jobs(server, batch, 6, *workers, failing=NEW)
        now_us = time.time_ns() // 1000
        looked = await known.of(ramp, now_us)
        anew = recompute(ramp, await ramp_jobs(server.ledger, ramp), now_us)
        assert (looked.ramping.message(), looked.current.message()) == (anew.ramping.message(), anew.current.message())
        assert looked.share_test.log_e == anew.share_test.log_e
        assert looked.ramping.assigned + looked.current.assigned == 6 * (batch + 1)
