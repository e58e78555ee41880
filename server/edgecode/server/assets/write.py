"""Writing assets into the log, once: what stands first on an asset's subject is the asset."""

import uuid
from datetime import UTC, datetime, timedelta

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.errors import AlreadyExists, Conflict, Unavailable
from edgecode.core.log import Log, ttl_seconds
from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp
from edgecode.server.assets.digests import Digests
from edgecode.server.assets.parts import Opening
from edgecode.server.jobs.write import job_id_of
from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold_asset import fold_asset
from edgecode.server.ledger.rows import AssetRow, StampRow
from edgecode.v1 import event_pb2

# The namespace of asset ids: a version 5 UUID of caller and upload id (RFC 9562), the same for all releases.
_NAMESPACE = uuid.UUID("0b3c5d0a-6a5e-5c55-8d0f-5e2f7f1f6a11")
_TRIES = 3


def asset_id_of(caller: str, upload_id: str) -> str:
    """The id of the asset that this caller's upload makes."""
    return str(uuid.uuid5(_NAMESPACE, f"{caller}\0{upload_id}"))


class AssetWriter:
    """Appends `asset.created`."""

    def __init__(self, stamp: Stamp, settings: Settings, events: Log) -> None:
        self._stamp = StampRow.of(stamp)
        self._settings = settings
        self._events = events

    async def create(self, asset_id: str, opening: Opening, digests: Digests, import_request: bytes = b"") -> AssetRow:
        """The asset of an upload, or of an import by this request; the same for every call, whoever was first.

        Raises:
            AlreadyExists: `UPLOAD_ID_REUSED`: the upload was another file; `REQUEST_ID_REUSED`: the import another.
            Unavailable: the broker did not answer; the upload may be finished again.
        """
        now = datetime.now(UTC)
        created = self._event(asset_id, opening, digests, now)
        created.import_request = import_request
        expire = created.expire_time.ToDatetime(UTC)
        subject, event = subjects.asset_events(asset_id), event_pb2.Event(asset_created=created)
        for _ in range(_TRIES):
            message = Outgoing(
                subject,
                event.SerializeToString(deterministic=True),
                msg_id=uuid.uuid4().hex,
                expected_last=0,
                ttl_seconds=ttl_seconds(expire, now, first=True),
            )
            try:
                stored = (await self._events.append([message]))[0]
            except Conflict:
                # Read before the first: what another call creates meanwhile is above it, and is no orphan.
                last, standing = await self._events.last_sequence(subject), await self._events.first(subject)
            else:
                return self._row(event, stored.sequence)
            if standing is not None and standing.WhichOneof("kind") == "asset_created":
                return self._standing(standing, await self._events.last_sequence(subject), created)
            if standing is not None:
                await self._events.purge(subject, last)  # an orphan of an expired asset
        raise Unavailable("BROKER_UNAVAILABLE", "the asset could not be stored; finish again", retry_after_seconds=1.0)

    def _event(self, asset_id: str, opening: Opening, digests: Digests, now: datetime) -> event_pb2.AssetCreated:
        metadata = opening.metadata
        created = event_pb2.AssetCreated(
            asset_id=asset_id,
            upload_id=opening.upload_id,
            caller=opening.caller,
            file_name=metadata.file_name,
            size_bytes=digests.size_bytes,
            sha256=digests.sha256,
            crc32c=digests.crc32c,
            labels=metadata.labels,
            job_id=job_id_of(opening.caller, opening.job_request_id) if metadata.preset else "",
        )
        seconds = metadata.retention_seconds or self._settings.retention_seconds
        created.expire_time.FromDatetime(now + timedelta(seconds=seconds))
        return created

    def _row(self, event: event_pb2.Event, sequence: int) -> AssetRow:
        """The asset as the fold will make it."""
        now_us = int(datetime.now(UTC).timestamp() * 1_000_000)
        row = fold_asset(None, Fact(event.asset_created.asset_id, sequence, now_us, self._stamp, "", "", event))
        assert row is not None
        return row

    def _standing(self, event: event_pb2.Event, sequence: int, wanted: event_pb2.AssetCreated) -> AssetRow:
        found = event.asset_created
        if found.import_request != wanted.import_request:
            raise import_reused()
        # Of two imports of an object that changed meanwhile the first counts.
        if not wanted.import_request and found.sha256 != wanted.sha256:
            raise reused(found.upload_id)
        return self._row(event, sequence)


def reused(upload_id: str) -> AlreadyExists:
    """The id stands for another file."""
    return AlreadyExists("UPLOAD_ID_REUSED", f"upload {upload_id} was another file; use a new id")


def import_reused() -> AlreadyExists:
    """The request id stands for another import."""
    return AlreadyExists("REQUEST_ID_REUSED", "request_id was used for another import; use a new id")
