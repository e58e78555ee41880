"""What only S3 does: it signs, encrypts, is away, is refused; and what a process says of it at its start."""

import asyncio
import re
import time
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from pathlib import Path

import pytest

from edgecode.core import blobs as core_blobs
from edgecode.core.blobs import Blobs
from edgecode.core.errors import FailedPrecondition, Unavailable
from edgecode.core.s3 import _config
from edgecode.core.settings import Settings
from edgecode.core.store_check import check_store
from edgecode.core.store_url import StoreUrl
from tests.harness.process import Processes
from tests.harness.s3 import REGION, S3Server, zeros

SETTING = "EDGECODE_BLOBS_URL"


@asynccontextmanager
async def answering(answer: Callable[[str], Awaitable[HTTPStatus]]) -> AsyncIterator[str]:
    """URL of a store that begins any multipart upload and says of each request what `answer` returns."""
    begun = b"<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>"
    head = f"Connection: close\r\nETag: one\r\nContent-Length: {len(begun)}\r\n\r\n"

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        words = (await reader.readuntil(b"\r\n\r\n")).decode()
        size_bytes = re.search(r"content-length: (\d+)", words, re.IGNORECASE)
        await reader.readexactly(int(size_bytes[1]) if size_bytes else 0)
        status = await answer(words.partition(" ")[0])
        writer.write(f"HTTP/1.1 {status} {status.phrase}\r\n{head}".encode() + begun)
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"s3://answering?anonymous=true&region={REGION}&endpoint=http://127.0.0.1:{port}"


def read(url: str) -> bytes:
    with urllib.request.urlopen(url) as reply:
        data: bytes = reply.read()
        return data


async def test_a_signed_url_reads_its_object_without_credentials_and_no_other(s3: S3Server) -> None:
    blobs = Blobs(s3.url())
    await blobs.put("a/ü 1", b"bytes")
    url = await blobs.sign("a/ü 1", 60)
    assert await asyncio.to_thread(read, url) == b"bytes"
    assert s3.keys[1] not in url
    assert "X-Amz-Expires=60" in url


async def test_a_folder_signs_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FailedPrecondition, match="DownloadArtifact") as refused:
        await Blobs(f"file://{tmp_path}").sign("a", 60)
    assert refused.value.reason == "STORE_CANNOT_SIGN"


async def test_puts_that_fail_leave_no_unfinished_multipart_upload(s3: S3Server) -> None:
    async def broken() -> AsyncGenerator[bytes, None]:
        for _ in range(40):
            yield bytes(1 << 20)
        raise Unavailable("STORE_UNAVAILABLE", "the source broke off")

    puts = (Blobs(s3.url()).put_stream("broken", broken(), 40 << 20) for _ in range(8))
    for failed in await asyncio.gather(*puts, return_exceptions=True):
        assert isinstance(failed, Unavailable)
        assert failed.message == "the source broke off"
    assert s3.unfinished() == []


async def test_a_put_that_fails_is_aborted_after_the_parts_that_are_on_their_way() -> None:
    seen: list[str] = []
    asked, aborted = asyncio.Event(), asyncio.Event()

    async def answer(method: str) -> HTTPStatus:
        if method == "PUT":
            asked.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(aborted.wait(), 0.5)
        elif method == "DELETE":
            aborted.set()
        seen.append(method)
        return HTTPStatus.OK

    async def broken() -> AsyncGenerator[bytes, None]:
        yield bytes(16 << 20)
        await asked.wait()
        raise Unavailable("STORE_UNAVAILABLE", "the source broke off")

    async with answering(answer) as url:
        with pytest.raises(Unavailable, match="the source broke off"):
            await Blobs(url).put_stream("a", broken(), 40 << 20)
    assert seen == ["POST", "PUT", "PUT", "DELETE"]


async def test_a_put_whose_part_is_refused_is_aborted_and_its_rest_is_not_sent() -> None:
    seen: list[str] = []
    rest = asyncio.Event()

    async def answer(method: str) -> HTTPStatus:
        seen.append(method)
        if method != "PUT":
            return HTTPStatus.OK
        if seen.count("PUT") > 1:
            rest.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(rest.wait(), 0.5)
        return HTTPStatus.BAD_REQUEST

    async with answering(answer) as url:
        with pytest.raises(Unavailable):
            await Blobs(url).put_stream("a", zeros((8 << 20) + 1), (8 << 20) + 1)
    assert seen == ["POST", "PUT", "DELETE"]


async def test_a_put_that_is_cancelled_leaves_no_unfinished_multipart_upload_and_ends_its_source(s3: S3Server) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless() -> AsyncGenerator[bytes, None]:
        for _ in range(40):
            yield bytes(1 << 20)
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        yield b""

    putting = asyncio.create_task(Blobs(s3.url()).put_stream("cancelled", endless(), 40 << 20))
    await begun.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert ended.is_set()
    assert s3.unfinished() == []


