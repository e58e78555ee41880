"""Removes blobs nobody needs: artifacts of losing attempts, of expired and deleted jobs, sources of nothing kept.

What an unread event may speak of is left alone: a build that reads it says what becomes of it.
"""

import time
from collections.abc import Awaitable, Callable

import structlog

from edgecode.core import subjects
from edgecode.core.blobs import Blobs
from edgecode.server.ledger.port import JobRecord, Ledger
from edgecode.server.ledger.rows import AttemptState, JobState

log = structlog.get_logger()

# An attempt uploads before its outcome is in the log, an upload before its asset is: younger blobs are left alone.
_YOUNG_SECONDS = 3600.0


class BlobSweep:
    """Runs at most once per interval; `sweep_uploads` removes abandoned uploads."""

    def __init__(
        self, blobs: Blobs, ledger: Ledger, sweep_uploads: Callable[[], Awaitable[int]], interval_seconds: float
    ) -> None:
        self._blobs = blobs
        self._ledger = ledger
        self._sweep_uploads = sweep_uploads
        self._interval = interval_seconds
        self._due = time.monotonic() + interval_seconds
        self._nobodys: set[str] = set()

    async def run_when_due(self) -> None:
        """Sweeps when the interval has passed."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + self._interval
            await self.run()

    async def run(self, young_seconds: float = _YOUNG_SECONDS) -> int:
        """Sweeps now; returns how many blobs went."""
        gone = await self._sweep_uploads()
        unread = {row.subject for row in await self._ledger.unread()}
        unwanted = await self._unwanted_artifacts(young_seconds, unread)
        # Which source an unread asset or job has nobody knows.
        if not unread:
            unwanted += await self._unwanted_sources(young_seconds)
        # Bytes that come again are written again, though the store had them when it was listed.
        swept = await self._blobs.delete_older(unwanted, young_seconds)
        if swept:
            log.info("blobs.swept", count=swept)
        return gone + swept

    async def _unwanted_artifacts(self, young_seconds: float, unread: set[str]) -> list[str]:
        keys = [(k, k.split("/")) for k in await self._blobs.older_than("artifacts/", young_seconds)]
        records = await self._ledger.records(sorted({parts[1] for _, parts in keys}))
        return [
            key
            for key, parts in keys
            if subjects.job_events(parts[1]) not in unread and not _is_wanted(records.get(parts[1]), parts[3])
        ]

    async def _unwanted_sources(self, young_seconds: float) -> list[str]:
        """Those that were nobody's at the sweep before, too.

        A job accepted while its asset was being deleted may not be in the ledger yet. It is at the next sweep.
        """
        keys = await self._blobs.older_than("sources/", young_seconds)
        live = await self._ledger.live_sources() if keys else set()
        before, self._nobodys = self._nobodys, {key for key in keys if key.rpartition("/")[2] not in live}
        return sorted(before & self._nobodys)


def _is_wanted(record: JobRecord | None, attempt_id: str) -> bool:
    if record is None or record.job.state == JobState.DELETED:
        return False
    attempt = record.attempts.get(attempt_id)
    if attempt is None:
        return False
    if attempt.state == AttemptState.RUNNING:
        return True
    task = record.tasks[attempt.task_id]
    return attempt.state == AttemptState.SUCCEEDED and task.attempt_id == attempt_id
