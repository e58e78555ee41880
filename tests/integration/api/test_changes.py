"""What was deployed and what changed, as a running system sees it by itself and as tooling declares it."""

import uuid

import pytest

from edgecode.v1 import fleet_pb2, job_pb2, release_pb2
from tests.harness.api import Api, refusal
from tests.harness.eventually import eventually
from tests.integration.api.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANGE = release_pb2.Change


async def seen_worker(api: Api, build: str) -> release_pb2.Deployment:
    """The deployment that the leader saw of the stack's own workers."""
    request = release_pb2.ListDeploymentsRequest(
        filter=f'service = worker AND environment = test AND seen = true AND build = "{build}"'
    )

    async def found() -> release_pb2.Deployment | None:
        return next(iter((await api.releases.ListDeployments(request)).deployments), None)

    seen = await eventually(found)
    assert seen is not None
    return seen


async def test_what_runs_is_a_deployment_that_was_seen_and_one_declared_of_it_is_matched(
    api: Api, finished_job: job_pb2.Job
) -> None:
    seen = await seen_worker(api, finished_job.build)
    assert (seen.declared, seen.rollback, seen.previous_build) == (False, False, "")
    assert seen.live_instances >= 1
    assert seen.digests.toolchain_digest
    name = f"d-{uuid.uuid4().hex[:8]}"
    declared = release_pb2.RecordDeploymentRequest(
        deployment_id=name, service="worker", environment="test", version=seen.version, revision=seen.revision,
        actor="ann", url="https://ci.example.com/7",
    )  # fmt: skip
    await api.releases.RecordDeployment(declared)
    request = release_pb2.ListDeploymentsRequest(filter=f"deployment_id = {name}")
    (both,) = (await api.releases.ListDeployments(request)).deployments
    assert (both.declared, both.seen, both.actor, both.build) == (True, True, "ann", finished_job.build)
    assert both.declared_by.service == "server"
    assert not any("never seen" in warning or "never declared" in warning for warning in both.warnings)


async def test_one_declared_and_not_seen_stands_alone_in_the_list_and_the_timeline(api: Api) -> None:
    place = f"elsewhere-{uuid.uuid4().hex[:8]}"
    await api.releases.RecordDeployment(
        release_pb2.RecordDeploymentRequest(
            service="worker", environment=place, version="7.0.0", revision="7" * 40, actor="ann"
        )
    )
    listed = await api.releases.ListDeployments(release_pb2.ListDeploymentsRequest(filter=f"environment = {place}"))
    (alone,) = listed.deployments
    assert (alone.declared, alone.seen, alone.build) == (True, False, "")
    changes = await api.releases.ListChanges(release_pb2.ListChangesRequest(filter=f"environment = {place}"))
    (change,) = changes.changes
    assert (change.kind, change.to_version, change.deployment.deployment_id) == (
        CHANGE.KIND_DEPLOYMENT, "7.0.0", alone.deployment_id,
    )  # fmt: skip


async def test_the_timeline_of_the_last_day_has_what_came_up_page_by_page_and_status_shows_it(
    api: Api, finished_job: job_pb2.Job
) -> None:
    await seen_worker(api, finished_job.build)
    request = release_pb2.ListChangesRequest()
    request.end_time.GetCurrentTime()
    whole = await api.releases.ListChanges(request)
    kinds = {(change.kind, change.service) for change in whole.changes}
    assert kinds >= {
        (CHANGE.KIND_DEPLOYMENT, "server"), (CHANGE.KIND_DEPLOYMENT, "worker"), (CHANGE.KIND_ROUTE_CHANGE, "worker"),
    }  # fmt: skip
    times = [change.change_time.ToMicroseconds() for change in whole.changes]
    assert times == sorted(times, reverse=True)
    assert finished_job.build in {span.to_build for span in whole.spans}
    request.page_size = 1
    paged: list[release_pb2.Change] = []
    while len(paged) <= len(whole.changes):
        page = await api.releases.ListChanges(request)
        paged += page.changes
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break
        assert len(page.changes) == 1
    assert [change.change_time for change in paged] == [change.change_time for change in whole.changes]
    status = await api.fleet.GetStatus(fleet_pb2.GetStatusRequest())
    assert status.change_count >= len(whole.changes)
    assert CHANGE.KIND_DEPLOYMENT in {change.kind for change in status.changes}


async def test_a_bad_window_is_refused_by_field(api: Api) -> None:
    request = release_pb2.ListChangesRequest()
    request.start_time.FromSeconds(2_000)
    request.end_time.FromSeconds(1_000)
    refused = await refusal(api.releases.ListChanges(request))
    assert (refused.reason, refused.fields) == ("INVALID_FIELD", ("end_time",))


async def test_a_client_that_claims_a_version_above_all_changes_nothing_but_its_own_jobs_record(
    stack: Stack, api: Api, finished_job: job_pb2.Job
) -> None:
    claim = (("edgecode-client-version", "999.9.9"), ("edgecode-client-revision", "f" * 40))
    request = job_pb2.CreateJobRequest(asset_id=finished_job.asset_id, preset="thumbnail")
    job = await api.jobs.CreateJob(request, metadata=claim)
    done = await api.finished(job.job_id)
    assert done.state == job_pb2.Job.STATE_SUCCEEDED
    assert done.build == finished_job.build
    everything = [
        await api.fleet.GetStatus(fleet_pb2.GetStatusRequest()),
        await api.fleet.ListBuilds(fleet_pb2.ListBuildsRequest()),
        await api.fleet.ListInstances(fleet_pb2.ListInstancesRequest(show_gone=True)),
        await api.releases.ListReleases(release_pb2.ListReleasesRequest(page_size=1000)),
        await api.releases.ListDeployments(release_pb2.ListDeploymentsRequest(page_size=1000)),
        await api.releases.ListChanges(release_pb2.ListChangesRequest(page_size=1000)),
    ]
    assert "999.9.9" not in "".join(map(str, everything))
