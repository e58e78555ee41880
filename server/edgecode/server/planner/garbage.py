"""Which blobs nobody needs: artifacts of losing attempts, of expired and deleted jobs, sources of nothing kept.

What an unread event may speak of is left alone: a build that reads it says what becomes of it.
"""

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edgecode.core import subjects
from edgecode.core.blobs import Blob, Blobs
from edgecode.core.store_check import PREFIX as CHECKS
from edgecode.server.ledger.port import JobRecord, Ledger
from edgecode.server.ledger.rows import FINISHED, AttemptState, JobState
from edgecode.v1.storage_pb2 import GarbageBlob


@dataclass(frozen=True, slots=True)
class Garbage:
    """A blob that nobody needs; `job_id` of artifacts."""

    blob: Blob
    reason: GarbageBlob.Reason
    job_id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What was found among as many blobs as the store lists at once."""

    looked_at: int
    garbage: list[Garbage]


class GarbageSearch:
    """Looks through the store, one page of it at a time."""

    def __init__(self, blobs: Blobs, ledger: Ledger) -> None:
        self._blobs = blobs
        self._ledger = ledger

    async def artifacts(self, young_seconds: float) -> AsyncGenerator[Page, None]:
        """Artifacts that no published result and no running attempt needs, and what looks at the store left."""
        unread = await self.unread()
        async for page in self._blobs.pages("artifacts/"):
            old = _older(page, young_seconds)
            records = await self._ledger.records(sorted({_job_of(blob) for blob in old}))
            yield Page(len(page), [*_artifacts(old, records, unread)])
        async for page in self._blobs.pages(f"{CHECKS}/"):
            left = [Garbage(blob, GarbageBlob.REASON_CHECK_LEFT) for blob in _older(page, young_seconds)]
            yield Page(len(page), left)

    async def sources(self, young_seconds: float) -> AsyncGenerator[Page, None]:
        """Sources that no asset and no job of the ledger names, none while something cannot be read.

        A job accepted while its asset was being deleted may not be in the ledger yet: look twice before deleting, the
        second time when the ledger has folded what the log held at the first.
        """
        async for page in self._blobs.pages("sources/"):
            old = _older(page, young_seconds)
            # Which source an unread asset or job has nobody knows.
            live = await self._ledger.live_sources() if old and not await self.unread() else {_digest(b) for b in old}
            unused = [Garbage(b, GarbageBlob.REASON_SOURCE_UNUSED) for b in old if _digest(b) not in live]
            yield Page(len(page), unused)

    async def unread(self) -> set[str]:
        """Subjects with events that cannot be read yet."""
        return {row.subject for row in await self._ledger.unread()}


def _older(page: Iterable[Blob], seconds: float) -> list[Blob]:
    limit = datetime.now(UTC) - timedelta(seconds=seconds)
    return [blob for blob in page if blob.modified <= limit]


def _job_of(blob: Blob) -> str:
    return blob.key.split("/")[1]


def _digest(blob: Blob) -> str:
    return blob.key.rpartition("/")[2]


def _artifacts(blobs: Iterable[Blob], records: dict[str, JobRecord], unread: set[str]) -> Iterable[Garbage]:
    for blob in blobs:
        _, job_id, _, attempt_id, *_ = blob.key.split("/")
        reason = _why(records.get(job_id), attempt_id)
        if reason and subjects.job_events(job_id) not in unread:
            yield Garbage(blob, reason, job_id)


def _why(record: JobRecord | None, attempt_id: str) -> GarbageBlob.Reason | None:
    """Why nobody needs what an attempt put; None where somebody does or may."""
    if record is None:
        return GarbageBlob.REASON_JOB_GONE
    if record.job.state == JobState.DELETED:
        return GarbageBlob.REASON_JOB_DELETED
    if record.job.shadow_id and record.job.state in FINISHED:
        return GarbageBlob.REASON_SHADOW_ENDED  # what it is compared by stands in the ledger
    attempt = record.attempts.get(attempt_id)
    if attempt is not None and attempt.state == AttemptState.RUNNING:
        return None
    if attempt is not None and attempt.state == AttemptState.SUCCEEDED:
        counts = record.tasks[attempt.task_id].attempt_id == attempt_id
        return None if counts else GarbageBlob.REASON_ATTEMPT_LOST
    return GarbageBlob.REASON_ATTEMPT_LOST
