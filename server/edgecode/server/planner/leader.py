"""The leader: the one server that folds the log, appends decisions, and keeps TASKS what the ledger says it should be.

All it owes is read from the folded state at each sweep, never from the moment an event was applied: a leader may die
between any two steps, and the next one owes the same.
"""

import asyncio
import time
import uuid
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import structlog
from nats.errors import Error as NatsError
from opentelemetry.trace import Span

from edgecode.core import subjects
from edgecode.core.bus import Bus, Outgoing
from edgecode.core.contract import READS_MAX
from edgecode.core.crash import CrashPoints
from edgecode.core.errors import Conflict, Unavailable
from edgecode.core.lifecycle import Background, end, together
from edgecode.core.log import Log, ttl_seconds
from edgecode.core.log_reader import LogReader
from edgecode.core.settings import Settings
from edgecode.core.telemetry import traceparent_of
from edgecode.server.fleet.keeper import FleetKeeper
from edgecode.server.fleet.view import FleetView
from edgecode.server.ledger.group import UnreadableRoute
from edgecode.server.ledger.port import CursorMoved, JobRecord, Ledger
from edgecode.server.ledger.projector import Projector
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import EXPIRY_MARGIN_US, FINISHED, AttemptState, StampRow
from edgecode.server.planner.blob_sweep import BlobSweep
from edgecode.server.planner.giver import TaskGiver
from edgecode.server.planner.lanes import Lanes
from edgecode.server.planner.lock import LeaderLock
from edgecode.server.planner.new_builds import NewBuilds
from edgecode.server.planner.plan import PlanRefused, look_again_us, plan
from edgecode.server.planner.ramp_runner import RampRunner
from edgecode.server.planner.route_keeper import RouteKeeper
from edgecode.server.planner.situation import Situation
from edgecode.server.planner.telemetry import LeaderTelemetry
from edgecode.server.webhooks.deliverer import Deliverer
from edgecode.v1 import bus_pb2, event_pb2

log = structlog.get_logger()

# Some milliseconds' work, which is what a call of a client may have to wait for.
_FOLDED_AT_ONCE = 100
# Some ten milliseconds' work.
_LOOKED_AT_ONCE = 20
# After a group the fold rests twice as long as that took: under load groups grow, and cost less for each event.
_LONGEST_REST_SECONDS = 0.004


def now_us() -> int:
    """The clock of decisions, microseconds since 1970."""
    return time.time_ns() // 1000


_PAUSE_SECONDS = 0.5


class Yielded(Exception):
    """Another server is to lead."""


