"""Reading and deleting assets."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.errors import Conflict, FailedPrecondition
from edgecode.core.log import Log, ttl_seconds
from edgecode.server.calls import CallContext
from edgecode.server.convert import asset_message
from edgecode.server.etags import refuse_other_etag
from edgecode.server.filters import Field, Kind, names_field
from edgecode.server.ids import known_form, not_found
from edgecode.server.ledger.port import Condition, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import AssetRow
from edgecode.server.pages import Listing
from edgecode.v1 import asset_pb2, event_pb2

ASSETS = Listing(
    "AssetService.ListAssets",
    AssetRow,
    ("asset_id",),
    {
        "asset_id": Field("asset_id"),
        "file_name": Field("file_name"),
        "size_bytes": Field("size_bytes", Kind.NUMBER),
        "sha256": Field("sha256"),
        "state": Field("state", Kind.NAME, {"ACTIVE": "ACTIVE", "DELETED": "DELETED"}, "STATE_"),
        "create_time": Field("create_time_us", Kind.TIME),
        "caller": Field("caller"),
        "labels": Field("labels", Kind.LABELS),
    },
    {"create_time": "create_time_us", "size_bytes": "size_bytes"},
    "create_time desc",
)


class AssetCatalogue:
    """The assets of the ledger."""

    def __init__(self, events: Log, ledger: Ledger, reads: Reads) -> None:
        self._events = events
        self._ledger = ledger
        self._reads = reads

    async def get(self, asset_id: str) -> asset_pb2.Asset:
        """An asset, a deleted one too.

        Raises:
            NotFound: `ASSET_NOT_FOUND`.
        """
        row = await self._row(asset_id)
        if row is None:
            raise not_found("asset", asset_id)
        return await self._message(row)

    async def _row(self, asset_id: str) -> AssetRow | None:
        await self._reads.settled(subjects.asset_events(known_form("asset", asset_id)))
        return await self._ledger.asset(asset_id)

    async def _message(self, row: AssetRow) -> asset_pb2.Asset:
        return asset_message(row, await self._ledger.stamps([row.stamp_id]))

    async def list(self, request: asset_pb2.ListAssetsRequest, call: CallContext) -> asset_pb2.ListAssetsResponse:
        """A page of assets; deleted ones only where the filter names a state. Raises what `Listing.read` raises."""
        await self._reads.wait_for(call.read_after)
        page = await ASSETS.read(self._ledger, request, _without_deleted)
        stamps = await self._ledger.stamps([row.stamp_id for row in page.rows])
        assets, token = page.fit([asset_message(row, stamps) for row in page.rows])
        return asset_pb2.ListAssetsResponse(assets=assets, next_page_token=token)

    async def delete(self, request: asset_pb2.DeleteAssetRequest, call: CallContext) -> asset_pb2.Asset:
        """Deletes an asset that no unfinished job uses.

        Raises:
            NotFound: `ASSET_NOT_FOUND`, unless missing is allowed.
            Conflict: `ETAG_MISMATCH`.
            FailedPrecondition: `ASSET_IN_USE`, naming a job, or `ASSET_FROZEN`.
        """
        while True:
            row = await self._row(request.asset_id)
            if row is None or row.state == "DELETED":
                return await self._missing(row, request)
            refuse_other_etag(request.etag, row.asset_id, row.last_sequence)
            await self._refuse_in_use(row)
            try:
                call.written_sequence = await self._append_deleted(row)
            except Conflict:
                continue
            return await self._message(replace(row, state="DELETED", last_sequence=call.written_sequence))

    async def _missing(self, row: AssetRow | None, request: asset_pb2.DeleteAssetRequest) -> asset_pb2.Asset:
        if not request.allow_missing:
            raise not_found("asset", request.asset_id)
        if row is None:
            return asset_pb2.Asset(asset_id=request.asset_id, state=asset_pb2.Asset.STATE_DELETED)
        return await self._message(row)

    async def _refuse_in_use(self, row: AssetRow) -> None:
        if row.frozen:
            raise FailedPrecondition(
                "ASSET_FROZEN", f"asset {row.asset_id} has an event that this build cannot read yet"
            )
        # Any job accepted before this call counts, so all that the log holds now must be folded.
        await self._reads.caught_up()
        job_id = await self._ledger.asset_in_use(row.asset_id)
        if job_id:
            raise FailedPrecondition(
                "ASSET_IN_USE",
                f"asset {row.asset_id} is used by job {job_id}, which is not finished: cancel it or wait",
                metadata={"job_id": job_id},
            )

    async def _append_deleted(self, row: AssetRow) -> int:
        expire = datetime.fromtimestamp(row.expire_time_us / 1e6, UTC)
        message = Outgoing(
            subjects.asset_events(row.asset_id),
            event_pb2.Event(asset_deleted=event_pb2.AssetDeleted()).SerializeToString(),
            msg_id=uuid.uuid4().hex,
            expected_last=row.last_sequence,
            ttl_seconds=ttl_seconds(expire, datetime.now(UTC)),
        )
        return (await self._events.append([message]))[0].sequence


def _without_deleted(conditions: list[Condition]) -> list[Condition]:
    return conditions if names_field(conditions, "state") else [*conditions, Condition("state", "!=", "DELETED")]
