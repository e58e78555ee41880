"""The way of a ramp: what its state and its evidence call for. Pure.

A ramp is a part of the route document, so each change of it is one compare-and-set of the route. Everything is read
from the document and from the evidence at each look, never from the moment something happened: whoever leads may look
again.
"""

import math

from edgecode.server.routes.evidence import Evidence
from edgecode.server.routes.findings import Finding, findings, verdict_of
from edgecode.server.routes.ramp_policy import MOST_SECONDS
from edgecode.v1 import ramp_pb2

_STATES = ramp_pb2.RampState
_TESTS = ramp_pb2.RampTest
_SECOND_US = 1_000_000
# The ramp, or the watch after it, goes on.
GOING = frozenset(
    {_STATES.RAMP_STATE_RAMPING, _STATES.RAMP_STATE_HELD, _STATES.RAMP_STATE_PAUSED, _STATES.RAMP_STATE_WATCHING}
)
# The build ramps; in the watch it is current.
BEFORE_PROMOTION = GOING - {_STATES.RAMP_STATE_WATCHING}
# Of the current build's jobs since the guard's hold: with so many it has seen what it will see soon.
HELD_JOBS_ENOUGH = 200
# Twice as many failures as before show long before this; a longer watch would only cost.
MOST_WATCHED_JOBS = 20_000
# Of a ramp that ended because the build it was compared with had no worker, and of the route's change then.
NO_WORKER = "CURRENT_HAS_NO_WORKER"
# They do not begin anew when the operator goes on in spite of what they found.
_LASTING = {_TESTS.RAMP_TEST_FAILURES, _TESTS.RAMP_TEST_WATCH}
REASONS = {
    _TESTS.RAMP_TEST_FAILURES: "FAILS_MORE_OFTEN",
    _TESTS.RAMP_TEST_GUARD: "FAILS_MORE_OFTEN",
    _TESTS.RAMP_TEST_WATCH: "FAILS_MORE_OFTEN",
    _TESTS.RAMP_TEST_DURATION: "SLOWER",
    _TESTS.RAMP_TEST_SMALLER_FILES: "FILES_SMALLER",
    _TESTS.RAMP_TEST_LARGER_FILES: "FILES_LARGER",
    _TESTS.RAMP_TEST_FRAMES: "FRAMES_MISSING",
    _TESTS.RAMP_TEST_SSIM: "LOOKS_WORSE",
    _TESTS.RAMP_TEST_PICTURE_SIZE: "PICTURES_SMALLER",
}


def started(
    ramp_id: str,
    build: str,
    against: str,
    policy: ramp_pb2.RampPolicy,
    *,
    recorded: ramp_pb2.RecordedRate,
    now_us: int,
) -> ramp_pb2.RampDocument:
    """A ramp at its first step; the policy with its defaults filled in."""
    document = ramp_pb2.RampDocument(
        ramp_id=ramp_id, build=build, against=against, policy=policy, recorded=recorded, reason="STARTED"
    )
    document.start_time.FromMicroseconds(now_us)
    return to_step(document, 0, now_us, "STARTED")


def share_percent(document: ramp_pb2.RampDocument) -> float:
    """Of new jobs, that the build is to get: 0 while it is held, and when the ramp is over; 100 in the watch."""
    if document.state == _STATES.RAMP_STATE_WATCHING:
        return 100.0
    if document.held or document.state not in GOING:
        return 0.0
    return document.policy.steps_percent[document.step]


def decide(document: ramp_pb2.RampDocument, evidence: Evidence, now_us: int) -> ramp_pb2.RampDocument | None:
    """The next document, if the ramp calls for one now: a verdict first, then a hold's end, then the next step."""
    if document.state not in GOING:
        return None
    for finding in findings(document, evidence):
        if finding.decides and (judged := _judged(document, finding, evidence, now_us)):
            return judged
    if now_us >= end_us(document):
        return _too_long(document, now_us)
    return _goes_on(document, evidence, now_us)


def _goes_on(document: ramp_pb2.RampDocument, evidence: Evidence, now_us: int) -> ramp_pb2.RampDocument | None:
    if document.state == _STATES.RAMP_STATE_HELD:
        return _undecided(document, evidence, now_us)
    if document.state == _STATES.RAMP_STATE_RAMPING:
        return _next_step(document, evidence, now_us)
    enough = now_us >= watch_end_us(document) or evidence.guard.begun_jobs >= MOST_WATCHED_JOBS
    if document.state == _STATES.RAMP_STATE_WATCHING and enough:
        return changed(document, now_us, _STATES.RAMP_STATE_PROMOTED, "WATCH_ENDED")
    return None


