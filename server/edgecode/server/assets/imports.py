"""Imports: from an object in a store that the operator configured to an asset, in bounded memory.

An import goes on when its call is dropped; the same request again waits for it, or gets its asset. What ends with the
server begins anew when it is asked for again: nothing of it is seen before it is whole.
"""

import asyncio
import re
import uuid
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from edgecode.core import subjects
from edgecode.core.blobs import Blob, Blobs, source_key
from edgecode.core.crash import CrashPoints
from edgecode.core.errors import (
    DataLoss,
    Exhausted,
    InvalidRequest,
    NotFound,
    Unavailable,
    Violation,
)
from edgecode.core.lifecycle import end
from edgecode.core.log import Log
from edgecode.core.named_stores import Place, find_place, roots
from edgecode.core.settings import Settings
from edgecode.server.assets.digests import Digests
from edgecode.server.assets.import_source import open_source
from edgecode.server.assets.parts import Opening
from edgecode.server.assets.uploads import LONGEST_FILE_NAME, Uploads
from edgecode.server.assets.write import asset_id_of, import_reused
from edgecode.server.calls import CallContext
from edgecode.server.jobs.presets import Presets
from edgecode.server.jobs.requests import LONGEST_REQUEST_ID, check_labels, check_retention, check_text, refuse
from edgecode.server.ledger.rows import AssetRow
from edgecode.v1 import asset_pb2

log = structlog.get_logger()

