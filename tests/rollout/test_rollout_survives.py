"""A ramp goes on whatever is killed or frozen beside it."""

import asyncio

from demos.rollout.variants import HEALTHY, SLOW
from edgecode.v1 import job_pb2, ramp_pb2, route_pb2
from tests.harness import clips
from tests.harness.eventually import eventually
from tests.rollout.conftest import AddWorker, MakeBuild, StartSystem
from tests.rollout.flow import Flow, ramp_of, start_ramp

PATIENCE_SECONDS = 240
BY = (("edgecode-caller", "on-call"),)


async def test_a_ramp_goes_on_though_server_and_broker_are_killed_in_the_middle_of_it(
    second_build: MakeBuild, start: StartSystem, add_worker: AddWorker
) -> None:
    build = second_build(HEALTHY)
    system = await start()
    await add_worker(system, build)
    begun = await start_ramp(system, build.build, [50.0, 90.0], min_jobs=4)
    flow = Flow(system, await system.upload(clips.small()), [clips.thumbnail()])

    async def at_step(step: int) -> bool:
        return (await ramp_of(system)).document.step >= step

    async def promoted() -> bool:
        return (await ramp_of(system)).document.state == ramp_pb2.RAMP_STATE_WATCHING

    async def disturb() -> None:
        await eventually(lambda: at_step(1), PATIENCE_SECONDS)
        await system.server.kill()
        await system.start_server()
        await system.broker.restart()

    disturbance = asyncio.create_task(disturb())
    await flow.until(promoted, PATIENCE_SECONDS)
    await disturbance
    assert set(flow.states) == {"STATE_SUCCEEDED"}
    ramp = await ramp_of(system)
    assert (ramp.document.ramp_id, ramp.document.against) == (begun.document.ramp_id, begun.document.against)


async def test_a_bad_worker_that_was_frozen_during_the_rollback_changes_nothing_when_it_thaws(
    second_build: MakeBuild, start: StartSystem, add_worker: AddWorker
) -> None:
    build = second_build(SLOW)
    system = await start()
    bad = await add_worker(system, build)
    asset_id = await system.upload(clips.small())
    request = job_pb2.CreateJobRequest(asset_id=asset_id, outputs=[clips.thumbnail()])
    override = (("edgecode-version-override", f"worker={build.build}"),)
    job_id = (await system.api.jobs.CreateJob(request, metadata=override)).job_id

    async def under_way() -> bool:
        task = (await system.tasks(job_id)).get("thumbnail-thumbnail")
        return task is not None and task.state == job_pb2.Task.STATE_RUNNING

    await eventually(under_way)
    bad.freeze()
    rollback = route_pb2.RollbackRequest(build=build.build, comment="it hangs")
    route = await system.api.routes.Rollback(rollback, metadata=BY)
    job = await system.succeeded(job_id)
    bad.thaw()
    await bad.event("attempt.ended", kind="thumbnail")  # stopped, or done and too late

    assert (job.build, job.epoch) == (route.current, 1)
    attempts = (await system.tasks(job_id))["thumbnail-thumbnail"].attempts
    states = {attempt.worker.build: job_pb2.Attempt.State.Name(attempt.state) for attempt in attempts}
    assert states == {build.build: "STATE_REFUSED", route.current: "STATE_SUCCEEDED"}
    artifacts = await system.whole_artifacts(job_id)
    assert {artifact.made_by.build for artifact in artifacts} == {route.current}
