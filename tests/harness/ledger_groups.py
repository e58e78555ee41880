"""Groups of rows written straight into a ledger."""

from edgecode.server.ledger.port import Changes, Ledger
from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.ledger.rows import (
    ArtifactRow,
    AssetRow,
    AttemptRow,
    Cursor,
    JobRow,
    TaskRow,
)
from tests.harness.rows import STAMP


def changes(*rows: JobRow | TaskRow | AttemptRow | ArtifactRow | AssetRow | RampJobRow) -> Changes:
    """A group that writes rows, and the stamp they name."""
    found = Changes(stamps={STAMP.stamp_id: STAMP})
    for row in rows:
        match row:
            case JobRow():
                found.jobs[row.job_id] = row
            case TaskRow():
                found.tasks[row.job_id, row.task_id] = row
            case AttemptRow():
                found.attempts[row.attempt_id] = row
            case ArtifactRow():
                found.artifacts[row.artifact_id] = row
            case AssetRow():
                found.assets[row.asset_id] = row
            case RampJobRow():
                found.ramp_jobs[row.job_id] = row
    return found


async def write(ledger: Ledger, *rows: JobRow | TaskRow | AttemptRow | ArtifactRow | AssetRow | RampJobRow) -> None:
    """One more group."""
    before = await ledger.cursor()
    await ledger.apply(changes(*rows), before, Cursor(before.sequence + 1, "2026-01-01T00:00:00Z", "id"))
