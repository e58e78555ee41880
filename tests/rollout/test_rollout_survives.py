"""A ramp goes on whatever is killed or frozen beside it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from demos.rollout.variants import HEALTHY, SLOW
from edgecode.core import subjects
from edgecode.core.log import Log
from edgecode.server.routes.assignment import place_of
from edgecode.v1 import fleet_pb2, job_pb2, ramp_pb2, route_pb2
from tests.harness import clips
from tests.harness.cli import Cli
from tests.harness.eventually import eventually
from tests.harness.journal import kind, said
from tests.harness.system import System
from tests.rollout.conftest import AddWorker, MakeBuild, StartSystem
from tests.rollout.flow import Flow, first_current, ramp_of, start_ramp

PATIENCE_SECONDS = 240
BY = (("edgecode-caller", "on-call"),)


async def test_a_ramp_goes_on_though_server_and_broker_are_killed_in_the_middle_of_it(
    second_build: MakeBuild, start: StartSystem, add_worker: AddWorker
) -> None:
    build = second_build(HEALTHY)
    system = await start()
    await add_worker(system, build)
    # More jobs in each step than end while both are killed.
    begun = await start_ramp(system, build.build, [50.0, 90.0], min_jobs=12)
    flow = Flow(system, await system.upload(clips.small()), [clips.thumbnail()])

    async def at_step(step: int) -> bool:
        return (await ramp_of(system)).document.step >= step

    async def promoted() -> bool:
        return (await ramp_of(system)).document.state == ramp_pb2.RAMP_STATE_WATCHING

    async def ramps() -> None:
        document = (await ramp_of(system)).document
        assert (document.step, document.state) == (1, ramp_pb2.RAMP_STATE_RAMPING), "it was promoted before"

    async def disturb() -> datetime:
        await eventually(lambda: at_step(1), PATIENCE_SECONDS)
        await ramps()
        await system.server.kill()
        await system.start_server()
        await ramps()
        now = datetime.now(UTC)
        await system.broker.restart()
        return now

    disturbance = asyncio.create_task(disturb())
    await flow.until(promoted, PATIENCE_SECONDS)
    restarted = await disturbance
    assert set(flow.states) == {"STATE_SUCCEEDED"}
    changes = [entry for entry in await system.journal.whole() if kind(entry) == "route_changed"]
    states = [(entry.time > restarted, said(entry).ramp.state) for entry in changes]
    assert (True, ramp_pb2.RAMP_STATE_WATCHING) in states
    assert (False, ramp_pb2.RAMP_STATE_WATCHING) not in states
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


async def test_the_ramping_build_goes_on_though_all_workers_of_the_current_one_died_and_of_two_operators_one_wins(
    second_build: MakeBuild, start: StartSystem, add_worker: AddWorker, tmp_path: Path
) -> None:
    build = second_build(HEALTHY)
    system = await start(when_current_dies="wait")
    former = await first_current(system)
    await add_worker(system, build)
    begun = await start_ramp(system, build.build, [50.0], min_jobs=1000)
    asset_id = await system.upload(clips.small())
    await system.workers[0].kill()
    jobs = [await system.create(asset_id, [clips.thumbnail()]) for _ in range(6)]
    await eventually(lambda: has_no_worker(system, former))
    jobs += [await system.create(asset_id, [clips.thumbnail()]) for _ in range(6)]
    ramped = await places_below(system, jobs, 50.0)
    for job_id in ramped:
        assert (await system.succeeded(job_id)).build == build.build
    left = set(jobs) - set(ramped)
    listed = await system.api.jobs.ListJobs(job_pb2.ListJobsRequest(page_size=100))
    waiting = {job.job_id for job in listed.jobs if job.state != job_pb2.Job.STATE_SUCCEEDED}
    assert waiting == left
    ramp = (await ramp_of(system)).document
    assert (ramp.ramp_id, ramp.state) == (begun.document.ramp_id, ramp_pb2.RAMP_STATE_RAMPING)

    await system.add_worker()
    for job_id in left:
        assert (await system.succeeded(job_id)).build == former
    await of_two_operators_one_wins(system, Cli(system.settings.grpc_address, tmp_path), build.build, former)
    assert (await system.succeeded(await system.create(asset_id, [clips.thumbnail()]))).epoch == 0


async def test_a_ramping_build_that_alone_is_left_takes_all_jobs_loudly_and_what_died_comes_back_as_a_former_one(
    second_build: MakeBuild, start: StartSystem, add_worker: AddWorker
) -> None:
    build = second_build(HEALTHY)
    system = await start()
    former = await first_current(system)
    await add_worker(system, build)
    await start_ramp(system, build.build, [50.0], min_jobs=1000)
    asset_id = await system.upload(clips.small())
    jobs = [await system.create(asset_id, [clips.thumbnail()]) for _ in range(6)]
    await system.workers[0].kill()

    for job_id in jobs:
        await system.succeeded(job_id)
    ramp = await ramp_of(system)
    assert (ramp.document.state, ramp.document.reason) == (ramp_pb2.RAMP_STATE_WATCHING, "CURRENT_HAS_NO_WORKER")
    loudly = "promoted in mid-ramp, without a verdict"
    assert any(loudly in each for each in ramp.waits_for)
    status = await system.api.fleet.GetStatus(fleet_pb2.GetStatusRequest())
    assert any(loudly in each for each in status.problems), status.problems
    await system.server.event("ramp.without_verdict", its_build=build.build)

    await system.add_worker()
    assert (await system.succeeded(await system.create(asset_id, [clips.thumbnail()]))).build == build.build
    back = await system.api.routes.Rollback(route_pb2.RollbackRequest(comment="not judged"), metadata=BY)
    assert (back.current, list(back.quarantined)) == (former, [build.build])
    assert (await ramp_of(system)).document.state == ramp_pb2.RAMP_STATE_ROLLED_BACK


async def has_no_worker(system: System, build: str) -> bool:
    """Whether the fleet knows that the build's last worker is gone."""
    return all(
        instance.stamp.build != build or instance.stamp.service != "worker"
        for instance in (await system.instances()).values()
    )


async def places_below(system: System, job_ids: list[str], percent: float) -> list[str]:
    """The jobs that a share of so much gives to the ramping build."""
    last = await Log(system.bus).last(subjects.route_events("worker"))
    assert last is not None
    assert last[1] is not None
    return [job_id for job_id in job_ids if place_of(last[1].route_changed.salt, job_id) < percent]


async def of_two_operators_one_wins(system: System, cli: Cli, build: str, former: str) -> None:
    """One promotes what the other rolls back, both on the route as it was shown to them, at the same moment."""
    etag = (await system.api.routes.GetRoute(route_pb2.GetRouteRequest())).etag
    orders = [("route", order, build, "--etag", etag, "-m", f"{order} it") for order in ("promote", "rollback")]
    done = await asyncio.gather(*(asyncio.to_thread(cli, *order) for order in orders))
    [lost] = [each for each in done if each.status]
    assert "was first" in lost.err
    route = await system.api.routes.GetRoute(route_pb2.GetRouteRequest())
    won = (build, []) if lost is done[1] else (former, [build])
    assert (route.current, list(route.quarantined)) == won
