"""Uploads: resumable at any point, checked at every step, finished once."""

import asyncio
import hashlib
import random
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import google_crc32c
import grpc
import pytest

from edgecode.core.blobs import Blobs
from edgecode.v1 import asset_pb2, job_pb2
from tests.harness.api import Api, Refusal, chunks, refusal, stream
from tests.harness.eventually import eventually
from tests.harness.process import Processes
from tests.integration.api.conftest import Stack, start_stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

Request = asset_pb2.UploadAssetRequest
DATA = random.Random(7).randbytes(700_000)


def said(offset: int, data: bytes, **fields: Any) -> Request:
    return Request(offset_bytes=offset, data=data, **fields)


async def committed(api: Api, upload_id: str) -> int:
    reply = await api.assets.QueryUpload(asset_pb2.QueryUploadRequest(upload_id=upload_id))
    return reply.committed_bytes


async def test_an_upload_answers_with_digests_of_what_came(api: Api, unique: Callable[[], str]) -> None:
    asset = await api.upload(DATA, unique(), file_name="a.bin", labels={"team": "film"})
    assert (asset.size_bytes, asset.sha256) == (len(DATA), hashlib.sha256(DATA).hexdigest())
    assert asset.crc32c == google_crc32c.value(DATA)
    assert (asset.file_name, dict(asset.labels), asset.state) == (
        "a.bin",
        {"team": "film"},
        asset_pb2.Asset.STATE_ACTIVE,
    )
    found = await api.assets.GetAsset(asset_pb2.GetAssetRequest(asset_id=asset.asset_id))
    asset.ClearField("create_time")
    found.ClearField("create_time")
    assert found == asset


async def test_digests_are_optional_from_the_client_and_always_returned(api: Api, unique: Callable[[], str]) -> None:
    reply = await api.assets.UploadAsset(stream(Request(upload_id=unique(), data=b"abc", finish=True)))
    assert reply.asset.sha256 == hashlib.sha256(b"abc").hexdigest()
    assert reply.asset.crc32c == google_crc32c.value(b"abc")


async def test_an_upload_cut_off_resumes_where_it_stopped(api: Api, unique: Callable[[], str]) -> None:
    upload_id = unique()
    half = await api.assets.UploadAsset(chunks(DATA[:300_000], upload_id, finish=False, file_name="half.bin"))
    assert (half.committed_bytes, half.HasField("asset")) == (300_000, False)
    assert await committed(api, upload_id) == 300_000
    reply = await api.assets.UploadAsset(chunks(DATA, upload_id, start=300_000))
    assert (reply.asset.sha256, reply.asset.file_name) == (hashlib.sha256(DATA).hexdigest(), "half.bin")
    assert await committed(api, upload_id) == len(DATA)


async def test_what_a_broken_stream_had_stored_is_kept(api: Api, unique: Callable[[], str]) -> None:
    upload_id = unique()
    big = random.Random(8).randbytes(9 << 20)
    sent = asyncio.Event()

    async def broken() -> AsyncIterator[Request]:
        for request in chunks(big, upload_id, size=1 << 20, finish=False):
            yield request
        sent.set()
        await asyncio.Event().wait()

    call = api.assets.UploadAsset(broken())
    await sent.wait()
    await eventually(lambda: _stored(api, upload_id))
    call.cancel()
    reply = await _go_on(api, big, upload_id)
    assert reply.asset.sha256 == hashlib.sha256(big).hexdigest()


async def _stored(api: Api, upload_id: str) -> int:
    try:
        return await committed(api, upload_id)
    except grpc.aio.AioRpcError as error:
        assert error.code() == grpc.StatusCode.NOT_FOUND  # noqa: PT017 it is not there yet
        return 0


async def _is_gone(api: Api, upload_id: str) -> bool:
    return not await _stored(api, upload_id)


