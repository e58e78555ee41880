"""Jobs of a ramp out of the ledger, as its evidence takes them."""

import json

from edgecode.server.ledger.port import Condition, Find, Ledger
from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.routes.evidence import Evidence
from edgecode.server.routes.ramp_job import NOTHING, Made, Outcome, RampJob, in_order
from edgecode.v1 import event_pb2, ramp_pb2

_PAGE = 2_000


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


class KnownEvidence:
    """The evidence of the ramp that was looked at last: each look costs what was told since the one before."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._ramp_id = ""
        self._evidence: Evidence | None = None
        self._through = 0

    async def of(self, ramp: ramp_pb2.RampDocument, now_us: int) -> Evidence:
        """What the ledger's rows say of a ramp now."""
        if self._evidence is None or self._ramp_id != ramp.ramp_id:
            self._ramp_id, self._evidence, self._through = ramp.ramp_id, Evidence(ramp), 0
        evidence = self._evidence
        jobs = await ramp_jobs(self._ledger, ramp, self._through)
        for moment, job in in_order(jobs):
            evidence.take(moment, job)
        evidence.until(now_us)
        if evidence is self._evidence:
            told = (max(job.given_sequence, job.begun_sequence, job.ended_sequence) for job in jobs)
            self._through = max((self._through, *told))
        return evidence
