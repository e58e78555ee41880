"""Processes as the API shows them: how each stands, how long it has been up, whose clock is wrong. Pure."""

from edgecode.server.fleet.view import Heard
from edgecode.v1 import fleet_pb2

_SECOND_US = 1_000_000
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