async def _go_on(api: Api, data: bytes, upload_id: str) -> asset_pb2.UploadAssetResponse:
    """The server learns that a stream is gone a moment after its client."""
    async with asyncio.timeout(20):
        while True:
            kept = await committed(api, upload_id)
            assert kept >= 8 << 20
            try:
                return await api.assets.UploadAsset(chunks(data, upload_id, size=1 << 20, start=kept))
            except grpc.aio.AioRpcError as error:
                assert Refusal.of(error).reason in {"UPLOAD_BUSY", "OFFSET_MISMATCH"}  # noqa: PT017 nothing else


async def test_an_offset_gap_names_what_is_committed_and_loses_nothing(api: Api, unique: Callable[[], str]) -> None:
    upload_id = unique()
    found = await refusal(api.assets.UploadAsset(stream(Request(upload_id=upload_id), said(0, b"abc"), said(5, b"x"))))
    assert (found.code, found.reason) == (grpc.StatusCode.OUT_OF_RANGE, "OFFSET_GAP")
    assert found.metadata["committed_bytes"] == "3"
    assert await committed(api, upload_id) == 3


async def test_bytes_sent_again_are_refused_with_the_place_to_go_on_from(api: Api, unique: Callable[[], str]) -> None:
    upload_id = unique()
    found = await refusal(api.assets.UploadAsset(stream(Request(upload_id=upload_id, data=b"abc"), said(1, b"bc"))))
    assert (found.code, found.reason) == (grpc.StatusCode.OUT_OF_RANGE, "OFFSET_MISMATCH")
    assert found.metadata["committed_bytes"] == "3"


async def test_a_chunk_with_a_wrong_crc_is_refused_and_can_be_sent_again(api: Api, unique: Callable[[], str]) -> None:
    upload_id = unique()
    wrong = said(3, b"def", data_crc32c=1)
    found = await refusal(api.assets.UploadAsset(stream(Request(upload_id=upload_id, data=b"abc"), wrong)))
    assert (found.code, found.reason) == (grpc.StatusCode.DATA_LOSS, "CHUNK_CRC_MISMATCH")
    reply = await api.assets.UploadAsset(stream(Request(upload_id=upload_id), said(3, b"def", finish=True)))
    assert reply.asset.sha256 == hashlib.sha256(b"abcdef").hexdigest()


async def test_a_wrong_digest_makes_no_asset_and_the_right_one_still_can(api: Api, unique: Callable[[], str]) -> None:
    upload_id = unique()
    wrong = Request(upload_id=upload_id, data=b"abc", finish=True, sha256="0" * 64)
    found = await refusal(api.assets.UploadAsset(stream(wrong)))
    assert (found.code, found.reason) == (grpc.StatusCode.DATA_LOSS, "DIGEST_MISMATCH")
    assert not (await api.assets.ListAssets(asset_pb2.ListAssetsRequest(filter=f"caller = {upload_id}"))).assets
    digest = hashlib.sha256(b"abc").hexdigest()
    reply = await api.assets.UploadAsset(stream(Request(upload_id=upload_id, finish=True, sha256=digest)))
    assert reply.asset.sha256 == digest


async def test_a_second_finish_gives_the_same_asset(api: Api, unique: Callable[[], str]) -> None:
    upload_id = unique()
    asset = await api.upload(DATA, upload_id)
    again = await api.assets.UploadAsset(stream(Request(upload_id=upload_id, finish=True, sha256=asset.sha256)))
    assert (again.asset.asset_id, again.committed_bytes) == (asset.asset_id, len(DATA))
    query = await api.assets.QueryUpload(asset_pb2.QueryUploadRequest(upload_id=upload_id))
    assert query.asset.asset_id == asset.asset_id


async def test_an_upload_id_never_becomes_another_file(api: Api, unique: Callable[[], str]) -> None:
    upload_id = unique()
    await api.upload(b"abc", upload_id)
    other = await refusal(api.assets.UploadAsset(stream(Request(upload_id=upload_id, finish=True, sha256="0" * 64))))
    assert (other.code, other.reason) == (grpc.StatusCode.ALREADY_EXISTS, "UPLOAD_ID_REUSED")
    more = await refusal(api.assets.UploadAsset(stream(Request(upload_id=upload_id), said(3, b"d"))))
    assert (more.code, more.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "UPLOAD_FINISHED")


