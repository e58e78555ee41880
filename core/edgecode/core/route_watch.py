"""The route of the workers as the log has it, followed by every process: what it says now, and at which revision."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import nats.errors
import structlog
from google.protobuf.message import DecodeError

from edgecode.core import subjects
from edgecode.core.bus import Bus, Incoming
from edgecode.core.lifecycle import Background, end
from edgecode.core.log import Log
from edgecode.v1 import event_pb2

log = structlog.get_logger()

# Nothing is lost while the connection stands; this is for what nobody thought of.
_LOOK_SECONDS = 10.0
# The word of a change may come before the broker has stored it, or has refused it: another was first then.
_PAUSES_SECONDS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)


class RouteWatch:
    """Follows `event.route.worker`: told of a change by its own publication, reads what the log has.

    `document` is empty and `sequence` 0 while there is no route. Listeners are called after each change.
    """

    def __init__(self, bus: Bus, events: Log) -> None:
        self.document = event_pb2.RouteChanged()
        self.sequence = 0
        self._bus = bus
        self._events = events
        self._subject = subjects.route_events("worker")
        self._told = asyncio.Event()
        self._told_revision = 0
        self._changed = asyncio.Event()
        self._closing = False
        self._listeners: list[Callable[[], None]] = []
        self._background = Background("route-watch")
        self._unsubscribe: Callable[[], Awaitable[None]] | None = None

    @property
    def revision(self) -> int:
        """The revision that is known here, 0 for none."""
        return self.document.revision

    @property
    def failed(self) -> asyncio.Future[BaseException] | None:
        """Done when the watch has failed."""
        return self._background.failed

    def is_quarantined(self, build: str) -> bool:
        """Whether a build is given nothing."""
        return build in self.document.quarantined

    def on_change(self, listener: Callable[[], None]) -> None:
        """Has a function called after each change; it must not block."""
        self._listeners.append(listener)

    async def beyond(self, sequence: int) -> bool:
        """Waits for a revision after a place of the log; False when the watch is stopped first."""
        while self.sequence <= sequence and not self._closing:
            await self._changed.wait()
        return not self._closing

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def start(self) -> None:
        """Returns when the route as it is now is known, or the broker did not say: then it is asked again."""
        self._unsubscribe = await self._bus.subscribe(self._subject, self._on_change)
        try:
            await self._look()
        except (nats.errors.Error, TimeoutError):
            self._told.set()
        self._background.start(self._follow())

    async def stop(self) -> None:
        """Follows no more, and ends whoever waits; twice is legal."""
        self._closing = True
        self._tell()
        await self._background.stop()
        unsubscribe, self._unsubscribe = self._unsubscribe, None
        if unsubscribe is not None and self._bus.nc.is_connected:
            await unsubscribe()

    async def _on_change(self, incoming: Incoming) -> None:
        with contextlib.suppress(DecodeError):  # what the log holds decides
            told = event_pb2.Event.FromString(incoming.payload).route_changed
            self._told_revision = max(self._told_revision, told.revision)
        self._told.set()

    async def _follow(self) -> None:
        while True:
            await self._until_there_may_be_news()
            self._told.clear()
            try:
                await self._look_until_it_is_there()
            except (nats.errors.Error, TimeoutError) as error:
                log.warning("route.not_read", why=repr(error))

    async def _until_there_may_be_news(self) -> None:
        """Returns when a change was told of, after a lost connection, and now and then."""
        waits = [asyncio.create_task(event.wait()) for event in (self._told, self._bus.disconnected)]
        try:
            await asyncio.wait(waits, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(waits)
        await self._bus.connected.wait()

    async def _look_until_it_is_there(self) -> None:
        for pause_seconds in _PAUSES_SECONDS:
            await asyncio.sleep(pause_seconds)
            await self._look()
            if self.revision >= self._told_revision:
                return

    async def _look(self) -> None:
        found = await self._events.last(self._subject)
        if found is None or found[0] <= self.sequence:
            return
        sequence, event = found
        if event is None or not event.HasField("route_changed"):
            log.error("route.unreadable", sequence=sequence)
            return
        self.sequence, self.document = sequence, event.route_changed
        log.info("route.known", route=self.revision, current=self.document.current, ramping=self.document.ramping)
        self._tell()
        for listener in self._listeners:
            listener()
