"""What a ramp waits for, in sentences: a ramp that stands still always says why. Pure."""

import math
from collections.abc import Container, Iterator
from datetime import UTC, datetime

from edgecode.server.routes.evidence import Evidence
from edgecode.server.routes.findings import findings
from edgecode.server.routes.ramp import (
    BEFORE_PROMOTION,
    HELD_JOBS_ENOUGH,
    MOST_WATCHED_JOBS,
    NO_WORKER,
    REASONS,
    end_us,
    step_end_us,
    watch_end_us,
)
from edgecode.v1 import ramp_pb2

_STATES = ramp_pb2.RampState
_TESTS = ramp_pb2.RampTest
_SECOND_US = 1_000_000
_HELD_FOR = {
    _TESTS.RAMP_TEST_FAILURES: "it fails more often than the current build",
    _TESTS.RAMP_TEST_GUARD: "its failures so far are more than the current build's rate explains",
    _TESTS.RAMP_TEST_DURATION: "it takes longer than the current build",
    _TESTS.RAMP_TEST_SMALLER_FILES: "it makes smaller files than the current build",
    _TESTS.RAMP_TEST_LARGER_FILES: "it makes larger files than the current build",
    _TESTS.RAMP_TEST_PICTURE_SIZE: "its pictures are smaller than the current build's",
    _TESTS.RAMP_TEST_FRAMES: "its outputs lack frames",
    _TESTS.RAMP_TEST_SSIM: "its outputs are further from their source than the current build's",
}


def waits_for(
    document: ramp_pb2.RampDocument, evidence: Evidence, now_us: int, absent: Container[str] = ()
) -> list[str]:
    """Sentences, the reason it stands still first; none once it is over.

    Args:
        document: of the ramp.
        evidence: of its jobs.
        now_us: when it is asked.
        absent: builds without a live worker that reads what the server writes.
    """
    return [*_stuck(document, evidence, absent), *_absent(document, absent), *_sentences(document, evidence, now_us)]


def _stuck(document: ramp_pb2.RampDocument, evidence: Evidence, absent: Container[str]) -> Iterator[str]:
    """In the watch there is a verdict, and nothing to go back to."""
    watched = document.state == _STATES.RAMP_STATE_WATCHING and document.against in absent
    if watched and not document.policy.hold_and_tell:
        for finding in findings(document, evidence):
            if finding.decides and finding.rolls_back:
                why = REASONS[finding.test]
                yield f"to be rolled back ({why}), and no good build is alive: start one, or promote one"
                return


def _absent(document: ramp_pb2.RampDocument, absent: Container[str]) -> Iterator[str]:
    if document.state in BEFORE_PROMOTION:
        for build, whose in ((document.build, "ramping"), (document.against, "current")):
            if build in absent:
                yield f"no worker of the {whose} build {build} that reads the jobs is alive: until then no job counts"
    elif document.state == _STATES.RAMP_STATE_WATCHING and document.against in absent:
        yield f"no worker of {document.against} is alive: a rollback needs one, or one of another former build"


def _sentences(document: ramp_pb2.RampDocument, evidence: Evidence, now_us: int) -> Iterator[str]:
    if document.held:
        yield f"held: {_HELD_FOR.get(document.verdict.test, 'as the operator asked')}"
    if document.state == _STATES.RAMP_STATE_RAMPING:
        yield from _step(document, evidence, now_us)
    elif document.state == _STATES.RAMP_STATE_HELD:
        yield from _held(document, evidence)
    elif document.state == _STATES.RAMP_STATE_PAUSED:
        yield f"waits for the operator: {_PAUSED_FOR.get(document.reason, document.reason)}"
    elif document.state == _STATES.RAMP_STATE_WATCHING:
        if document.reason == NO_WORKER:
            yield f"promoted in mid-ramp, without a verdict: {document.against} had no live worker"
        left = _seconds_left(watch_end_us(document), now_us)
        jobs = MOST_WATCHED_JOBS - evidence.guard.begun_jobs
        yield f"promoted; its failures are watched for {left} more seconds or {jobs} more jobs"


_PAUSED_FOR = {
    "PAUSED_BY_OPERATOR": "who paused it; resume, advance or abort it",
    "HELD_WITHOUT_VERDICT": "all its jobs are settled, and they do not decide; resume it, abort it or roll back",
    "STEPS_PASSED": "all steps are passed; advance it to promote",
}


def _step(document: ramp_pb2.RampDocument, evidence: Evidence, now_us: int) -> Iterator[str]:
    steps = len(document.policy.steps_percent)
    where = f"step {document.step + 1} of {steps}"
    missing = document.policy.min_jobs - evidence.resolved_in_step[document.step]
    if missing > 0:
        yield f"{where}: waits for {missing} more settled jobs of the ramping build"
        if not evidence.ramping.assigned and not evidence.current.assigned:
            yield f"jobs count that are kept until {_day(end_us(document))}, when the ramp is over at the latest"
        waiting = min(evidence.open_on_ramp, evidence.ramping.assigned - evidence.ramping.started)
        if waiting:
            yield f"{waiting} jobs wait for a worker of the ramping build"
        yield from _held_up(evidence)
    left = _seconds_left(step_end_us(document), now_us)
    if left:
        yield f"{where}: waits for {left} more seconds"
    yield from _suspected(document, evidence)


def _suspected(document: ramp_pb2.RampDocument, evidence: Evidence) -> Iterator[str]:
    """The guard is sure of one thing and not of the other: so it is in an incident that hits both builds."""
    for finding in findings(document, evidence):
        sure = finding.test == _TESTS.RAMP_TEST_GUARD and finding.log_e >= finding.limit
        if sure and evidence.guard.log_e_beside < -math.log(document.policy.alpha):
            yield "it fails far more often than the current build did, and so far not more than that does now"


def _held(document: ramp_pb2.RampDocument, evidence: Evidence) -> Iterator[str]:
    if evidence.unjudged_on_ramp:
        yield f"waits for {evidence.unjudged_on_ramp} jobs of the ramping build to be judged"
        yield from _held_up(evidence)
    missing = HELD_JOBS_ENOUGH - evidence.guard.held_jobs
    if document.verdict.test == _TESTS.RAMP_TEST_GUARD and missing > 0:
        yield f"compares with the current build's jobs since the hold: {missing} more at most"


def _held_up(evidence: Evidence) -> Iterator[str]:
    if evidence.open_on_current and evidence.unjudged_on_ramp > evidence.open_on_ramp:
        yield f"jobs count in the order of assignment: {evidence.open_on_current} of the current build are open"


def _day(time_us: int) -> str:
    return datetime.fromtimestamp(time_us / _SECOND_US, UTC).isoformat(timespec="minutes")


def _seconds_left(end_us: int, now_us: int) -> int:
    return max(0, -(-(end_us - now_us) // _SECOND_US))
