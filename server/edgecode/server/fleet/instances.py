"""Processes as the API shows them: how each stands, how long it has been up, whose clock is wrong. Pure."""

from collections.abc import Iterable, Iterator

from edgecode.core.stamp import Build, parse_build
from edgecode.server.fleet.view import Heard
from edgecode.server.ledger.fleet_rows import InstanceRow
from edgecode.v1 import fleet_pb2, stamp_pb2

_SECOND_US = 1_000_000
_WRONG_CLOCK_SECONDS = 60.0
_STATES = fleet_pb2.Instance.State


def shown(heard: Heard, now_us: int) -> fleet_pb2.Instance:
    """A process that is there; `now_us` and what was heard are by this server's clock, the rest by its own."""
    entry = heard.entry
    since_beat_us = max(0, now_us - heard.time_us)
    beat_us, start_us = entry.beat_time.ToMicroseconds(), entry.start_time.ToMicroseconds()
    message = fleet_pb2.Instance(
        stamp=entry.stamp,
        digests=entry.digests,
        start_time=entry.start_time,
        beat_time=entry.beat_time,
        host=entry.host,
        pid=entry.pid,
        contract_min=entry.contract_min,
        contract_max=entry.contract_max,
        slots=entry.slots,
        attempt_ids=entry.attempt_ids,
        draining=entry.draining,
        sandbox=entry.sandbox,
        leader=entry.leader,
        route_revision=entry.route_revision,
        idle_reason=entry.idle_reason,
        state=_STATES.STATE_DRAINING if entry.draining else _STATES.STATE_RUNNING,
        working_on=entry.working_on,
        uptime_seconds=max(0, beat_us - start_us + since_beat_us) / _SECOND_US,
        clock_ahead_seconds=(beat_us - heard.time_us) / _SECOND_US,
    )
    message.seen_time.FromMicroseconds(heard.time_us)
    return message


def wrong_clocks(instances: Iterable[fleet_pb2.Instance]) -> Iterator[str]:
    """Sentences about clocks that are far from this server's."""
    for each in instances:
        ahead = each.clock_ahead_seconds
        if abs(ahead) > _WRONG_CLOCK_SECONDS:
            how = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'}"
            yield f"the clock of {each.stamp.service} {each.stamp.instance} on {each.host} is {how} this server's"


def gone(row: InstanceRow) -> fleet_pb2.Instance:
    """A process that left, as far as it is remembered."""
    build = _parsed(row.build)
    message = fleet_pb2.Instance(
        stamp=stamp_pb2.Stamp(
            service=row.service,
            version=str(build.version) if build else "",
            revision=build.revision if build else "",
            dirty=bool(build and build.dirty),
            instance=row.instance,
            environment=row.environment,
            build=row.build,
        ),
        digests=stamp_pb2.Digests(toolchain_digest=row.toolchain_digest, config_digest=row.config_digest),
        host=row.host,
        state=f"STATE_{row.state}",
        uptime_seconds=(row.gone_time_us - row.appear_time_us) / _SECOND_US,
    )
    message.start_time.FromMicroseconds(row.appear_time_us)
    message.gone_time.FromMicroseconds(row.gone_time_us)
    return message


def _parsed(name: str) -> Build | None:
    try:
        return parse_build(name)
    except ValueError:
        return None
