"""The server is killed at each step of a rollback: the next one completes it, once, and no job is the worse for it."""

import asyncio
import signal
from collections import Counter

import pytest

from demos.rollout.variants import BROKEN
from edgecode.v1 import ramp_pb2, route_pb2
from tests.harness import clips
from tests.harness.eventually import eventually
from tests.harness.journal import job_of, kind, said
from tests.harness.system import System
from tests.integration.protocol.test_crash_points import POINTS, RAMP_POINTS
from tests.rollout.conftest import AddWorker, MakeBuild, StartSystem
from tests.rollout.flow import Flow, first_current, ramp_of, start_ramp

ROLLED_BACK = ramp_pb2.RAMP_STATE_ROLLED_BACK
PATIENCE_SECONDS = 120


@pytest.mark.parametrize("point", [*RAMP_POINTS, *POINTS])
async def test_kill_9_of_the_server_at_each_step_of_a_rollback_and_it_is_completed_once(
    point: str, second_build: MakeBuild, start: StartSystem, add_worker: AddWorker
) -> None:
    build = second_build(BROKEN)
    system = await start()
    good = await first_current(system)
    await add_worker(system, build)
    assert await system.server.terminate() == 0
    dying = await system.start_server(crash_at=point if point in RAMP_POINTS else f"{RAMP_POINTS[-1]},{point}")
    asset_id = await system.upload(clips.small())
    # The ramp's only change is to be its rollback: the guard, which may hold a moment before E decides, never does.
    await start_ramp(system, build.build, [20.0], min_jobs=1000, hold_alpha=1e-9)
    flow = Flow(system, asset_id, [clips.thumbnail()])

    async def restarted() -> None:
        assert await dying.exit(PATIENCE_SECONDS) == -signal.SIGKILL
        await system.start_server()

    succession = asyncio.create_task(restarted())

    async def rolled_back() -> bool:
        return succession.done() and (await ramp_of(system)).document.state == ROLLED_BACK

    await flow.until(rolled_back, PATIENCE_SECONDS)
    await succession
    assert set(flow.states) == {"STATE_SUCCEEDED"}, flow.states
    assert set(flow.builds) == {good}
    await it_is_complete(system, good, build.build, [job.job_id for job in flow.jobs])


async def it_is_complete(system: System, good: str, bad: str, job_ids: list[str]) -> None:
    """One rollback, after which nothing was done by the bad build; each job ended once, and its lanes are gone."""
    entries = await system.journal.whole()
    states = [said(entry).ramp.state for entry in entries if kind(entry) == "route_changed"]
    assert states[-2:] == [ramp_pb2.RAMP_STATE_RAMPING, ROLLED_BACK], "its start, and its rollback"
    succeeded = Counter(job_of(entry) for entry in entries if kind(entry) == "job_succeeded")
    assert succeeded == Counter(job_ids)
    moved = [entry for entry in entries if kind(entry) == "job_reassigned"]
    assert moved, "jobs of the bad build were under way"
    assert {(said(entry).build, said(entry).epoch) for entry in moved} == {(good, 1)}
    assert len(moved) == len({job_of(entry) for entry in moved})
    route = await system.api.routes.GetRoute(route_pb2.GetRouteRequest())
    assert (route.current, route.ramping, list(route.quarantined)) == (good, "", [bad])

    async def left() -> bool:
        shown = await system.api.routes.GetRoute(route_pb2.GetRouteRequest())
        [one] = [each for each in shown.builds if each.build == bad]
        return (one.jobs_unfinished, one.tasks_pending, one.tasks_unacknowledged) == (0, 0, 0)

    await eventually(left)
