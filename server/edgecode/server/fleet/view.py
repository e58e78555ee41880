"""Who is alive, as this server saw it: the entries of the bucket FLEET and what their absence means."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from google.protobuf.message import DecodeError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from edgecode.core import subjects
from edgecode.core.bus import Bus, Incoming, receive
from edgecode.core.headers import UnstampedMessage
from edgecode.core.pull import Puller
from edgecode.core.settings import Settings
from edgecode.server.planner.workers import PresentWorker, Workers
from edgecode.v1 import bus_pb2

log = structlog.get_logger()

_ALL = 100_000


@dataclass(slots=True)
class _Seen:
    entry: bus_pb2.FleetEntry
    at: float
    time_us: int


class FleetView:
    """The fleet. Absence counts once this server was connected for TTL + grace, never when all vanished together."""

    def __init__(self, bus: Bus, settings: Settings) -> None:
        self._bus = bus
        self._patience = settings.fleet_ttl_seconds + settings.fleet_grace_seconds
        self._seen: dict[str, _Seen] = {}
        self._started = time.monotonic()
        self._unsubscribe: Callable[[], Awaitable[None]] | None = None
        self.changed = asyncio.Event()

    async def start(self) -> None:
        """Listens, then reads who is there already."""
        self._started = time.monotonic()
        self._unsubscribe = await self._bus.subscribe(subjects.ALL_FLEET, self._on_entry)
        config = ConsumerConfig(
            filter_subject=subjects.ALL_FLEET,
            deliver_policy=DeliverPolicy.LAST_PER_SUBJECT,
            ack_policy=AckPolicy.NONE,
            mem_storage=True,
            inactive_threshold=10.0,
        )
        info = await self._bus.js.add_consumer(subjects.FLEET, config)
        puller = Puller(self._bus, subjects.FLEET, info.name)
        await puller.start()
        for message in await puller.pull(_ALL):
            try:
                await self._on_entry(receive(message))
            except (UnstampedMessage, DecodeError) as error:
                # A TTL marker is the broker's; anything else is none of ours.
                log.info("fleet.no_entry", subject=message.subject, why=str(error))
        await puller.stop()

    async def stop(self) -> None:
        """Listens no more; twice is legal."""
        unsubscribe, self._unsubscribe = self._unsubscribe, None
        if unsubscribe is not None and self._bus.nc.is_connected:
            await unsubscribe()

    async def _on_entry(self, incoming: Incoming) -> None:
        instance = incoming.subject.rpartition(".")[2]
        if (incoming.raw.headers or {}).get("KV-Operation"):
            if self._seen.pop(instance, None) is not None:
                self.changed.set()
            return
        entry = bus_pb2.FleetEntry.FromString(incoming.payload)
        before = self._seen.get(instance)
        self._seen[instance] = _Seen(entry, time.monotonic(), time.time_ns() // 1000)
        if before is None or before.entry.draining != entry.draining:
            self.changed.set()

    def entries(self) -> list[bus_pb2.FleetEntry]:
        """Who is alive, by service, build and instance."""
        limit = time.monotonic() - self._patience
        alive = [seen.entry for seen in self._seen.values() if seen.at >= limit]
        return sorted(alive, key=lambda e: (e.stamp.service, e.stamp.build, e.stamp.instance))

    def _watching_since(self) -> float:
        return max(self._started, self._bus.connected_since)

    def workers(self) -> Workers:
        """The workers as the planner sees them. Forgets who has been silent for long."""
        now = time.monotonic()
        alive = {i: s for i, s in self._seen.items() if s.at >= now - self._patience}
        watched_long = self._bus.connected.is_set() and now - self._watching_since() >= self._patience
        all_vanished = bool(self._seen) and not alive
        if watched_long and not all_vanished:
            for instance in self._seen.keys() - alive.keys():
                log.warning("fleet.left", left=instance, its_build=self._seen[instance].entry.stamp.build)
            self._seen = dict(alive)
        present = {
            instance: PresentWorker(
                build=seen.entry.stamp.build,
                contract_min=seen.entry.contract_min,
                contract_max=seen.entry.contract_max,
                attempt_ids=frozenset(seen.entry.attempt_ids),
                beat_time_us=min(seen.entry.beat_time.ToMicroseconds(), seen.time_us),
                draining=seen.entry.draining,
            )
            for instance, seen in self._seen.items()
            if seen.entry.stamp.service == "worker"
        }
        return Workers(present, absence_counts=watched_long and not all_vanished)
