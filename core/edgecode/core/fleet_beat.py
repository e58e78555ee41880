"""The beat of a process in the bucket FLEET: who it is, what it reads, what it works on."""

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from edgecode.core import subjects
from edgecode.core.bus import Bus, Outgoing
from edgecode.core.errors import Unavailable
from edgecode.core.lifecycle import Background
from edgecode.core.settings import Settings
from edgecode.v1 import bus_pb2

log = structlog.get_logger()

# Changes closer together than this are told as one: a worker may begin and end hundreds of attempts a second.
_SHORTEST_PAUSE_SECONDS = 0.2
_GONE = {"KV-Operation": "DEL"}


class FleetBeat:
    """Publishes the entry of this process every `fleet_beat_seconds`, at once when it changed, and its end.

    Args:
        entry: makes the entry as it is now; `beat_time` is filled in here.
    """

    def __init__(self, bus: Bus, entry: Callable[[], bus_pb2.FleetEntry], settings: Settings) -> None:
        self._bus = bus
        self._entry = entry
        self._pause_seconds = settings.fleet_beat_seconds
        self._subject = subjects.fleet_key(bus.stamp.service, bus.stamp.instance)
        self._changed = asyncio.Event()
        self._background = Background("fleet-beat")

    @property
    def failed(self) -> asyncio.Future[BaseException] | None:
        """See `Watched`."""
        return self._background.failed

    async def start(self) -> None:
        """Announces the process, then goes on beating."""
        await self._publish()
        self._background.start(self._beat())

    def change(self) -> None:
        """Says that the entry is another one now; never blocks."""
        self._changed.set()

    async def stop(self) -> None:
        """Takes the entry away, so that nobody has to wait for it to expire; twice is legal."""
        await self._background.stop()
        try:
            await self._bus.publish(Outgoing(self._subject, b""), extra=_GONE)
        except Unavailable as error:
            log.warning("fleet.entry_expires_instead", why=error.message)

    async def _beat(self) -> None:
        # The first beats come faster: who starts together with us may not have listened yet.
        pause_seconds = 2 * _SHORTEST_PAUSE_SECONDS
        while True:
            await asyncio.sleep(_SHORTEST_PAUSE_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), pause_seconds - _SHORTEST_PAUSE_SECONDS)
            pause_seconds = min(2 * pause_seconds, self._pause_seconds)
            # Nothing is heard of a lost connection's beats; the first one of a new connection comes at once.
            await self._bus.connected.wait()
            try:
                await self._publish()
            except Unavailable as error:
                log.warning("fleet.beat_missed", why=error.message)

    async def _publish(self) -> None:
        self._changed.clear()
        entry = self._entry()
        entry.beat_time.GetCurrentTime()
        await self._bus.publish(Outgoing(self._subject, entry.SerializeToString()))
