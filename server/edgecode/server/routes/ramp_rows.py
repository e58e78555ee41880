"""Jobs of a ramp out of the ledger, as its evidence takes them."""

import json

from edgecode.server.ledger.port import Condition, Find, Ledger
from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.routes.ramp_job import NOTHING, Made, Outcome, RampJob
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


async def ramp_jobs(ledger: Ledger, document: ramp_pb2.RampDocument) -> list[RampJob]:
    """All jobs of a ramp that the ledger still holds, in the order in which they were given."""
    found: list[RampJob] = []
    after: tuple[int, str] | tuple[()] = ()
    while True:
        same_ramp = [Condition("ramp_id", "=", document.ramp_id)]
        rows = await ledger.find(RampJobRow, Find(same_ramp, "given_sequence", after=after, limit=_PAGE))
        found += [ramp_job(row, document) for row in rows]
        if len(rows) < _PAGE:
            return found
        after = (rows[-1].given_sequence, rows[-1].job_id)