async def test_a_put_that_is_cancelled_while_the_store_hangs_ends_in_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(core_blobs, "_ABORT_SECONDS", 0.1)
    asked, ended = asyncio.Event(), asyncio.Event()

    async def answer(method: str) -> HTTPStatus:
        if method != "POST":
            asked.set()
            await ended.wait()
        return HTTPStatus.OK

    async with answering(answer) as url:
        putting = asyncio.create_task(Blobs(url).put_stream("a", zeros(40 << 20), 40 << 20))
        await asked.wait()
        putting.cancel()
        done, _ = await asyncio.wait([putting], timeout=10.0)
        ended.set()
    assert done
    assert putting.cancelled()
    assert capsys.readouterr().out.count("store.abort_failed") == 2


async def test_a_store_that_comes_back_within_the_patience_is_noticed_by_nobody(
    processes: Processes, tmp_path: Path, s3: S3Server
) -> None:
    away = await S3Server.start(processes, tmp_path)
    blobs = Blobs(away.url("late"), patience_seconds=20.0)
    await away.process.kill()
    tried = asyncio.Event()

    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tried.set()
        writer.close()

    port = int(away.endpoint.rpartition(":")[2])
    async with await asyncio.start_server(hang_up, "127.0.0.1", port):
        putting = asyncio.create_task(blobs.put("a", b"bytes"))
        await tried.wait()
    assert not putting.done()
    await away.run(processes)
    await putting
    assert away.objects(away.url("late")) == {"a": 5}


async def test_a_store_that_stays_away_is_unavailable_when_the_patience_ends(s3: S3Server) -> None:
    blobs = Blobs("s3://nowhere-at-all?endpoint=http://127.0.0.1:1", patience_seconds=1.0)
    began = time.monotonic()
    puts = (blobs.put("a", b""), blobs.put_new("a", b""), blobs.put_stream("a", zeros(1), 1))
    for ask in (*puts, blobs.get("a"), blobs.entries(""), blobs.delete(["a"])):
        with pytest.raises(Unavailable) as refused:
            await ask
        assert refused.value.reason == "STORE_UNAVAILABLE"
        assert refused.value.retry_after_seconds
        assert "127.0.0.1" not in refused.value.message
    assert time.monotonic() - began < 30.0


async def test_a_bucket_that_is_missing_is_said_at_the_start_by_the_name_of_the_setting(s3: S3Server) -> None:
    url = s3.url().replace(s3.bucket, "no-such-bucket", 1)
    with pytest.raises(FailedPrecondition, match=f"{SETTING}.*no such bucket") as refused:
        await check_store(Blobs(url), SETTING)
    assert refused.value.reason == "STORE_UNUSABLE"


async def test_a_store_that_is_away_at_the_start_may_come_back(capsys: pytest.CaptureFixture[str]) -> None:
    await check_store(Blobs("s3://nowhere-at-all?endpoint=http://127.0.0.1:1", patience_seconds=0.5), SETTING)
    assert "store.away" in capsys.readouterr().out


async def test_server_and_worker_end_at_the_start_where_the_bucket_is_missing(
    s3: S3Server, processes: Processes, settings: Settings
) -> None:
    url = s3.url().replace(s3.bucket, "no-such-bucket", 1)
    for module in ("edgecode.server", "edgecode.workers"):
        process = await processes.launch(module, settings.model_copy(update={"blobs_url": url}))
        assert await process.exit() == 78
        assert "EDGECODE_BLOBS_URL: the store cannot be used: there is no such bucket" in process.output
        assert s3.keys[1] not in process.output


@pytest.mark.parametrize(
    ("url", "endpoint", "wanted"),
    [
        ("s3://b-b", "", {"virtual_hosted_style_request": True}),
        ("s3://b.b", "", {"virtual_hosted_style_request": False}),
        ("s3://b-b?x", "https://h:9/", {"virtual_hosted_style_request": False, "endpoint": "https://h:9"}),
        (
            "s3://b-b?path_style=false",
            "https://h:9",
            {"virtual_hosted_style_request": True, "endpoint": "https://b-b.h:9"},
        ),
        (
            "s3://b-b?region=r&anonymous=true&sse=aws:kms&sse_kms_key_id=k",
            "",
            {
                "virtual_hosted_style_request": True,
                "region": "r",
                "skip_signature": True,
                "server_side_encryption": "aws:kms",
                "sse_kms_key_id": "k",
            },
        ),
    ],
)
def test_the_options_of_the_url_reach_the_store(url: str, endpoint: str, wanted: dict[str, object]) -> None:
    read_url = StoreUrl.parse(url.replace("?x", ""))
    path_style = read_url.truth("path_style", default=bool(endpoint) or "." in read_url.bucket)
    assert _config(read_url, endpoint, path_style=path_style) == {"disable_bulk_delete": True, **wanted}


async def test_keys_come_from_the_profile_that_the_url_names(
    s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    key, secret = s3.keys
    file.write_text(f"[default]\n[owner]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    blobs = Blobs(s3.url(profile="owner"))
    await blobs.put("a", b"bytes")
    assert key in await blobs.sign("a", 60)
    monkeypatch.setenv("AWS_PROFILE", "owner")
    assert key in await Blobs(s3.url()).sign("a", 60)
    for name in ("default", "nobody"):
        with pytest.raises(FailedPrecondition, match=name):
            await check_store(Blobs(s3.url(profile=name)), SETTING)
    assert REGION in await blobs.sign("a", 60)
