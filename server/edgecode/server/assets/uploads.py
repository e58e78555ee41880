"""Uploads: from a stream of messages to an asset, resumable at any point, each step repeatable after a crash.

The order is: parts, the whole file under its digest, `asset.created`, the job of a preset, and only then away with the
parts.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from edgecode.core import subjects
from edgecode.core.blobs import Blob, Blobs, source_key
from edgecode.core.crash import CrashPoints
from edgecode.core.errors import (
    AlreadyExists,
    DataLoss,
    EdgecodeError,
    FailedPrecondition,
    InvalidRequest,
    NotFound,
)
from edgecode.core.log import Log
from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp
from edgecode.server.assets.digests import Digests
from edgecode.server.assets.parts import Opening, Part, UploadParts, committed
from edgecode.server.assets.session import UploadSession, busy
from edgecode.server.assets.write import AssetWriter, asset_id_of, reused
from edgecode.server.calls import CallContext
from edgecode.server.convert import asset_message
from edgecode.server.jobs.accept import JobAcceptance
from edgecode.server.jobs.presets import Presets
from edgecode.server.jobs.requests import check_labels, check_retention, check_text, refuse
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import AssetRow, StampRow
from edgecode.v1 import asset_pb2, job_pb2

log = structlog.get_logger()

LONGEST_FILE_NAME = 255
_UPLOAD_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


class Uploads:
    """Takes uploads. One stream at a time writes an upload."""

    def __init__(
        self,
        *,
        stamp: Stamp,
        settings: Settings,
        events: Log,
        ledger: Ledger,
        reads: Reads,
        blobs: Blobs,
        presets: Presets,
        acceptance: JobAcceptance,
        crash: CrashPoints,
    ) -> None:
        self._stamp = StampRow.of(stamp)
        self._settings = settings
        self._writer = AssetWriter(stamp, settings, events)
        self._ledger = ledger
        self._reads = reads
        self._blobs = blobs
        self._parts = UploadParts(blobs)
        self._presets = presets
        self._acceptance = acceptance
        self._crash = crash
        self._streams: set[str] = set()
        self._finishing: set[asyncio.Task[AssetRow]] = set()

    async def receive(
        self, requests: AsyncIterator[asset_pb2.UploadAssetRequest], call: CallContext
    ) -> asset_pb2.UploadAssetResponse:
        """Takes one stream of an upload; ends it where a message has `finish`.

        Raises:
            InvalidRequest: a field is at fault, or `EMPTY_UPLOAD`.
            Conflict: `UPLOAD_BUSY`.
            AlreadyExists: `UPLOAD_ID_REUSED`: the id was used for another file, or opened with other metadata.
            DataLoss: `CHUNK_CRC_MISMATCH` or `DIGEST_MISMATCH`.
            OutOfRange: `OFFSET_GAP` or `OFFSET_MISMATCH`.
            Exhausted: `CHUNK_TOO_LARGE`, `ASSET_TOO_LARGE`, `STORE_FULL`, `QUEUE_FULL`.
        """
        first = await anext(requests, None)
        if first is None:
            raise InvalidRequest.field("upload_id", "is required: the stream ended before its first message")
        upload_id = checked_upload_id(first.upload_id)
        asset_id = asset_id_of(call.caller, upload_id)
        with self._only_stream(asset_id, upload_id):
            asset = await self.asset(asset_id)
            if asset is not None:
                return await self._after_finish(asset, first, requests, call)
            opening = await self._open(asset_id, upload_id, first, call)
            stored = await self._parts.parts(asset_id)
            session = UploadSession(asset_id, upload_id, stored, self._parts, self._settings)
            await _take_all(session, first, requests)
            if not session.finished:
                return asset_pb2.UploadAssetResponse(upload_id=upload_id, committed_bytes=session.committed)
            return await self._found(await self._surely(self._finish(asset_id, opening, session, call)))

    async def _surely(self, finish: Coroutine[Any, Any, AssetRow]) -> AssetRow:
        """Ends what was begun even when the client is gone: it finds the asset when it asks again."""
        task = asyncio.create_task(finish)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_end)
            self._finishing.add(task)
            task.add_done_callback(self._finishing.discard)
            raise

    @contextmanager
    def _only_stream(self, asset_id: str, upload_id: str) -> Iterator[None]:
        if asset_id in self._streams:
            raise busy(upload_id)
        self._streams.add(asset_id)
        try:
            yield
        finally:
            self._streams.discard(asset_id)

    async def asset(self, asset_id: str) -> AssetRow | None:
        """The asset as the log has it, if there is one."""
        await self._reads.settled(subjects.asset_events(asset_id))
        return await self._ledger.asset(asset_id)

    async def _open(
        self, asset_id: str, upload_id: str, first: asset_pb2.UploadAssetRequest, call: CallContext
    ) -> Opening:
        known = await self._parts.opening(asset_id)
        opening = Opening(upload_id, call.caller, first.metadata)
        if known is None:
            await self._check_metadata(first.metadata)
            if await self._parts.open(asset_id, opening):
                return opening
            known = await self._parts.opening(asset_id)
        if known is None:
            raise busy(upload_id)
        if first.HasField("metadata") and first.metadata != known.metadata:
            raise AlreadyExists("UPLOAD_ID_REUSED", f"upload {upload_id} was opened with other metadata; use a new id")
        return known

    async def _check_metadata(self, metadata: asset_pb2.UploadMetadata) -> None:
        refuse(
            [
                *check_text("metadata.file_name", metadata.file_name, LONGEST_FILE_NAME),
                *check_labels("metadata.labels", metadata.labels),
                *check_retention("metadata.retention_seconds", metadata.retention_seconds, self._settings),
            ]
        )
        if metadata.preset:
            await self._presets.usable(metadata.preset)

    async def _finish(self, asset_id: str, opening: Opening, session: UploadSession, call: CallContext) -> AssetRow:
        digests = await session.digests()
        if not digests.size_bytes:
            raise InvalidRequest("EMPTY_UPLOAD", "the upload has no bytes")
        if session.claimed_sha256 not in {"", digests.sha256}:
            raise DataLoss(
                "DIGEST_MISMATCH",
                f"the file has SHA-256 {digests.sha256}, the client says {session.claimed_sha256}; "
                "finish with the right one, or send the file under a new upload_id",
                metadata={"sha256": digests.sha256},
            )
        whole = self._checked(session.stored, digests.sha256)
        await self._blobs.put_stream(source_key(digests.sha256), whole, digests.size_bytes)
        return await self.conclude(asset_id, opening, digests, call)

    async def conclude(
        self, asset_id: str, opening: Opening, digests: Digests, call: CallContext, import_request: bytes = b""
    ) -> AssetRow:
        """Makes the asset of bytes that are in the store, and starts its job; after a crash the sweep goes on.

        Raises:
            AlreadyExists: the id stands for something else.
            Exhausted: `QUEUE_FULL`.
        """
        if import_request:
            await self._parts.open(asset_id, opening)  # what the sweep goes on from
        self._crash.at("upload.after_source")
        asset = await self._writer.create(asset_id, opening, digests, import_request)
        self._crash.at("upload.after_asset")
        call.written_sequence = asset.last_sequence
        await self._settle(asset, opening, call)
        return asset

    async def settle_again(self, asset: AssetRow) -> None:
        """Ends what an earlier call left unfinished behind its asset; in the name of whoever began it."""
        opening = await self._parts.opening(asset.asset_id)
        if opening is not None:
            await self._settle(asset, opening, CallContext(caller=opening.caller))

    async def _checked(self, stored: list[Part], sha256: str) -> AsyncGenerator[bytes, None]:
        """The bytes of the parts; fails at the end, before the store takes them, when they are not those that came."""
        digests = Digests()
        async for chunk in self._parts.data(stored):
            await digests.update(chunk)
            yield chunk
        if digests.sha256 != sha256:
            raise DataLoss("DIGEST_MISMATCH", "the parts in the store are not what was uploaded; upload it again")

    async def _settle(self, asset: AssetRow, opening: Opening, call: CallContext) -> None:
        """Starts the job of the upload's preset, then lets the parts go. May be done again at any time."""
        if asset.job_id and asset.state == "ACTIVE":
            request = job_pb2.CreateJobRequest(
                asset_id=asset.asset_id,
                preset=opening.metadata.preset,
                labels=opening.metadata.labels,
                request_id=opening.job_request_id,
                retention_seconds=opening.metadata.retention_seconds,
            )
            await self._acceptance.create(request, call, asset)
            self._crash.at("upload.after_job")
        await self._parts.forget(asset.asset_id)

    async def _after_finish(
        self,
        asset: AssetRow,
        first: asset_pb2.UploadAssetRequest,
        requests: AsyncIterator[asset_pb2.UploadAssetRequest],
        call: CallContext,
    ) -> asset_pb2.UploadAssetResponse:
        """Answers a stream for an upload that was finished: the same asset, if the stream has nothing new to say."""
        opening = await self._parts.opening(asset.asset_id)
        if opening is not None:
            await self._settle(asset, opening, call)
        session = UploadSession(asset.asset_id, asset.upload_id, [_whole(asset)], self._parts, self._settings)
        request: asset_pb2.UploadAssetRequest | None = first
        while request is not None:
            await session.take(request, first=request is first)
            if session.received > asset.size_bytes:
                raise FailedPrecondition(
                    "UPLOAD_FINISHED", f"upload {asset.upload_id} ended at {asset.size_bytes} bytes"
                )
            if session.claimed_sha256 not in {"", asset.sha256}:
                raise reused(asset.upload_id)
            request = await anext(requests, None)
        call.written_sequence = asset.last_sequence
        return await self._found(asset)

    async def query(self, request: asset_pb2.QueryUploadRequest, call: CallContext) -> asset_pb2.QueryUploadResponse:
        """How much of the caller's upload is stored.

        Raises:
            NotFound: `UPLOAD_NOT_FOUND`.
        """
        upload_id = checked_upload_id(request.upload_id)
        asset_id = asset_id_of(call.caller, upload_id)
        asset = await self.asset(asset_id)
        if asset is not None:
            found = await self._found(asset)
            return asset_pb2.QueryUploadResponse(
                upload_id=upload_id, committed_bytes=found.committed_bytes, asset=found.asset
            )
        if await self._parts.opening(asset_id) is None:
            raise NotFound("UPLOAD_NOT_FOUND", f"no upload {upload_id} of {call.caller}")
        stored = await self._parts.parts(asset_id)
        return asset_pb2.QueryUploadResponse(upload_id=upload_id, committed_bytes=committed(stored))

    async def _found(self, asset: AssetRow) -> asset_pb2.UploadAssetResponse:
        message = await self.message(asset)
        return asset_pb2.UploadAssetResponse(upload_id=asset.upload_id, committed_bytes=asset.size_bytes, asset=message)

    async def message(self, asset: AssetRow) -> asset_pb2.Asset:
        """The asset as clients see it, also one that the ledger does not have yet."""
        known = {} if asset.stamp_id == self._stamp.stamp_id else await self._ledger.stamps([asset.stamp_id])
        return asset_message(asset, {self._stamp.stamp_id: self._stamp, **known})

    async def sweep(self, older_than_seconds: float) -> int:
        """Ends what a crash left unfinished behind an asset, and forgets uploads abandoned for so long.

        Returns:
            How many uploads it let go.
        """
        gone = 0
        for asset_id, old in (await self._parts.kept(older_than_seconds)).items():
            if asset_id in self._streams:
                continue
            asset, opening = await self._ledger.asset(asset_id), await self._parts.opening(asset_id)
            if asset is not None and opening is not None:
                gone += await self._settled(asset, opening)
            elif old:
                await self._parts.forget(asset_id)
                gone += 1
        return gone

    async def abandoned(self, older_than_seconds: float) -> AsyncGenerator[list[Blob], None]:
        """What the sweep would let go of uploads abandoned for so long, all blobs of one at a time."""
        for asset_id, old in (await self._parts.kept(older_than_seconds)).items():
            if old and asset_id not in self._streams and await self._ledger.asset(asset_id) is None:
                yield await self._parts.blobs(asset_id)

    async def _settled(self, asset: AssetRow, opening: Opening) -> bool:
        try:
            await self._settle(asset, opening, CallContext(caller=opening.caller))
        except EdgecodeError as error:
            log.warning("upload.settles_later", asset_id=asset.asset_id, reason=error.reason, why=error.message)
            return False
        return True


def checked_upload_id(upload_id: str) -> str:
    """The id, if it is one; raises InvalidRequest on the field `upload_id`."""
    if not _UPLOAD_ID.fullmatch(upload_id):
        raise InvalidRequest.field("upload_id", f"must match {_UPLOAD_ID.pattern}")
    return upload_id


def _whole(asset: AssetRow) -> Part:
    return Part(source_key(asset.sha256), 0, asset.size_bytes)


def _log_end(task: asyncio.Task[AssetRow]) -> None:
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is not None:
        log.warning("upload.unfinished", why=repr(error))


async def _take_all(
    session: UploadSession,
    first: asset_pb2.UploadAssetRequest,
    requests: AsyncIterator[asset_pb2.UploadAssetRequest],
) -> None:
    """Takes every message; what came before one at fault is stored, so that the client can go on from there."""
    try:
        await session.take(first, first=True)
        async for request in requests:
            await session.take(request, first=False)
    except EdgecodeError:
        await session.flush()
        raise
    await session.flush()
