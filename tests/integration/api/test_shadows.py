"""Shadows through the API: users' jobs and artifacts stay those of the current build; the report says what differs."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import grpc
import pytest
import pytest_asyncio

from edgecode.v1 import asset_pb2, fleet_pb2, job_pb2, route_pb2
from tests.harness.api import Api, refusal
from tests.harness.cli import Cli
from tests.harness.eventually import eventually
from tests.harness.played_worker import PlayedWorker
from tests.integration.api.conftest import PLAYED, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOBODY = "9.9.9+gaaaaaaaaaaaa"


async def start(api: Api, build: str = PLAYED, percent: float = 100.0, **fields: str) -> route_pb2.Shadow:
    wanted: dict[str, Any] = {"build": build, "percent": percent, "comment": "a test"} | fields
    return await api.routes.StartShadow(route_pb2.StartShadowRequest(**wanted))


async def stop(api: Api) -> route_pb2.Shadow:
    return await api.routes.StopShadow(route_pb2.StopShadowRequest(comment="seen enough"))


@pytest_asyncio.fixture(loop_scope="session")
async def shadow(api: Api, played: PlayedWorker) -> AsyncIterator[route_pb2.Shadow]:
    """Of all jobs, by a worker that makes something else of each."""
    await played.work()
    begun = await start(api)
    yield begun
    if not (await api.routes.GetShadow(route_pb2.GetShadowRequest())).stopped:
        await stop(api)


async def test_it_is_started_once_shown_and_stopped(
    api: Api, played: PlayedWorker, stack: Stack, tmp_path: Path
) -> None:
    current = (await api.routes.GetRoute(route_pb2.GetRouteRequest())).current
    begun = await start(api, percent=0.5, request_id="s1")
    again = await start(api, percent=0.5, request_id="s1")
    assert (begun.shadow_id, begun.build, begun.against) == (again.shadow_id, PLAYED, current)
    assert (begun.stopped, begun.comment, begun.actor[:5]) == (False, "a test", "test-")
    assert any("no job of the current build" in each for each in begun.waits_for)
    route = await api.routes.GetRoute(route_pb2.GetRouteRequest())
    assert (route.shadow_id, route.shadow_build, route.shadow_percent) == (begun.shadow_id, PLAYED, 0.5)
    assert (route.current, route.ramping) == (begun.against, ""), "it gets no jobs of users"
    assert (await refusal(start(api))).reason == "SHADOW_GOES_ON"
    waited = await asyncio.to_thread(Cli(stack.address, tmp_path), "route", "wait-drained", PLAYED)
    assert (waited.status, "stop the shadow first" in waited.err) == (1, True), waited
    ended = await stop(api)
    assert (ended.shadow_id, ended.stopped, ended.stop_reason) == (begun.shadow_id, True, "STOPPED_BY_OPERATOR")
    assert (await api.routes.GetShadow(route_pb2.GetShadowRequest())).shadow_id == begun.shadow_id, "the last one"
    assert (await refusal(stop(api))).reason == "SHADOW_NOT_FOUND"


async def test_what_cannot_be_is_refused_and_says_at_which_field(api: Api, played: PlayedWorker) -> None:
    current = (await api.routes.GetRoute(route_pb2.GetRouteRequest())).current
    for build, percent, reason, fields in (
        (NOBODY, 5.0, "BUILD_HAS_NO_WORKER", ()),
        (current, 5.0, "BUILD_CURRENT", ()),
        (PLAYED, 0.0, "INVALID_FIELD", ("percent",)),
        (PLAYED, 100.1, "INVALID_FIELD", ("percent",)),
        (PLAYED, float("nan"), "INVALID_FIELD", ("percent",)),
        ("v1", 5.0, "INVALID_FIELD", ("build",)),
    ):
        refused = await refusal(start(api, build, percent))
        assert (refused.reason, refused.fields) == (reason, fields), (build, percent)
    assert (await refusal(start(api, comment=""))).fields == ("comment",)


async def test_both_builds_run_a_job_only_one_is_served_and_the_report_says_what_differs(
    api: Api, asset: asset_pb2.Asset, shadow: route_pb2.Shadow
) -> None:
    before = (await api.fleet.GetStatus(fleet_pb2.GetStatusRequest())).jobs_running
    created = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail"))
    job = await api.finished(created.job_id)

    async def compared() -> route_pb2.Shadow | None:
        found = await api.routes.GetShadow(route_pb2.GetShadowRequest())
        return found if found.jobs_compared else None

    report = await eventually(compared)
    assert report is not None
    assert (report.jobs_shadowed, report.jobs_identical, report.outputs_compared) == (1, 0, 1)
    [row] = (await api.routes.ListShadowDifferences(route_pb2.ListShadowDifferencesRequest())).differences
    assert list(report.differences) == [row]
    assert (row.job_id, row.served_build, row.shadow_build) == (job.job_id, shadow.against, PLAYED)
    assert route_pb2.SHADOW_ASPECT_CONTENT in row.differs
    # What users see is what the current build made, and nothing else.
    [thumbnail] = [each for each in await api.artifacts(job.job_id) if each.file.output_id != "manifest"]
    assert (thumbnail.made_by.build, thumbnail.file.content_sha256) == (shadow.against, row.served_content_sha256)
    assert await api.download(thumbnail.artifact_id)
    own = f'caller = "leader" AND shadow_id = "{shadow.shadow_id}"'
    listed = await api.jobs.ListJobs(job_pb2.ListJobsRequest(filter='caller = "leader"'))
    found = await api.jobs.ListJobs(job_pb2.ListJobsRequest(filter=own))
    assert ([], [row.shadow_job_id]) == ([each.job_id for each in listed.jobs], [each.job_id for each in found.jobs])
    assert (found.jobs[0].shadow_of, found.jobs[0].shadow_id) == (job.job_id, shadow.shadow_id)
    assert (await api.fleet.GetStatus(fleet_pb2.GetStatusRequest())).jobs_running == before
    by_build = job_pb2.ListArtifactsRequest(filter=f'build = "{PLAYED}"')
    assert not (await api.jobs.ListArtifacts(by_build)).artifacts
    hidden = job_pb2.ListTasksRequest(filter="kind = THUMBNAIL", page_size=1000)
    assert row.shadow_job_id not in {each.job_id for each in (await api.jobs.ListTasks(hidden)).tasks}


async def test_nothing_a_shadow_made_is_served_or_tried_again(
    api: Api, asset: asset_pb2.Asset, shadow: route_pb2.Shadow, stack: Stack
) -> None:
    created = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail"))

    async def its_shadow() -> str:
        wanted = job_pb2.ListJobsRequest(filter=f'shadow_id = "{shadow.shadow_id}" AND state = SUCCEEDED')
        return next((j.job_id for j in (await api.jobs.ListJobs(wanted)).jobs if j.shadow_of == created.job_id), "")

    job_id = await eventually(its_shadow)
    [artifact, *_] = await api.artifacts(job_id)
    for call in (
        api.download(artifact.artifact_id),
        api.download(artifact.artifact_id, statement=True),
        api.jobs.SignArtifactUrl(job_pb2.SignArtifactUrlRequest(artifact_id=artifact.artifact_id)),
    ):
        refused = await refusal(call)
        assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ARTIFACT_OF_SHADOW")
    async with stack.another_server(http_address="127.0.0.1:0") as (process, _), aiohttp.ClientSession() as http:
        url = f"http://{(await process.ready())['http_address']}/artifacts/{artifact.artifact_id}"
        for path in (url, f"{url}/statement"):
            async with http.get(path) as reply:
                assert (reply.status, (await reply.json())["error"]["reason"]) == (400, "ARTIFACT_OF_SHADOW")
    retried = await refusal(api.jobs.RetryJob(job_pb2.RetryJobRequest(job_id=job_id)))
    assert retried.reason == "JOB_IS_SHADOW"


async def test_a_watch_of_all_jobs_sees_no_shadow(api: Api, asset: asset_pb2.Asset, shadow: route_pb2.Shadow) -> None:
    watch = api.jobs.WatchJobs(job_pb2.WatchJobsRequest())
    await watch.initial_metadata()
    created = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail"))

    async def repeated() -> bool:
        wanted = job_pb2.ListJobsRequest(filter=f'shadow_id = "{shadow.shadow_id}" AND state = SUCCEEDED')
        return any(each.shadow_of == created.job_id for each in (await api.jobs.ListJobs(wanted)).jobs)

    await eventually(repeated)
    await api.finished(created.job_id)
    last = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail"))
    seen = set()
    async with asyncio.timeout(20):
        async for update in watch:
            seen.add(update.event.job_id)
            if update.event.job_id == last.job_id:
                break
    watch.cancel()
    assert {created.job_id, last.job_id} <= seen
    of_it = job_pb2.ListJobsRequest(filter=f'shadow_id = "{shadow.shadow_id}"')
    assert not seen & {each.job_id for each in (await api.jobs.ListJobs(of_it)).jobs}


async def test_pages_of_differences_follow_each_other(
    api: Api, asset: asset_pb2.Asset, shadow: route_pb2.Shadow
) -> None:
    outputs = job_pb2.CreateJobRequest(asset_id=asset.asset_id)
    for name in ("a", "b", "c"):
        outputs.outputs.add(output_id=name).thumbnail.height_pixels = 90
    for _ in range(2):
        await api.jobs.CreateJob(outputs)

    async def all_compared() -> bool:
        return (await api.routes.GetShadow(route_pb2.GetShadowRequest())).jobs_compared == 2

    await eventually(all_compared)
    request = route_pb2.ListShadowDifferencesRequest(page_size=2)
    pages: list[list[tuple[str, str]]] = []
    while not pages or request.page_token:
        reply = await api.routes.ListShadowDifferences(request)
        pages.append([(each.job_id, each.output_id) for each in reply.differences])
        request.page_token = reply.next_page_token
    whole = await api.routes.ListShadowDifferences(route_pb2.ListShadowDifferencesRequest())
    assert [len(page) for page in pages] == [2, 2, 2]
    assert [each for page in pages for each in page] == [(each.job_id, each.output_id) for each in whole.differences]
