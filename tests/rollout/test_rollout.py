"""Real second builds under a steady flow of jobs: the healthy one is promoted, each bad one is caught by itself."""

import pytest

from demos.rollout.variants import EXITING, FAILING, HALF_SIZE, HANGING, HEALTHY, REFUSING, SLOW, SMALLER, Variant
from edgecode.v1 import ramp_pb2, route_pb2
from tests.harness import clips
from tests.harness.eventually import eventually
from tests.harness.journal import kind, said
from tests.harness.system import System
from tests.rollout.conftest import AddWorker, MakeBuild, StartSystem
from tests.rollout.flow import Flow, first_current, ramp_of, start_ramp

STATES = ramp_pb2.RampState
TESTS = ramp_pb2.RampTest
# E, or the guard where a hold keeps from E the jobs that it would decide with.
BY_FAILURES: set[int] = {TESTS.RAMP_TEST_FAILURES, TESTS.RAMP_TEST_GUARD}
PATIENCE_SECONDS = 240
# Longer than the jobs that come before the deciding one take on a busy machine: E waits for those.
STALL_SECONDS = 30.0
# From the end of an attempt's ffmpeg to what the log says of it; and from the first job's beginning to the fourth's.
SLACK_SECONDS, FOUR_JOBS_SECONDS = 3.0, 3.0


async def test_a_healthy_build_is_ramped_to_its_promotion_and_the_former_one_drains(
    second_build: MakeBuild, start: StartSystem, add_worker: AddWorker
) -> None:
    build = second_build(HEALTHY)
    system = await start()
    before = await first_current(system)
    await add_worker(system, build)
    await start_ramp(system, build.build, [20.0, 90.0], min_jobs=4)
    flow = Flow(system, await system.upload(clips.small()), [clips.thumbnail()])

    async def promoted() -> bool:
        return (await ramp_of(system)).document.state == STATES.RAMP_STATE_WATCHING

    await flow.until(promoted, PATIENCE_SECONDS)
    assert set(flow.states) == {"STATE_SUCCEEDED"}
    assert set(flow.builds) == {before, build.build}
    route = await system.api.routes.GetRoute(route_pb2.GetRouteRequest())
    assert (route.current, route.ramping, list(route.quarantined)) == (build.build, "", [])

    async def drained() -> bool:
        shown = await system.api.routes.GetRoute(route_pb2.GetRouteRequest())
        return {each.build: each.state for each in shown.builds}[before] == route_pb2.RoutedBuild.STATE_DRAINED

    await eventually(drained)


@pytest.mark.parametrize(
    ("variant", "caught_by"),
    [
        (FAILING, BY_FAILURES),
        (REFUSING, BY_FAILURES),
        (EXITING, BY_FAILURES),
        # ffmpeg's exit status is 0, but the worker measures what it made, and it is not what was asked for.
        (HALF_SIZE, BY_FAILURES),
        (SMALLER, {TESTS.RAMP_TEST_PICTURE_SIZE}),
    ],
    ids=[variant.name for variant in (FAILING, REFUSING, EXITING, HALF_SIZE, SMALLER)],
)
async def test_a_bad_build_is_rolled_back_by_itself_and_no_job_ends_failed_because_of_it(
    variant: Variant, caught_by: set[int], second_build: MakeBuild, start: StartSystem, add_worker: AddWorker
) -> None:
    build = second_build(variant)
    system = await start()
    good = await first_current(system)
    await add_worker(system, build)
    outputs = [clips.rendition(144, "ultrafast")] if variant in {HALF_SIZE, SMALLER} else [clips.thumbnail()]
    flow = Flow(system, await system.upload(clips.small()), outputs)
    await until_rolled_back(system, flow, good, build.build, caught_by)