async def test_an_upload_opened_once_keeps_its_metadata(api: Api, unique: Callable[[], str]) -> None:
    upload_id = unique()
    first = Request(upload_id=upload_id, metadata=asset_pb2.UploadMetadata(file_name="a"), data=b"abc")
    await api.assets.UploadAsset(stream(first))
    other = Request(upload_id=upload_id, metadata=asset_pb2.UploadMetadata(file_name="b"))
    found = await refusal(api.assets.UploadAsset(stream(other)))
    assert (found.code, found.reason) == (grpc.StatusCode.ALREADY_EXISTS, "UPLOAD_ID_REUSED")


async def test_the_same_upload_id_of_two_callers_is_two_uploads(stack: Stack, unique: Callable[[], str]) -> None:
    upload_id = unique()
    async with stack.client() as one, stack.client() as other:
        first, second = await one.upload(b"abc", upload_id), await other.upload(b"xyz", upload_id)
    assert first.asset_id != second.asset_id
    assert first.sha256 != second.sha256


async def test_of_two_streams_at_once_one_writes_and_the_other_is_told(api: Api, unique: Callable[[], str]) -> None:
    upload_id = unique()
    begun, end = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[Request]:
        yield Request(upload_id=upload_id, data=b"abc")
        begun.set()
        await end.wait()
        yield Request(finish=True)

    first = asyncio.ensure_future(api.assets.UploadAsset(slow()))
    await begun.wait()
    async with asyncio.timeout(20):
        while True:
            call = api.assets.UploadAsset(stream(Request(upload_id=upload_id)))
            try:
                await call
            except grpc.aio.AioRpcError as error:
                assert Refusal.of(error).reason == "UPLOAD_BUSY"  # noqa: PT017 nothing else may be wrong
                break
    end.set()
    assert (await first).asset.size_bytes == 3


async def test_two_servers_never_fork_an_upload(stack: Stack, unique: Callable[[], str]) -> None:
    upload_id, caller = unique(), unique()
    one, other = (random.Random(seed).randbytes(20 << 20) for seed in (1, 2))
    async with stack.another_server() as (process, _):
        address = (await process.ready())["grpc_address"]
        async with stack.client(caller) as here, stack.client(caller, address) as there:
            both = await asyncio.gather(
                here.assets.UploadAsset(chunks(one, upload_id, size=1 << 20)),
                there.assets.UploadAsset(chunks(other, upload_id, size=1 << 20)),
                return_exceptions=True,
            )
            won = [reply.asset for reply in both if isinstance(reply, asset_pb2.UploadAssetResponse)]
            lost = [error for error in both if isinstance(error, grpc.aio.AioRpcError)]
            assert len(won) + len(lost) == 2
            assert {asset.sha256 for asset in won} <= {hashlib.sha256(data).hexdigest() for data in (one, other)}
            assert {error.code() for error in lost} <= {
                grpc.StatusCode.ABORTED,
                grpc.StatusCode.OUT_OF_RANGE,
                grpc.StatusCode.DATA_LOSS,
                grpc.StatusCode.ALREADY_EXISTS,
                grpc.StatusCode.FAILED_PRECONDITION,
            }
            assert len(won) <= 1


async def test_an_empty_file_is_refused_at_finish(api: Api, unique: Callable[[], str]) -> None:
    found = await refusal(api.assets.UploadAsset(stream(Request(upload_id=unique(), finish=True))))
    assert (found.code, found.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "EMPTY_UPLOAD")
    nothing = await refusal(api.assets.UploadAsset(stream()))
    assert (nothing.code, nothing.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("upload_id",))


