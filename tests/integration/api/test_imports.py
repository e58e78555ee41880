"""Imports: from a configured store and from nowhere else, once per request, whatever is dropped or killed meanwhile."""

import asyncio
import hashlib
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import google_crc32c
import grpc
import pytest
import pytest_asyncio

from edgecode.core.blobs import Blobs, source_key
from edgecode.v1 import asset_pb2, job_pb2
from tests.harness.api import Api, refusal
from tests.harness.eventually import eventually
from tests.harness.process import Processes
from tests.harness.s3 import S3Server
from tests.integration.api.conftest import Stack, start_stack

pytestmark = pytest.mark.asyncio(loop_scope="module")

Request = asset_pb2.ImportAssetRequest
DATA = random.Random(11).randbytes((9 << 20) + 5)
LIMIT = 20 << 20


@dataclass
class Place:
    """A stack whose server imports from a folder and from S3."""

    stack: Stack
    s3: S3Server
    s3_root: str
    folder: Path
    blobs: Blobs

    def put(self, name: str, data: bytes = DATA) -> str:
        """Puts an object into both stores; its URI in S3."""
        (self.folder / name).write_bytes(data)
        self.s3.client.put_object(Bucket=self.s3.bucket, Key=f"footage/{name}", Body=data)
        return f"{self.s3_root}/{name}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    tmp = tmp_path_factory.mktemp("imports")
    folder = tmp / "in box"
    folder.mkdir()
    processes = Processes()
    try:
        s3 = await S3Server.start(processes, tmp / "s3")
        stores = {
            "inbox": {"url": f"file://{folder}", "uses": ["import"]},
            "footage": {"url": s3.url("footage"), "uses": ["import"]},
            "outbox": {"url": f"file://{tmp / 'out'}", "uses": ["export"]},
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in s3.environment.items():
                patch.setenv(name, value)
            stack = await start_stack(processes, tmp, stores=stores, upload_limit_bytes=LIMIT)
            yield Place(stack, s3, f"s3://{s3.bucket}/footage", folder, Blobs(stack.settings.blobs))
    finally:
        await processes.close()


@pytest_asyncio.fixture(loop_scope="module")
async def api(place: Place) -> AsyncIterator[Api]:
    async with place.stack.client() as client:
        yield client


@pytest.mark.parametrize("sha256", ["", hashlib.sha256(DATA).hexdigest()])
@pytest.mark.parametrize("store", ["s3", "folder"])
async def test_an_object_becomes_an_asset_with_its_digests(place: Place, api: Api, store: str, sha256: str) -> None:
    name = "täke 1 #?%.mov"
    uri = place.put(name) if store == "s3" else f"file://{place.folder}/{name}"
    asset = await api.assets.ImportAsset(Request(uri=uri, labels={"team": "film"}, sha256=sha256))
    assert (asset.size_bytes, asset.sha256) == (len(DATA), hashlib.sha256(DATA).hexdigest())
    assert asset.crc32c == google_crc32c.value(DATA)
    assert (asset.file_name, dict(asset.labels)) == (name, {"team": "film"})
    assert await place.blobs.get(source_key(asset.sha256)) == DATA
    found = await api.assets.GetAsset(asset_pb2.GetAssetRequest(asset_id=asset.asset_id))
    assert (found.sha256, found.state, found.etag) == (asset.sha256, asset_pb2.Asset.STATE_ACTIVE, asset.etag)
    assert await place.blobs.entries("uploads/") == []


@pytest.mark.parametrize(
    "uri",
    [
        "file:///etc/passwd",
        "file://{folder}/../../../../etc/passwd",
        "file://{folder}/./a",
        "{root}/../other",
        "s3://another-bucket/a.mov",
        "http://127.0.0.1/a.mov",
        "https://169.254.169.254/latest/meta-data",
        "file://{out}/a.mov",
        "/etc/passwd",
        "",
    ],
)
async def test_what_lies_in_no_store_for_import_is_refused_by_field(place: Place, api: Api, uri: str) -> None:
    given = uri.format(folder=place.folder, root=place.s3_root, out=place.folder.parent / "out")
    found = await refusal(api.assets.ImportAsset(Request(uri=given)))
    assert (found.code, found.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "IMPORT_NOT_CONFIGURED")
    assert found.fields == ("uri",)
    assert "endpoint" not in found.message


async def test_no_link_leads_out_of_a_folder_and_no_pipe_is_read(place: Place, api: Api) -> None:
    outside = place.folder.parent / "outside.mov"
    outside.write_bytes(DATA)
    (place.folder / "link.mov").symlink_to(outside)
    (place.folder / "up").symlink_to(place.folder.parent)
    (place.folder / "device.mov").symlink_to("/dev/zero")
    (place.folder / "inner").mkdir()
    os.mkfifo(place.folder / "pipe.mov")
    for name in ("link.mov", "up/outside.mov", "device.mov", "pipe.mov", "inner", "none.mov"):
        found = await refusal(api.assets.ImportAsset(Request(uri=f"file://{place.folder}/{name}")))
        assert (found.code, found.reason) == (grpc.StatusCode.NOT_FOUND, "IMPORT_SOURCE_NOT_FOUND"), name
        assert found.fields == ("uri",)


async def test_each_bad_request_is_refused_by_what_is_wrong(place: Place, api: Api) -> None:
    good = place.put("bad.mov")
    cases = [
        (Request(uri=f"{place.s3_root}/none.mov"), "IMPORT_SOURCE_NOT_FOUND"),
        (Request(uri=place.put("empty.mov", b"")), "EMPTY_UPLOAD"),
        (Request(uri=place.put("large.mov", bytes(LIMIT + 1))), "ASSET_TOO_LARGE"),
        (Request(uri=good, sha256="0" * 64), "DIGEST_MISMATCH"),
        (Request(uri=good, sha256="x"), "INVALID_FIELD"),
        (Request(uri=good, preset="cinema"), "PRESET_NOT_FOUND"),
        (Request(uri=good, labels={"BAD": ""}), "INVALID_FIELD"),
        (Request(uri=good, retention_seconds=1), "INVALID_FIELD"),
        (Request(uri=good, file_name="a\nb"), "INVALID_FIELD"),
    ]
    for request, reason in cases:
        assert (await refusal(api.assets.ImportAsset(request))).reason == reason, request
    assert not await place.blobs.exists(source_key("0" * 64))


async def test_a_request_to_look_only_imports_nothing(place: Place, api: Api) -> None:
    proposed = await api.assets.ImportAsset(Request(uri=place.put("look.mov"), validate_only=True))
    assert (proposed.asset_id, proposed.file_name, proposed.size_bytes) == ("", "look.mov", len(DATA))
    assert (await api.assets.ListAssets(asset_pb2.ListAssetsRequest(filter='file_name = "look.mov"'))).assets == []


async def test_the_same_request_gets_the_same_asset_and_another_under_its_id_is_refused(
    place: Place, api: Api, unique: Callable[[], str]
) -> None:
    request = Request(uri=place.put("same.mov"), request_id=unique())
    first, second = await asyncio.gather(api.assets.ImportAsset(request), api.assets.ImportAsset(request))
    assert first.asset_id == second.asset_id
    place.s3.client.delete_object(Bucket=place.s3.bucket, Key="footage/same.mov")
    assert (await api.assets.ImportAsset(request)).asset_id == first.asset_id, "it was imported: nothing is read again"
    other = Request(uri=request.uri, request_id=request.request_id, labels={"a": "b"})
    found = await refusal(api.assets.ImportAsset(other))
    assert (found.code, found.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")
    async with place.stack.client() as stranger:
        theirs = await refusal(stranger.assets.ImportAsset(request))
        assert theirs.reason == "IMPORT_SOURCE_NOT_FOUND", "an id belongs to its caller"


async def test_an_import_whose_call_was_dropped_goes_on(place: Place, api: Api, unique: Callable[[], str]) -> None:
    request = Request(uri=place.put("dropped.mov"), request_id=unique(), file_name="dropped.mov")
    place.s3.process.freeze()
    try:
        # Long enough to reach the server, which the store then keeps waiting.
        with pytest.raises(grpc.aio.AioRpcError) as dropped:
            await api.assets.ImportAsset(request, timeout=2.0)
    finally:
        place.s3.process.thaw()
    assert dropped.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    listing = asset_pb2.ListAssetsRequest(filter='file_name = "dropped.mov"')

    async def imported() -> list[asset_pb2.Asset]:
        return list((await api.assets.ListAssets(listing)).assets)

    (asset,) = await eventually(imported)
    assert (await api.assets.ImportAsset(request)).asset_id == asset.asset_id


async def test_the_preset_of_an_import_starts_its_job(
    place: Place, api: Api, clip: bytes, unique: Callable[[], str]
) -> None:
    request = Request(uri=place.put("clip.mp4", clip), preset="thumbnail", labels={"a": "b"}, request_id=unique())
    asset = await api.assets.ImportAsset(request)
    job = await api.finished(asset.job_id)
    assert (job.state, job.asset_id) == (job_pb2.Job.STATE_SUCCEEDED, asset.asset_id)
    assert dict(job.labels) == {"a": "b"}
    assert (await api.assets.ImportAsset(request)).job_id == job.job_id


@pytest.mark.parametrize("crash_at", ["import.after_digest", "upload.after_source", "upload.after_asset"])
async def test_an_import_of_a_killed_server_ends_once_when_it_is_asked_for_again(
    place: Place, clip: bytes, unique: Callable[[], str], crash_at: str
) -> None:
    request = Request(uri=place.put("killed.mp4", clip), preset="thumbnail", request_id=unique())
    caller = unique()
    dying = await place.stack.processes.launch("edgecode.server", place.stack.settings, crash_at)
    async with place.stack.client(caller, (await dying.ready())["grpc_address"]) as api:
        await refusal(api.assets.ImportAsset(request))
    assert await dying.exit() == -signal.SIGKILL
    async with place.stack.client(caller) as api:
        asset = await api.assets.ImportAsset(request)
        assert (await api.finished(asset.job_id)).state == job_pb2.Job.STATE_SUCCEEDED
        jobs = await api.jobs.ListJobs(job_pb2.ListJobsRequest(filter=f"caller = {caller}"))
        assert [job.job_id for job in jobs.jobs] == [asset.job_id]
    assert await place.blobs.entries(f"uploads/{asset.asset_id}/") == []
