"""One upload stream: checks each message and stores what came, in parts."""

import re

from edgecode.core.blobs import upload_part_key
from edgecode.core.errors import (
    Conflict,
    DataLoss,
    Exhausted,
    FailedPrecondition,
    InvalidRequest,
    OutOfRange,
)
from edgecode.core.settings import Settings
from edgecode.server.assets.digests import Digests, crc32c_of
from edgecode.server.assets.parts import Part, UploadParts, committed
from edgecode.v1 import asset_pb2

PART_BYTES = 8 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


class UploadSession:
    """Takes messages in order. Bytes count as committed once their part is stored."""

    def __init__(
        self, asset_id: str, upload_id: str, stored: list[Part], parts: UploadParts, settings: Settings
    ) -> None:
        self._asset_id = asset_id
        self._upload_id = upload_id
        self._stored = stored
        self._parts = parts
        self._chunk_limit = settings.upload_chunk_limit_bytes
        self._size_limit = settings.upload_limit_bytes
        self._buffer = bytearray()
        self._digests = None if stored else Digests()
        self.committed = committed(stored)
        self.finished = False
        self.claimed_sha256 = ""

    async def take(self, request: asset_pb2.UploadAssetRequest, *, first: bool) -> None:
        """Takes one message.

        Raises:
            InvalidRequest: a field is at fault.
            OutOfRange: `OFFSET_GAP` or `OFFSET_MISMATCH`, with `committed_bytes` to go on from.
            DataLoss: `CHUNK_CRC_MISMATCH`.
            Exhausted: `CHUNK_TOO_LARGE` or `ASSET_TOO_LARGE`.
            FailedPrecondition: `UPLOAD_FINISHED`: a message after the last.
        """
        self._check_form(request, first=first)
        self._check_data(request)
        if request.data or request.offset_bytes:
            self._check_place(request)
        self._buffer += request.data
        if len(self._buffer) >= PART_BYTES:
            await self.flush()
        self.finished, self.claimed_sha256 = request.finish, request.sha256

    def _check_form(self, request: asset_pb2.UploadAssetRequest, *, first: bool) -> None:
        if self.finished:
            raise FailedPrecondition("UPLOAD_FINISHED", "a message followed the one with finish")
        if not first and request.upload_id not in {"", self._upload_id}:
            raise InvalidRequest.field("upload_id", "differs from that of the first message")
        if not first and request.HasField("metadata"):
            raise InvalidRequest.field("metadata", "belongs in the first message only")
        if request.sha256 and not (request.finish and _SHA256.fullmatch(request.sha256)):
            raise InvalidRequest.field("sha256", "must be 64 lower-case hex digits, beside finish")

    def _check_data(self, request: asset_pb2.UploadAssetRequest) -> None:
        size = len(request.data)
        if size > self._chunk_limit:
            raise Exhausted(
                "CHUNK_TOO_LARGE",
                f"data has {size} bytes, at most {self._chunk_limit} are allowed in one message",
                metadata={"limit_bytes": str(self._chunk_limit)},
            )
        if request.HasField("data_crc32c") and (found := crc32c_of(request.data)) != request.data_crc32c:
            raise DataLoss(
                "CHUNK_CRC_MISMATCH",
                f"data has CRC32C {found}, data_crc32c says {request.data_crc32c}; send it again",
                metadata={"committed_bytes": str(self.received)},
            )
        if self.received + size > self._size_limit:
            raise Exhausted(
                "ASSET_TOO_LARGE",
                f"an asset may have {self._size_limit} bytes",
                metadata={"limit_bytes": str(self._size_limit)},
            )

    def _check_place(self, request: asset_pb2.UploadAssetRequest) -> None:
        if request.offset_bytes == self.received:
            return
        gap = request.offset_bytes > self.received
        raise OutOfRange(
            "OFFSET_GAP" if gap else "OFFSET_MISMATCH",
            f"offset_bytes is {request.offset_bytes}, and {self.received} bytes are here: go on from there",
            metadata={"committed_bytes": str(self.received)},
        )

    @property
    def received(self) -> int:
        """Bytes here, stored or about to be."""
        return self.committed + len(self._buffer)

    async def flush(self) -> None:
        """Stores what came as one part.

        Raises:
            Conflict: `UPLOAD_BUSY`: another stream of this upload, on another server, stored a part there.
        """
        if not self._buffer:
            return
        data = bytes(self._buffer)
        if not await self._parts.add(self._asset_id, self.committed, data):
            raise busy(self._upload_id)
        self._buffer.clear()
        self._stored.append(Part(upload_part_key(self._asset_id, self.committed), self.committed, len(data)))
        self.committed += len(data)
        if self._digests is not None:
            await self._digests.update(data)

    async def digests(self) -> Digests:
        """Digests of all that is stored; of a resumed upload they are read from its parts."""
        if self._digests is None:
            self._digests = Digests()
            async for chunk in self._parts.data(self._stored):
                await self._digests.update(chunk)
        return self._digests

    @property
    def stored(self) -> list[Part]:
        """The parts stored so far, in order."""
        return self._stored


def busy(upload_id: str) -> Conflict:
    """Another stream writes the upload."""
    return Conflict(
        "UPLOAD_BUSY",
        f"another stream writes upload {upload_id}; query it when that has ended",
        retry_after_seconds=1.0,
    )
