"""A ramp: where it stands, both sides, and every test."""

import math

from rich.console import Group, RenderableType
from rich.text import Text

from edgecode.cli import words
from edgecode.cli.tables.plain import facts, rows, state
from edgecode.v1 import ramp_pb2, route_pb2

OVER = {ramp_pb2.RAMP_STATE_PROMOTED, ramp_pb2.RAMP_STATE_ROLLED_BACK, ramp_pb2.RAMP_STATE_ABORTED}


def ramp(message: route_pb2.Ramp) -> RenderableType:
    """What it waits for first, then the numbers."""
    document = message.document
    parts: list[RenderableType] = [Text(f"→ {each}") for each in message.waits_for]
    parts += [
        facts(
            [
                ("ramp", document.ramp_id),
                ("build", f"{document.build}, against {document.against}"),
                ("state", state(words.enum_word(ramp_pb2.RampState, document.state, "RAMP_STATE_"))),
                ("why", f"{document.reason}{_verdict(document)}"),
                ("share", _share(message)),
                ("steps", _steps(document)),
                ("open jobs", f"{message.ramping_open} ramping, {message.current_open} current"),
                ("began", words.when(document.start_time)),
                ("route changed by", f"{message.actor} {message.comment}".strip()),
                ("revision", str(message.route_revision)),
            ]
        ),
        "",
        _sides(message),
        "",
        _findings(message),
    ]
    return Group(*parts)


def _share(message: route_pb2.Ramp) -> str:
    """Of a ramp that is over nothing is asked, whatever its build gets now."""
    if message.document.state in OVER:
        return f"{message.served_percent:.1f} % served in the step it was at"
    return f"{message.asked_percent:g} % asked, {message.served_percent:.1f} % served in this step"


def _steps(document: ramp_pb2.RampDocument) -> str:
    marked = [
        f"[{step:g} %]" if number == document.step else f"{step:g} %"
        for number, step in enumerate(document.policy.steps_percent)
    ]
    seconds = words.seconds(document.policy.min_time_seconds)
    longest = words.seconds(document.policy.longest_seconds)
    return f"{' '.join(marked)}, each at least {document.policy.min_jobs} jobs and {seconds}; {longest} at most in all"


def _verdict(document: ramp_pb2.RampDocument) -> str:
    if not document.HasField("verdict"):
        return ""
    verdict = document.verdict
    name = words.enum_word(ramp_pb2.RampTest, verdict.test, "RAMP_TEST_").lower()
    sides = ", ".join(
        f"{each.failures_seen} of {each.jobs_started} {side}"
        for side, each in (("ramping", verdict.ramping), ("current", verdict.current))
    )
    return f" (by {name}: e = {_power(verdict.log_e)}; failures {sides})"


def _power(log_e: float) -> str:
    value = log_e / math.log(10)
    return f"{math.exp(log_e):.3g}" if abs(value) < 6 else f"10^{value:.1f}"


def _sides(message: route_pb2.Ramp) -> RenderableType:
    return rows(
        ("side", "build", "jobs", "begun", "settled", "failed", "rate", "between"),
        [
            (
                name,
                side.build,
                str(side.side.jobs_assigned),
                str(side.side.jobs_started),
                str(side.side.jobs_resolved),
                str(side.side.failures),
                f"{side.rate:.1%}",
                f"{side.rate_low:.1%} and {side.rate_high:.1%}",
            )
            for name, side in (("ramping", message.ramping), ("current", message.current))
        ],
        right=("jobs", "begun", "settled", "failed", "rate"),
    )


def _findings(message: route_pb2.Ramp) -> RenderableType:
    return rows(
        ("test", "e", "decides at", "leads to", "pairs", "ramping to current", "between"),
        [
            (
                words.enum_word(ramp_pb2.RampTest, each.test, "RAMP_TEST_").lower(),
                _power(each.log_e),
                _power(each.log_e_limit),
                each.leads_to,
                str(each.pairs) if each.pairs else "",
                f"{each.ratio:.2f}" if each.HasField("ratio") else "",
                f"{each.ratio_low:.2f} and {each.ratio_high:.2f}" if each.HasField("ratio_low") else "",
            )
            for each in message.findings
        ],
        right=("e", "decides at", "pairs", "ramping to current"),
    )