class Leader:
    """Waits for the lock, leads while it holds it."""

    def __init__(
        self,
        *,
        bus: Bus,
        events: Log,
        ledger: Ledger,
        fleet: FleetView,
        reads: Reads,
        lock: LeaderLock,
        blob_sweep: BlobSweep,
        deliverer: Deliverer,
        settings: Settings,
        crash: CrashPoints,
        telemetry: LeaderTelemetry,
    ) -> None:
        self._bus = bus
        self._events = events
        self._ledger = ledger
        self._fleet = fleet
        self._reads = reads
        self._lock = lock
        self._blob_sweep = blob_sweep
        self._deliverer = deliverer
        self._settings = settings
        self._crash = crash
        self._telemetry = telemetry
        self._metrics = telemetry.metrics
        self._projector = Projector(ledger, events)
        self._projector.on_deliveries = deliverer.wake
        self._projector.on_commit = telemetry.committed
        self._lanes = Lanes(bus, ledger, settings)
        self._account = FleetKeeper(events, reads, self._projector, fleet, settings)
        self._own_stamp = StampRow.of(bus.stamp)
        self._deciding: dict[str, int] = {}
        self._settled: dict[str, tuple[int, int, int]] = {}
        self._running: dict[str, dict[str, tuple[str, int]]] = {}
        self._writes: set[asyncio.Task[None]] = set()
        self._giver = TaskGiver(ledger, self._projector, self._lanes, crash, self._spawn)
        self._giver.on_queue = self._metrics.queue
        self._keeper = RouteKeeper(
            bus=bus, events=events, projector=self._projector, reads=reads, lanes=self._lanes, settings=settings
        )
        self._new_builds = NewBuilds(self._projector, ledger, self._keeper, settings)
        self._ramps = RampRunner(self._projector, ledger, fleet, self._keeper, crash)
        self._route_moved = asyncio.Event()
        self._background = Background("leader")
        self.leading = False
        self._why = ""
        self.on_change: Callable[[], None] = lambda: None

    @property
    def failed(self) -> asyncio.Future[BaseException] | None:
        """See `Watched`."""
        return self._background.failed

    async def start(self) -> None:
        """Begins to wait for the lead."""
        self._background.start(self._run())

    async def stop(self) -> None:
        """Lays the lead down."""
        await self._background.stop()
        await end(self._writes)
        self._set_leading(leading=False)
        await self._lock.release()

    def _set_leading(self, *, leading: bool) -> None:
        if self.leading != leading:
            self.leading = leading
            self._metrics.leads(leading=leading)
            self.on_change()

    async def _run(self) -> None:
        while True:
            try:
                await self._lock.acquire()
                await together(self._lead(), self._lock.lost())
            except Yielded as why:
                log.warning("leader.yields", why=str(why))
            except (CursorMoved, Unavailable, NatsError) as error:
                if repr(error) != self._why:
                    # Whoever is away says the same at each try.
                    self._why = repr(error)
                    log.warning("leader.starts_again", why=self._why)
            finally:
                self._set_leading(leading=False)
                await self._lock.release()
            await self._bus.connected.wait()
            await asyncio.sleep(_PAUSE_SECONDS)  # others that wait get the lock now

    async def _lead(self) -> None:
        for memory in (self._deciding, self._settled, self._running):
            memory.clear()
        self._giver.forget()
        self._lanes.forget()
        self._ramps.forget()
        self._account.forget()
        await self._projector.open()
        self._set_leading(leading=True)
        self._why = ""
        log.info("leader.leads", sequence=self._projector.cursor.sequence, route=self._projector.route.revision)
        reader = LogReader(self._bus, self._projector.cursor.sequence)
        try:
            await together(
                self._fold(reader),
                self._sweep_forever(),
                self._follow_route(),
                self._ramps.run(self._caught_up),
                self._deliverer.run(self._caught_up),
            )
        finally:
            await reader.close()

    async def _fold(self, reader: LogReader) -> None:
        self._reads.moved(self._projector.cursor.sequence)
        head = (await self._events.identity()).last_sequence
        async for entries in reader.batches(_FOLDED_AT_ONCE):
            began = time.monotonic()
            self._crash.at("leader.before_commit")
            try:
                touched = await self._projector.fold(entries, reader.position, reader.take_refused())
            except UnreadableRoute as error:
                log.error("leader.fold_stops", why=str(error))
                await asyncio.Event().wait()  # until the sweep finds a server that reads it
                continue
            self._crash.at("leader.after_commit")
            self._metrics.lagged(time.time() - entries[0].time.timestamp() if entries else 0.0)
            await self._reads.committed(self._projector.cursor.sequence)
            if reader.position < head:
                continue  # what was decided long ago must not be decided again; the first sweep looks at all
            situation = self._situation()
            self._telemetry.decides_upon(entries)
            for job_id in touched:
                await self._look_at(job_id, situation)
            if any(entry.subject.startswith("event.route.") for entry in entries):
                self._route_moved.set()
                self._fleet.changed.set()
            await asyncio.sleep(min(_LONGEST_REST_SECONDS, 2 * (time.monotonic() - began)))

    def _situation(self) -> Situation:
        return Situation(
            self._projector.route,
            self._fleet.workers(),
            self._projector.stamps,
            self._own_stamp,
            now_us(),
            self._settings,
        )

    async def _look_at(self, job_id: str, situation: Situation) -> None:
        record = await self._projector.record(job_id)
        if record is None:
            return
        await self._stop_closed_attempts(record)
        decisions = self._plan(record, situation)
        if decisions:
            self._settled.pop(job_id, None)
            self._decide(record, decisions)
        elif record.job.state in FINISHED:
            self._settled.pop(job_id, None)
        else:
            self._settled[job_id] = (
                record.job.last_sequence,
                situation.signature(assigned=bool(record.job.build)),
                look_again_us(record),
            )
        self._giver.give(record)

    def _plan(self, record: JobRecord, situation: Situation) -> list[event_pb2.Event]:
        if record.job.frozen:
            return []
        try:
            return plan(record, situation)
        except PlanRefused as error:
            # One job waits for a build without this defect; the others go on.
            log.error("leader.plan_refused", job_id=record.job.job_id, why=str(error))
            return []

    def _decide(self, record: JobRecord, decisions: list[event_pb2.Event]) -> None:
        job = record.job
        if self._deciding.get(job.job_id) == job.last_sequence:
            return
        self._deciding[job.job_id] = job.last_sequence
        expire = datetime.fromtimestamp(job.expire_time_us / 1e6, UTC)
        span = self._telemetry.decision(job, decisions)
        messages = [
            Outgoing(
                subjects.job_events(job.job_id),
                decision.SerializeToString(),
                path=tuple(job.path.split(",")),
                traceparent=traceparent_of(span) if span else job.traceparent,
                msg_id=uuid.uuid4().hex,
                expected_last=None if number else job.last_sequence,
                ttl_seconds=ttl_seconds(expire, datetime.now(UTC)),
            )
            for number, decision in enumerate(decisions)
        ]
        self._spawn(self._append(job.job_id, job.last_sequence, messages, span))

    async def _append(self, job_id: str, last_sequence: int, messages: list[Outgoing], span: Span | None) -> None:
        self._crash.at("leader.before_decision")
        try:
            await self._events.append(messages)
            self._crash.at("leader.after_decision")
        except Conflict:
            log.debug("leader.plans_again", job_id=job_id)  # a later event is on its way to the fold, which looks again
        except Unavailable as error:
            log.warning("leader.append_unknown", job_id=job_id, why=error.message)  # the next sweep looks again
        finally:
            if self._deciding.get(job_id) == last_sequence:
                del self._deciding[job_id]
            if span is not None:
                span.end()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._writes.add(task)
        task.add_done_callback(self._written)

    def _written(self, task: asyncio.Task[None]) -> None:
        self._writes.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("leader.write_failed", error=repr(error), exc_info=error)

    async def _stop_closed_attempts(self, record: JobRecord) -> None:
        """Tells workers at once that the fold closed their attempts; they would see it at their next beat."""
        job_id = record.job.job_id
        before = self._running.pop(job_id, {})
        running = {
            a.attempt_id: (self._projector.stamps[a.stamp_id].instance, a.epoch)
            for a in record.attempts.values()
            if a.state == AttemptState.RUNNING
        }
        if running:
            self._running[job_id] = running
        for attempt_id in before.keys() - running.keys():
            attempt = record.attempts.get(attempt_id)
            if attempt is not None and attempt.state == AttemptState.REFUSED:
                instance, epoch = before[attempt_id]
                stop = bus_pb2.StopJob(job_id=job_id, epoch=epoch, reason=record.job.state)
                await self._bus.publish(
                    Outgoing(subjects.control(instance), bus_pb2.Control(stop_job=stop).SerializeToString())
                )

    async def _sweep_forever(self) -> None:
        while True:
            await self._sweep()
            try:
                pause = min(self._settings.sweep_seconds, self._fleet.seconds_to_silence())
                await asyncio.wait_for(self._fleet.changed.wait(), pause)
            except TimeoutError:
                continue

    async def _follow_route(self) -> None:
        """Moves jobs at once when the route has changed: a sweep that is under way may have much else to do."""
        while True:
            await self._route_moved.wait()
            self._route_moved.clear()
            await self._look_at_all()
            await self._keeper.close_lanes()

    async def _sweep(self) -> None:
        self._fleet.changed.clear()
        self._yield_to_a_better_reader()
        if not await self._caught_up():
            return  # behind the log's head nothing may be called unwanted
        workers = self._fleet.workers()
        await self._keeper.open_lanes(workers)
        await self._keeper.close_lanes()
        await self._keeper.move(workers)
        await self._new_builds.ramp(workers, now_us())
        await self._account.keep()
        for job_id in await self._projector.expire(now_us() + EXPIRY_MARGIN_US):
            self._settled.pop(job_id, None)
        await self._look_at_all()
        await self._giver.refill(self._caught_up)
        await self._blob_sweep.run_when_due()

    async def _caught_up(self) -> bool:
        """Waits for the fold to reach the log's head; false when it is too far behind."""
        head = (await self._events.identity()).last_sequence
        self._metrics.behind(max(head - self._projector.cursor.sequence, 0))
        try:
            await asyncio.wait_for(self._reads.reached(head), self._settings.sweep_seconds)
        except TimeoutError:
            return False
        return True

    def _yield_to_a_better_reader(self) -> None:
        """Lays the lead down when this build cannot read what a live server can; without such a server it goes on."""
        needed = self._projector.unread_contract
        if needed > READS_MAX and any(
            entry.stamp.service == self._bus.stamp.service and entry.contract_max >= needed
            for entry in self._fleet.entries()
        ):
            raise Yielded(f"a live server reads contract {needed}, this one {READS_MAX}")

    async def _look_at_all(self) -> None:
        situation = self._situation()
        signatures = {situation.signature(assigned=assigned) for assigned in (True, False)}
        for number, (job_id, last_sequence) in enumerate(await self._ledger.unfinished()):
            if number % _LOOKED_AT_ONCE == 0:
                await asyncio.sleep(0)  # an embedded ledger never waits: what is decided must go out meanwhile
            settled = self._settled.get(job_id)
            if settled is None or not _stands(settled, last_sequence, signatures, situation.now_us):
                await self._look_at(job_id, situation)


def _stands(settled: tuple[int, int, int], last_sequence: int, signatures: set[int], now_us: int) -> bool:
    """Whether there is nothing to decide for a job that was settled so."""
    sequence, signature, look_again = settled
    return sequence == last_sequence and signature in signatures and look_again > now_us
