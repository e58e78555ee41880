"""A job's way, hop by hop."""

from rich.console import Group, RenderableType
from rich.text import Text

from edgecode.cli import words
from edgecode.cli.tables.plain import BAD, QUIET, Either, printable, rows, state
from edgecode.v1 import incident_pb2


def trace(message: incident_pb2.Trace) -> RenderableType:
    """Every hop with its build, seconds after the first."""
    head = Text.assemble(("job ", "bold"), message.job.job_id, "  ", state(words.job_state(message.job.state)))
    builds = sorted({hop.stamp.build for hop in message.hops})
    foot = Text(f"{len(message.hops)} hops, made by {', '.join(builds)}")
    return Group(head, "", hops(message), "", foot)


def hops(message: incident_pb2.Trace) -> RenderableType:
    """The hops alone: a line each, or two on a narrow terminal."""
    start = message.hops[0].hop_time.ToNanoseconds() if message.hops else 0
    return Either(
        150,
        rows(
            ("at", "event", "service", "build", "instance", "attempt", "took", "what"),
            [
                (_at(hop, start), _event(hop), hop.stamp.service, hop.stamp.build, hop.stamp.instance[:8],
                 hop.attempt_id[:8], _took(hop), _what(hop))
                for hop in message.hops
            ],
            right=("at", "took"),
        ),
        Group(*(_two_lines(hop, start) for hop in message.hops)),
    )  # fmt: skip


def _two_lines(hop: incident_pb2.Hop, start: int) -> RenderableType:
    took = f"  took {_took(hop)}" if _took(hop) else ""
    first = Text.assemble(f"{_at(hop, start):>8}  ", _event(hop), f"  {hop.task_id}{took}")
    second = Text(f"          by {words.who(hop.stamp)}", style=QUIET)
    if hop.failure.reason:
        return Group(first, second, Text(f"          {printable(words.failure(hop.failure))}", style=BAD))
    return Group(first, second)


def _at(hop: incident_pb2.Hop, start: int) -> str:
    return f"{(hop.hop_time.ToNanoseconds() - start) / 1e9:.3f}"


def _event(hop: incident_pb2.Hop) -> Text:
    return Text(hop.event, style=BAD if hop.failure.reason else "")


def _took(hop: incident_pb2.Hop) -> str:
    return words.seconds(hop.duration_seconds) if hop.HasField("duration_seconds") else ""


def _what(hop: incident_pb2.Hop) -> str:
    """The summary is a sentence of its own; who it is about stands in the row already."""
    who = f"{hop.stamp.service} {hop.stamp.build} ({hop.stamp.instance[:8]}) "
    return words.failure(hop.failure) or hop.summary.removeprefix(who)
