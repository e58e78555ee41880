"""Watching: one log subscription and one progress subscription per server feed all its watches."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import structlog
from google.protobuf.message import DecodeError
from nats.js.errors import APIError

from edgecode.core import subjects
from edgecode.core.bus import Bus, Incoming
from edgecode.core.errors import Exhausted
from edgecode.core.lifecycle import Background
from edgecode.core.log import Entry, Log
from edgecode.core.log_reader import LogReader
from edgecode.server.progress.board import ProgressBoard
from edgecode.v1 import bus_pb2

log = structlog.get_logger()

# A watcher so far behind is cut off and told to resume: memory stays bounded.
_BACKLOG = 10_000
_PAUSE_SECONDS = 0.5


@dataclass(slots=True, eq=False)
class _Watcher:
    """What one watch has yet to see; None is its end. Nothing follows what was dropped."""

    subject: str
    queue: asyncio.Queue[Entry | bus_pb2.Progress | None] = field(default_factory=lambda: asyncio.Queue(_BACKLOG))
    overrun: bool = False

    def put(self, item: Entry | bus_pb2.Progress | None) -> None:
        if self.overrun or self.queue.full():
            self.overrun = True
        else:
            self.queue.put_nowait(item)


class LogFeed:
    """Entries of jobs as they are stored, and progress, to any number of watchers; reads only while there are some."""

    def __init__(self, bus: Bus, events: Log, board: ProgressBoard) -> None:
        self._bus = bus
        self._events = events
        self._board = board
        self._watchers: set[_Watcher] = set()
        self._wanted = asyncio.Event()
        self._following = asyncio.Event()
        self._background = Background("log-feed")
        self._unsubscribe: Callable[[], Awaitable[None]] | None = None
        self._closing = asyncio.Event()

    @property
    def failed(self) -> asyncio.Future[BaseException] | None:
        """See `Watched`."""
        return self._background.failed

    async def start(self) -> None:
        """Gets ready to follow the log."""
        self._background.start(self._follow())
        self._unsubscribe = await self._bus.subscribe(subjects.ALL_PROGRESS, self._on_progress)

    async def stop(self) -> None:
        """Ends all watches."""
        self._closing.set()
        for watcher in self._watchers:
            watcher.put(None)
        await self._background.stop()

    async def _follow(self) -> None:
        while True:
            await self._wanted.wait()
            try:
                head = (await self._events.identity()).last_sequence
            except (TimeoutError, APIError) as error:
                log.info("feed.tries_again", why=repr(error))
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            self._following.set()
            await self._hand_out_from(head)

    async def _hand_out_from(self, head: int) -> None:
        """Hands out what comes after `head`, until it comes and nobody watches any more."""
        reader = LogReader(self._bus, head, (subjects.job_events(">"),))
        async for entries in reader.batches():
            if not self._watchers:
                break
            for entry in entries:
                self._board.see(entry)
                self._hand_out(entry.subject, entry)
        self._wanted.clear()
        self._following.clear()
        await reader.close()

    async def _on_progress(self, incoming: Incoming) -> None:
        try:
            progress = bus_pb2.Progress.FromString(incoming.payload)
        except DecodeError:
            log.warning("feed.unreadable_progress", subject=incoming.subject)
            return
        self._board.take(progress)
        self._hand_out(subjects.job_events(progress.job_id), progress)

    def _hand_out(self, subject: str, item: Entry | bus_pb2.Progress) -> None:
        for watcher in self._watchers:
            if watcher.subject not in {subject, subjects.job_events(">")}:
                continue
            watcher.put(item)

    def job(self, job_id: str, after_sequence: int) -> AsyncGenerator[Entry | bus_pb2.Progress, None]:
        """One job's entries from a sequence on, then as they come, with its progress beside, the last heard first."""
        return self._watch(subjects.job_events(job_id), after_sequence, job_id)

    def jobs(self, after_sequence: int | None) -> AsyncGenerator[Entry | bus_pb2.Progress, None]:
        """All jobs' entries from a sequence on (from now on for None), with progress beside."""
        return self._watch(subjects.job_events(">"), after_sequence)

    async def _watch(
        self, subject: str, after_sequence: int | None, job_id: str = ""
    ) -> AsyncGenerator[Entry | bus_pb2.Progress, None]:
        """Ends when the feed is stopped."""
        watcher = _Watcher(subject)
        self._watchers.add(watcher)
        self._wanted.set()
        try:
            if not await self._is_followed():
                return  # the feed was stopped before it began
            position = 0
            if after_sequence is not None:
                position = (await self._events.identity()).last_sequence
                async with aclosing(self._past(subject, after_sequence, position)) as entries:
                    async for entry in entries:
                        yield entry
            for progress in await self._board.last(job_id):
                yield progress
            async with aclosing(_live(watcher)) as items:
                async for item in items:
                    if not isinstance(item, Entry) or item.sequence > position:
                        yield item
        finally:
            self._watchers.discard(watcher)

    async def _is_followed(self) -> bool:
        """Waits until what comes is handed out, so that nothing is missed between that and what is past."""
        waits = [asyncio.create_task(event.wait()) for event in (self._following, self._closing)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return not self._closing.is_set()

    async def _past(self, subject: str, after_sequence: int, head: int) -> AsyncGenerator[Entry, None]:
        reader = LogReader(self._bus, after_sequence, (subject,))
        try:
            async for entries in reader.history(head):
                for entry in entries:
                    yield entry
        finally:
            await reader.close()


async def _live(watcher: _Watcher) -> AsyncGenerator[Entry | bus_pb2.Progress, None]:
    while (item := await watcher.queue.get()) is not None:
        yield item
        if watcher.overrun and watcher.queue.empty():
            raise Exhausted(
                "WATCH_OVERRUN",
                "the watch fell too far behind; resume after the last sequence you saw",
                retry_after_seconds=0.1,
            )
