"""What runs, how it stands, and the way of one job through it."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edgecode.core.contract import READS_MAX, READS_MIN
from edgecode.v1 import event_pb2, fleet_pb2, incident_pb2, job_pb2, release_pb2
from tests.harness.api import Api, refusal
from tests.harness.eventually import eventually
from tests.integration.api.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[3]


def committed_at(revision: str) -> int:
    """Seconds since 1970, as git says."""
    command = ["git", "log", "-1", "--format=%ct", revision]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


async def joined(api: Api, instance: str) -> fleet_pb2.Instance:
    """The process, once the server has heard of it."""
    request = fleet_pb2.ListInstancesRequest(filter=f"instance = {instance}")

    async def found() -> fleet_pb2.Instance | None:
        return next(iter((await api.fleet.ListInstances(request)).instances), None)

    seen = await eventually(found)
    assert seen is not None
    return seen


async def test_build_info_is_that_of_the_code(api: Api, stack: Stack) -> None:
    info = await api.fleet.GetBuildInfo(fleet_pb2.GetBuildInfoRequest())
    # The server's first log line is its stamp; commits made since do not change what it is.
    first = stack.server.events[0]
    assert (info.stamp.service, info.stamp.version, info.stamp.revision) == (
        "server",
        first["version"],
        first["revision"],
    )
    assert info.stamp.instance == stack.server.events[0]["instance"]
    assert (info.contract_min, info.contract_max) == (READS_MIN, READS_MAX)
    assert info.commit_time.seconds == committed_at(first["revision"])


async def test_instances_are_those_alive_with_their_digests(api: Api, stack: Stack) -> None:
    listed = (await api.fleet.ListInstances(fleet_pb2.ListInstancesRequest())).instances
    assert {instance.stamp.service for instance in listed} == {"server", "worker"}
    assert all(instance.digests.config_digest and instance.contract_max == READS_MAX for instance in listed)
    assert all(instance.state == fleet_pb2.Instance.STATE_RUNNING and instance.seen_time.seconds for instance in listed)
    assert all(instance.uptime_seconds >= 0 and abs(instance.clock_ahead_seconds) < 10 for instance in listed)
    leaders = [instance.stamp.instance for instance in listed if instance.leader]
    assert leaders == [stack.server.events[0]["instance"]]
    workers = await api.fleet.ListInstances(fleet_pb2.ListInstancesRequest(filter="service = worker"))
    assert [dict(instance.slots) for instance in workers.instances] == [{"encode": 1, "light": 2}]
    none = await api.fleet.ListInstances(fleet_pb2.ListInstancesRequest(filter="environment = production"))
    assert not none.instances


async def test_a_drained_worker_says_so_finishes_and_leaves_and_a_server_is_refused(api: Api, stack: Stack) -> None:
    worker = await stack.processes.worker(stack.settings)
    instance = (await worker.ready())["instance"]
    await joined(api, instance)
    order = fleet_pb2.DrainInstanceRequest(instance=instance, reason="its host is going down")
    assert (await api.fleet.DrainInstance(order)).state == fleet_pb2.Instance.STATE_DRAINING
    told = await worker.event("host.told_to_drain")
    assert (told["why"], told["caller"][:5]) == ("its host is going down", "test-")
    assert await worker.exit() == 0
    assert (await refusal(api.fleet.DrainInstance(order))).reason == "INSTANCE_NOT_FOUND"
    left = fleet_pb2.ListInstancesRequest(filter=f"instance = {instance}", show_gone=True)

    async def remembered() -> fleet_pb2.Instance | None:
        return next(iter((await api.fleet.ListInstances(left)).instances), None)

    stopped = await eventually(remembered)
    assert stopped is not None
    assert (stopped.state, stopped.stamp.service) == (fleet_pb2.Instance.STATE_STOPPED, "worker")
    assert stopped.gone_time.seconds
    server = fleet_pb2.DrainInstanceRequest(instance=stack.server.events[0]["instance"])
    assert (await refusal(api.fleet.DrainInstance(server))).reason == "INSTANCE_NOT_A_WORKER"


async def test_a_worker_is_drained_from_its_own_host_and_waited_for(api: Api, stack: Stack) -> None:
    worker = await stack.processes.worker(stack.settings)
    await joined(api, (await worker.ready())["instance"])
    server = ("--server", stack.address)
    which = await stack.processes.edgecode("worker", "drain", "--self", *server)
    assert await which.exit() == 2, "two workers run here"
    assert str(worker.pid) in which.output
    drain = await stack.processes.edgecode("worker", "drain", "--self", "--pid", str(worker.pid), *server)
    assert await drain.exit() == 0, drain.output
    assert await worker.exit() == 0
    nobody = await stack.processes.edgecode("worker", "drain", "--self", "--pid", str(worker.pid), *server)
    assert (await nobody.exit(), "nothing to drain" in nobody.output) == (0, True)


async def test_builds_name_the_current_one(api: Api, finished_job: job_pb2.Job) -> None:
    listed = (await api.fleet.ListBuilds(fleet_pb2.ListBuildsRequest())).builds
    (current,) = [build for build in listed if build.current]
    assert (current.service, current.build, current.quarantined) == ("worker", finished_job.build, False)
    assert {build.service for build in listed} == {"server", "worker"}


async def test_what_is_doubted_of_a_build_is_said_of_its_processes_and_deployments_too(
    stack: Stack, api: Api, finished_job: job_pb2.Job
) -> None:
    release = release_pb2.RegisterReleaseRequest(version="0.0.1", revision="5" * 40, tag="v0.0.1")

    async def registration() -> AsyncIterator[release_pb2.RegisterReleaseRequest]:
        yield release

    await api.releases.RegisterRelease(registration())
    listed = (await api.fleet.ListBuilds(fleet_pb2.ListBuildsRequest())).builds
    (build,) = [each for each in listed if each.service == "worker" and each.build == finished_job.build]
    kinds = [each.kind for each in build.label_warnings]
    assert fleet_pb2.BuildWarning.KIND_UNREGISTERED in kinds, "no release of this version was registered"
    workers = await api.fleet.ListInstances(fleet_pb2.ListInstancesRequest(filter="service = worker"))
    assert [each.kind for each in workers.instances[0].label_warnings] == kinds
    here = f'build = "{finished_job.build}" AND service = worker'
    deployed = await api.releases.ListDeployments(release_pb2.ListDeploymentsRequest(filter=here))
    assert set(build.warnings) <= set(deployed.deployments[0].warnings)


async def test_a_status_says_how_the_whole_stands(api: Api, stack: Stack, finished_job: job_pb2.Job) -> None:
    status = await api.fleet.GetStatus(fleet_pb2.GetStatusRequest())
    assert status.current_build == finished_job.build
    assert status.leader_instance == stack.server.events[0]["instance"]
    assert status.answered_by.instance == stack.server.events[0]["instance"]
    assert status.instances >= 2
    assert status.jobs_succeeded_last_day >= 1
    assert status.ledger_sequence <= status.log_sequence
    # Tests of routes may have changed it.
    assert status.route_revision >= 1
    assert not any("no server leads" in problem or "no worker" in problem for problem in status.problems)


async def test_a_trace_has_every_event_of_the_log_with_build_instance_digests_and_times(
    api: Api, finished_job: job_pb2.Job
) -> None:
    trace = await api.incidents.TraceJob(incident_pb2.TraceJobRequest(job_id=finished_job.job_id))
    watch = api.jobs.WatchJob(job_pb2.WatchJobRequest(job_id=finished_job.job_id))
    events = [update.event async for update in watch]
    assert [hop.sequence for hop in trace.hops] == [event.sequence for event in events]
    assert [hop.detail for hop in trace.hops] == [event.event for event in events]
    assert (trace.hops[0].event, trace.hops[-1].event) == ("job.created", "job.succeeded")
    for hop in trace.hops:
        assert hop.stamp.build
        assert hop.stamp.instance
        assert hop.trace_id
        assert hop.path[-1] == f"{hop.stamp.service}@{hop.stamp.build}"
        assert hop.summary
    ends = [hop for hop in trace.hops if hop.event == "attempt.succeeded"]
    assert {hop.task_id for hop in ends} == {"probe", "thumbnail-thumbnail", "manifest"}
    assert all(hop.duration_seconds > 0 and hop.digests.toolchain_digest for hop in ends)
    assert {artifact.artifact_id for artifact in trace.artifacts} == {
        hop.detail.artifact_published.artifact_id for hop in trace.hops if hop.event == "artifact.published"
    }
    assert {task.task_id for task in trace.tasks} == {hop.task_id for hop in ends}
    assert trace.job == await api.jobs.GetJob(job_pb2.GetJobRequest(job_id=finished_job.job_id))


async def test_tasks_are_listed_with_their_attempts(api: Api, finished_job: job_pb2.Job) -> None:
    listed = await api.jobs.ListTasks(job_pb2.ListTasksRequest(filter=f"job_id = {finished_job.job_id}"))
    assert [task.kind for task in listed.tasks] == [
        event_pb2.TASK_KIND_PROBE,
        event_pb2.TASK_KIND_THUMBNAIL,
        event_pb2.TASK_KIND_MANIFEST,
    ]
    for task in listed.tasks:
        assert task.state == job_pb2.Task.STATE_SUCCEEDED
        (attempt,) = task.attempts
        assert (attempt.state, attempt.worker.service) == (job_pb2.Attempt.STATE_SUCCEEDED, "worker")
        assert attempt.end_time.ToNanoseconds() > attempt.start_time.ToNanoseconds()
