"""Pairs of jobs and their repetitions, read from the ledger, and what all of a shadow's come to."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from edgecode.server.ledger.port import Condition, Find, Ledger
from edgecode.server.ledger.rows import JobRow
from edgecode.server.routes.shadow_compare import Comparison, Outcome, compare
from edgecode.v1 import event_pb2, route_pb2

# Pairs that one call compares: a second's work or two.
MOST_COMPARED = 2000
_AT_ONCE = 20
_SHOWN = 20


async def pairs(
    ledger: Ledger, shadow_id: str, begin: Sequence[str | int | float] = ()
) -> AsyncGenerator[tuple[JobRow, Comparison], None]:
    """A shadow's jobs, newest first, each with what it and its original say.

    Args:
        ledger: where to read.
        shadow_id: whose.
        begin: `position` of the job to begin with; of the next older one where that is gone.
    """
    of_it = [Condition("shadow_id", "=", shadow_id)]
    if begin:
        of_it.append(Condition("create_time_us", "<=", int(begin[0])))
    after: Sequence[str | int | float] = ()
    while rows := await ledger.find(
        JobRow, Find(of_it, "create_time_us", descending=True, after=after, limit=_AT_ONCE)
    ):
        shadows = await ledger.records([row.job_id for row in rows])
        originals = await ledger.records([original_of(row) for row in rows])
        for row in rows:
            if begin and position(row) > (begin[0], begin[1]):
                continue  # made in the same microsecond
            if (record := shadows.get(row.job_id)) is not None:
                yield row, compare(originals.get(original_of(row)), record)
        after = position(rows[-1])
        await asyncio.sleep(0)  # an embedded ledger never waits


def position(row: JobRow) -> tuple[int, str]:
    """Where a job stands among those of its shadow, as `pairs` begins with it."""
    return row.create_time_us, row.job_id


def original_of(row: JobRow) -> str:
    """The job that a shadow's job repeats."""
    return event_pb2.JobCreated.FromString(row.created_pb).shadow_of


@dataclass(slots=True)
class Report:
    """What the pairs come to, taken one by one, newest first."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    aspects: Counter[route_pb2.ShadowAspect] = field(default_factory=Counter)
    identical_jobs: int = 0
    outputs: int = 0
    identical_outputs: int = 0
    newest: list[route_pb2.ShadowDifference] = field(default_factory=list)

    def take(self, pair: Comparison) -> None:
        """One more."""
        self.outcomes[pair.outcome] += 1
        self.identical_jobs += pair.outcome is Outcome.COMPARED and not pair.differences
        self.outputs += pair.outputs
        self.identical_outputs += pair.identical
        for difference in pair.differences:
            self.aspects.update(difference.differs)
        self.newest += pair.differences[: _SHOWN - len(self.newest)]

    def write_into(self, message: route_pb2.Shadow) -> None:
        """Adds counts and the newest differences."""
        for outcome in Outcome:
            setattr(message, outcome.value, self.outcomes[outcome])
        message.jobs_shadowed = self.outcomes.total()
        message.jobs_identical = self.identical_jobs
        message.outputs_compared, message.outputs_identical = self.outputs, self.identical_outputs
        for aspect in sorted(self.aspects):
            message.differing.add(aspect=aspect, count=self.aspects[aspect])
        message.differences.extend(self.newest)