def _too_long(document: ramp_pb2.RampDocument, now_us: int) -> ramp_pb2.RampDocument:
    """Over before its evidence begins to be forgotten: a build that is current stays so, another gets no more jobs."""
    if document.state == _STATES.RAMP_STATE_WATCHING:
        return changed(document, now_us, _STATES.RAMP_STATE_PROMOTED, "WATCH_ENDED")
    after = changed(document, now_us, _STATES.RAMP_STATE_ABORTED, "TOOK_TOO_LONG")
    after.held = False
    return after


def step_end_us(document: ramp_pb2.RampDocument) -> int:
    """Before this the next step does not come by itself."""
    return document.step_time.ToMicroseconds() + math.ceil(document.policy.min_time_seconds * _SECOND_US)


def watch_end_us(document: ramp_pb2.RampDocument) -> int:
    """When the watch is over."""
    end = document.step_time.ToMicroseconds() + math.ceil(document.policy.watch_seconds * _SECOND_US)
    return min(end, end_us(document))


def end_us(document: ramp_pb2.RampDocument) -> int:
    """When the ramp is over, come what may."""
    seconds = document.policy.longest_seconds or MOST_SECONDS
    return document.start_time.ToMicroseconds() + math.ceil(seconds * _SECOND_US)


def changed(
    document: ramp_pb2.RampDocument, now_us: int, state: "ramp_pb2.RampState", reason: str
) -> ramp_pb2.RampDocument:
    """A copy in another state."""
    after = ramp_pb2.RampDocument()
    after.CopyFrom(document)
    after.state = state
    after.reason = reason
    after.state_time.FromMicroseconds(now_us)
    return after


def to_step(document: ramp_pb2.RampDocument, step: int, now_us: int, reason: str) -> ramp_pb2.RampDocument:
    """A copy at another step, where it ramps; at the number of steps it is promoted, and watched."""
    promoted = step >= len(document.policy.steps_percent)
    state = _STATES.RAMP_STATE_WATCHING if promoted else _STATES.RAMP_STATE_RAMPING
    after = changed(document, now_us, state, reason)
    after.step = min(step, len(document.policy.steps_percent))
    after.step_time.FromMicroseconds(now_us)
    after.held = False
    return after


def to_next_round(document: ramp_pb2.RampDocument) -> None:
    """Begins another round of a document of one's own: the tests begin anew, but for E and the watch."""
    document.round += 1
    lasting = [test for test in document.told if test in _LASTING]
    del document.told[:]
    document.told.extend(lasting)


def _judged(
    document: ramp_pb2.RampDocument, finding: Finding, evidence: Evidence, now_us: int
) -> ramp_pb2.RampDocument | None:
    """What a test that has what it needs leads to; None if that is done already."""
    watching = document.state == _STATES.RAMP_STATE_WATCHING
    if finding.rolls_back and not document.policy.hold_and_tell:
        after = changed(document, now_us, _STATES.RAMP_STATE_ROLLED_BACK, REASONS[finding.test])
        after.held = False
    elif finding.test in document.told or ((document.held or watching) and not finding.rolls_back):
        return None
    else:
        # A current build cannot be held: it is told of, and the operator decides.
        state = document.state if watching else _STATES.RAMP_STATE_HELD
        after = changed(document, now_us, state, REASONS[finding.test])
        after.held = not watching
        after.told.append(finding.test)
    after.verdict.CopyFrom(verdict_of(finding, document, evidence, share_percent(document)))
    return after


def _undecided(document: ramp_pb2.RampDocument, evidence: Evidence, now_us: int) -> ramp_pb2.RampDocument | None:
    guarded = document.verdict.test == _TESTS.RAMP_TEST_GUARD
    if evidence.unjudged_on_ramp or (guarded and evidence.guard.held_jobs < HELD_JOBS_ENOUGH):
        return None
    return changed(document, now_us, _STATES.RAMP_STATE_PAUSED, "HELD_WITHOUT_VERDICT")


def _next_step(document: ramp_pb2.RampDocument, evidence: Evidence, now_us: int) -> ramp_pb2.RampDocument | None:
    enough = evidence.resolved_in_step[document.step] >= document.policy.min_jobs
    if not enough or now_us < step_end_us(document):
        return None
    step = document.step + 1
    if step < len(document.policy.steps_percent):
        return to_step(document, step, now_us, "STEP_PASSED")
    if document.policy.wait_at_end:
        return changed(document, now_us, _STATES.RAMP_STATE_PAUSED, "STEPS_PASSED")
    return to_step(document, step, now_us, "STEPS_PASSED")
