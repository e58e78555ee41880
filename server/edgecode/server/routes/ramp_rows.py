"""Jobs of a ramp out of the ledger, as its evidence takes them."""

import asyncio
import json

from edgecode.server.ledger.port import Condition, Find, Ledger
from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.routes.evidence import Evidence, recompute
from edgecode.server.routes.ramp_job import NOTHING, Made, Outcome, RampJob, in_order
from edgecode.v1 import event_pb2, ramp_pb2

# Some ten milliseconds' work, which is what a call of a client may have to wait for.
_PAGE = 500


def ramp_job(row: RampJobRow, document: ramp_pb2.RampDocument) -> RampJob:
    """One row."""
    assigned = event_pb2.JobAssigned.FromString(row.assigned_pb)
    return RampJob(
        job_id=row.job_id,
        key=row.version_key,
        on_ramp=row.build == document.build,
        share=assigned.ramp_percent / 100.0,
        step=assigned.ramp_step,
        round=assigned.ramp_round,
        given_sequence=row.given_sequence,
        begun_sequence=row.begun_sequence,
        begun_us=row.begun_time_us,
        ended_sequence=row.ended_sequence,
        ended_us=row.ended_time_us,
        outcome=Outcome(row.outcome),
        made=Made(**json.loads(row.made)) if row.made else NOTHING,
    )


async def ramp_jobs(ledger: Ledger, ramp: ramp_pb2.RampDocument, after_sequence: int = 0) -> list[RampJob]:
    """The jobs of a ramp that the ledger still holds, all, or those that told something after a place of the log."""
    wanted = [Condition("ramp_id", "=", ramp.ramp_id), Condition("last_sequence", ">", after_sequence)]
    found: list[RampJob] = []
    after: tuple[int, str] | tuple[()] = ()
    while True:
        rows = await ledger.find(RampJobRow, Find(wanted, "last_sequence", after=after, limit=_PAGE))
        found += [ramp_job(row, ramp) for row in rows]
        if len(rows) < _PAGE:
            return found
        after = (rows[-1].last_sequence, rows[-1].job_id)
        await asyncio.sleep(0)  # an embedded ledger never waits


async def recomputed(
    ledger: Ledger, ramp: ramp_pb2.RampDocument, now_us: int, through_sequence: int | None = None
) -> tuple[Evidence, int]:
    """What the ledger's rows say of a ramp, anew, and up to which place of the log; see `recompute`.

    After a hundred thousand jobs that is seconds' work: beside the loop, which has calls to answer meanwhile.
    """
    jobs = await ramp_jobs(ledger, ramp)
    evidence = await asyncio.to_thread(recompute, ramp, jobs, now_us, through_sequence)
    return evidence, _told_until(jobs)


def _told_until(jobs: list[RampJob]) -> int:
    return max((max(job.given_sequence, job.begun_sequence, job.ended_sequence) for job in jobs), default=0)


class KnownEvidence:
    """The evidence of the ramp that was looked at last: each look costs what was told since the one before."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._ramp_id = ""
        self._evidence: Evidence | None = None
        self._through = 0
        self._turn = asyncio.Lock()

    async def of(self, ramp: ramp_pb2.RampDocument, now_us: int) -> Evidence:
        """What the ledger's rows say of a ramp now."""
        async with self._turn:
            if self._evidence is None or self._ramp_id != ramp.ramp_id:
                self._evidence, self._through = await recomputed(self._ledger, ramp, now_us)
                self._ramp_id = ramp.ramp_id
            else:
                jobs = await ramp_jobs(self._ledger, ramp, self._through)
                for moment, job in in_order(jobs):
                    self._evidence.take(moment, job)
                self._evidence.until(now_us)
                self._through = max(self._through, _told_until(jobs))
            return self._evidence
