"""Jobs: accepted once, read back whole, changed by those who know how they stand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
import pytest_asyncio

from edgecode.core.settings import DAY_SECONDS
from edgecode.v1 import asset_pb2, event_pb2, fleet_pb2, job_pb2, media_pb2
from tests.harness.api import Api, metadata_of, refusal
from tests.harness.process import Processes
from tests.integration.api.conftest import Stack, start_stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOREIGN = "00000000-0000-4000-8000-000000000000"
Job = job_pb2.Job


def wanted(asset: asset_pb2.Asset, **fields: Any) -> job_pb2.CreateJobRequest:
    return job_pb2.CreateJobRequest(asset_id=asset.asset_id, **({"preset": "thumbnail"} | fields))


async def stands(api: Api, job_id: str) -> Job:
    return await api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job_id))


async def test_a_job_reads_back_as_it_was_accepted(api: Api, asset: asset_pb2.Asset, stack: Stack) -> None:
    there = f"{stack.settings.stores['out'].url}/there/"
    request = wanted(asset, priority=event_pb2.PRIORITY_LOW, labels={"team": "film"}, output_uri=there)
    accepted = await api.jobs.CreateJob(request)
    found = await stands(api, accepted.job_id)
    for job in (accepted, found):
        assert (job.asset_id, job.preset, job.priority) == (asset.asset_id, "thumbnail", event_pb2.PRIORITY_LOW)
        assert (dict(job.labels), job.output_uri) == ({"team": "film"}, there)
        assert job.outputs[0].spec.thumbnail.quality == 85
        assert job.created_by.service == "server"
        assert job.HasField("expire_time")
    assert found.sequence >= accepted.sequence > 0
    assert abs(found.create_time.ToMilliseconds() - accepted.create_time.ToMilliseconds()) < 2000


async def test_the_same_request_from_the_same_caller_gets_the_same_job(
    api: Api, asset: asset_pb2.Asset, unique: Callable[[], str]
) -> None:
    request = wanted(asset, request_id=unique())
    first, *others = await asyncio.gather(*(api.jobs.CreateJob(request) for _ in range(10)))
    assert {job.job_id for job in others} == {first.job_id}
    listed = await api.jobs.ListJobs(job_pb2.ListJobsRequest(filter=f"caller = {first.caller}"))
    assert [job.job_id for job in listed.jobs] == [first.job_id]


async def test_a_request_id_never_becomes_another_request(
    api: Api, asset: asset_pb2.Asset, unique: Callable[[], str]
) -> None:
    request_id = unique()
    job = await api.jobs.CreateJob(wanted(asset, request_id=request_id))
    found = await refusal(api.jobs.CreateJob(wanted(asset, request_id=request_id, labels={"a": "b"})))
    assert (found.code, found.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")
    assert found.metadata["job_id"] == job.job_id


async def test_the_same_request_gets_its_job_after_its_asset_is_gone(api: Api, unique: Callable[[], str]) -> None:
    own = await api.upload(unique().encode())
    request = wanted(own, request_id=unique())
    job = await api.jobs.CreateJob(request)
    await api.finished(job.job_id)
    await api.assets.DeleteAsset(asset_pb2.DeleteAssetRequest(asset_id=own.asset_id))
    assert (await api.jobs.CreateJob(request)).job_id == job.job_id
    other = await refusal(api.jobs.CreateJob(wanted(own)))
    assert (other.code, other.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ASSET_DELETED")


async def test_the_same_request_id_of_two_callers_is_two_jobs(
    stack: Stack, asset: asset_pb2.Asset, unique: Callable[[], str]
) -> None:
    request = wanted(asset, request_id=unique())
    async with stack.client() as one, stack.client() as other:
        first, second = await one.jobs.CreateJob(request), await other.jobs.CreateJob(request)
    assert first.job_id != second.job_id


async def test_an_empty_request_id_makes_a_new_job_each_time(api: Api, asset: asset_pb2.Asset) -> None:
    jobs = [await api.jobs.CreateJob(wanted(asset)) for _ in range(2)]
    assert jobs[0].job_id != jobs[1].job_id


async def test_validate_only_checks_all_and_makes_nothing(
    api: Api, asset: asset_pb2.Asset, unique: Callable[[], str]
) -> None:
    proposed = await api.jobs.CreateJob(wanted(asset, validate_only=True, request_id=unique()))
    assert (len(proposed.outputs), proposed.sequence, proposed.etag) == (1, 0, "")
    assert (await refusal(api.jobs.GetJob(job_pb2.GetJobRequest(job_id=proposed.job_id)))).reason == "JOB_NOT_FOUND"
    for request, reason in (
        (wanted(asset, validate_only=True, preset="cinema"), "PRESET_NOT_FOUND"),
        (job_pb2.CreateJobRequest(asset_id=FOREIGN, preset="web", validate_only=True), "ASSET_NOT_FOUND"),
        (job_pb2.CreateJobRequest(validate_only=True), "INVALID_FIELD"),
    ):
        assert (await refusal(api.jobs.CreateJob(request))).reason == reason
    listed = await api.jobs.ListJobs(job_pb2.ListJobsRequest(filter=f"caller = {proposed.caller}"))
    assert not listed.jobs


async def test_0_and_1000_outputs_and_an_unknown_preset_name_the_field(api: Api, asset: asset_pb2.Asset) -> None:
    many = [
        media_pb2.OutputSpec(output_id=f"o{n}", rendition=media_pb2.RenditionSpec(height_pixels=360))
        for n in range(1000)
    ]
    none = await refusal(api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id)))
    much = await refusal(api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, outputs=many)))
    unknown = await refusal(api.jobs.CreateJob(wanted(asset, preset="cinema")))
    assert [found.fields for found in (none, much, unknown)] == [("outputs",), ("outputs",), ("preset",)]
    assert [found.code for found in (none, much)] == [grpc.StatusCode.INVALID_ARGUMENT] * 2
    assert unknown.code == grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("kind", ["job", "artifact", "nonsense", "subject", "empty"])
async def test_an_id_of_another_thing_is_not_found_and_named(api: Api, finished_job: job_pb2.Job, kind: str) -> None:
    artifact_id = finished_job.outputs[0].artifact_id
    given = {
        "job": finished_job.job_id, "artifact": artifact_id, "nonsense": "x" * 3000, "subject": "*.>", "empty": "",
    }[kind]  # fmt: skip
    for call in (
        api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=given, preset="web")),
        api.assets.GetAsset(asset_pb2.GetAssetRequest(asset_id=given)),
    ):
        found = await refusal(call)
        expected = (grpc.StatusCode.INVALID_ARGUMENT if kind == "empty" else grpc.StatusCode.NOT_FOUND, ("asset_id",))
        assert (found.code, found.fields) == expected
        assert len(found.message) < 200


async def test_ids_of_assets_and_artifacts_are_no_jobs(
    api: Api, asset: asset_pb2.Asset, finished_job: job_pb2.Job
) -> None:
    for given in (asset.asset_id, finished_job.outputs[0].artifact_id):
        found = await refusal(api.jobs.GetJob(job_pb2.GetJobRequest(job_id=given)))
        assert (found.reason, found.fields) == ("JOB_NOT_FOUND", ("job_id",))


async def test_cancel_of_a_finished_job_is_refused(api: Api, finished_job: job_pb2.Job) -> None:
    found = await refusal(api.jobs.CancelJob(job_pb2.CancelJobRequest(job_id=finished_job.job_id)))
    assert (found.code, found.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "JOB_FINISHED")


async def test_retry_of_what_has_not_failed_is_refused(api: Api, finished_job: job_pb2.Job) -> None:
    found = await refusal(api.jobs.RetryJob(job_pb2.RetryJobRequest(job_id=finished_job.job_id)))
    assert (found.code, found.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "JOB_NOT_FAILED")


async def test_an_old_etag_changes_nothing(api: Api, asset: asset_pb2.Asset) -> None:
    job = await api.jobs.CreateJob(wanted(asset))
    job = await api.finished(job.job_id)
    old = await refusal(api.jobs.DeleteJob(job_pb2.DeleteJobRequest(job_id=job.job_id, etag="old")))
    assert (old.code, old.reason, old.metadata["etag"]) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH", job.etag)
    deleted = await api.jobs.DeleteJob(job_pb2.DeleteJobRequest(job_id=job.job_id, etag=job.etag))
    assert (deleted.state, deleted.etag != job.etag) == (Job.STATE_DELETED, True)


async def test_a_deleted_job_is_hidden_and_its_artifacts_are_gone(api: Api, asset: asset_pb2.Asset) -> None:
    job = await api.finished((await api.jobs.CreateJob(wanted(asset))).job_id)
    (picture, *_) = await api.artifacts(job.job_id)
    await api.jobs.DeleteJob(job_pb2.DeleteJobRequest(job_id=job.job_id))
    mine = f"caller = {job.caller}"
    assert not (await api.jobs.ListJobs(job_pb2.ListJobsRequest(filter=mine))).jobs
    shown = await api.jobs.ListJobs(job_pb2.ListJobsRequest(filter=f"{mine} AND state = DELETED"))
    assert [found.job_id for found in shown.jobs] == [job.job_id]
    assert (await stands(api, job.job_id)).state == Job.STATE_DELETED
    assert await api.artifacts(job.job_id) == []
    gone = await refusal(api.jobs.DownloadArtifact(job_pb2.DownloadArtifactRequest(artifact_id=picture.artifact_id)))
    assert gone.reason == "ARTIFACT_NOT_FOUND"
    again = await refusal(api.jobs.DeleteJob(job_pb2.DeleteJobRequest(job_id=job.job_id)))
    assert (again.code, again.reason) == (grpc.StatusCode.NOT_FOUND, "JOB_NOT_FOUND")
    allowed = await api.jobs.DeleteJob(job_pb2.DeleteJobRequest(job_id=job.job_id, allow_missing=True))
    assert allowed.state == Job.STATE_DELETED


async def test_an_asset_in_use_is_not_deleted_and_the_job_is_named(unique: Callable[[], str], tmp_path: Any) -> None:
    processes = Processes()
    try:
        stack = await start_stack(processes, tmp_path, worker=False)
        async with stack.client() as api:
            own = await api.upload(unique().encode())
            job = await api.jobs.CreateJob(wanted(own))
            delete = asset_pb2.DeleteAssetRequest(asset_id=own.asset_id)
            found = await refusal(api.assets.DeleteAsset(delete))
            assert (found.code, found.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ASSET_IN_USE")
            assert found.metadata["job_id"] == job.job_id
            unfinished = await refusal(api.jobs.DeleteJob(job_pb2.DeleteJobRequest(job_id=job.job_id)))
            assert (unfinished.code, unfinished.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "JOB_UNFINISHED")
            assert job.state == Job.STATE_QUEUED
            await api.jobs.CancelJob(job_pb2.CancelJobRequest(job_id=job.job_id, reason="not wanted"))
            cancelled = await api.finished(job.job_id)
            assert (cancelled.state, cancelled.failure.reason) == (Job.STATE_CANCELLED, "CANCELLED")
            assert cancelled.failure.message == "not wanted"
            assert {output.state for output in cancelled.outputs} == {job_pb2.Output.STATE_CANCELLED}
            deleted = await api.assets.DeleteAsset(delete)
            assert deleted.state == asset_pb2.Asset.STATE_DELETED
            assert (await refusal(api.assets.DeleteAsset(delete))).reason == "ASSET_NOT_FOUND"
            delete.allow_missing = True
            assert (await api.assets.DeleteAsset(delete)).state == asset_pb2.Asset.STATE_DELETED
    finally:
        await processes.close()


async def test_beyond_the_queue_limit_a_new_job_is_refused_with_a_time_to_come_back_and_a_known_one_answered(
    tmp_path: Any, unique: Callable[[], str]
) -> None:
    processes = Processes()
    try:
        stack = await start_stack(processes, tmp_path, worker=False, queue_limit_jobs=2)
        async with stack.client() as api:
            own = await api.upload(unique().encode())
            kept = [await api.jobs.CreateJob(wanted(own, request_id=f"r{number}")) for number in range(2)]
            again = await api.jobs.CreateJob(wanted(own, request_id="r0"))
            assert again.job_id == kept[0].job_id
            reused = await refusal(api.jobs.CreateJob(wanted(own, request_id="r0", labels={"a": "b"})))
            assert reused.reason in {"REQUEST_ID_REUSED", "QUEUE_FULL"}
            found = await refusal(api.jobs.CreateJob(wanted(own)))
            assert (found.code, found.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "QUEUE_FULL")
            assert (found.metadata["limit"], found.retry_seconds) == ("2", 10.0)
            listed = await api.jobs.ListJobs(job_pb2.ListJobsRequest())
            assert {job.job_id for job in listed.jobs} == {job.job_id for job in kept}
    finally:
        await processes.close()


async def test_a_failed_job_says_why_of_each_output_and_can_be_tried_again(api: Api) -> None:
    own = await api.upload(b"this is no video")
    job = await api.finished((await api.jobs.CreateJob(wanted(own, preset="web"))).job_id)
    assert (job.state, job.failure.fault) == (Job.STATE_FAILED, media_pb2.FAULT_USER)
    assert {output.state for output in job.outputs} == {job_pb2.Output.STATE_FAILED}
    assert {output.failure.reason for output in job.outputs} == {job.failure.reason}
    dead = await api.jobs.ListTasks(job_pb2.ListTasksRequest(filter=f"job_id = {job.job_id} AND state = DEAD"))
    (probe,) = dead.tasks
    assert (probe.kind, len(probe.attempts), probe.attempts[0].worker.service) == (
        event_pb2.TASK_KIND_PROBE, 1, "worker",
    )  # fmt: skip
    wrong = await refusal(api.jobs.RetryJob(job_pb2.RetryJobRequest(job_id=job.job_id, task_id="transcode")))
    assert (wrong.code, wrong.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "TASK_NOT_DEAD")
    again = await api.jobs.RetryJob(job_pb2.RetryJobRequest(job_id=job.job_id, task_id="probe", etag=job.etag))
    assert again.sequence > job.sequence
    twice = await api.finished(job.job_id)
    assert (twice.state, twice.sequence > again.sequence) == (Job.STATE_FAILED, True)


async def test_dead_tasks_of_a_deleted_job_are_listed_only_by_its_name(api: Api) -> None:
    async def dead(more: str = "") -> set[str]:
        request = job_pb2.ListTasksRequest(filter=f"state = DEAD{more}", page_size=1000)
        return {task.job_id for task in (await api.jobs.ListTasks(request)).tasks}

    own = await api.upload(b"no video either")
    job = await api.finished((await api.jobs.CreateJob(wanted(own))).job_id)
    before = (await api.fleet.GetStatus(fleet_pb2.GetStatusRequest())).tasks_dead
    assert job.job_id in await dead()
    await api.jobs.DeleteJob(job_pb2.DeleteJobRequest(job_id=job.job_id))
    assert job.job_id not in await dead()
    assert await dead(f" AND job_id = {job.job_id}") == {job.job_id}
    assert (await api.fleet.GetStatus(fleet_pb2.GetStatusRequest())).tasks_dead == before - 1


@pytest.mark.parametrize(
    ("restriction", "found"),
    [
        ("priority = LOW", [0]),
        ("priority = PRIORITY_NORMAL", [1, 2]),
        ("labels.team = film", [0, 1]),
        ('labels.team != "film"', [2]),
        ("preset = thumbnail AND labels.team = film AND priority = LOW", [0]),
        ("state = SUCCEEDED", []),
        ("create_time < 2020-01-01T00:00:00Z", []),
        ("create_time > 2020-01-01T00:00:00Z", [0, 1, 2]),
        ("end_time < 2100-01-01T00:00:00Z", []),
        ('failure_reason = ""', [0, 1, 2]),
    ],
)
async def test_jobs_are_filtered_on_documented_fields(
    few_jobs: tuple[Stack, list[Job]], restriction: str, found: list[int]
) -> None:
    stack, jobs = few_jobs
    async with stack.client() as api:
        request = job_pb2.ListJobsRequest(filter=f"caller = few AND {restriction}", order_by="create_time")
        reply = await api.jobs.ListJobs(request)
    assert [job.job_id for job in reply.jobs] == [jobs[number].job_id for number in found]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def few_jobs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Stack, list[Job]]]:
    """Three jobs that stay queued: no worker is there."""
    processes = Processes()
    try:
        stack = await start_stack(processes, tmp_path_factory.mktemp("few"), worker=False)
        async with stack.client("few") as api:
            own = await api.upload(b"abc")
            jobs = [
                await api.jobs.CreateJob(wanted(own, **fields))
                for fields in (
                    {"priority": event_pb2.PRIORITY_LOW, "labels": {"team": "film"}},
                    {"labels": {"team": "film"}},
                    {},
                )
            ]
            # Lists of other clients do not wait for these writes; this read does.
            await api.jobs.GetJob(job_pb2.GetJobRequest(job_id=jobs[-1].job_id))
            yield stack, jobs
    finally:
        await processes.close()


async def test_jobs_come_in_pages_in_the_order_asked_for(few_jobs: tuple[Stack, list[Job]]) -> None:
    stack, jobs = few_jobs
    async with stack.client() as api:
        for order, expected in (("create_time", jobs), ("create_time desc", jobs[::-1]), ("", jobs[::-1])):
            found, token = [], ""
            while True:
                request = job_pb2.ListJobsRequest(page_size=2, page_token=token, order_by=order, filter="caller = few")
                page = await api.jobs.ListJobs(request)
                found += [job.job_id for job in page.jobs]
                token = page.next_page_token
                if not token:
                    break
            assert found == [job.job_id for job in expected]


async def test_a_page_token_of_another_list_is_foreign(few_jobs: tuple[Stack, list[Job]]) -> None:
    stack, _ = few_jobs
    async with stack.client() as api:
        token = (await api.jobs.ListJobs(job_pb2.ListJobsRequest(page_size=1))).next_page_token
        for call in (
            api.jobs.ListJobs(job_pb2.ListJobsRequest(page_token=token, filter="preset = web")),
            api.jobs.ListJobs(job_pb2.ListJobsRequest(page_token=token, order_by="end_time")),
            api.assets.ListAssets(asset_pb2.ListAssetsRequest(page_token=token)),
            api.jobs.ListTasks(job_pb2.ListTasksRequest(page_token=token)),
        ):
            found = await refusal(call)
            assert (found.reason, found.fields) == ("INVALID_PAGE_TOKEN", ("page_token",))
        assert (await api.jobs.ListJobs(job_pb2.ListJobsRequest(page_token=token, page_size=1000))).jobs


async def test_assets_are_filtered_and_ordered_too(few_jobs: tuple[Stack, list[Job]]) -> None:
    stack, _ = few_jobs
    async with stack.client("sizes") as api:
        made = [await api.upload(bytes(size), labels={"size": str(size)}) for size in (30, 10, 20)]
        by_size = await api.assets.ListAssets(
            asset_pb2.ListAssetsRequest(filter="caller = sizes AND size_bytes >= 20", order_by="size_bytes")
        )
        assert [asset.asset_id for asset in by_size.assets] == [made[2].asset_id, made[0].asset_id]
        await api.assets.DeleteAsset(asset_pb2.DeleteAssetRequest(asset_id=made[0].asset_id, etag=made[0].etag))
        left = await api.assets.ListAssets(asset_pb2.ListAssetsRequest(filter="caller = sizes", order_by="size_bytes"))
        assert [asset.size_bytes for asset in left.assets] == [10, 20]
        hidden = await api.assets.ListAssets(asset_pb2.ListAssetsRequest(filter="caller = sizes AND state = DELETED"))
        assert [asset.asset_id for asset in hidden.assets] == [made[0].asset_id]


async def test_retention_counts_from_creation_and_has_a_minimum(few_jobs: tuple[Stack, list[Job]]) -> None:
    stack, _ = few_jobs
    async with stack.client() as api:
        own = await api.upload(b"abc")
        job = await api.jobs.CreateJob(wanted(own, retention_seconds=DAY_SECONDS))
        assert round((job.expire_time.ToNanoseconds() - job.create_time.ToNanoseconds()) / 1e9) == DAY_SECONDS
        found = await refusal(api.jobs.CreateJob(wanted(own, retention_seconds=60)))
        assert found.fields == ("retention_seconds",)


async def test_a_write_says_its_sequence_and_a_list_waits_for_it(few_jobs: tuple[Stack, list[Job]]) -> None:
    stack, _ = few_jobs
    async with stack.client("writer") as api:
        own = await api.upload(b"abc")
        for number in range(20):
            call = api.jobs.CreateJob(wanted(own))
            initial, trailing = await metadata_of(call)
            assert initial["edgecode-sequence"] == trailing["edgecode-sequence"]
            listed = await api.jobs.ListJobs(
                job_pb2.ListJobsRequest(filter="caller = writer"),
                metadata=(("edgecode-sequence", trailing["edgecode-sequence"]),),
            )
            assert len(listed.jobs) == number + 1
            assert (await stands(api, (await call).job_id)).sequence >= int(trailing["edgecode-sequence"])


async def test_a_list_waits_two_seconds_for_a_sequence_and_then_says_when_to_ask_again(
    few_jobs: tuple[Stack, list[Job]],
) -> None:
    stack, _ = few_jobs
    async with stack.client() as api:
        found = await refusal(
            api.jobs.ListJobs(job_pb2.ListJobsRequest(), metadata=(("edgecode-sequence", "999999999"),))
        )
    assert (found.code, found.reason) == (grpc.StatusCode.UNAVAILABLE, "LEDGER_BEHIND")
    assert found.retry_seconds == 1.0
