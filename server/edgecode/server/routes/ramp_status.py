"""A ramp as `GetRamp` shows it: what it was told, what it found, and what it waits for. Pure."""

import math
from collections.abc import Container

from edgecode.server.routes.evidence import Evidence
from edgecode.server.routes.ramp import GOING, share_percent
from edgecode.server.routes.ramp_summary import summary_of
from edgecode.server.routes.ramp_waits import waits_for
from edgecode.server.routes.rate_interval import rate_interval
from edgecode.v1 import ramp_pb2, route_pb2


def ramp_status(
    document: ramp_pb2.RampDocument, evidence: Evidence, now_us: int, absent: Container[str] = ()
) -> route_pb2.Ramp:
    """All of it but what only the route and the ledger know: revision, etag, actor, comment, ledger sequence.

    One that goes on as it stands now; one that is over as it stood then, however few of its jobs are still kept.
    """
    over = document.state not in GOING and document.HasField("summary")
    known = document.summary if over else summary_of(document, evidence)
    return route_pb2.Ramp(
        document=document,
        asked_percent=share_percent(document),
        served_percent=known.served_percent,
        ramping=_rate(document.build, known.ramping),
        current=_rate(document.against, known.current),
        findings=[_finding(tested, document) for tested in known.tests],
        waits_for=waits_for(document, evidence, now_us, absent),
        ramping_open=evidence.open_on_ramp,
        current_open=evidence.open_on_current,
    )


def _rate(build: str, side: ramp_pb2.RampSide) -> route_pb2.RampRate:
    low, high = rate_interval(side.jobs_resolved, side.failures)
    rate = side.failures / side.jobs_resolved if side.jobs_resolved else 0.0
    return route_pb2.RampRate(build=build, side=side, rate=rate, rate_low=low, rate_high=high)


def _finding(tested: ramp_pb2.RampTested, document: ramp_pb2.RampDocument) -> route_pb2.RampFinding:
    message = route_pb2.RampFinding(
        test=tested.test,
        log_e=tested.log_e,
        log_e_limit=-math.log(tested.alpha),
        pairs=tested.pairs,
        leads_to="rollback" if tested.rolls_back and not document.policy.hold_and_tell else "hold",
    )
    for name in ("ratio", "ratio_low", "ratio_high"):
        if tested.HasField(name):
            setattr(message, name, getattr(tested, name))
    return message
