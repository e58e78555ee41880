"""The leader: the one server that folds the log, appends decisions, and keeps TASKS what the ledger says it should be.

All it owes is read from the folded state at each sweep, never from the moment an event was applied: a leader may die
between any two steps, and the next one owes the same.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from nats.errors import Error as NatsError

from edgecode.core import subjects
from edgecode.core.bus import Bus, Outgoing
from edgecode.core.contract import READS_MAX
from edgecode.core.crash import CrashPoints
from edgecode.core.errors import Unavailable
from edgecode.core.lifecycle import Background, end, together
from edgecode.core.log import Log
from edgecode.core.log_reader import LogReader
from edgecode.core.settings import Settings
from edgecode.server.fleet.keeper import FleetKeeper
from edgecode.server.fleet.view import FleetView
from edgecode.server.ledger.group import UnreadableRoute
from edgecode.server.ledger.port import CursorMoved, JobRecord, Ledger
from edgecode.server.ledger.projector import Projector
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import EXPIRY_MARGIN_US, FINISHED, AttemptState, StampRow
from edgecode.server.planner.blob_sweep import BlobSweep
from edgecode.server.planner.decisions import Decisions
from edgecode.server.planner.giver import TaskGiver
from edgecode.server.planner.lanes import Lanes
from edgecode.server.planner.lock import LeaderLock
from edgecode.server.planner.new_builds import NewBuilds
from edgecode.server.planner.plan import PlanRefused, look_again_us, plan
from edgecode.server.planner.ramp_runner import RampRunner
from edgecode.server.planner.route_keeper import RouteKeeper
from edgecode.server.planner.shadow_runner import ShadowRunner
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
        self._decisions = Decisions(events, crash, telemetry, self._spawn)
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
        self._shadows = ShadowRunner(self._projector, ledger, fleet, events)
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
        self._settled.clear()
        self._running.clear()
        self._decisions.forget()
        self._giver.forget()
        self._lanes.forget()
        self._ramps.forget()
        self._shadows.forget()
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
                self._shadows.run(self._caught_up),
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
        self._shadows.notice(record)
        if self._is_decided(job_id, record.job.last_sequence):
            self._giver.give(record)
            return
        decisions = self._plan(record, situation)
        if decisions:
            self._settled.pop(job_id, None)
            self._decisions.append(record, decisions)
        elif record.job.state in FINISHED:
            self._settled.pop(job_id, None)
        else:
            self._settled[job_id] = (
                record.job.last_sequence,
                situation.signature(assigned=bool(record.job.build)),
                look_again_us(record),
            )
        self._giver.give(record)

    def _is_decided(self, job_id: str, last_sequence: int) -> bool:
        return self._decisions.are_made(job_id, last_sequence, self._projector.cursor.sequence)

    def _plan(self, record: JobRecord, situation: Situation) -> list[event_pb2.Event]:
        if record.job.frozen:
            return []
        try:
            return plan(record, situation)
        except PlanRefused as error:
            # One job waits for a build without this defect; the others go on.
            log.error("leader.plan_refused", job_id=record.job.job_id, why=str(error))
            return []

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._writes.add(task)
        task.add_done_callback(self._written)
        return task

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
            await together(self._look_at_all(), self._keeper.close_lanes())

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
        unfinished, situation = await self._ledger.unfinished(), self._situation()
        for start in range(0, len(unfinished), _LOOKED_AT_ONCE):
            await asyncio.sleep(0)  # an embedded ledger never waits: what is decided must go out meanwhile
            await self._decisions.room()
            if situation.route is not self._projector.route:
                situation = self._situation()
            wanted = [
                job for job, last in unfinished[start : start + _LOOKED_AT_ONCE] if self._may_call(job, last, situation)
            ]
            await self._projector.read_ahead(wanted)
            for job_id in wanted:
                await self._look_at(job_id, situation)

    def _may_call(self, job_id: str, last_sequence: int, situation: Situation) -> bool:
        """Whether a job may call for a decision: it has not just been decided for, and is not settled."""
        if self._is_decided(job_id, last_sequence):
            return False
        sequence, signature, look_again = self._settled.get(job_id, (0, 0, 0))
        stands = sequence == last_sequence and look_again > situation.now_us
        return not stands or signature not in situation.signatures
