"""A ramp's evidence out of the ledger."""

import asyncio
import gc
import time
from itertools import pairwise

from edgecode.core.lifecycle import end
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.ramp_row import RampOutcome
from edgecode.server.routes.evidence import recompute
from edgecode.server.routes.ramp_rows import KnownEvidence, ramp_jobs
from edgecode.v1 import event_pb2, ramp_pb2
from tests.harness.ledger_groups import write
from tests.harness.rows import ramp_job_row

JOBS = 10_000


async def test_calls_are_answered_while_all_jobs_of_a_long_ramp_are_looked_at(ledger: Ledger) -> None:
    given = event_pb2.JobAssigned(ramp_percent=20.0).SerializeToString()
    rows = [
        ramp_job_row(
            f"job-{number:05}",
            ramp_id="r",
            build="new" if number % 5 == 0 else "old",
            version_key=f"key-{number}",
            outcome=RampOutcome.SUCCEEDED,
            given_sequence=3 * number + 1,
            begun_sequence=3 * number + 2,
            ended_sequence=3 * number + 3,
            last_sequence=3 * number + 3,
            assigned_pb=given,
        )
        for number in range(JOBS)
    ]
    await write(ledger, *rows)
    # Of CPU on this thread: whatever else the machine does.
    ramp = ramp_pb2.RampDocument(ramp_id="r", build="new")
    jobs = await ramp_jobs(ledger, ramp)
    began = time.thread_time()
    recompute(ramp, jobs, 1)
    blocked = time.thread_time() - began
    turns = []

    async def turn() -> None:
        while True:
            turns.append(time.thread_time())
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    gc.disable()  # a process that has run two thousand tests holds up a turn for longer than all that is measured here
    try:
        found = await KnownEvidence(ledger).of(ramp, 1)
        turns.append(time.thread_time())
    finally:
        gc.enable()
        await end([turning])
    assert (found.ramping.resolved, found.current.resolved) == (JOBS / 5, JOBS * 4 / 5)
    longest = max(later - earlier for earlier, later in pairwise(turns))
    assert longest < blocked / 4, (longest, blocked)
