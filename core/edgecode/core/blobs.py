"""Blobs by key, in a folder or in S3, through `obstore`."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore, from_url

from edgecode.core.errors import DataLoss, NotFound

CHUNK_BYTES = 1 << 20


def source_key(sha256: str) -> str:
    """Key of an asset's bytes: content-addressed, so that a second put changes nothing."""
    return f"sources/{sha256[:2]}/{sha256}"


def artifact_key(job_id: str, task_id: str, attempt_id: str, file_name: str) -> str:
    """Key of a file that an attempt made: never written twice."""
    return f"artifacts/{job_id}/{task_id}/{attempt_id}/{file_name}"


def upload_part_key(upload_id: str, offset_bytes: int) -> str:
    """Key of one part of an unfinished upload; zero-padded, so that a listing is in order."""
    return f"uploads/{upload_id}/{offset_bytes:020d}"


class Blobs:
    """A store of immutable objects. A put is whole or not at all."""

    def __init__(self, url: str) -> None:
        """Opens the store at `url`: `file:///path` or `s3://bucket/prefix`."""
        if url.startswith("file://"):
            Path(url.removeprefix("file://")).mkdir(parents=True, exist_ok=True)
        self._store: ObjectStore = from_url(url)

    async def put(self, key: str, data: bytes) -> None:
        """Stores an object."""
        await obstore.put_async(self._store, key, data)

    async def put_new(self, key: str, data: bytes) -> bool:
        """Stores under a key that nobody took yet; False where somebody did, also from another process."""
        try:
            await obstore.put_async(self._store, key, data, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return False
        return True

    async def put_file(self, key: str, path: Path) -> None:
        """Streams a file into the store."""
        await obstore.put_async(self._store, key, path, use_multipart=None)

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Stores what the chunks add up to, whole or not at all."""
        await obstore.put_async(self._store, key, chunks, use_multipart=True)

    async def exists(self, key: str) -> bool:
        """Whether there is such an object."""
        try:
            await obstore.head_async(self._store, key)
        except FileNotFoundError:
            return False
        return True

    async def size_bytes(self, key: str) -> int:
        """Size of the object.

        Raises:
            NotFound: there is none.
        """
        try:
            return int((await obstore.head_async(self._store, key))["size"])
        except FileNotFoundError as error:
            raise NotFound("BLOB_NOT_FOUND", f"no blob {key}") from error

    async def get(self, key: str) -> bytes:
        """The whole object; raises what `stream` raises."""
        return b"".join([chunk async for chunk in self.stream(key)])

    async def stream(self, key: str, offset_bytes: int = 0) -> AsyncIterator[bytes]:
        """Bytes from an offset on, in chunks of at most `CHUNK_BYTES`.

        Raises:
            NotFound: there is no such blob.
        """
        size = await self.size_bytes(key)
        while offset_bytes < size:
            length = min(CHUNK_BYTES, size - offset_bytes)
            chunk = bytes(await obstore.get_range_async(self._store, key, start=offset_bytes, length=length))
            offset_bytes += len(chunk)
            yield chunk

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

    async def entries(self, prefix: str) -> list[tuple[str, int]]:
        """Keys and sizes below a prefix, in order of key."""
        found: list[tuple[str, int]] = []
        async for page in obstore.list(self._store, prefix=prefix):
            found.extend((str(meta["path"]), int(meta["size"])) for meta in page)
        return sorted(found)

    async def delete(self, keys: list[str]) -> None:
        """Deletes what is there of these keys."""
        for key in keys:
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                continue

    async def delete_older(self, keys: list[str], seconds: float) -> int:
        """Deletes what of these keys was written longer ago, as seen right before each is deleted; returns how many."""
        gone = 0
        for key in keys:
            try:
                written = (await obstore.head_async(self._store, key))["last_modified"]
                if written <= datetime.now(UTC) - timedelta(seconds=seconds):
                    await obstore.delete_async(self._store, key)
                    gone += 1
            except FileNotFoundError:
                continue
        return gone

    async def older_than(self, prefix: str, seconds: float) -> list[str]:
        """Keys below a prefix whose objects were written longer ago, in order."""
        limit = datetime.now(UTC) - timedelta(seconds=seconds)
        found: list[str] = []
        async for page in obstore.list(self._store, prefix=prefix):
            found.extend(str(meta["path"]) for meta in page if meta["last_modified"] <= limit)
        return sorted(found)
