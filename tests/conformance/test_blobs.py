"""What every store of blobs does, a folder as S3."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from edgecode.core import blobs as core_blobs
from edgecode.core import store_errors
from edgecode.core.blobs import CHUNK_BYTES, Blobs
from edgecode.core.errors import Conflict, DataLoss, NotFound, Unavailable
from edgecode.core.store_check import check_store

# More than one part and one range of every store, and no multiple of either.
BIG = bytes(range(256)) * ((17 << 20) // 256) + b"end"


async def pieces(data: bytes, size: int = 1 << 20) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def test_bytes_come_back_as_they_were_put(blobs: Blobs, tmp_path: Path) -> None:
    for key, data in {"a/empty": b"", "a/small": b"small", "a/big": BIG}.items():
        file = tmp_path / key.replace("/", "-")
        file.write_bytes(data)
        await blobs.put(f"{key}/bytes", data)
        await blobs.put_file(f"{key}/file", file)
        await blobs.put_stream(f"{key}/stream", pieces(data), len(data))
        for way in ("bytes", "file", "stream"):
            assert await blobs.get(f"{key}/{way}") == data, (key, way)
            assert await blobs.size_bytes(f"{key}/{way}") == len(data)


@pytest.mark.parametrize("offset", [0, 1, CHUNK_BYTES, len(BIG) - 1, len(BIG)])
async def test_a_stream_begins_at_an_offset_and_comes_in_bounded_chunks(blobs: Blobs, offset: int) -> None:
    await blobs.put("big", BIG)
    chunks = [chunk async for chunk in blobs.stream("big", offset)]
    assert b"".join(chunks) == BIG[offset:]
    assert all(0 < len(chunk) <= CHUNK_BYTES for chunk in chunks)


async def test_a_stream_that_is_not_read_to_its_end_leaves_nothing_running(blobs: Blobs) -> None:
    await blobs.put("big", BIG)
    before = asyncio.all_tasks()
    stream = blobs.stream("big")
    assert await anext(stream)
    await stream.aclose()
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("key", ["with space", "ünï", "per%20cent", "q?a=b#c", "a+b&c", "x" * 200])
async def test_a_key_is_what_it_is(blobs: Blobs, key: str) -> None:
    await blobs.put(f"keys/{key}/name", key.encode())
    assert await blobs.entries("keys/") == [(f"keys/{key}/name", len(key.encode()))]
    assert await blobs.get(f"keys/{key}/name") == key.encode()
    await blobs.delete([f"keys/{key}/name"])
    assert await blobs.entries("keys/") == []


async def test_of_many_puts_under_one_new_key_one_wins(blobs: Blobs) -> None:
    puts = [blobs.put_new("new", str(number).encode()) for number in range(12)]
    won = await asyncio.gather(*puts)
    assert won.count(True) == 1
    assert await blobs.get("new") == str(won.index(True)).encode()
    assert not await blobs.put_new("new", b"later")


async def test_a_stream_that_fails_stores_nothing(blobs: Blobs) -> None:
    async def broken() -> AsyncGenerator[bytes, None]:
        async for piece in pieces(BIG):
            yield piece
        raise DataLoss("DIGEST_MISMATCH", "other bytes")

    with pytest.raises(DataLoss, match="other bytes"):
        await blobs.put_stream("broken", broken(), len(BIG))
    assert not await blobs.exists("broken")
    assert await blobs.entries("") == []


async def test_what_is_not_there_is_not_found(blobs: Blobs, tmp_path: Path) -> None:
    assert not await blobs.exists("none")
    for ask in (blobs.size_bytes("none"), blobs.get("none"), blobs.fetch_file("none", tmp_path / "none", "")):
        with pytest.raises(NotFound) as refused:
            await ask
        assert refused.value.reason == "BLOB_NOT_FOUND"
    assert await blobs.entries("none/") == []
    await blobs.delete(["none"])
    assert await blobs.delete_older(["none"], 0.0) == []


async def test_a_file_is_fetched_and_its_digest_checked(blobs: Blobs, tmp_path: Path) -> None:
    await blobs.put("big", BIG)
    await blobs.fetch_file("big", tmp_path / "good", hashlib.sha256(BIG).hexdigest())
    assert (tmp_path / "good").read_bytes() == BIG
    with pytest.raises(DataLoss):
        await blobs.fetch_file("big", tmp_path / "bad", "0" * 64)


async def test_an_object_that_changes_while_it_is_read_is_noticed(blobs: Blobs) -> None:
    await blobs.put("big", BIG)
    seen = await blobs.head("big")
    await blobs.put("big", BIG[::-1])
    with pytest.raises(Conflict) as refused:
        await anext(blobs.read(seen))
    assert refused.value.reason == "BLOB_CHANGED"
    await blobs.delete(["big"])
    with pytest.raises(NotFound):
        await anext(blobs.read(seen))


async def test_a_listing_has_all_pages_in_order_of_key_and_nothing_of_another_prefix(blobs: Blobs) -> None:
    keys = [f"many/{number:05d}" for number in range(1100)]  # S3 lists a thousand at once
    for start in range(0, len(keys), 50):
        await asyncio.gather(*(blobs.put(key, b"x") for key in keys[start : start + 50]))
    await blobs.put("many-more/1", b"x")
    assert await blobs.entries("many/") == [(key, 1) for key in keys]
    assert [blob.key for blob in await blobs.older_than("many/", 0.0)] == keys
    assert await blobs.older_than("many/", 3600.0) == []
    assert await blobs.delete_older(keys[:40], 3600.0) == []
    assert await blobs.delete_older(keys[:40], 0.0) == keys[:40]
    assert await blobs.entries("many/") == [(key, 1) for key in keys[40:]]


async def test_a_store_that_is_good_passes_the_check_and_keeps_nothing_of_it(blobs: Blobs) -> None:
    await check_store(blobs, "EDGECODE_BLOBS_URL")
    assert await blobs.entries("") == []


def test_the_parts_of_any_asset_are_few_enough_for_s3() -> None:
    for size in (0, 1, 20 << 30, 5 << 40):
        part = core_blobs._part_bytes(size)
        assert size <= part * 10_000
        assert part >= 5 << 20
    assert core_blobs._part_bytes(20 << 30) == 8 << 20


async def test_a_folder_that_hangs_ends_a_request_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a pipe that nobody writes hangs as a mount does whose server is gone."""
    monkeypatch.setattr(store_errors, "ANSWER_SECONDS", 0.1)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    try:
        with pytest.raises(Unavailable, match="does not answer"):
            await Blobs(tmp_path.as_uri()).get("pipe")
    finally:
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