async def test_a_hanging_build_is_rolled_back_one_stall_timeout_after_its_first_task(
    second_build: MakeBuild, start: StartSystem, add_worker: AddWorker
) -> None:
    """At 20 % the verdict needs four failures: so many of the 50 jobs are the build's, and it has slots for them."""
    build = second_build(HANGING)
    system = await start(stall_seconds=STALL_SECONDS, light_slots=8)
    good = await first_current(system)
    await add_worker(system, build)
    flow = Flow(system, await system.upload(clips.small()), [clips.thumbnail()], at_once=50)
    await until_rolled_back(system, flow, good, build.build, BY_FAILURES)
    hung = await system.journal.whole()
    starts = {
        said(entry).attempt_id: entry.time
        for entry in hung
        if kind(entry) == "attempt_started"
        and (said(entry).task_id, entry.origin.stamp.build) == ("thumbnail-thumbnail", build.build)
    }
    failed = {said(entry).attempt_id: entry for entry in hung if kind(entry) == "attempt_failed"}
    [rollback] = [
        entry.time
        for entry in hung
        if kind(entry) == "route_changed" and said(entry).ramp.state == STATES.RAMP_STATE_ROLLED_BACK
    ]
    told = [failed[attempt] for attempt in starts if attempt in failed]
    assert {said(entry).failure.reason for entry in told} == {"STALLED"}
    took = [(entry.time - starts[said(entry).attempt_id]).total_seconds() for entry in told]
    assert all(STALL_SECONDS <= each <= STALL_SECONDS + SLACK_SECONDS for each in took), took
    until_rollback = (rollback - min(starts.values())).total_seconds()
    assert STALL_SECONDS <= until_rollback <= STALL_SECONDS + SLACK_SECONDS + FOUR_JOBS_SECONDS


async def until_rolled_back(system: System, flow: Flow, good: str, bad: str, caught_by: set[int]) -> None:
    """A ramp at 20 % that ends so by itself, and every job of the flow succeeds."""
    await start_ramp(system, bad, [20.0], min_jobs=1000)

    async def rolled_back() -> bool:
        document = (await ramp_of(system)).document
        going_on = (STATES.RAMP_STATE_RAMPING, STATES.RAMP_STATE_HELD, STATES.RAMP_STATE_ROLLED_BACK)
        assert document.state in going_on, document
        return document.state == STATES.RAMP_STATE_ROLLED_BACK

    await flow.until(rolled_back, PATIENCE_SECONDS)
    assert set(flow.states) == {"STATE_SUCCEEDED"}, flow.states
    route = await system.api.routes.GetRoute(route_pb2.GetRouteRequest())
    assert (route.current, list(route.quarantined), route.actor) == (good, [bad], "leader")
    verdict = (await ramp_of(system)).document.verdict
    assert verdict.test in caught_by, verdict
    assert verdict.log_e > 4.6


async def test_a_build_that_takes_three_times_as_long_is_held_within_100_jobs_and_the_operator_decides(
    second_build: MakeBuild, start: StartSystem, add_worker: AddWorker
) -> None:
    build = second_build(SLOW)
    system = await start()
    good = await first_current(system)
    await add_worker(system, build)
    await start_ramp(system, build.build, [20.0], min_jobs=1000)
    flow = Flow(system, await system.upload(clips.small()), [clips.thumbnail()])

    async def held() -> bool:
        document = (await ramp_of(system)).document
        going_on = (STATES.RAMP_STATE_RAMPING, STATES.RAMP_STATE_HELD, STATES.RAMP_STATE_PAUSED)
        assert document.state in going_on, document
        return document.held

    await flow.until(held, PATIENCE_SECONDS)
    ramp = await ramp_of(system)
    verdict = ramp.document.verdict
    assert (verdict.test, ramp.asked_percent) == (ramp_pb2.RAMP_TEST_DURATION, 0.0)
    assert verdict.ramping.jobs_assigned <= 100
    assert ramp.waits_for[0] == "held: it takes longer than the current build"
    route = await system.api.routes.GetRoute(route_pb2.GetRouteRequest())
    assert (route.current, list(route.quarantined)) == (good, [])
    assert set(flow.states) == {"STATE_SUCCEEDED"}, flow.states