@pytest.mark.parametrize("file_name", ["../../etc/passwd", "-i", "--help", "a/b\\c.mp4", "…é 映画.mp4", "x" * 255, ""])
async def test_a_file_name_is_shown_as_given_and_is_never_a_path(
    api: Api, unique: Callable[[], str], file_name: str
) -> None:
    asset = await api.upload(b"abc", unique(), file_name=file_name)
    assert asset.file_name == file_name


@pytest.mark.parametrize("file_name", ["a\nb.mp4", "a\x00b.mp4", "a\x1b[31m.mp4", "x" * 256, "x" * 1000])
async def test_a_file_name_that_cannot_be_shown_is_refused_and_named(
    api: Api, unique: Callable[[], str], file_name: str
) -> None:
    metadata = asset_pb2.UploadMetadata(file_name=file_name)
    request = Request(upload_id=unique(), metadata=metadata, data=b"abc", finish=True)
    found = await refusal(api.assets.UploadAsset(stream(request)))
    assert (found.code, found.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("metadata.file_name",))


@pytest.mark.parametrize(
    ("requests", "field"),
    [
        ([Request(upload_id="")], "upload_id"),
        ([Request(upload_id="a.b")], "upload_id"),
        ([Request(upload_id="a" * 129)], "upload_id"),
        ([Request(upload_id="a1"), Request(upload_id="a2")], "upload_id"),
        ([Request(upload_id="a1"), Request(metadata=asset_pb2.UploadMetadata())], "metadata"),
        ([Request(upload_id="a1", sha256="abc", finish=True)], "sha256"),
        ([Request(upload_id="a1", sha256="0" * 64)], "sha256"),
        ([Request(upload_id="a1", metadata=asset_pb2.UploadMetadata(labels={"A": "b"}))], "metadata.labels"),
        ([Request(upload_id="a1", metadata=asset_pb2.UploadMetadata(preset="cinema"))], "preset"),
        (
            [Request(upload_id="a1", metadata=asset_pb2.UploadMetadata(retention_seconds=60))],
            "metadata.retention_seconds",
        ),
    ],
)
async def test_a_field_at_fault_is_named(api: Api, requests: list[Request], field: str) -> None:
    found = await refusal(api.assets.UploadAsset(stream(*requests)))
    assert found.fields == (field,)


async def test_a_chunk_over_its_limit_is_refused_and_what_came_before_is_kept(
    api: Api, stack: Stack, unique: Callable[[], str]
) -> None:
    upload_id, limit = unique(), stack.settings.upload_chunk_limit_bytes
    call = api.assets.UploadAsset(stream(Request(upload_id=upload_id, data=b"abc"), said(3, bytes(limit + 1))))
    found = await refusal(call)
    assert (found.code, found.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "CHUNK_TOO_LARGE")
    assert found.metadata["limit_bytes"] == str(limit)
    assert await committed(api, upload_id) == 3


async def test_an_asset_over_the_limit_is_refused(stack: Stack, unique: Callable[[], str]) -> None:
    async with stack.another_server(upload_limit_bytes=10) as (_, api):
        found = await refusal(api.assets.UploadAsset(stream(Request(upload_id=unique(), data=b"x" * 11, finish=True))))
    assert (found.code, found.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "ASSET_TOO_LARGE")


async def test_a_preset_starts_one_job_named_in_the_asset(api: Api, clip: bytes, unique: Callable[[], str]) -> None:
    upload_id = unique()
    asset = await api.upload(clip, upload_id, file_name="bbb.mp4", preset="thumbnail", labels={"team": "film"})
    again = await api.assets.UploadAsset(stream(Request(upload_id=upload_id, finish=True)))
    assert again.asset.job_id == asset.job_id
    job = await api.finished(asset.job_id)
    assert (job.asset_id, job.preset, dict(job.labels)) == (asset.asset_id, "thumbnail", {"team": "film"})
    assert job.state == job_pb2.Job.STATE_SUCCEEDED
    jobs = await api.jobs.ListJobs(job_pb2.ListJobsRequest(filter=f"asset_id = {asset.asset_id}"))
    assert [found.job_id for found in jobs.jobs] == [asset.job_id]