LONGEST_URI = 2048
# Each holds up to 48 MiB: what it reads ahead and what it writes. Further ones wait.
AT_ONCE = 2
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Imports:
    """Imports objects, each request once."""

    def __init__(
        self, *, settings: Settings, events: Log, blobs: Blobs, presets: Presets, uploads: Uploads, crash: CrashPoints
    ) -> None:
        self._settings = settings
        self._events = events
        self._blobs = blobs
        self._presets = presets
        self._uploads = uploads
        self._crash = crash
        self._running: dict[str, tuple[bytes, asyncio.Task[AssetRow]]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._stopping = False

    async def create(self, request: asset_pb2.ImportAssetRequest, call: CallContext) -> asset_pb2.Asset:
        """The asset of an object; the reply comes when its bytes are stored.

        Raises:
            InvalidRequest: a field is at fault; `IMPORT_NOT_CONFIGURED`; `EMPTY_UPLOAD`.
            NotFound: `IMPORT_SOURCE_NOT_FOUND`, or no such preset.
            AlreadyExists: `REQUEST_ID_REUSED`.
            Conflict: `BLOB_CHANGED`.
            DataLoss: `DIGEST_MISMATCH`.
            Exhausted: `ASSET_TOO_LARGE`, `STORE_FULL`, `QUEUE_FULL`.
            Unavailable: `STORE_UNAVAILABLE`, `STORE_DENIED`, `SERVER_DRAINING`.
        """
        place = self._checked(request)
        if request.preset:
            await self._presets.usable(request.preset)
        if request.validate_only:
            _, blob = await self._look(place)
            return self._proposed(request, place, blob)
        asset_id = asset_id_of(call.caller, f"import:{request.request_id or uuid.uuid4()}")
        words = request.SerializeToString(deterministic=True)
        asset = await self._standing(asset_id, words)
        if asset is None:
            asset = await self._imported(asset_id, request, place, call)
        call.written_sequence = asset.last_sequence
        return await self._uploads.message(asset)

    async def _standing(self, asset_id: str, words: bytes) -> AssetRow | None:
        """The asset that an earlier call of the same request made, its job started."""
        asset = await self._uploads.asset(asset_id)
        if asset is None:
            return None
        first = await self._events.first(subjects.asset_events(asset_id))
        if first is None or first.asset_created.import_request != words:
            raise import_reused()
        await self._uploads.settle_again(asset)
        return asset

    async def _imported(
        self, asset_id: str, request: asset_pb2.ImportAssetRequest, place: Place, call: CallContext
    ) -> AssetRow:
        words = request.SerializeToString(deterministic=True)
        if asset_id not in self._running:
            if self._stopping:
                raise _draining()
            # A context of its own: what it says as it goes on belongs to no call.
            own = CallContext(call.caller, call.client_version, call.client_revision)
            task = asyncio.create_task(self._import(asset_id, request, place, own), name=f"import {asset_id}")
            self._running[asset_id] = words, task
            task.add_done_callback(partial(self._ended, asset_id))
        standing, task = self._running[asset_id]
        if standing != words:
            raise import_reused()
        await asyncio.wait((task,))
        if task.cancelled():
            raise _draining()
        return task.result()

    def _ended(self, asset_id: str, task: asyncio.Task[AssetRow]) -> None:
        del self._running[asset_id]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.warning("import.failed", asset_id=asset_id, why=repr(error))

    async def _import(
        self, asset_id: str, request: asset_pb2.ImportAssetRequest, place: Place, call: CallContext
    ) -> AssetRow:
        async with self._slots:
            source, blob = await self._look(place)
            digests = await self._copy(source, blob, request.sha256)
        metadata = asset_pb2.UploadMetadata(
            file_name=_file_name(request, place),
            labels=request.labels,
            preset=request.preset,
            retention_seconds=request.retention_seconds,
        )
        opening = Opening(f"import:{asset_id}", call.caller, metadata)
        words = request.SerializeToString(deterministic=True)
        asset = await self._uploads.conclude(asset_id, opening, digests, call, import_request=words)
        log.info("import.done", asset_id=asset_id, store=place.store, size_bytes=digests.size_bytes)
        return asset

    async def _copy(self, source: Blobs, blob: Blob, claimed: str) -> Digests:
        """Stores the object under its digest, which is read first where nobody told it; returns its digests."""
        expected = claimed
        if not claimed:
            first = Digests()
            async for chunk in source.read(blob):
                await first.update(chunk)
            expected = first.sha256
            self._crash.at("import.after_digest")
        passed = Digests()
        await self._blobs.put_stream(source_key(expected), _checked(source, blob, passed, expected), blob.size_bytes)
        return passed

    async def _look(self, place: Place) -> tuple[Blobs, Blob]:
        source = await open_source(place)
        try:
            blob = await source.head(place.key)
        except NotFound as error:
            raise NotFound(
                "IMPORT_SOURCE_NOT_FOUND",
                f"store {place.store} has no such object",
                violations=[Violation("uri", "names no object")],
            ) from error
        if not blob.size_bytes:
            raise InvalidRequest("EMPTY_UPLOAD", "the object has no bytes")
        if blob.size_bytes > self._settings.upload_limit_bytes:
            raise Exhausted(
                "ASSET_TOO_LARGE",
                f"the object has {blob.size_bytes} bytes, an asset may have {self._settings.upload_limit_bytes}",
                metadata={"limit_bytes": str(self._settings.upload_limit_bytes)},
            )
        return source, blob

    def _checked(self, request: asset_pb2.ImportAssetRequest) -> Place:
        sha256 = request.sha256
        refuse(
            [
                *check_text("uri", request.uri, LONGEST_URI),
                *check_text("file_name", request.file_name, LONGEST_FILE_NAME),
                *check_text("request_id", request.request_id, LONGEST_REQUEST_ID),
                *check_labels("labels", request.labels),
                *check_retention("retention_seconds", request.retention_seconds, self._settings),
                *([Violation("sha256", "must be 64 lower-case hex digits")] if not _is_sha256(sha256) else []),
            ]
        )
        place = find_place(self._settings.stores, "import", request.uri)
        if place is None:
            known = ", ".join(roots(self._settings.stores, "import")) or "none: see the setting EDGECODE_STORES"
            raise InvalidRequest.field(
                "uri", f"lies in no store configured for import; there are {known}", "IMPORT_NOT_CONFIGURED"
            )
        return place

    def _proposed(self, request: asset_pb2.ImportAssetRequest, place: Place, blob: Blob) -> asset_pb2.Asset:
        asset = asset_pb2.Asset(
            file_name=_file_name(request, place),
            size_bytes=blob.size_bytes,
            labels=request.labels,
            state=asset_pb2.Asset.STATE_ACTIVE,
        )
        seconds = request.retention_seconds or self._settings.retention_seconds
        asset.expire_time.FromDatetime(datetime.now(UTC) + timedelta(seconds=seconds))
        return asset

    async def stop(self, grace_seconds: float) -> None:
        """Begins no more, lets those under way end for so long; who waits for the others is told to ask elsewhere."""
        self._stopping = True
        tasks = [task for _, task in self._running.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=grace_seconds)
        await end(tasks)


async def _checked(source: Blobs, blob: Blob, passed: Digests, expected: str) -> AsyncGenerator[bytes, None]:
    """The bytes; fails at the end, before the store takes them, when they are not those of the digest."""
    async for chunk in source.read(blob):
        await passed.update(chunk)
        yield chunk
    if passed.sha256 != expected:
        raise DataLoss(
            "DIGEST_MISMATCH",
            f"the object has SHA-256 {passed.sha256}, expected {expected}",
            metadata={"sha256": passed.sha256},
        )


def _file_name(request: asset_pb2.ImportAssetRequest, place: Place) -> str:
    return request.file_name or place.key.rpartition("/")[2][:LONGEST_FILE_NAME]


def _is_sha256(text: str) -> bool:
    return not text or _SHA256.fullmatch(text) is not None


def _draining() -> Unavailable:
    return Unavailable(
        "SERVER_DRAINING", "the server stops: the same request again imports it elsewhere", retry_after_seconds=1.0
    )
