"""What an operator, or another change of the route, does to a ramp. Pure."""

from edgecode.core.errors import FailedPrecondition
from edgecode.server.routes.ramp import BEFORE_PROMOTION, GOING, changed, to_next_round, to_step
from edgecode.v1 import ramp_pb2

_STATES = ramp_pb2.RampState


def _allow(document: ramp_pb2.RampDocument, what: str, *states: "ramp_pb2.RampState") -> None:
    if document.state not in states:
        name = _STATES.Name(document.state).removeprefix("RAMP_STATE_")
        why = f"ramp {document.ramp_id} is {name}: it cannot be {what}"
        if document.state == _STATES.RAMP_STATE_WATCHING:
            why += f"; {document.build} is current and gets all new jobs: roll it back, or promote another build"
        raise FailedPrecondition("RAMP_STATE", why)


def paused(document: ramp_pb2.RampDocument, now_us: int) -> ramp_pb2.RampDocument:
    """No step comes by itself any more; the share stays.

    Raises:
        FailedPrecondition: RAMP_STATE, it neither ramps nor is held.
    """
    _allow(document, "paused", _STATES.RAMP_STATE_RAMPING, _STATES.RAMP_STATE_HELD)
    return changed(document, now_us, _STATES.RAMP_STATE_PAUSED, "PAUSED_BY_OPERATOR")


def resumed(document: ramp_pb2.RampDocument, now_us: int) -> ramp_pb2.RampDocument:
    """At its step again; after a hold the guard and the tests by pairs begin anew, E does not.

    Raises:
        FailedPrecondition: RAMP_STATE, it is neither paused nor held.
    """
    _allow(document, "resumed", _STATES.RAMP_STATE_PAUSED, _STATES.RAMP_STATE_HELD)
    after = changed(document, now_us, _STATES.RAMP_STATE_RAMPING, "RESUMED_BY_OPERATOR")
    after.held = False
    if document.held:
        to_next_round(after)
    return after


def advanced(document: ramp_pb2.RampDocument, now_us: int) -> ramp_pb2.RampDocument:
    """At its next step, whatever it waited for; after the last one promoted.

    Raises:
        FailedPrecondition: RAMP_STATE, the build does not ramp.
    """
    _allow(document, "advanced", *BEFORE_PROMOTION)
    after = to_step(document, document.step + 1, now_us, "ADVANCED_BY_OPERATOR")
    if document.held:
        to_next_round(after)
    return after


def promoted(
    document: ramp_pb2.RampDocument, now_us: int, reason: str = "PROMOTED_BY_OPERATOR"
) -> ramp_pb2.RampDocument:
    """Current, and watched.

    Raises:
        FailedPrecondition: RAMP_STATE, the build does not ramp.
    """
    _allow(document, "promoted", *BEFORE_PROMOTION)
    return to_step(document, len(document.policy.steps_percent), now_us, reason)


def aborted(document: ramp_pb2.RampDocument, now_us: int, reason: str = "ABORTED_BY_OPERATOR") -> ramp_pb2.RampDocument:
    """Over without a verdict.

    Raises:
        FailedPrecondition: RAMP_STATE, the build does not ramp. In the watch it is current, and would stay so: who
            wants it to get no more jobs must not be told that this is done.
    """
    _allow(document, "aborted", *BEFORE_PROMOTION)
    after = changed(document, now_us, _STATES.RAMP_STATE_ABORTED, reason)
    after.held = False
    return after


def overtaken(
    document: ramp_pb2.RampDocument, current: str, quarantined: frozenset[str], now_us: int, reason: str
) -> ramp_pb2.RampDocument:
    """What remains of a ramp when the route changes for another reason.

    Args:
        document: a ramp that goes on, or the watch after one.
        current: the route's next current build.
        quarantined: the route's next.
        now_us: of the change.
        reason: of the change, UPPER_SNAKE.

    Returns:
        The ramp rolled back, where its build is quarantined; promoted and watched, where it became current; compared
        with the new current build; or over, where the one watched is current no more.
    """
    if document.state not in GOING:
        return document
    if document.build in quarantined:
        after = changed(document, now_us, _STATES.RAMP_STATE_ROLLED_BACK, reason)
        after.held = False
        return after
    if document.state == _STATES.RAMP_STATE_WATCHING:
        over = changed(document, now_us, _STATES.RAMP_STATE_ABORTED, reason)
        return document if current == document.build else over
    if current == document.build:
        return promoted(document, now_us, reason)
    after = ramp_pb2.RampDocument()
    after.CopyFrom(document)
    after.against = current
    return after
