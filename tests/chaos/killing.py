"""Kills that hit: a worker is frozen, the log read to its head, and killed only with one attempt under way."""

import asyncio
import random
import signal
from dataclasses import dataclass

from tests.harness.journal import job_of, kind, said
from tests.harness.process import Process
from tests.harness.system import System, instance_of

# What the frozen worker wrote last is on its way to the broker for a moment.
_SETTLE_SECONDS = 0.05
_PATIENCE_SECONDS = 120.0
# About as long as an attempt takes.
_LONGEST_WAIT_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Hit:
    """The attempt that a kill ended."""

    instance: str
    job_id: str
    task_id: str
    attempt_id: str


async def attempts_of(system: System, instance: str) -> list[Hit]:
    """Attempts of an instance of which the log, up to its head, knows the start and no end."""
    await system.journal.whole()
    under_way = system.journal.attempts_under_way(instance)
    return [Hit(instance, job_of(e), said(e).task_id, attempt_id) for attempt_id, e in under_way.items()]


async def kill_in_mid_attempt(system: System, worker: Process, dice: random.Random) -> Hit:
    """Kills a worker at a random moment at which it has exactly one attempt under way."""
    instance = await instance_of(worker)
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            await _starts(system, instance)
            await asyncio.sleep(dice.uniform(0.0, _LONGEST_WAIT_SECONDS))
            worker.freeze()
            await asyncio.sleep(_SETTLE_SECONDS)
            hits = await attempts_of(system, instance)
            if len(hits) == 1:
                assert await worker.kill() == -signal.SIGKILL
                return hits[0]
            worker.thaw()


async def _starts(system: System, instance: str) -> None:
    """Returns when the instance begins one more attempt."""
    seen = len(system.journal.entries)
    await system.journal.until(
        lambda entry: (
            kind(entry) == "attempt_started"
            and entry.origin.stamp.instance == instance
            and entry.sequence > (system.journal.entries[seen - 1].sequence if seen else 0)
        ),
        seconds=_PATIENCE_SECONDS,
    )
