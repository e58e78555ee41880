"""Read-your-writes: a read waits until the ledger has folded what its caller may know of."""

import asyncio
import struct
from collections.abc import Awaitable, Callable

from edgecode.core.bus import Bus, Incoming, Outgoing
from edgecode.core.errors import Unavailable
from edgecode.core.log import Log
from edgecode.server.ledger.port import Ledger

# The leader says on it where the ledger stands after each commit, 8 bytes big-endian; the other servers listen.
COMMITTED = "ledger.committed"


class Reads:
    """Where the ledger stands, as this server knows it, and waiting for it to get further."""

    def __init__(self, bus: Bus, events: Log, ledger: Ledger, wait_seconds: float) -> None:
        self._bus = bus
        self._events = events
        self._ledger = ledger
        self._wait_seconds = wait_seconds
        self._sequence = 0
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._unsubscribe: Callable[[], Awaitable[None]] | None = None

    async def start(self) -> None:
        """Begins to listen to the leader."""
        self._ledger.when_lost(self._forget)
        self._unsubscribe = await self._bus.subscribe(COMMITTED, self._on_committed)

    async def stop(self) -> None:
        """Listens no more; twice is legal."""
        unsubscribe, self._unsubscribe = self._unsubscribe, None
        if unsubscribe is not None and self._bus.nc.is_connected:
            await unsubscribe()

    async def _on_committed(self, incoming: Incoming) -> None:
        self.moved(struct.unpack(">Q", incoming.payload)[0])

    def _forget(self) -> None:
        # What the next read waits for it must see in the ledger itself.
        self._sequence = 0

    def moved(self, sequence: int) -> None:
        """The ledger stands at `sequence` now."""
        self._sequence = max(self._sequence, sequence)
        waiters, self._waiters = self._waiters, []
        for wanted, future in waiters:
            if future.done():
                continue  # it was given up
            if wanted > self._sequence:
                self._waiters.append((wanted, future))
            else:
                future.set_result(None)

    async def committed(self, sequence: int) -> None:
        """The leader's own commit: wakes the waiters here and on the other servers."""
        self.moved(sequence)
        await self._bus.publish(Outgoing(COMMITTED, struct.pack(">Q", sequence)))

    async def reached(self, sequence: int) -> None:
        """Waits, however long, until the ledger stands at `sequence` or beyond."""
        if sequence <= self._sequence:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((sequence, future))
        self.moved((await self._ledger.cursor()).sequence)
        await future

    async def wait_for(self, sequence: int) -> None:
        """Waits for a sequence as long as a read may.

        Raises:
            Unavailable: `LEDGER_BEHIND`, with a time to try again.
        """
        try:
            await asyncio.wait_for(self.reached(sequence), self._wait_seconds)
        except TimeoutError as error:
            raise Unavailable(
                "LEDGER_BEHIND",
                f"the ledger has not folded event {sequence} yet; try again",
                metadata={"sequence": str(sequence)},
                retry_after_seconds=1.0,
            ) from error

    async def caught_up(self) -> None:
        """Waits until all that the log holds now is folded; raises as `wait_for`."""
        await self.wait_for((await self._events.identity()).last_sequence)

    async def settled(self, subject: str) -> int:
        """Waits until all events of a subject are folded; returns the sequence of its last one, 0 where it has none."""
        sequence = await self._events.last_sequence(subject)
        await self.wait_for(sequence)
        return sequence
