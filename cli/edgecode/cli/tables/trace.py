"""A job's way, hop by hop."""

from rich.console import Group, RenderableType
from rich.text import Text

from edgecode.cli import words
from edgecode.cli.tables.plain import BAD, rows, state
from edgecode.v1 import incident_pb2


def trace(message: incident_pb2.Trace) -> RenderableType:
    """Every hop with its build, seconds after the first."""
    head = Text.assemble(("job ", "bold"), message.job.job_id, "  ", state(words.job_state(message.job.state)))
    builds = sorted({hop.stamp.build for hop in message.hops})
    foot = Text(f"{len(message.hops)} hops, made by {', '.join(builds)}")
    return Group(head, "", hops(message), "", foot)


def hops(message: incident_pb2.Trace) -> RenderableType:
    """The hops alone."""
    start = message.hops[0].hop_time.ToNanoseconds() if message.hops else 0
    return rows(
        ("at", "event", "service", "build", "instance", "attempt", "took", "what"),
        [
            (
                f"{(hop.hop_time.ToNanoseconds() - start) / 1e9:.3f}",
                Text(hop.event, style=BAD if hop.failure.reason else ""),
                hop.stamp.service,
                hop.stamp.build,
                hop.stamp.instance[:8],
                hop.attempt_id[:8],
                words.seconds(hop.duration_seconds) if hop.HasField("duration_seconds") else "",
                words.failure(hop.failure) or hop.summary,
            )
            for hop in message.hops
        ],
        right=("at", "took"),
    )
