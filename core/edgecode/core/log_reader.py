"""Reading the log: in order, without gaps, across reconnects and broker restarts."""

import uuid
from collections.abc import AsyncIterator, Sequence

import structlog
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError

from edgecode.core import subjects
from edgecode.core.bus import Bus
from edgecode.core.errors import Unavailable
from edgecode.core.headers import UnstampedMessage
from edgecode.core.log import Entry, Log, read_entry
from edgecode.core.pull import ConsumerGone, Puller

log = structlog.get_logger()

_READER_IDLE_SECONDS = 20.0
_HISTORY_IDLE_SECONDS = 1.0
_READER_INACTIVE_SECONDS = 60.0


class LogReader:
    """Reads the log in order from a sequence on, without gaps, across reconnects and broker restarts.

    `position` is the sequence up to which nothing is left to read.

    Args:
        after_sequence: the first entry is the next one kept.
        filters: subjects to read; all by default.
    """

    def __init__(self, bus: Bus, after_sequence: int, filters: Sequence[str] = (subjects.ALL_EVENTS,)) -> None:
        self._bus = bus
        self._events = Log(bus)
        self._filters = list(filters)
        self.position = after_sequence
        self._consumer_sequence = 0
        self._head = 0
        self._gap = False
        self._puller: Puller | None = None
        self._refused: dict[str, int] = {}

    async def batches(self, size: int = 500) -> AsyncIterator[list[Entry]]:
        """Entries as they come, up to `size` at once. One without a stamp is refused, loudly.

        An empty list says that `position` moved over places that hold nothing of ours (any more).
        """
        while True:
            before = self.position
            entries = await self._next_batch(size, _READER_IDLE_SECONDS)
            if self.position != before:
                yield entries

    async def history(self, until_sequence: int, size: int = 500) -> AsyncIterator[list[Entry]]:
        """Entries up to a sequence that the log has reached; ends when nothing up to there is left to read."""
        while self.position < until_sequence:
            entries = await self._next_batch(size, _HISTORY_IDLE_SECONDS)
            yield [entry for entry in entries if entry.sequence <= until_sequence]

    async def _next_batch(self, size: int, idle_seconds: float) -> list[Entry]:
        try:
            if self._gap:
                log.warning("log.gap", position=self.position)
                await self.close()
            if self._puller is None:
                await self._open()
            assert self._puller is not None
            if self.position >= self._head:
                return self._accept(await self._puller.follow(size, idle_seconds))
            messages = await self._puller.pull(size)
            if not messages and not await self._skip_to_head():
                messages = await self._puller.pull(1, idle_seconds)
            return self._accept(messages)
        except (ConsumerGone, Unavailable) as error:
            log.info("log.reader_reopens", why=str(error), position=self.position)
            await self.close()
            await self._bus.connected.wait()
            return []

    def take_refused(self) -> dict[str, int]:
        """Subjects with a message that was refused since the last call, and the sequence of the last such message."""
        refused, self._refused = self._refused, {}
        return refused

    async def _skip_to_head(self) -> bool:
        """Moves on to the head as it was at the opening, where the events up to it are gone; says whether it moved.

        The stream's leader says what is gone: the consumer may be on a follower that lags.
        """
        if self.position >= self._head:
            return False
        try:
            following = [await self._events.next(subject, self.position) for subject in self._filters]
        except (TimeoutError, APIError) as error:
            raise ConsumerGone(str(error)) from error
        if any(found is not None and found[0] <= self._head for found in following):
            return False
        self.position = self._head
        return True

    def _accept(self, messages: list[Msg]) -> list[Entry]:
        entries: list[Entry] = []
        for message in messages:
            metadata = message.metadata
            if metadata.sequence.consumer != self._consumer_sequence + 1:
                self._gap = True  # what came before it is good
                break
            self._consumer_sequence += 1
            self.position = metadata.sequence.stream
            try:
                entries.append(read_entry(message))
            except UnstampedMessage as error:
                log.error("log.unstamped", sequence=metadata.sequence.stream, subject=message.subject, why=str(error))
                self._refused[message.subject] = metadata.sequence.stream
        return entries

    async def _open(self) -> None:
        name = f"read-{self._bus.stamp.instance}-{uuid.uuid4().hex[:8]}"
        try:
            self._head = (await self._events.identity()).last_sequence
            await self._bus.js.add_consumer(
                subjects.EVENTS,
                ConsumerConfig(
                    name=name,
                    filter_subjects=self._filters,
                    deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                    opt_start_seq=self.position + 1,
                    ack_policy=AckPolicy.NONE,
                    mem_storage=True,
                    num_replicas=1,
                    inactive_threshold=_READER_INACTIVE_SECONDS,
                ),
            )
        except (TimeoutError, APIError) as error:
            raise ConsumerGone(str(error)) from error
        self._consumer_sequence = 0
        self._puller = Puller(self._bus, subjects.EVENTS, name)
        await self._puller.start()

    async def close(self) -> None:
        """Ends the subscription; twice is legal. The broker forgets the consumer by itself."""
        self._gap = False
        puller, self._puller = self._puller, None
        if puller is not None:
            await puller.stop()
