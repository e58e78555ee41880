"""A fleet of 2,000 processes that beat over NATS: what it costs the server, and when a lost one is noticed."""

import asyncio
import time
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bench.outcome import Effort, Goal, Outcome, middle
from bench.stack import Stack, cpu_seconds
from edgecode.core import bus as core_bus
from edgecode.core import subjects
from edgecode.core.bus import Bus
from edgecode.core.fleet_beat import FleetBeat
from edgecode.core.log import Log
from edgecode.core.stamp import Stamp, stamp_to_proto
from edgecode.v1 import bus_pb2, event_pb2, stamp_pb2

_INSTANCES = 2_000
# Each has a stamp and beats of its own; what they share is the way to the broker.
_CONNECTIONS = 20
_SETTLE_SECONDS = 20.0
_MEASURE_SECONDS = 30.0
_NOTICED_SECONDS = 20.0
_REVISION = "b" * 40


@dataclass(slots=True)
class _Simulated:
    """One process of the fleet, as far as the fleet can tell."""

    bus: Bus
    beat: FleetBeat

    def vanish(self) -> None:
        """As if killed: it says nothing more."""
        task = self.beat._background._task
        assert task is not None
        task.cancel()


async def run(effort: Effort) -> list[Outcome]:
    count = effort.of(_INSTANCES)
    async with Stack() as stack, AsyncExitStack() as ends:
        await stack.start_server()
        idle = await _share(stack)
        fleet = await _start(stack, ends, count)
        await asyncio.sleep(_SETTLE_SECONDS)
        share = await _share(stack)
        noticed = [await _until_lost(stack, fleet.pop()) for _ in range(effort.of(3))]
    return [
        Outcome(f"the server's share of one core, {count} processes beating", share, "%", (), "without them", idle),
        Outcome(
            "a killed one is recorded as lost after", middle(noticed), "s", noticed,
            goal=Goal(at_most=_NOTICED_SECONDS),
        ),
    ]  # fmt: skip


async def _share(stack: Stack) -> float:
    """Percent of one core that the server used while nothing else went on."""
    began, before = time.monotonic(), cpu_seconds(stack.server.pid)
    await asyncio.sleep(_MEASURE_SECONDS)
    return 100 * (cpu_seconds(stack.server.pid) - before) / (time.monotonic() - began)


async def _start(stack: Stack, ends: AsyncExitStack, count: int) -> list[_Simulated]:
    lines = [await core_bus.connect(stack.broker.url, _stamp()) for _ in range(_CONNECTIONS)]
    for line in lines:
        ends.push_async_callback(line.close)
    fleet: list[_Simulated] = []
    for number in range(count):
        line = lines[number % len(lines)]
        bus = Bus(_stamp())
        bus.nc, bus.connected = line.nc, line.connected
        one = _Simulated(bus, FleetBeat(bus, _entry(bus.stamp, number), stack.settings))
        await one.beat.start()
        fleet.append(one)
        await asyncio.sleep(stack.settings.fleet_beat_seconds / count)  # they did not all start at once
    return fleet


def _stamp() -> Stamp:
    # Of a service that is given no work: it is the fleet that is measured, not lanes.
    return Stamp("simulated", "1.0.0", _REVISION, "", uuid.uuid4().hex[:16], "bench")


def _entry(stamp: Stamp, number: int) -> Callable[[], bus_pb2.FleetEntry]:
    entry = bus_pb2.FleetEntry(
        stamp=stamp_to_proto(stamp),
        digests=stamp_pb2.Digests(toolchain_digest="a" * 64, config_digest="b" * 64),
        host=f"host-{number}",
        pid=number + 1,
        contract_min=1,
        contract_max=1,
        slots={"encode": 1, "light": 2},
        attempt_ids=[uuid.uuid4().hex],
    )
    entry.start_time.GetCurrentTime()
    return lambda: entry


async def _until_lost(stack: Stack, one: _Simulated) -> float:
    """Seconds from the end of a process to its record in the log."""
    watcher = await core_bus.connect(stack.broker.url, _stamp())
    log, subject = Log(watcher), subjects.fleet_events("simulated")
    sequence = await log.last_sequence(subject)
    one.vanish()
    began = time.monotonic()
    try:
        while time.monotonic() - began < 3 * _NOTICED_SECONDS:
            found = await log.next(subject, sequence)
            if found is None:
                await asyncio.sleep(0.05)
                continue
            sequence, event = found
            if event is not None and _says_lost(event, one.bus.stamp.instance):
                return time.monotonic() - began
    finally:
        await watcher.close()
    raise TimeoutError(f"nobody noticed that {one.bus.stamp.instance} was lost")


def _says_lost(event: event_pb2.Event, instance: str) -> bool:
    groups = event.fleet_changed.gone
    return any(group.how == group.HOW_LOST and instance in group.instances for group in groups)
