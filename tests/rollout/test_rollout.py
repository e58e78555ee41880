"""Real second builds under a steady flow of jobs: the healthy one is promoted, each bad one is caught by itself."""

import pytest

from demos.rollout.variants import EXITING, FAILING, HALF_SIZE, HANGING, HEALTHY, REFUSING, SLOW, Variant
from edgecode.v1 import ramp_pb2, route_pb2
from tests.harness import clips
from tests.harness.eventually import eventually
from tests.rollout.conftest import AddWorker, MakeBuild, StartSystem
from tests.rollout.flow import Flow, first_current, ramp_of, start_ramp

STATES = ramp_pb2.RampState
PATIENCE_SECONDS = 240


async def test_a_healthy_build_is_ramped_to_its_promotion_and_the_former_one_drains(
    second_build: MakeBuild, start: StartSystem, add_worker: AddWorker
) -> None:
    build = second_build(HEALTHY)
    system = await start()
    before = await first_current(system)
    await add_worker(system, build)
    await start_ramp(system, build.build, [50.0, 90.0], min_jobs=4)
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


@pytest.mark.parametrize("variant", [FAILING, REFUSING, EXITING, HANGING, HALF_SIZE], ids=lambda variant: variant.name)
async def test_a_bad_build_is_rolled_back_by_itself_and_no_job_ends_failed_because_of_it(
    variant: Variant, second_build: MakeBuild, start: StartSystem, add_worker: AddWorker
) -> None:
    build = second_build(variant)
    system = await start(stall_seconds=3.0)
    good = await first_current(system)
    await add_worker(system, build)
    await start_ramp(system, build.build, [20.0], min_jobs=1000)
    outputs = [clips.rendition(144, "ultrafast")] if variant is HALF_SIZE else [clips.thumbnail()]
    flow = Flow(system, await system.upload(clips.small()), outputs)

    async def rolled_back() -> bool:
        document = (await ramp_of(system)).document
        going_on = (STATES.RAMP_STATE_RAMPING, STATES.RAMP_STATE_HELD, STATES.RAMP_STATE_ROLLED_BACK)
        assert document.state in going_on, document
        return document.state == STATES.RAMP_STATE_ROLLED_BACK

    await flow.until(rolled_back, PATIENCE_SECONDS)
    assert set(flow.states) == {"STATE_SUCCEEDED"}, flow.states
    route = await system.api.routes.GetRoute(route_pb2.GetRouteRequest())
    assert (route.current, list(route.quarantined), route.actor) == (good, [build.build], "leader")
    assert (await ramp_of(system)).document.verdict.log_e > 4.6


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
