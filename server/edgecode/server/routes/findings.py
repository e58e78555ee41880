"""Where each test of a ramp stands, against what it needs to decide. Pure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from edgecode.server.routes.evidence import Evidence
from edgecode.server.routes.odds_test import ANY_EXCESS, log_e_of
from edgecode.v1 import ramp_pb2

_TESTS = ramp_pb2.RampTest
# Of the current build's jobs since a hold, settled: what the guard needs before it rolls back.
HELD_JOBS_NEEDED = 20
# Failures that the guard lets come before it holds.
_FEWEST_FAILURES, _MOST_FAILURES = 3, 9
# Tests by pairs, which share one level.
_PAIR_TESTS = 6
# A build may be slower or make other sizes on purpose: that is asked, not undone.
_NEVER_MEANT = {_TESTS.RAMP_TEST_FRAMES, _TESTS.RAMP_TEST_SSIM, _TESTS.RAMP_TEST_PICTURE_SIZE}


@dataclass(frozen=True, slots=True)
class Finding:
    """One test. It decides once `log_e` reaches `limit`, if `counts`.

    Attributes:
        alpha: its level, after what it shares with others.
        rolls_back: else it holds.
        counts: False where it is shown only, because something else must be seen first.
        reference_rate: that it compares with, 0 for none.
    """

    test: "ramp_pb2.RampTest"
    log_e: float
    alpha: float
    rolls_back: bool
    counts: bool = True
    reference_rate: float = 0.0
    pairs: int = 0
    pairs_worse: int = 0

    @property
    def limit(self) -> float:
        """Where it decides: the natural logarithm of `1/alpha`."""
        return -math.log(self.alpha)

    @property
    def decides(self) -> bool:
        """Whether it has what it needs."""
        return self.counts and self.log_e >= self.limit


def findings(document: ramp_pb2.RampDocument, evidence: Evidence) -> list[Finding]:
    """All tests of a ramp in its present state, those that roll back first."""
    found = [_failures(document, evidence), *_guard(document, evidence), *_pairs(document, evidence)]
    return sorted(found, key=lambda finding: not finding.rolls_back)


def _failures(document: ramp_pb2.RampDocument, evidence: Evidence) -> Finding:
    log_e = evidence.share_test.log_e
    return Finding(_TESTS.RAMP_TEST_FAILURES, log_e, document.policy.alpha, rolls_back=True)


def _guard(document: ramp_pb2.RampDocument, evidence: Evidence) -> Iterator[Finding]:
    """In the watch it rolls back. In a ramp it holds, and rolls back once the current build is seen to do better."""
    guard, policy = evidence.guard, document.policy
    # What it holds is of another step or round until a job of this one has begun.
    present = guard.phase == (document.step, document.round)
    # It begins anew in each step: the level is shared by all of them.
    steps = len(policy.steps_percent)
    if document.state == ramp_pb2.RAMP_STATE_WATCHING:
        yield Finding(
            _TESTS.RAMP_TEST_WATCH,
            guard.log_e_watched,
            policy.guard_alpha,
            rolls_back=True,
            counts=present,
            reference_rate=guard.recorded,
        )
    elif document.held:
        # What was enough for the hold stays: good jobs that were under way then and begin after it take nothing back.
        at_hold = document.verdict.log_e if document.verdict.test == _TESTS.RAMP_TEST_GUARD else 0.0
        sure = max(guard.log_e, at_hold) >= -math.log(policy.guard_alpha / steps)
        yield Finding(
            _TESTS.RAMP_TEST_GUARD,
            guard.log_e_since_held,
            policy.alpha,
            rolls_back=True,
            counts=present and sure and guard.held_jobs >= HELD_JOBS_NEEDED,
            reference_rate=guard.rate_since_held,
        )
    else:
        worse_now = guard.log_e_beside >= -math.log(policy.alpha)
        yield Finding(
            _TESTS.RAMP_TEST_GUARD,
            guard.log_e,
            policy.hold_alpha / steps,
            rolls_back=False,
            counts=present and worse_now and guard.failed_jobs >= failures_before_hold(document),
            reference_rate=guard.recorded,
        )


def failures_before_hold(document: ramp_pb2.RampDocument) -> int:
    """How many failures the guard lets come, however sure it is: as many as E needs to roll back.

    A hold takes from E the jobs that it would decide with, so a build that fails at every job would be held after two
    and never rolled back. Where the share leaves E too little to compare with, the guard need not wait.
    """
    share = document.policy.steps_percent[document.step] / 100
    limit = -math.log(document.policy.alpha)
    needed = (k for k in range(1, _MOST_FAILURES + 1) if log_e_of(k, k, share, ANY_EXCESS) >= limit)
    return next(needed, _FEWEST_FAILURES)


def _pairs(document: ramp_pb2.RampDocument, evidence: Evidence) -> Iterator[Finding]:
    alpha = document.policy.further_alpha / _PAIR_TESTS
    for test, pairs in evidence.pairs.items():
        yield Finding(
            test,
            pairs.log_e,
            alpha,
            rolls_back=test in _NEVER_MEANT,
            counts=evidence.pairs_round == document.round,
            pairs=pairs.pairs,
            pairs_worse=pairs.worse,
        )


def verdict_of(
    finding: Finding, document: ramp_pb2.RampDocument, evidence: Evidence, share_percent: float
) -> ramp_pb2.RampVerdict:
    """The numbers that decided, for the log."""
    return ramp_pb2.RampVerdict(
        test=finding.test,
        log_e=finding.log_e,
        alpha=finding.alpha,
        ramping=evidence.ramping.message(),
        current=evidence.current.message(),
        reference_rate=finding.reference_rate,
        pairs=finding.pairs,
        pairs_worse=finding.pairs_worse,
        share_percent=share_percent,
        through_sequence=evidence.through_sequence,
    )
