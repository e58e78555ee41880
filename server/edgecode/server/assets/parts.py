"""What is stored of an unfinished upload: its opening and its parts, as blobs below `uploads/<asset id>/`.

Parts are put only where nobody put one, each beginning where the one before ends: a chain that two servers cannot fork.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.protobuf import json_format

from edgecode.core.blobs import Blob, Blobs, upload_part_key
from edgecode.core.errors import NotFound
from edgecode.v1 import asset_pb2

PREFIX = "uploads"
_OPENING = "opening"


@dataclass(frozen=True, slots=True)
class Opening:
    """Who began an upload, under which id, and what the first message said of it."""

    upload_id: str
    caller: str
    metadata: asset_pb2.UploadMetadata

    @property
    def job_request_id(self) -> str:
        """Request id of the job that the upload's preset starts."""
        return f"upload-{self.upload_id}"

    def to_json(self) -> bytes:
        """As it is stored."""
        metadata = json_format.MessageToDict(self.metadata, preserving_proto_field_name=True)
        return json.dumps({"upload_id": self.upload_id, "caller": self.caller, "metadata": metadata}).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Opening":
        """Reads what was stored; what a later release wrote beside is passed over."""
        found = json.loads(data)
        metadata = json_format.ParseDict(found["metadata"], asset_pb2.UploadMetadata(), ignore_unknown_fields=True)
        return cls(found["upload_id"], found["caller"], metadata)


@dataclass(frozen=True, slots=True)
class Part:
    """One stored part: its key, where it stands in the file, its size in bytes."""

    key: str
    offset: int
    size: int


class UploadParts:
    """The blobs of unfinished uploads."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def opening(self, asset_id: str) -> Opening | None:
        """How the upload was opened, None where it was not or is no more."""
        try:
            return Opening.from_json(await self._blobs.get(f"{PREFIX}/{asset_id}/{_OPENING}"))
        except NotFound:
            return None

    async def open(self, asset_id: str, opening: Opening) -> bool:
        """Stores the opening; False where there is one."""
        return await self._blobs.put_new(f"{PREFIX}/{asset_id}/{_OPENING}", opening.to_json())

    async def add(self, asset_id: str, offset: int, data: bytes) -> bool:
        """Stores a part; False where another stream stored one there."""
        return await self._blobs.put_new(upload_part_key(asset_id, offset), data)

    async def parts(self, asset_id: str) -> list[Part]:
        """The parts that follow each other from the file's beginning on."""
        found: list[Part] = []
        end = 0
        for key, size in await self._blobs.entries(f"{PREFIX}/{asset_id}/"):
            name = key.rpartition("/")[2]
            if name.isdigit() and int(name) == end:
                found.append(Part(key, end, size))
                end += size
        return found

    async def data(self, parts: Sequence[Part]) -> AsyncIterator[bytes]:
        """The bytes of parts, one after another."""
        for part in parts:
            async for chunk in self._blobs.stream(part.key):
                yield chunk

    async def blobs(self, asset_id: str) -> list[Blob]:
        """All that is stored of an upload, the opening last: what is left of it can be swept again."""
        found = await self._blobs.older_than(f"{PREFIX}/{asset_id}/", 0.0)
        return sorted(found, key=lambda blob: blob.key.endswith(_OPENING))

    async def forget(self, asset_id: str) -> int:
        """Deletes all of an upload, the opening last; returns how many blobs went."""
        keys = [key for key, _ in await self._blobs.entries(f"{PREFIX}/{asset_id}/")]
        opening = f"{PREFIX}/{asset_id}/{_OPENING}"
        await self._blobs.delete([key for key in keys if key != opening])
        await self._blobs.delete([opening])
        return len(keys)

    async def kept(self, older_than_seconds: float) -> dict[str, bool]:
        """Every upload that left something, and whether all of that is older."""
        limit = datetime.now(UTC) - timedelta(seconds=older_than_seconds)
        found: dict[str, bool] = {}
        async for page in self._blobs.pages(f"{PREFIX}/"):
            for blob in page:
                asset_id = blob.key.split("/")[1]
                found[asset_id] = found.get(asset_id, True) and blob.modified <= limit
        return found


def committed(parts: Sequence[Part]) -> int:
    """Bytes stored from the beginning on."""
    return parts[-1].offset + parts[-1].size if parts else 0
