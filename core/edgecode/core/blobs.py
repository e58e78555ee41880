"""Blobs by key, in a folder or in S3, through `obstore`."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
import structlog
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import LocalStore, ObjectStore, S3Store

from edgecode.core.errors import Conflict, DataLoss, FailedPrecondition, NotFound
from edgecode.core.lifecycle import end
from edgecode.core.s3 import open_s3
from edgecode.core.store_errors import answered, first_line, translated
from edgecode.core.store_url import StoreUrl

if TYPE_CHECKING:
    from obstore import AsyncWritableFile, GetOptions, ObjectMeta

log = structlog.get_logger()

CHUNK_BYTES = 1 << 20
# How long a request to a store that is away is repeated: below the deadline of a call.
PATIENCE_SECONDS = 20.0
LONGEST_SIGNED_SECONDS = 7 * 86_400
# One request to S3 costs as long as moving a megabyte: fewer, bigger ones, the next on its way meanwhile.
_RANGE_BYTES = {True: CHUNK_BYTES, False: 8 << 20}
_PART_BYTES = 8 << 20
_MOST_PARTS = 9_000  # S3 takes 10,000
_PARTS_AT_ONCE = 2  # on their way, while as many are read
_ABORT_SECONDS = 15.0  # for each of its two steps, where the store hangs
_DELETES_AT_ONCE = 16


def source_key(sha256: str) -> str:
    """Key of an asset's bytes: content-addressed, so that a second put changes nothing."""
    return f"sources/{sha256[:2]}/{sha256}"


def artifact_key(job_id: str, task_id: str, attempt_id: str, file_name: str) -> str:
    """Key of a file that an attempt made: never written twice."""
    return f"artifacts/{job_id}/{task_id}/{attempt_id}/{file_name}"


def upload_part_key(upload_id: str, offset_bytes: int) -> str:
    """Key of one part of an unfinished upload; zero-padded, so that a listing is in order."""
    return f"uploads/{upload_id}/{offset_bytes:020d}"


@dataclass(frozen=True, slots=True)
class Blob:
    """One object as the store lists it; `etag` is another whenever the bytes are."""

    key: str
    size_bytes: int
    modified: datetime
    etag: str | None


