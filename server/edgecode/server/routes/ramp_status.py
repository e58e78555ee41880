"""A ramp as `GetRamp` shows it: what it was told, what it found, and what it waits for. Pure."""

from edgecode.server.routes.evidence import Evidence, Side
from edgecode.server.routes.findings import Finding, findings
from edgecode.server.routes.ramp import share_percent
from edgecode.server.routes.ramp_waits import waits_for
from edgecode.server.routes.rate_interval import rate_interval
from edgecode.v1 import ramp_pb2, route_pb2


def ramp_status(document: ramp_pb2.RampDocument, evidence: Evidence, now_us: int) -> route_pb2.Ramp:
    """All of it but what only the route and the ledger know: revision, etag, actor, comment, ledger sequence."""
    return route_pb2.Ramp(
        document=document,
        asked_percent=share_percent(document),
        served_percent=_served_percent(document, evidence),
        ramping=_rate(document.build, evidence.ramping),
        current=_rate(document.against, evidence.current),
        findings=[_finding(found, document, evidence) for found in findings(document, evidence)],
        waits_for=waits_for(document, evidence, now_us),
        ramping_open=evidence.open_on_ramp,
        current_open=evidence.open_on_current,
    )


def _served_percent(document: ramp_pb2.RampDocument, evidence: Evidence) -> float:
    given = evidence.given_in_step
    ramped, rest = given[document.step, True], given[document.step, False]
    return 100.0 * ramped / (ramped + rest) if ramped + rest else 0.0


def _rate(build: str, side: Side) -> route_pb2.RampRate:
    low, high = rate_interval(side.resolved, side.failures)
    rate = side.failures / side.resolved if side.resolved else 0.0
    return route_pb2.RampRate(build=build, side=side.message(), rate=rate, rate_low=low, rate_high=high)


def _finding(found: Finding, document: ramp_pb2.RampDocument, evidence: Evidence) -> route_pb2.RampFinding:
    message = route_pb2.RampFinding(
        test=found.test,
        log_e=found.log_e,
        log_e_limit=found.limit,
        pairs=found.pairs,
        leads_to="rollback" if found.rolls_back and not document.policy.hold_and_tell else "hold",
    )
    ratio = evidence.pairs[found.test].ratio if found.test in evidence.pairs else None
    if ratio is not None:
        message.ratio = ratio.median
        if ratio.low is not None and ratio.high is not None:
            message.ratio_low, message.ratio_high = ratio.low, ratio.high
    return message
