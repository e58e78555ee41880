"""The jobs of a ramp in the order in which they were assigned. Pure.

Judged in the order in which they end, a build with an empty lane beside a busy one shows its failures first, and
healthy ramps are rolled back; so outcomes are let through only up to the first job that is still open.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from edgecode.server.routes.ramp_job import NOTHING, Made, Outcome, RampJob


@dataclass(slots=True)
class Member:
    """A job as far as it has come: its row may know more, for a leader that reads all rows at its start."""

    job: RampJob
    begun: bool = False
    outcome: Outcome = Outcome.OPEN
    made: Made = NOTHING


class Cohort:
    """Takes jobs as they are given, begun and ended, and lets the settled ones through in the order of assignment.

    Attributes:
        open: jobs that are not settled, by whether the ramping build has them.
        unjudged_on_ramp: of the ramping build, not let through yet.
    """

    def __init__(self, overdue_us: int) -> None:
        self._overdue_us = overdue_us
        self._members: dict[str, Member] = {}
        self._order: deque[Member] = deque()
        self._begun: deque[tuple[int, Member]] = deque()
        self._last_given = 0
        self.open = {True: 0, False: 0}
        self.unjudged_on_ramp = 0

    def given(self, job: RampJob) -> bool:
        """A new job; False if it was there before."""
        if job.given_sequence <= self._last_given:
            return False
        self._last_given = job.given_sequence
        member = Member(job)
        self._members[job.job_id] = member
        self._order.append(member)
        self.open[job.on_ramp] += 1
        self.unjudged_on_ramp += job.on_ramp
        return True

    def begun(self, job: RampJob) -> Member | None:
        """A job's first attempt; None for a job that is not open, or has begun."""
        member = self._members.get(job.job_id)
        if member is None or member.begun or member.outcome is not Outcome.OPEN:
            return None
        member.begun = True
        self._begun.append((job.begun_us, member))
        return member

    def ended(self, job_id: str, outcome: Outcome, made: Made) -> Member | None:
        """A job's outcome; None for a job that is not open."""
        member = self._members.get(job_id)
        if member is None or member.outcome is not Outcome.OPEN:
            return None
        member.outcome, member.made = outcome, made
        self.open[member.job.on_ramp] -= 1
        return member

    def overdue(self, now_us: int) -> Iterator[str]:
        """Jobs that run longer than they may, each once: they count as failed, whatever comes of them later."""
        while self._begun:
            begun_us, member = self._begun[0]
            if member.outcome is Outcome.OPEN:
                if begun_us + self._overdue_us >= now_us:
                    return
                yield member.job.job_id
            self._begun.popleft()

    def settled(self) -> Iterator[Member]:
        """Jobs that are settled with all before them, each once."""
        while self._order and self._order[0].outcome is not Outcome.OPEN:
            member = self._order.popleft()
            del self._members[member.job.job_id]
            self.unjudged_on_ramp -= member.job.on_ramp
            yield member