class Blobs:
    """A store of immutable objects. A put is whole or not at all.

    What the store itself refuses or fails at is raised as `store_errors.translated` says, by every method.
    """

    def __init__(self, url: str, patience_seconds: float = PATIENCE_SECONDS, *, make: bool = True) -> None:
        """Opens the store at `url`, as `StoreUrl` reads it; with `make` a folder is made where there is none."""
        self._url = StoreUrl.parse(url)
        self._store: ObjectStore
        if self._url.is_folder:
            if make:
                Path(self._url.folder).mkdir(parents=True, exist_ok=True)
            self._store = LocalStore(Path(self._url.folder))
        else:
            self._store = open_s3(self._url, patience_seconds)

    async def put(self, key: str, data: bytes) -> None:
        """Stores an object."""
        async with answered(len(data)):
            await obstore.put_async(self._store, key, data, use_multipart=False)

    async def put_new(self, key: str, data: bytes) -> bool:
        """Stores under a key that nobody took yet; False where somebody did, also from another process."""
        async with answered(len(data)):
            try:
                await obstore.put_async(self._store, key, data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
        return True

    async def put_file(self, key: str, path: Path) -> None:
        """Streams a file into the store."""
        size = (await asyncio.to_thread(path.stat)).st_size
        async with answered(size):
            await self.put_stream(key, _chunks(path), size)

    async def put_stream(self, key: str, chunks: AsyncGenerator[bytes, None], size_bytes: int) -> None:
        """Stores what the chunks add up to, whole or not at all; `size_bytes` is about how much that is.

        Ends the chunks. Where they fail, or it is cancelled, what was begun is aborted.
        """
        part = _part_bytes(size_bytes)
        with translated():
            # "1": a write waits until all parts of the one before are stored.
            writer = obstore.open_writer_async(self._store, key, buffer_size=part, max_concurrency=1)
            try:
                async with aclosing(_batches(chunks, part * _PARTS_AT_ONCE)) as batches:
                    async for batch in batches:
                        await writer.write(batch)
                await writer.write(b"")  # `close` sends the rest, which would be on its way when one of these fails
            except BaseException:
                await _abort(writer)
                raise
            await writer.close()

    async def exists(self, key: str) -> bool:
        """Whether there is such an object."""
        try:
            await self.head(key)
        except NotFound:
            return False
        return True

    async def size_bytes(self, key: str) -> int:
        """Size of the object; raises what `head` raises."""
        return (await self.head(key)).size_bytes

    async def head(self, key: str) -> Blob:
        """What the store knows of an object.

        Raises:
            NotFound: there is none.
        """
        async with answered():
            try:
                return _blob(await obstore.head_async(self._store, key))
            except FileNotFoundError as error:
                raise NotFound("BLOB_NOT_FOUND", f"no blob {key}") from error

    async def get(self, key: str) -> bytes:
        """The whole object; raises what `stream` raises."""
        return b"".join([chunk async for chunk in self.stream(key)])

    async def stream(self, key: str, offset_bytes: int = 0) -> AsyncGenerator[bytes, None]:
        """Bytes from an offset on, in chunks of at most `CHUNK_BYTES`.

        Raises:
            NotFound: there is no such blob.
        """
        # Of ours each key has the same bytes for good, though they may be put again meanwhile under another etag.
        blob = replace(await self.head(key), etag=None)
        async with aclosing(self.read(blob, offset_bytes)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def read(self, blob: Blob, offset_bytes: int = 0) -> AsyncGenerator[bytes, None]:
        """Bytes of an object as it was seen, from an offset on, in chunks of at most `CHUNK_BYTES`.

        Raises:
            NotFound: it is gone.
            Conflict: `BLOB_CHANGED`: its bytes are others now.
        """
        step = _RANGE_BYTES[self._url.is_folder]
        starts = range(offset_bytes, blob.size_bytes, step)
        ahead = [asyncio.create_task(self._range(blob, start, step)) for start in starts[:1]]
        try:
            for start in starts:
                data = await ahead.pop()
                if start + step < blob.size_bytes:
                    ahead.append(asyncio.create_task(self._range(blob, start + step, step)))
                for place in range(0, len(data), CHUNK_BYTES):
                    yield data[place : place + CHUNK_BYTES]
        finally:
            await end(ahead)

    async def _range(self, blob: Blob, start: int, length: int) -> bytes:
        async with answered():
            try:
                options: GetOptions = {"range": (start, min(start + length, blob.size_bytes))}
                if blob.etag is not None:
                    options["if_match"] = blob.etag
                found = await obstore.get_async(self._store, blob.key, options=options)
                return bytes(await found.bytes_async())
            except FileNotFoundError as error:
                raise NotFound("BLOB_NOT_FOUND", f"no blob {blob.key}") from error
            except PreconditionError as error:
                raise Conflict("BLOB_CHANGED", f"{blob.key} changed while it was read; read it again") from error

    async def fetch_file(self, key: str, path: Path, sha256: str) -> None:
        """Writes a blob into a new file and checks its digest.

        Raises:
            DataLoss: the bytes are not those of the digest.
        """
        digest = hashlib.sha256()
        with path.open("xb") as file:
            async for chunk in self.stream(key):
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != sha256:
            raise DataLoss("BLOB_DIGEST_MISMATCH", f"{key} has SHA-256 {digest.hexdigest()}, expected {sha256}")

    async def pages(self, prefix: str) -> AsyncIterator[list[Blob]]:
        """All below a prefix, a page of the store at a time, in no order."""
        listing = obstore.list(self._store, prefix=prefix).__aiter__()
        while True:
            async with answered():
                page = await anext(listing, None)
            if page is None:
                return
            yield [_blob(meta) for meta in page]

    async def entries(self, prefix: str) -> list[tuple[str, int]]:
        """Keys and sizes below a prefix, in order of key."""
        return sorted([(blob.key, blob.size_bytes) async for page in self.pages(prefix) for blob in page])

    async def older_than(self, prefix: str, seconds: float) -> list[Blob]:
        """What below a prefix was written longer ago, in order of key."""
        limit = datetime.now(UTC) - timedelta(seconds=seconds)
        found = [blob async for page in self.pages(prefix) for blob in page if blob.modified <= limit]
        return sorted(found, key=lambda blob: blob.key)

    async def delete(self, keys: Sequence[str]) -> None:
        """Deletes what is there of these keys, in no order."""
        await _together(self._delete, keys)

    async def delete_older(self, keys: Sequence[str], seconds: float) -> list[str]:
        """Deletes what of these keys was written longer ago, as seen right before each is deleted; says which."""

        async def delete(key: str) -> bool:
            try:
                written = (await self.head(key)).modified
            except NotFound:
                return False
            return written <= datetime.now(UTC) - timedelta(seconds=seconds) and await self._delete(key)

        gone = await _together(delete, keys)
        return [key for key, done in zip(keys, gone, strict=True) if done]

    async def _delete(self, key: str) -> bool:
        async with answered():
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                return False
        return True

    async def sign(self, key: str, seconds: int) -> str:
        """A URL that reads this object for so long, for whoever has it; at most a week.

        Raises:
            FailedPrecondition: `STORE_CANNOT_SIGN`: it is a folder.
        """
        if not isinstance(self._store, S3Store):
            raise FailedPrecondition(
                "STORE_CANNOT_SIGN",
                "the blobs are in a folder, for which no URL can be signed; read the artifact from the server instead: "
                "DownloadArtifact, or its HTTP download",
            )
        async with answered():
            return await obstore.sign_async(self._store, "GET", key, timedelta(seconds=seconds))


def _blob(meta: "ObjectMeta") -> Blob:
    return Blob(meta["path"], int(meta["size"]), meta["last_modified"], meta["e_tag"])


def _part_bytes(size_bytes: int) -> int:
    """Size of the parts of a multipart upload: S3 takes so many only."""
    return max(_PART_BYTES, -(-size_bytes // _MOST_PARTS))


async def _chunks(path: Path) -> AsyncGenerator[bytes, None]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk


async def _batches(chunks: AsyncGenerator[bytes, None], size_bytes: int) -> AsyncGenerator[bytearray, None]:
    """The chunks, put together to at least so many bytes; ends them."""
    batch = bytearray()
    async with aclosing(chunks):
        async for chunk in chunks:
            batch += chunk
            if len(batch) >= size_bytes:
                yield batch
                batch = bytearray()
    yield batch


async def _abort(writer: "AsyncWritableFile") -> None:
    """Aborts when nothing is on its way: a part that comes later may stay for good (S3's AbortMultipartUpload)."""
    try:
        await _tried(writer.write(b""))
    finally:
        await _tried(writer.__aexit__(BaseException, None, None))


async def _tried(step: Awaitable[object]) -> None:
    try:
        async with asyncio.timeout(_ABORT_SECONDS):
            await step
    except (BaseError, OSError) as error:
        log.warning("store.abort_failed", why=first_line(error) or "no answer in time")


async def _together(work: Callable[[str], Awaitable[bool]], keys: Sequence[str]) -> list[bool]:
    limit = asyncio.Semaphore(_DELETES_AT_ONCE)

    async def one(key: str) -> bool:
        async with limit:
            return await work(key)

    return await asyncio.gather(*(one(key) for key in keys))
