"""The fast guard of a ramp, and the watch after it: a build's failures against a rate. Pure.

It looks at what has failed so far, in the order in which it fails, where E waits until all earlier jobs are settled.
So it is quick, and so it depends on a rate that may be out of date. It holds a ramp if its build does far worse than
the record, and worse than the current build does now; it rolls it back only once the current build's jobs since the
hold were seen to do better.
"""

from collections import deque

from edgecode.server.routes.cohort import Member
from edgecode.server.routes.odds_test import ANY_EXCESS, DOUBLED, FIVEFOLD, log_e_of
from edgecode.server.routes.ramp_job import Outcome, RampJob
from edgecode.server.routes.rate_interval import rate_interval

# How sure the recorded rate must be.
_RECORD_LEVEL = 0.02
# What is taken where there is no record, or a short one: a build that fails at more is no yardstick.
_HIGHEST_RECORD = 0.25
_HIGHEST_RATE = 0.9
# The current build's newest jobs, in windows: an incident that hits both sides must show soon, and stay.
_WINDOWS = (25, 50, 75, 100)
# The record counts as so many of them: where the current build has few jobs, one failure is not an incident.
_PRIOR_JOBS = 10.0


def recorded_rate(jobs: int, failures: int) -> float:
    """The highest rate of failure that a build's record allows, at most a quarter; that where there is no record."""
    return min(_HIGHEST_RECORD, rate_interval(jobs, failures, _RECORD_LEVEL)[1])


class Guard:
    """Begins anew with each step and round of a ramp: what a long good time earned would hide a bad one.

    Jobs count once they begin, as good until they fail: an e-value can only be too low then, never too high, and
    failures that come faster than successes mislead nobody. A key's jobs count until its first failure.

    Attributes:
        phase: the step and round it looks at: those of the newest job that began or ended.
    """

    def __init__(self, jobs: int, failures: int) -> None:
        self.recorded = recorded_rate(jobs, failures)
        self._newest: deque[bool] = deque(maxlen=max(_WINDOWS))
        self._failed_keys: set[str] = set()
        self._begin((0, 0))

    def _begin(self, phase: tuple[int, int]) -> None:
        self.phase = phase
        self.begun_jobs = 0
        self.failed_jobs = 0
        # The current build's, given to it beside them.
        self._beside_jobs = 0
        self._beside_failures = 0
        # The current build's, given to it since the ramp was held.
        self.held_jobs = 0
        self.held_failures = 0

    def _turn(self, job: RampJob) -> bool:
        """Whether the job belongs to the phase that goes on."""
        phase = (job.step, job.round)
        if phase > self.phase:
            self._begin(phase)
        return phase == self.phase

    def begun(self, member: Member) -> None:
        """A job's first attempt."""
        job = member.job
        if self._turn(job) and job.on_ramp and job.key not in self._failed_keys:
            self.begun_jobs += 1

    def ended(self, member: Member) -> None:
        """A job's outcome. What never began was not counted, and does not count now."""
        job, failed = member.job, member.outcome is Outcome.FAILED
        if member.outcome is Outcome.VOID or job.key in self._failed_keys:
            return
        if failed:
            self._failed_keys.add(job.key)
        if not job.on_ramp:
            self._newest.append(failed)
            if self._turn(job):
                self._count_current(failed, held=job.share == 0.0)
        elif failed and member.begun and self._turn(job):
            self.failed_jobs += 1

    def _count_current(self, failed: bool, *, held: bool) -> None:
        if held:
            self.held_jobs += 1
            self.held_failures += failed
        else:
            self._beside_jobs += 1
            self._beside_failures += failed

    @property
    def reference(self) -> float:
        """The current build's rate now: the highest of its newest jobs, of those beside the ramp, and of the record."""
        newest = list(self._newest)
        seen = [(len(newest[-window:]), sum(newest[-window:])) for window in _WINDOWS]
        # An incident that is over is among the ramping build's failures too.
        seen.append((self._beside_jobs, self._beside_failures))
        rates = [(failures + _PRIOR_JOBS * self.recorded) / (jobs + _PRIOR_JOBS) for jobs, failures in seen]
        return min(_HIGHEST_RATE, max(self.recorded, *rates))

    @property
    def log_e(self) -> float:
        """Natural logarithm of the e-value for "fails far more often than recorded"."""
        return log_e_of(self.begun_jobs, self.failed_jobs, self.recorded, FIVEFOLD)

    @property
    def log_e_beside(self) -> float:
        """The same for "fails more often than the current build does now"."""
        return log_e_of(self.begun_jobs, self.failed_jobs, self.reference, DOUBLED)

    @property
    def log_e_watched(self) -> float:
        """The same for "fails more often than recorded": there is time for it, and no current build beside."""
        return log_e_of(self.begun_jobs, self.failed_jobs, self.recorded, DOUBLED)

    @property
    def rate_since_held(self) -> float:
        """How often the current build's jobs since the hold failed."""
        return self.held_failures / self.held_jobs if self.held_jobs else 0.0

    @property
    def log_e_since_held(self) -> float:
        """Natural logarithm of the e-value for "fails more often than the current build did since the hold".

        If both fail alike, a failure is the ramping build's with the chance that a job is.
        """
        failures = self.failed_jobs + self.held_failures
        share = self.begun_jobs / max(self.begun_jobs + self.held_jobs, 1)
        return log_e_of(failures, self.failed_jobs, share, ANY_EXCESS)
