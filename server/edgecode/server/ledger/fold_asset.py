"""The fold of assets: one event after another into the row. Pure."""

import json

from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.rows import EXPIRY_MARGIN_US, AssetRow, replace


def fold_asset(asset: AssetRow | None, fact: Fact) -> AssetRow | None:
    """The asset after one event of its subject. Events of an asset that the ledger does not know change nothing."""
    kind = fact.event.WhichOneof("kind")
    over = asset is not None and asset.expire_time_us - EXPIRY_MARGIN_US <= fact.time_us
    if kind == "asset_created" and (asset is None or over):
        return _new(fact) if fact.event.asset_created.asset_id == fact.name else asset
    if asset is None:
        return None
    state = "DELETED" if kind == "asset_deleted" else asset.state
    return replace(asset, state=state, last_sequence=max(asset.last_sequence, fact.sequence))


def _new(fact: Fact) -> AssetRow:
    created = fact.event.asset_created
    return AssetRow(
        asset_id=created.asset_id,
        upload_id=created.upload_id,
        job_id=created.job_id,
        caller=created.caller,
        file_name=created.file_name,
        size_bytes=created.size_bytes,
        sha256=created.sha256,
        crc32c=created.crc32c,
        labels=json.dumps(dict(created.labels), sort_keys=True),
        state="ACTIVE",
        create_time_us=fact.time_us,
        expire_time_us=created.expire_time.ToMicroseconds(),
        first_sequence=fact.sequence,
        last_sequence=fact.sequence,
        stamp_id=fact.stamp.stamp_id,
        frozen=0,
    )
