"""Who is alive, as this server saw it: the entries of the bucket FLEET and what their absence means."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog
from google.protobuf.message import DecodeError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from edgecode.core import subjects
from edgecode.core.bus import Bus, Incoming, receive
from edgecode.core.headers import UnstampedMessage
from edgecode.core.pull import Puller
from edgecode.core.settings import Settings
from edgecode.server.planner.workers import PresentWorker, Workers
from edgecode.v1 import bus_pb2, event_pb2

log = structlog.get_logger()

_ALL = 100_000


_SHORTEST_LOOK_SECONDS = 0.5
_DEPARTED_KEPT = 10_000
_HOW = event_pb2.InstancesGone.How


@dataclass(slots=True)
class Heard:
    """The last beat of a process: when it came by `time.monotonic`, and by this server's clock."""

    entry: bus_pb2.FleetEntry
    at: float
    time_us: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """The fleet at one moment: who is there, how those left that left while this server watched.

    Unless `absence_counts` nobody else may be called gone: it may be the observer who left.
    """

    present: Mapping[str, bus_pb2.FleetEntry]
    departed: Mapping[str, event_pb2.InstancesGone.How] = field(default_factory=dict)
    absence_counts: bool = False


class FleetView:
    """The fleet. Absence counts once this server was connected for TTL + grace, never when all vanished together.

    Attributes:
        changed: set when somebody came, left or drains.
        news: set when anybody said anything.
    """

    def __init__(self, bus: Bus, settings: Settings) -> None:
        self._bus = bus
        self._patience = settings.fleet_ttl_seconds + settings.fleet_grace_seconds
        self._seen: dict[str, Heard] = {}
        self._departed: dict[str, event_pb2.InstancesGone.How] = {}
        self._waiters: list[asyncio.Future[None]] = []
        self._started = time.monotonic()
        self._unsubscribe: Callable[[], Awaitable[None]] | None = None
        self.changed = asyncio.Event()
        self.news = asyncio.Event()

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
        self.news.set()
        if (incoming.raw.headers or {}).get("KV-Operation"):
            self._depart(instance, _HOW.HOW_STOPPED)
            if self._seen.pop(instance, None) is not None:
                self._change()
            return
        entry = bus_pb2.FleetEntry.FromString(incoming.payload)
        before = self._seen.get(instance)
        self._seen[instance] = Heard(entry, time.monotonic(), time.time_ns() // 1000)
        self._departed.pop(instance, None)
        if before is None or before.entry.draining != entry.draining:
            self._change()

    def _change(self) -> None:
        self.changed.set()
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def next_change(self) -> asyncio.Future[None]:
        """Done when the next process comes, leaves, or begins to drain."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return waiter

    def _depart(self, instance: str, how: event_pb2.InstancesGone.How) -> None:
        self._departed[instance] = how
        while len(self._departed) > _DEPARTED_KEPT:
            del self._departed[next(iter(self._departed))]

    def heard(self, instance: str) -> Heard | None:
        """The last beat of a process that is alive."""
        found = self._seen.get(instance)
        return found if found is not None and found.at >= time.monotonic() - self._patience else None

    def everybody(self) -> list[Heard]:
        """Who is alive, by service, build and instance. Any thread may ask."""
        limit = time.monotonic() - self._patience
        alive = [heard for heard in list(self._seen.values()) if heard.at >= limit]
        return sorted(alive, key=lambda h: (h.entry.stamp.service, h.entry.stamp.build, h.entry.stamp.instance))

    def entries(self) -> list[bus_pb2.FleetEntry]:
        """What those who are alive say of themselves, in the same order."""
        return [heard.entry for heard in self.everybody()]

    def _watching_since(self) -> float:
        return max(self._started, self._bus.connected_since)

    def seconds_to_silence(self) -> float:
        """How long until somebody would be called gone who says nothing more; never less than a short while."""
        oldest = min((heard.at for heard in self._seen.values()), default=time.monotonic())
        return max(_SHORTEST_LOOK_SECONDS, oldest + self._patience - time.monotonic())

    def sighting(self) -> Sighting:
        """The fleet now. Forgets who has been silent for long."""
        absence_counts = self._forget_silent()
        return Sighting({i: h.entry for i, h in self._seen.items()}, dict(self._departed), absence_counts)

    def _forget_silent(self) -> bool:
        """Whether absence counts: only then is anybody forgotten."""
        now = time.monotonic()
        silent = [i for i, heard in self._seen.items() if heard.at < now - self._patience]
        watched_long = self._bus.connected.is_set() and now - self._watching_since() >= self._patience
        if not watched_long or (silent and len(silent) == len(self._seen)):
            return False
        for instance in silent:
            log.warning("fleet.left", left=instance, its_build=self._seen.pop(instance).entry.stamp.build)
            self._depart(instance, _HOW.HOW_LOST)
        return True

    def workers(self) -> Workers:
        """The workers as the planner sees them. Forgets who has been silent for long."""
        absence_counts = self._forget_silent()
        present = {
            instance: PresentWorker(
                build=heard.entry.stamp.build,
                contract_min=heard.entry.contract_min,
                contract_max=heard.entry.contract_max,
                attempt_ids=frozenset(heard.entry.attempt_ids),
                beat_time_us=min(heard.entry.beat_time.ToMicroseconds(), heard.time_us),
                draining=heard.entry.draining,
            )
            for instance, heard in self._seen.items()
            if heard.entry.stamp.service == "worker"
        }
        return Workers(present, absence_counts=absence_counts)
