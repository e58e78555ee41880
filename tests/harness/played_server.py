"""A server without gRPC, in this process: its leader runs by itself, or takes one step when told."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from edgecode.core import bus as core_bus
from edgecode.core import streams, subjects
from edgecode.core.blobs import Blobs
from edgecode.core.bus import Bus, Outgoing, Stored
from edgecode.core.contract import CONTRACT
from edgecode.core.crash import CrashPoints
from edgecode.core.fleet_beat import FleetBeat
from edgecode.core.lifecycle import end
from edgecode.core.log import Entry, Log
from edgecode.core.log_reader import LogReader
from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp
from edgecode.core.telemetry import Tracer
from edgecode.server.fleet.own import OwnInstance
from edgecode.server.fleet.view import FleetView
from edgecode.server.jobs.write import JobWriter, QueueGauge, job_id_of
from edgecode.server.ledger.open import ledger_of, lock_of
from edgecode.server.ledger.port import JobRecord, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.metrics import ServerMetrics
from edgecode.server.planner.blob_sweep import BlobSweep
from edgecode.server.planner.leader import Leader
from edgecode.server.planner.lock import FileLock, LeaderLock
from edgecode.server.planner.telemetry import LeaderTelemetry
from edgecode.server.signing import SigningKeys
from edgecode.server.webhooks.deliverer import Deliverer
from edgecode.server.webhooks.sender import Sender
from edgecode.v1 import event_pb2
from tests.harness.stores import ledger_url

_A_DAY = timedelta(days=1)


class NoLock(FileLock):
    """The lock of a server that lost its place and does not know it."""

    def __init__(self) -> None:
        super().__init__(Path("/dev/null"))

    async def try_acquire(self) -> bool:
        return True

    async def acquire(self) -> None:
        return

    async def release(self) -> None:
        return


class _Feed(LogReader):
    """Gives the fold what it is told to, when it is told to."""

    def __init__(self, bus: Bus, after_sequence: int) -> None:
        super().__init__(bus, after_sequence)
        self.given: asyncio.Queue[list[Entry]] = asyncio.Queue()
        self.idle = asyncio.Event()

    async def batches(self, size: int = 500) -> AsyncIterator[list[Entry]]:
        while True:
            self.idle.set()
            entries = await self.given.get()
            yield entries


class PlayedServer:
    """All parts of a server but its transport, on a ledger that others may share.

    Call `run` for a leader that leads by itself, or `lead`, `fold` and `sweep` for one that takes its steps when told:
    the leader's own code, without its clock.
    """

    def __init__(self, bus: Bus, ledger: Ledger, settings: Settings, lock: LeaderLock, crash: CrashPoints) -> None:
        self.bus = bus
        self.ledger = ledger
        self.settings = settings
        self.events = Log(bus)
        self.reads = Reads(bus, self.events, ledger, settings.read_wait_seconds)
        self.fleet = FleetView(bus, settings)
        self.queue = QueueGauge(ledger, settings.queue_limit_jobs)
        self.writer = JobWriter(self.events, ledger, self.reads, self.queue, crash)
        self.sender = Sender(bus.stamp, settings)
        self.leader = Leader(
            bus=bus,
            events=self.events,
            ledger=ledger,
            fleet=self.fleet,
            reads=self.reads,
            lock=lock,
            blob_sweep=BlobSweep(Blobs(settings.blobs), ledger, _sweep_no_uploads, 3600.0, 3600.0),
            deliverer=Deliverer(
                events=self.events,
                ledger=ledger,
                reads=self.reads,
                keys=SigningKeys([b"a key of tests"]),
                sender=self.sender,
                settings=settings,
                crash=crash,
            ),
            settings=settings,
            crash=crash,
            telemetry=LeaderTelemetry(Tracer(bus.stamp), ServerMetrics(bus.stamp)),
        )
        own = OwnInstance(
            bus.stamp,
            settings,
            is_leader=lambda: self.leader.leading,
            route_revision=lambda: self.leader._projector.route.revision,
        )
        self._beat = FleetBeat(bus, own.entry, settings)
        self._feed: _Feed | None = None
        self._folding: asyncio.Task[None] | None = None

    @classmethod
    async def start(
        cls,
        settings: Settings,
        stamp: Stamp,
        file: str = "ledger.sqlite",
        *,
        lock: LeaderLock | None = None,
        crash: CrashPoints | None = None,
    ) -> "PlayedServer":
        """A server that serves, and does not lead yet."""
        bus = await core_bus.connect(settings.nats_url, stamp)
        await streams.ensure(bus, settings)
        url = ledger_url(Path(settings.data_dir) / file)
        ledger = ledger_of(url, settings.ledger_connections)
        await ledger.open()
        settings = settings.model_copy(update={"ledger_url": url})
        server = cls(bus, ledger, settings, lock or lock_of(url), crash or CrashPoints())
        for part in (server.reads, server.fleet, server.queue, server.sender, server._beat):
            await part.start()
        return server

    async def close(self) -> None:
        """Ends in good order."""
        await self.crash()
        await self._beat.stop()
        for part in (self.sender, self.queue, self.fleet, self.reads):
            await part.stop()
        await self.bus.close()
        await self.ledger.close()

    async def crash(self) -> None:
        """The leader stops where it is; a stepped one can `lead` again."""
        if self._folding is not None:
            await end([self._folding])
            self._folding = None
        await self.leader.stop()

    async def run(self) -> None:
        """Leads by itself as soon as the lock is free."""
        await self.leader.start()

    # Steps of a leader -----------------------------------------------------------------------------------------------

    async def lead(self) -> None:
        """Takes the lead without folding or sweeping yet. It has watched the fleet for long."""
        self.watched_for_long()
        leader = self.leader
        for memory in (leader._decisions, leader._giver, leader._lanes, leader._account):
            memory.forget()
        leader._settled.clear()
        leader._running.clear()
        await leader._projector.open()
        leader.leading = True
        self._feed = _Feed(self.bus, leader._projector.cursor.sequence)
        self._folding = asyncio.create_task(leader._fold(self._feed))
        await self._fold_is_idle()

    async def fold(self, until: int | None = None) -> None:
        """Folds the log up to its head, or a sequence, and does what the leader does upon it."""
        feed = self._feed
        assert feed is not None, "lead first"
        head = until or (await self.events.identity()).last_sequence
        reader = LogReader(self.bus, feed.position)
        try:
            async for entries in reader.history(head):
                feed.position = min(reader.position, head)
                feed._refused |= reader.take_refused()
                feed.idle.clear()
                feed.given.put_nowait(entries)
                await self._fold_is_idle()
        finally:
            await reader.close()
        await self.writes_done()

    async def catch_up(self) -> None:
        """Folds until the log does not grow any more, without a sweep."""
        assert self._feed is not None, "lead first"
        while self._feed.position < (await self.events.identity()).last_sequence:
            await self.fold()

    async def _fold_is_idle(self) -> None:
        assert self._feed is not None
        assert self._folding is not None
        idle = asyncio.create_task(self._feed.idle.wait())
        await asyncio.wait((idle, self._folding), return_when=asyncio.FIRST_COMPLETED)
        idle.cancel()
        if self._folding.done():
            self._folding.result()

    async def writes_done(self) -> None:
        """Waits for decisions and tasks on their way. Without backoff there is nothing to sleep for."""
        while self.leader._writes:
            await asyncio.wait(set(self.leader._writes))

    async def sweep(self) -> None:
        """Folds up to the head, then one sweep."""
        folds = asyncio.create_task(self._keep_folding())
        try:
            await self.leader._sweep()
        finally:
            await end([folds])
        await self.writes_done()

    async def _keep_folding(self) -> None:
        await self.fold()
        assert self._feed is not None
        reader = self.reader(self._feed.position)
        try:
            async for _ in reader.batches():
                await self.fold()
        finally:
            await reader.close()

    async def settle(self) -> None:
        """Folds and sweeps until nothing more happens."""
        before = -1
        while before != (head := (await self.events.identity()).last_sequence):
            before = head
            await self.sweep()
            await self.catch_up()

    async def look(self, job_id: str) -> None:
        """Decides for a job on what it knows, however old that is."""
        await self.leader._look_at(job_id, self.leader._situation())
        await self.writes_done()

    # The fleet -------------------------------------------------------------------------------------------------------

    def watched_for_long(self) -> None:
        """As if it had been connected for longer than TTL + grace: who is not there is gone."""
        self.fleet._started -= 1000.0
        self.bus.connected_since -= 1000.0

    async def sees(self, *instances: str) -> None:
        """Waits until these have joined."""
        while not self.fleet._seen.keys() >= set(instances):
            self.fleet.changed.clear()
            await asyncio.wait_for(self.fleet.changed.wait(), 10.0)

    async def misses(self, *instances: str) -> None:
        """Waits until these have left."""
        while self.fleet._seen.keys() & set(instances):
            self.fleet.changed.clear()
            await asyncio.wait_for(self.fleet.changed.wait(), 10.0)

    def silence(self, instance: str) -> None:
        """As if nothing had been heard of the instance for longer than TTL + grace."""
        self.fleet._seen[instance].at -= 1000.0

    # Jobs ------------------------------------------------------------------------------------------------------------

    async def create(self, created: event_pb2.JobCreated) -> int:
        """Accepts a job; its sequence."""
        _, sequence = await self.writer.create(created)
        return sequence

    async def append(self, subject: str, event: event_pb2.Event, ttl_seconds: int = 86_400) -> Stored:
        """Appends an event as it is, as somebody who does not ask the planner."""
        message = Outgoing(subject, event.SerializeToString(), msg_id=uuid.uuid4().hex, ttl_seconds=ttl_seconds)
        return (await self.events.append([message]))[0]

    async def route(self, current: str, quarantined: tuple[str, ...] = (), **fields: Any) -> Stored:
        """Changes the route as an operator would."""
        document = event_pb2.RouteChanged(service="worker", current=current, quarantined=quarantined, **fields)
        message = Outgoing(
            subjects.route_events("worker"),
            event_pb2.Event(route_changed=document).SerializeToString(),
            msg_id=uuid.uuid4().hex,
        )
        return (await self.events.append([message]))[0]

    async def record(self, job_id: str) -> JobRecord:
        """The job as the ledger has it."""
        found = await self.ledger.record(job_id)
        assert found is not None, f"the ledger has no job {job_id}"
        return found

    def reader(self, after_sequence: int) -> LogReader:
        """Reads the log."""
        return LogReader(self.bus, after_sequence)

    async def standing(self) -> list[str]:
        """Subjects of all that TASKS holds."""
        return sorted(await self.leader._lanes._subjects())


async def _sweep_no_uploads() -> int:
    return 0


def a_job(name: str = "", *, tasks: int = 1, budget: int = 4, life: timedelta = _A_DAY) -> event_pb2.JobCreated:
    """A job of tasks that do nothing."""
    request_id = name or uuid.uuid4().hex
    created = event_pb2.JobCreated(
        job_id=job_id_of("test", request_id),
        caller="test",
        request_id=request_id,
        attempt_budget=budget,
        contract=CONTRACT,
        noop_tasks=tasks,
        priority=event_pb2.PRIORITY_NORMAL,
    )
    created.expire_time.FromDatetime(datetime.now(UTC) + life)
    return created


def a_video(name: str = "", *, budget: int = 4, life: timedelta = _A_DAY) -> event_pb2.JobCreated:
    """A job of two renditions and a thumbnail."""
    created = a_job(name, tasks=0, budget=budget, life=life)
    created.asset_id = "asset"
    created.asset_sha256 = "5" * 64
    for lines in (720, 360):
        output = created.outputs.add(output_id=f"{lines}p")
        output.rendition.height_pixels = lines
    created.outputs.add(output_id="thumb").thumbnail.height_pixels = 360
    return created
