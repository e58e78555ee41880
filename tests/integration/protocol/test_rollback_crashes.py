"""A leader that dies at any step of a rollback leaves one that its successor completes, once."""

import asyncio

import pytest

from edgecode.core.lifecycle import end
from edgecode.server.planner.route_keeper import RouteKeeper
from edgecode.server.routes.route import Route
from edgecode.v1 import event_pb2, ramp_pb2
from tests.harness.builds import build_of
from tests.harness.deadly import DeadlyCrashPoints
from tests.harness.eventually import eventually
from tests.harness.played_server import PlayedServer, a_job
from tests.harness.played_worker import PlayedWorker
from tests.integration.protocol.conftest import PATIENT, StartServer, StartWorker
from tests.integration.protocol.test_crash_points import POINTS, RAMP_POINTS
from tests.integration.protocol.test_ramp import start_ramp

OLD, NEW = build_of("b"), build_of("c")
_JOBS = 40


async def fail_all(worker: PlayedWorker) -> None:
    """Takes what comes, and fails."""
    while True:
        await worker.beat()
        while taken := await worker.take():
            await taken.start()
            await taken.fail()
            await taken.ack()
        await asyncio.sleep(0.05)


class ArmedLater(DeadlyCrashPoints):
    """Counts passes only once it is armed."""

    armed = False

    def at(self, name: str) -> None:
        if self.armed:
            super().at(name)


@pytest.mark.parametrize("point", [*RAMP_POINTS, *POINTS])
async def test_the_rollback_is_done_once_and_every_job_succeeds_though_the_leader_died(
    start_server: StartServer, start_worker: StartWorker, point: str
) -> None:
    crash = ArmedLater(point, 1)
    first = await start_server(crash=crash, settings=PATIENT | {"sweep_seconds": 0.3})
    crash.server = first
    second = await start_server(letter="d", settings=PATIENT | {"sweep_seconds": 0.3})
    old, new = await start_worker("b", first, second), await start_worker("c", first, second)
    await first.route(OLD)
    await first.lead()
    await first.settle()
    await start_ramp(first, 20.0, min_jobs=1000)
    jobs = [a_job(str(number)) for number in range(_JOBS)]
    for job in jobs:
        await second.create(job)
    await first.crash()
    arm_at_the_rollback(first, crash, at_once=point in RAMP_POINTS)
    failing = asyncio.create_task(fail_all(new))
    try:
        await old.work()
        await first.run()
        async with asyncio.timeout(30):
            await crash.died.wait()
        await first.crash()
        await second.run()
        await eventually(lambda: all_succeeded(second, [job.job_id for job in jobs]))
    finally:
        await end([failing])
    rows = await second.ledger.routes("worker")
    states = [Route.of(row).ramp.state for row in rows[1:]]  # type: ignore[union-attr]
    assert states.count(ramp_pb2.RAMP_STATE_ROLLED_BACK) == 1, states
    route = second.leader._projector.route
    assert route.quarantined == {NEW}
    assert route.ramp is not None
    assert route.ramp.state == ramp_pb2.RAMP_STATE_ROLLED_BACK
    for job in jobs:
        assert (await second.record(job.job_id)).job.build == OLD


def arm_at_the_rollback(server: PlayedServer, crash: ArmedLater, *, at_once: bool) -> None:
    """Counts from the rollback's append on, or from the start."""
    crash.armed = at_once
    keeper: RouteKeeper = server.leader._keeper
    change = keeper.change

    async def arming(document: event_pb2.RouteChanged) -> bool:
        # Before it is appended: the fold may be quicker than the answer.
        crash.armed = crash.armed or document.ramp.state == ramp_pb2.RAMP_STATE_ROLLED_BACK
        return await change(document)

    keeper.change = arming  # type: ignore[method-assign]


async def all_succeeded(server: PlayedServer, job_ids: list[str]) -> bool:
    records = await server.ledger.records(job_ids)
    return {record.job.state for record in records.values()} == {"SUCCEEDED"}
