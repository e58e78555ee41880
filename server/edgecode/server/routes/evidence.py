"""What the jobs of one ramp say about its build. Pure: a fold of them, the same for the same log.

An outcome costs the same whenever it comes. After a restart the same state follows from the jobs' rows, by `recompute`.
"""

from collections import Counter
from collections.abc import Iterable

from edgecode.server.routes.cohort import Cohort, Member
from edgecode.server.routes.guard import Guard
from edgecode.server.routes.odds_test import OddsTest
from edgecode.server.routes.pair_test import PairTest
from edgecode.server.routes.ramp_job import NOTHING, Made, Moment, Outcome, RampJob, in_order
from edgecode.v1 import ramp_pb2

_SECOND_US = 1_000_000
_TESTS = ramp_pb2.RampTest
# Worse by less is not looked for.
_SLOWER, _OTHER_SIZE, _FEWER_FRAMES, _MORE_DISTORTED, _SMALLER_PICTURES = 1.25, 1.25, 1.001, 1.25, 1.1


class Side:
    """The counts of one build; see `RampSide`."""

    __slots__ = ("assigned", "failures", "failures_seen", "resolved", "started")

    def __init__(self) -> None:
        self.assigned = self.started = self.resolved = self.failures = self.failures_seen = 0

    def message(self) -> ramp_pb2.RampSide:
        """For the log and the API."""
        return ramp_pb2.RampSide(
            jobs_assigned=self.assigned,
            jobs_started=self.started,
            jobs_resolved=self.resolved,
            failures=self.failures,
            failures_seen=self.failures_seen,
        )


