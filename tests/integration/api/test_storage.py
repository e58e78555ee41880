"""The whole way of a job with its bytes in S3: signed URLs, what is left of deleted things, a store that goes away."""

import asyncio
import hashlib
import urllib.request
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
import pytest_asyncio

from edgecode.core.blobs import source_key
from edgecode.v1 import asset_pb2, job_pb2, media_pb2, storage_pb2
from edgecode.v1.storage_pb2 import GarbageBlob
from tests.harness.api import Api, chunks, refusal, stream
from tests.harness.eventually import eventually
from tests.harness.process import Processes
from tests.harness.s3 import S3Server
from tests.integration.api.conftest import Stack, start_stack

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class OnS3:
    """A stack whose blobs are in S3, none of them too young to be garbage."""

    stack: Stack
    s3: S3Server
    url: str

    def keys(self, prefix: str = "") -> set[str]:
        return {key for key in self.s3.objects(self.url) if key.startswith(prefix)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def on_s3(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OnS3]:
    folder = tmp_path_factory.mktemp("storage")
    processes = Processes()
    try:
        s3 = await S3Server.start(processes, folder / "s3")
        url = s3.url("system")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in s3.environment.items():
                patch.setenv(name, value)
            stack = await start_stack(
                processes, folder, blobs_url=url, blob_young_seconds=0.0, upload_abandoned_seconds=1
            )
            yield OnS3(stack, s3, url)
    finally:
        await processes.close()


@pytest_asyncio.fixture(loop_scope="module")
async def api(on_s3: OnS3) -> AsyncIterator[Api]:
    async with on_s3.stack.client() as client:
        yield client


async def thumbnail(api: Api, data: bytes) -> tuple[job_pb2.Job, media_pb2.Artifact]:
    """A finished job and its picture."""
    asset = await api.upload(data, file_name="a.mp4")
    job = await api.finished(
        (await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail"))).job_id
    )
    assert job.state == job_pb2.Job.STATE_SUCCEEDED, job
    picture = next(a for a in await api.artifacts(job.job_id) if a.file.kind == media_pb2.ARTIFACT_KIND_THUMBNAIL)
    return job, picture


async def garbage(api: Api, *, dry_run: bool) -> tuple[dict[str, GarbageBlob], storage_pb2.GarbageTotal]:
    """What is said, and the totals, which must come last and add up."""
    found = [m async for m in api.storage.CollectGarbage(storage_pb2.CollectGarbageRequest(dry_run=dry_run))]
    blobs = [message.blob for message in found[:-1]]
    total = found[-1].total
    assert all(message.HasField("blob") for message in found[:-1])
    assert (total.blobs, total.size_bytes) == (len(blobs), sum(blob.size_bytes for blob in blobs))
    assert total.dry_run == dry_run
    return {blob.key: blob for blob in blobs}, total


def read(url: str) -> bytes:
    with urllib.request.urlopen(url) as reply:
        data: bytes = reply.read()
        return data


async def test_a_job_runs_with_all_its_bytes_in_s3(on_s3: OnS3, api: Api, clip: bytes) -> None:
    job, picture = await thumbnail(api, clip)
    data = await api.download(picture.artifact_id)
    assert hashlib.sha256(data).hexdigest() == picture.file.sha256
    assert {picture.file.blob_key, picture.file.statement_blob_key} <= on_s3.keys(f"artifacts/{job.job_id}/")
    assert source_key(hashlib.sha256(clip).hexdigest()) in on_s3.keys("sources/")
    assert on_s3.keys("uploads/") == on_s3.keys("checks/") == set()
    assert on_s3.s3.unfinished() == []
    assert not any((on_s3.stack.settings.data_dir / "blobs").glob("**/*"))


async def test_a_signed_url_reads_the_artifact_or_its_statement_for_the_time_asked(api: Api, clip: bytes) -> None:
    _, picture = await thumbnail(api, clip)
    signed = await api.jobs.SignArtifactUrl(
        job_pb2.SignArtifactUrlRequest(artifact_id=picture.artifact_id, expires_in_seconds=600)
    )
    assert hashlib.sha256(await asyncio.to_thread(read, signed.url)).hexdigest() == picture.file.sha256
    left = signed.expire_time.ToDatetime(UTC) - datetime.now(UTC)
    assert timedelta(seconds=540) < left <= timedelta(seconds=600)
    statement = job_pb2.SignArtifactUrlRequest(artifact_id=picture.artifact_id, statement=True)
    url = (await api.jobs.SignArtifactUrl(statement)).url
    assert "X-Amz-Expires=3600" in url
    assert b"in-toto" in await asyncio.to_thread(read, url)


@pytest.mark.parametrize("seconds", [-1, 604_801])
async def test_a_time_out_of_bounds_is_refused_by_field(api: Api, seconds: int) -> None:
    request = job_pb2.SignArtifactUrlRequest(artifact_id="x", expires_in_seconds=seconds)
    found = await refusal(api.jobs.SignArtifactUrl(request))
    assert (found.code, found.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("expires_in_seconds",))


async def test_garbage_is_named_with_its_reason_then_deleted_and_what_is_needed_stays(
    on_s3: OnS3, api: Api, clip: bytes, unique: Callable[[], str]
) -> None:
    kept, _ = await thumbnail(api, clip)
    deleted, _ = await thumbnail(api, clip)
    await api.jobs.DeleteJob(job_pb2.DeleteJobRequest(job_id=deleted.job_id))
    unused = await api.upload(b"nobody's source")
    await api.assets.DeleteAsset(asset_pb2.DeleteAssetRequest(asset_id=unused.asset_id))
    await api.assets.UploadAsset(stream(asset_pb2.UploadAssetRequest(upload_id=unique(), data=b"abandoned")))
    await api.assets.UploadAsset(chunks(b"abandoned too", unique(), finish=False))
    bucket, prefix = on_s3.s3.bucket, "system"
    for key in ("artifacts/gone/task/attempt/a.mp4", f"artifacts/{kept.job_id}/task/lost/a.mp4", "checks/left"):
        on_s3.s3.client.put_object(Bucket=bucket, Key=f"{prefix}/{key}", Body=b"bytes")
    wanted = {
        **dict.fromkeys(on_s3.keys(f"artifacts/{deleted.job_id}/"), GarbageBlob.REASON_JOB_DELETED),
        **dict.fromkeys(on_s3.keys("uploads/"), GarbageBlob.REASON_UPLOAD_ABANDONED),
        source_key(unused.sha256): GarbageBlob.REASON_SOURCE_UNUSED,
        "artifacts/gone/task/attempt/a.mp4": GarbageBlob.REASON_JOB_GONE,
        f"artifacts/{kept.job_id}/task/lost/a.mp4": GarbageBlob.REASON_ATTEMPT_LOST,
        "checks/left": GarbageBlob.REASON_CHECK_LEFT,
    }
    assert len(wanted) >= 12
    before = on_s3.keys()

    async def all_old() -> bool:
        return wanted.keys() <= (await garbage(api, dry_run=True))[0].keys()

    await eventually(all_old)  # a second must pass since the uploads' last part
    found, total = await garbage(api, dry_run=True)
    assert {key: blob.reason for key, blob in found.items()} == wanted
    assert total.looked_at >= len(before) - 1
    assert on_s3.keys() == before, "a dry run deletes nothing"

    gone, _ = await garbage(api, dry_run=False)
    assert gone.keys() == wanted.keys()
    assert on_s3.keys() == before - wanted.keys()
    assert (await garbage(api, dry_run=False))[0] == {}


async def test_a_store_that_is_away_is_said_and_all_goes_on_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unique: Callable[[], str]
) -> None:
    processes = Processes()
    try:
        s3 = await S3Server.start(processes, tmp_path / "s3")
        for name, value in s3.environment.items():
            monkeypatch.setenv(name, value)
        stack = await start_stack(processes, tmp_path, worker=False, blobs_url=s3.url("away"))
        async with stack.client() as api:
            await s3.process.kill()
            found = await refusal(api.assets.UploadAsset(chunks(b"bytes", unique())))
            assert (found.code, found.reason) == (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
            assert found.retry_seconds
            await s3.run(processes)
            assert (await api.upload(b"bytes")).size_bytes == 5
    finally:
        await processes.close()
