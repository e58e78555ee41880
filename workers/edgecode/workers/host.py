"""The host: asks for as many tasks as it has slots, runs their attempts, listens to control, and drains."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import structlog
from nats.aio.msg import Msg

from edgecode.core import subjects
from edgecode.core.bus import Incoming
from edgecode.core.fleet_beat import FleetBeat
from edgecode.core.headers import UnstampedMessage
from edgecode.core.lifecycle import Background, Watched, end
from edgecode.core.pull import ConsumerGone
from edgecode.core.route_watch import RouteWatch
from edgecode.v1 import bus_pb2
from edgecode.workers.assignment import Assignment, Unreadable, read_assignment
from edgecode.workers.attempt import Attempt, Ended
from edgecode.workers.lanes import Lanes
from edgecode.workers.metrics import WorkerMetrics
from edgecode.workers.parts import Parts
from edgecode.workers.tasks.kinds import KINDS

log = structlog.get_logger()

# What the broker redelivers comes without a wake.
REDELIVERY_SECONDS = 5.0
# The broker says that a message is stored before its consumers know of it: 2 in 1,000 pulls upon a wake found nothing.
_SEEN_LATE_SECONDS = 0.05
# Past the grace: killing ffmpeg takes one second, telling the log another.
_HAND_BACK_SECONDS = 3.0


class Host:
    """Runs attempts. `change` of the beat it is given is called whenever the fleet should hear of it."""

    def __init__(self, parts: Parts, lanes: Lanes, metrics: WorkerMetrics, route: RouteWatch) -> None:
        self._parts = parts
        self.route = route
        self._lanes = lanes
        self._metrics = metrics
        self._beat: FleetBeat | None = None
        self._wakes = {c: asyncio.Event() for c in subjects.CLASSES}
        self._laneless = False
        self._loops = {c: Background(f"serve-{c}") for c in subjects.CLASSES}
        self._beats = Background("attempt-beats")
        self._running: dict[tuple[str, str, int], Attempt] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._endings: list[Callable[[], Awaitable[None]]] = []
        self._quarantined = False
        self.draining = False
        self.asked_to_drain = asyncio.Event()

    @property
    def idle_reason(self) -> str:
        """Why it takes nothing though it could, empty where nothing is in its way."""
        return "BUILD_QUARANTINED" if self._quarantined else ""

    @property
    def attempts(self) -> list[Attempt]:
        """Those under way."""
        return list(self._running.values())

    @property
    def watched(self) -> list[Watched]:
        """Its loops."""
        return [*self._loops.values(), self._beats, self.route]

    async def start(self, beat: FleetBeat) -> None:
        """Listens, then asks for work."""
        self._beat = beat
        self._on_route()
        self.route.on_change(self._on_route)
        bus, stamp = self._parts.bus, self._parts.stamp
        self._endings.append(await bus.subscribe(subjects.control(stamp.instance), self._on_control))
        for task_class in subjects.CLASSES:
            subject = subjects.wake(task_class, stamp.build_key)
            self._endings.append(await bus.subscribe(subject, self._waker(task_class)))
        await self._lanes.start()
        self._beats.start(self._beat_attempts())
        for task_class, loop in self._loops.items():
            if self._parts.slots.limits[task_class]:
                loop.start(self._serve(task_class))

    async def drain(self, grace_seconds: float, insisted: asyncio.Event) -> None:
        """Takes no more tasks, lets attempts finish within the grace, hands the others back.

        When `insisted` is set the grace is over at once.
        """
        self.draining = True
        self._changed()
        self._wake_all()
        log.info("host.drains", attempts=len(self._running), grace_seconds=grace_seconds)
        over = asyncio.create_task(insisted.wait())
        idle = asyncio.create_task(self._idle.wait())
        await asyncio.wait((idle, over), timeout=grace_seconds, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        idle.cancel()
        for attempt in self.attempts:
            attempt.release()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), _HAND_BACK_SECONDS)

    async def stop(self) -> None:
        """Ends everything now; attempts still under way are left to redelivery. Twice is legal."""
        self.draining = True
        for loop in self._loops.values():
            await loop.stop()
        endings, self._endings = self._endings, []
        if self._parts.bus.nc.is_connected:
            for unsubscribe in endings:
                await unsubscribe()
        await end(self._tasks)
        await self._beats.stop()
        await self._lanes.stop()

    def _waker(self, task_class: str) -> Callable[[Incoming], Awaitable[None]]:
        async def on_wake(incoming: Incoming) -> None:
            self._wakes[task_class].set()

        return on_wake

    def _on_route(self) -> None:
        """Takes note of a new revision of the route; a quarantined build asks for nothing until it is readmitted."""
        quarantined = self.route.is_quarantined(self._parts.stamp.build)
        if quarantined != self._quarantined:
            self._quarantined = quarantined
            document = self.route.document
            word = "host.quarantined" if quarantined else "host.readmitted"
            log.warning(word, route=document.revision, caller=document.actor, why=document.comment or document.reason)
            self._wake_all()
        self._changed()

    def _wake_all(self) -> None:
        for wake in self._wakes.values():
            wake.set()

    def _changed(self) -> None:
        if self._beat is not None:
            self._beat.change()

    async def _on_control(self, incoming: Incoming) -> None:
        control = bus_pb2.Control.FromString(incoming.payload)
        if control.HasField("lanes_ready") and control.lanes_ready.build == self._parts.stamp.build:
            log.info("host.lanes_ready")
            self._wake_all()
        elif control.HasField("stop_job"):
            order = control.stop_job
            for attempt in self.attempts:
                task = attempt.assignment.task
                if task.job_id == order.job_id and task.epoch <= order.epoch:
                    attempt.stop(order.reason)
        elif control.HasField("drain"):
            log.warning("host.told_to_drain", caller=control.drain.caller, why=control.drain.reason)
            self.asked_to_drain.set()

    async def _beat_attempts(self) -> None:
        while True:
            await asyncio.sleep(self._parts.settings.beat_seconds)
            await asyncio.gather(*(attempt.beat() for attempt in self.attempts))

    async def _serve(self, task_class: str) -> None:
        wake = self._wakes[task_class]
        while not self.draining:
            woken = wake.is_set()
            wake.clear()
            await self._take_what_fits(task_class)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), self._pause_seconds(woken=woken))

    def _pause_seconds(self, *, woken: bool) -> float:
        """How long to rest without a wake; after one it looks once more soon."""
        if self._laneless:
            return self._parts.settings.fleet_beat_seconds
        return _SEEN_LATE_SECONDS if woken else REDELIVERY_SECONDS

    async def _take_what_fits(self, task_class: str) -> None:
        while not (self.draining or self._quarantined) and (free := self._parts.slots.free(task_class)):
            messages = await self._pull(task_class, free)
            for message in messages:
                await self._take(task_class, message)
            if not messages:
                return

    async def _pull(self, task_class: str, count: int) -> list[Msg]:
        try:
            found = await self._lanes.pull(task_class, count)
        except ConsumerGone as error:
            if not self._laneless:
                log.info("host.no_lanes", why=str(error))
            self._laneless = True
            return []
        if self._laneless:
            self._laneless = False
            log.info("host.lanes_bound")
        return found

    async def _take(self, task_class: str, message: Msg) -> None:
        try:
            assignment = read_assignment(message)
        except UnstampedMessage as error:
            # None of ours. It goes, since it may stand where one of ours belongs; the leader's sweep puts that there.
            log.error("host.refused_unstamped", subject=message.subject, why=str(error))
            self._metrics.refused("unstamped")
            await message.term()
            return
        except Unreadable as error:
            log.error("host.left_unread", subject=message.subject, why=str(error))
            self._metrics.refused("unreadable")
            return
        await self._take_assignment(task_class, message, assignment)

    async def _take_assignment(self, task_class: str, message: Msg, assignment: Assignment) -> None:
        if running := self._running.get(assignment.key):
            running.redelivered(message)
        elif assignment.task.kind not in KINDS:
            log.error("host.left_unread", subject=message.subject, why=f"kind {assignment.task.kind} is unknown")
            self._metrics.refused("unreadable")
        elif assignment.is_expired():
            log.warning("host.dropped_expired", subject=message.subject, expired=assignment.expire.isoformat())
            self._metrics.refused("expired")
            await message.ack()
        elif self.draining or self._quarantined or not self._parts.slots.take(task_class, alone=assignment.task.alone):
            await message.nak()  # somebody with a free slot takes it; here nothing is asked for until there is one
        else:
            self._begin(task_class, Attempt(assignment, message, self._parts))

    def _begin(self, task_class: str, attempt: Attempt) -> None:
        self._running[attempt.assignment.key] = attempt
        self._idle.clear()
        self._metrics.began(attempt.kind)
        task = asyncio.create_task(self._run(task_class, attempt))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._changed()

    async def _run(self, task_class: str, attempt: Attempt) -> None:
        began, how = time.monotonic(), "defect"
        try:
            ended: Ended = await attempt.run()
            how = ended.value
        except Exception as error:
            # The broker delivers the task again; the host goes on.
            log.error("host.attempt_broke", attempt_id=attempt.attempt_id, exc_info=error)
        finally:
            self._metrics.ended(attempt.kind, how, time.monotonic() - began)
            del self._running[attempt.assignment.key]
            self._parts.slots.give_back(task_class, alone=attempt.assignment.task.alone)
            if not self._running:
                self._idle.set()
            self._changed()
            self._wake_all()