class Evidence:
    """Takes all that happens to the jobs of one ramp, in the log's order.

    Attributes:
        through_sequence: of the last event taken.
        share_test: E. Of the failures in order of assignment, the first of each key only: the chance that the ramping
            build had the job is its share, if it fails no more often.
        guard: quick, against a rate.
        pairs: durations and quality, of the jobs of one round.
        pairs_round: which that is; it follows the document's once a job of the new round has ended.
        resolved_in_step: the ramping build's, by step.
        given_in_step: jobs of the ramping build and of both, by step.
    """

    def __init__(self, document: ramp_pb2.RampDocument) -> None:
        self.through_sequence = 0
        self.ramping, self.current = Side(), Side()
        self.share_test = OddsTest()
        self.pairs_round = 0
        self._cohort = Cohort(int(document.policy.overdue_seconds * _SECOND_US))
        self._failed_keys: set[str] = set()
        self._failed_keys_seen: set[str] = set()
        self.guard = Guard(document.recorded.jobs, document.recorded.failures)
        self.pairs = _pair_tests()
        self.resolved_in_step: Counter[int] = Counter()
        self.given_in_step: Counter[tuple[int, bool]] = Counter()

    @property
    def open_on_ramp(self) -> int:
        """Jobs of the ramping build that are not settled."""
        return self._cohort.open[True]

    @property
    def open_on_current(self) -> int:
        """Jobs of the current build that are not settled."""
        return self._cohort.open[False]

    @property
    def unjudged_on_ramp(self) -> int:
        """Jobs of the ramping build that are not settled, or that an earlier one of either build holds up."""
        return self._cohort.unjudged_on_ramp

    def take(self, moment: Moment, job: RampJob) -> None:
        """One moment of a job. Its row may hold later ones already; a moment that was taken before changes nothing."""
        if moment is Moment.GIVEN:
            self._given(job)
        elif moment is Moment.BEGUN:
            self.until(job.begun_us)
            self._begun(job)
        else:
            self.until(job.ended_us)
            self._ended(job)

    def until(self, now_us: int) -> None:
        """Lets the clock reach a time: what runs too long has failed."""
        for job_id in self._cohort.overdue(now_us):
            self._settle(job_id, Outcome.FAILED, NOTHING)

    def _given(self, job: RampJob) -> None:
        if not self._cohort.given(job):
            return
        self.through_sequence = max(self.through_sequence, job.given_sequence)
        self._side(job).assigned += 1
        if job.share > 0.0:
            self.given_in_step[job.step, job.on_ramp] += 1

    def _begun(self, job: RampJob) -> None:
        member = self._cohort.begun(job)
        if member is not None:
            self.through_sequence = max(self.through_sequence, job.begun_sequence)
            self._side(job).started += 1
            self.guard.begun(member)

    def _ended(self, job: RampJob) -> None:
        self.through_sequence = max(self.through_sequence, job.ended_sequence)
        self._settle(job.job_id, job.outcome, job.made)

    def _settle(self, job_id: str, outcome: Outcome, made: Made) -> None:
        member = self._cohort.ended(job_id, outcome, made)
        if member is None:
            return
        self.guard.ended(member)
        if outcome is Outcome.FAILED and member.job.key not in self._failed_keys_seen:
            self._failed_keys_seen.add(member.job.key)
            self._side(member.job).failures_seen += 1
        for settled in self._cohort.settled():
            self._judge(settled)

    def _judge(self, member: Member) -> None:
        job = member.job
        if member.outcome is Outcome.VOID:
            return
        self._side(job).resolved += 1
        self.resolved_in_step[job.step] += job.on_ramp
        if member.outcome is Outcome.SUCCEEDED:
            if 0.0 < job.share < 1.0:
                self._compare(job, member.made)
        elif job.key not in self._failed_keys:
            self._failed_keys.add(job.key)
            self._side(job).failures += 1
            self.share_test.observe(job.share, happened=job.on_ramp)

    def _compare(self, job: RampJob, made: Made) -> None:
        if job.round > self.pairs_round:
            self.pairs_round, self.pairs = job.round, _pair_tests()
        elif job.round < self.pairs_round:
            # The operator has seen what such jobs say, and went on.
            return
        for test, value in (
            (_TESTS.RAMP_TEST_DURATION, made.seconds),
            (_TESTS.RAMP_TEST_SMALLER_FILES, made.size_ratio),
            (_TESTS.RAMP_TEST_LARGER_FILES, made.size_ratio),
            (_TESTS.RAMP_TEST_FRAMES, made.frames_ratio),
            (_TESTS.RAMP_TEST_SSIM, made.distortion),
            (_TESTS.RAMP_TEST_PICTURE_SIZE, made.pixels_ratio),
        ):
            self.pairs[test].take(made.stratum, value, on_ramp=job.on_ramp)

    def _side(self, job: RampJob) -> Side:
        return self.ramping if job.on_ramp else self.current


def _pair_tests() -> "dict[ramp_pb2.RampTest, PairTest]":
    return {
        _TESTS.RAMP_TEST_DURATION: PairTest(_SLOWER, larger_is_worse=True),
        _TESTS.RAMP_TEST_SMALLER_FILES: PairTest(_OTHER_SIZE, larger_is_worse=False),
        _TESTS.RAMP_TEST_LARGER_FILES: PairTest(_OTHER_SIZE, larger_is_worse=True),
        _TESTS.RAMP_TEST_FRAMES: PairTest(_FEWER_FRAMES, larger_is_worse=False),
        _TESTS.RAMP_TEST_SSIM: PairTest(_MORE_DISTORTED, larger_is_worse=True),
        _TESTS.RAMP_TEST_PICTURE_SIZE: PairTest(_SMALLER_PICTURES, larger_is_worse=False),
    }


def recompute(
    document: ramp_pb2.RampDocument, jobs: Iterable[RampJob], now_us: int, through_sequence: int | None = None
) -> Evidence:
    """The evidence that follows from a ramp's jobs at a time: for a leader that begins, and for who checks a verdict.

    Args:
        document: of the ramp; its policy and record count.
        jobs: all of the ramp, in any order.
        now_us: when it was decided.
        through_sequence: leaves out what came later in the log, as a verdict names it.
    """
    evidence = Evidence(document)
    for moment, job in in_order(jobs, through_sequence):
        evidence.take(moment, job)
    evidence.until(now_us)
    return evidence
