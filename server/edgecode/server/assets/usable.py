"""The asset a job may use."""

import time

from edgecode.core import subjects
from edgecode.core.errors import FailedPrecondition, Violation
from edgecode.server.ids import known_form, not_found
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import AssetRow


async def usable_asset(asset_id: str, ledger: Ledger, reads: Reads) -> AssetRow:
    """An active asset.

    One that the ledger calls active is taken without asking the log: a delete on its way to the fold changes nothing
    for a job, whose creation carries all it needs of its asset and keeps the bytes.

    Raises:
        NotFound: `ASSET_NOT_FOUND`, also for one whose retention is over.
        FailedPrecondition: `ASSET_DELETED` or `ASSET_FROZEN`.
    """
    known_form("asset", asset_id)
    asset = await ledger.asset(asset_id)
    if asset is None:
        await reads.settled(subjects.asset_events(asset_id))
        asset = await ledger.asset(asset_id)
    if asset is None or asset.expire_time_us <= time.time_ns() // 1000:
        raise not_found("asset", asset_id)
    if asset.frozen:
        raise FailedPrecondition("ASSET_FROZEN", f"asset {asset_id} has an event that this build cannot read yet")
    if asset.state != "ACTIVE":
        raise FailedPrecondition(
            "ASSET_DELETED", f"asset {asset_id} is deleted", violations=[Violation("asset_id", "names a deleted asset")]
        )
    return asset
