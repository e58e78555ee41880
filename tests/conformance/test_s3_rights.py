"""What moto has and not every S3 server: documented rights are enough, others are denied; the store encrypts."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from edgecode.core.blobs import Blobs
from edgecode.core.errors import FailedPrecondition, Unavailable
from edgecode.core.store_check import check_store
from tests.harness.documents import blocks
from tests.harness.process import Processes
from tests.harness.s3 import S3Server, zeros

SETTING = "EDGECODE_BLOBS_URL"


def documented(mark: str, bucket: str) -> dict[str, object]:
    """A block of the page on storage, with the test's bucket."""
    text = next(block.text for block in blocks("docs/storage.md") if block.mark == mark)
    found: dict[str, object] = json.loads(text.replace("my-bucket", bucket))
    return found


@pytest_asyncio.fixture
async def guarded(processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[S3Server]:
    """A server that lets in nobody but a user with the documented rights, whose keys are in the environment."""
    server = await S3Server.start(processes, tmp_path)
    key, secret = server.user("edgecode", documented("policy", server.bucket))
    server.enforce()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    yield server


async def test_the_documented_rights_are_enough_for_all_that_is_done(guarded: S3Server, tmp_path: Path) -> None:
    blobs = Blobs(guarded.url("edgecode"), patience_seconds=1.0)
    await check_store(blobs, SETTING)
    file = tmp_path / "file"
    file.write_bytes(bytes(17 << 20))
    await blobs.put_file("big", file)
    await blobs.put_stream("stream", zeros(17 << 20), 17 << 20)
    await blobs.put("small", b"small")
    assert await blobs.put_new("new", b"")
    assert await blobs.size_bytes("big") == 17 << 20
    assert await blobs.get("small") == b"small"
    assert not await blobs.exists("none")
    assert [key for key, _ in await blobs.entries("")] == ["big", "new", "small", "stream"]
    await blobs.delete(["big", "new", "small", "stream"])
    assert await blobs.entries("") == []


async def test_beyond_the_documented_rights_all_is_denied(guarded: S3Server) -> None:
    blobs = Blobs(guarded.url("elsewhere"), patience_seconds=1.0)
    # That lists are bound to the prefix moto does not check.
    streams = (blobs.put_stream("a", zeros(size), size) for size in (1, 17 << 20))
    for ask in (blobs.put("a", b""), *streams, blobs.get("a"), blobs.delete(["a"])):
        with pytest.raises(Unavailable) as refused:
            await ask
        assert refused.value.reason == "STORE_DENIED"
    with pytest.raises(FailedPrecondition, match=f"{SETTING}.*refuses the credentials") as unusable:
        await check_store(blobs, SETTING)
    assert unusable.value.reason == "STORE_UNUSABLE"


async def test_wrong_keys_are_denied_and_never_shown(guarded: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "SECRET-and-wrong")
    with pytest.raises(FailedPrecondition, match="refuses the credentials") as refused:
        await check_store(Blobs(guarded.url("edgecode"), patience_seconds=1.0), SETTING)
    assert "SECRET" not in str(refused.value)


async def test_nobody_reads_without_a_signature(guarded: S3Server) -> None:
    blobs = Blobs(guarded.url("edgecode"), patience_seconds=1.0)
    await blobs.put("a", b"bytes")
    url = await blobs.sign("a", 60)
    with pytest.raises(urllib.error.HTTPError):
        await asyncio.to_thread(urllib.request.urlopen, url.partition("?")[0])


def test_the_documented_lifecycle_rule_is_one(guarded: S3Server) -> None:
    rule = documented("lifecycle", guarded.bucket)
    assert rule["Rules"][0]["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] > 1  # type: ignore[index]


async def test_the_store_encrypts_as_the_url_says(s3: S3Server) -> None:
    url = s3.url("encrypted", sse="AES256")
    await Blobs(url).put("a", b"bytes")
    assert s3.client.head_object(Bucket=s3.bucket, Key="encrypted/a")["ServerSideEncryption"] == "AES256"
