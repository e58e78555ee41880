"""What is known of a ramp at a moment: kept in its document with each change, for jobs are forgotten one day. Pure."""

from edgecode.server.routes.evidence import Evidence
from edgecode.server.routes.findings import Finding, findings
from edgecode.v1 import ramp_pb2


def summary_of(document: ramp_pb2.RampDocument, evidence: Evidence) -> ramp_pb2.RampSummary:
    """Both sides and every test, as the evidence has them and the document's state lets them count."""
    return ramp_pb2.RampSummary(
        ramping=evidence.ramping.message(),
        current=evidence.current.message(),
        served_percent=_served_percent(document, evidence),
        tests=[_tested(found, evidence) for found in findings(document, evidence)],
        through_sequence=evidence.through_sequence,
    )


def _served_percent(document: ramp_pb2.RampDocument, evidence: Evidence) -> float:
    given = evidence.given_in_step
    ramped, rest = given[document.step, True], given[document.step, False]
    return 100.0 * ramped / (ramped + rest) if ramped + rest else 0.0


def _tested(found: Finding, evidence: Evidence) -> ramp_pb2.RampTested:
    message = ramp_pb2.RampTested(
        test=found.test,
        log_e=found.log_e,
        alpha=found.alpha,
        rolls_back=found.rolls_back,
        pairs=found.pairs,
        pairs_worse=found.pairs_worse,
        reference_rate=found.reference_rate,
    )
    ratio = evidence.pairs[found.test].ratio if found.test in evidence.pairs else None
    if ratio is not None:
        message.ratio = ratio.median
        if ratio.low is not None and ratio.high is not None:
            message.ratio_low, message.ratio_high = ratio.low, ratio.high
    return message