async def test_parts_of_a_finished_upload_are_gone(api: Api, stack: Stack, unique: Callable[[], str]) -> None:
    asset = await api.upload(DATA, unique())
    blobs = Blobs(stack.settings.blobs)
    assert await blobs.entries(f"uploads/{asset.asset_id}/") == []
    assert await blobs.get(f"sources/{asset.sha256[:2]}/{asset.sha256}") == DATA


async def test_an_abandoned_upload_is_swept_and_can_begin_anew(tmp_path: Path, unique: Callable[[], str]) -> None:
    processes = Processes()
    try:
        short = {"upload_abandoned_seconds": 1, "blob_sweep_seconds": 0.5}
        stack = await start_stack(processes, tmp_path, worker=False, **short)
        async with stack.client() as api:
            upload_id = unique()
            await api.assets.UploadAsset(stream(Request(upload_id=upload_id, data=b"abc")))
            await eventually(lambda: _is_gone(api, upload_id))
            found = await refusal(api.assets.QueryUpload(asset_pb2.QueryUploadRequest(upload_id=upload_id)))
            assert found.reason == "UPLOAD_NOT_FOUND"
            assert (await api.upload(b"xyz", upload_id)).size_bytes == 3
    finally:
        await processes.close()


@pytest.mark.parametrize("crash_at", ["upload.after_source", "upload.after_asset", "upload.after_job"])
async def test_a_server_killed_in_mid_finish_leaves_an_upload_that_ends_once(
    stack: Stack, clip: bytes, unique: Callable[[], str], crash_at: str
) -> None:
    upload_id, caller = unique(), unique()
    dying = await stack.processes.launch("edgecode.server", stack.settings, crash_at)
    async with stack.client(caller, (await dying.ready())["grpc_address"]) as api:
        await refusal(api.assets.UploadAsset(chunks(clip, upload_id, preset="thumbnail")))
    assert await dying.exit() == -signal.SIGKILL
    async with stack.client(caller) as api:
        reply = await api.assets.UploadAsset(stream(Request(upload_id=upload_id, finish=True)))
        job = await api.finished(reply.asset.job_id)
        assert job.asset_id == reply.asset.asset_id
        listed = await api.assets.ListAssets(asset_pb2.ListAssetsRequest(filter=f"caller = {caller}"))
        assert [asset.asset_id for asset in listed.assets] == [reply.asset.asset_id]
        jobs = await api.jobs.ListJobs(job_pb2.ListJobsRequest(filter=f"caller = {caller}"))
        assert [found.job_id for found in jobs.jobs] == [job.job_id]
    assert await Blobs(stack.settings.blobs).entries(f"uploads/{reply.asset.asset_id}/") == []


async def test_the_sweep_ends_what_a_killed_server_left_behind_an_asset(
    tmp_path: Path, clip: bytes, unique: Callable[[], str]
) -> None:
    processes = Processes()
    try:
        stack = await start_stack(processes, tmp_path, worker=False, blob_sweep_seconds=0.5)
        dying = await processes.launch("edgecode.server", stack.settings, "upload.after_asset")
        async with stack.client("me", (await dying.ready())["grpc_address"]) as api:
            await refusal(api.assets.UploadAsset(chunks(clip, unique(), preset="thumbnail")))
        async with stack.client("me") as api:
            jobs = await eventually(lambda: _jobs(api))
            assert [(job.caller, job.preset) for job in jobs] == [("me", "thumbnail")]
        await eventually(lambda: _no_parts(Blobs(stack.settings.blobs)))
    finally:
        await processes.close()


async def _jobs(api: Api) -> list[job_pb2.Job]:
    return list((await api.jobs.ListJobs(job_pb2.ListJobsRequest())).jobs)


async def _no_parts(blobs: Blobs) -> bool:
    return not await blobs.entries("uploads/")
