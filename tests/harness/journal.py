"""The log as the test itself reads it from the broker, all of it, as it comes."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from edgecode.core import subjects
from edgecode.core.bus import Bus
from edgecode.core.log import Entry, Log
from edgecode.core.log_reader import LogReader

PATIENCE_SECONDS = 60.0


def kind(entry: Entry) -> str:
    """Name of the event, as in the contract; empty for one that cannot be read."""
    return (entry.event.WhichOneof("kind") if entry.event is not None else None) or ""


def said(entry: Entry) -> Any:
    """The event's own message."""
    return getattr(entry.event, kind(entry))


def job_of(entry: Entry) -> str:
    """The job's id, empty for events of other things."""
    root, _, name = entry.subject.removeprefix("event.").partition(".")
    return name if root == "job" else ""


class Journal:
    """Follows the log from its first event on, across restarts of the broker."""

    def __init__(self, bus: Bus) -> None:
        self.entries: list[Entry] = []
        self._log = Log(bus)
        self._reader = LogReader(bus, 0)
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for entries in self._reader.batches():
            self.entries += entries
            news, self._news = self._news, asyncio.Event()
            news.set()

    async def close(self) -> None:
        """Reads no more."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._reader.close()

    async def until(self, wanted: Callable[[Entry], bool], count: int = 1, seconds: float = PATIENCE_SECONDS) -> Entry:
        """The entry, past or to come, that is wanted; of several the one that completes `count`; or TimeoutError."""
        found: list[Entry] = []
        seen = 0
        try:
            async with asyncio.timeout(seconds):
                while True:
                    if self._reading.done():
                        self._reading.result()
                    news = self._news
                    found += [entry for entry in self.entries[seen:] if wanted(entry)]
                    seen = len(self.entries)
                    if len(found) >= count:
                        return found[count - 1]
                    await news.wait()
        except TimeoutError as error:
            tail = "\n".join(f"{e.sequence} {job_of(e)} {kind(e)} {said(e)}" for e in self.entries[-15:])
            raise TimeoutError(f"the log did not say it within {seconds} s; it ends with:\n{tail}") from error

    async def until_event(
        self, name: str, job_id: str = "", count: int = 1, seconds: float = PATIENCE_SECONDS, **fields: object
    ) -> Entry:
        """The first event of this kind, of this job and with these fields; as `until`."""

        def wanted(entry: Entry) -> bool:
            right = kind(entry) == name and job_id in {"", job_of(entry)}
            return right and all(getattr(said(entry), key) == value for key, value in fields.items())

        return await self.until(wanted, count, seconds)

    async def whole(self) -> list[Entry]:
        """All entries up to the log's head as it is now."""
        head = (await self._log.identity()).last_sequence
        if head:
            await self.until(lambda entry: entry.sequence >= head)
        return list(self.entries)

    def of(self, job_id: str) -> list[Entry]:
        """Events of one job so far."""
        return [entry for entry in self.entries if job_of(entry) == job_id]

    def kinds(self, job_id: str) -> Counter[str]:
        """How many events of each kind the job has so far."""
        return Counter(map(kind, self.of(job_id)))

    def attempts_under_way(self, instance: str) -> dict[str, Entry]:
        """Attempts that a process has begun and of which the log says no end: id to their start."""
        open_attempts: dict[str, Entry] = {}
        for entry in self.entries:
            name = kind(entry)
            if name == "attempt_started" and entry.origin.stamp.instance == instance:
                open_attempts[said(entry).attempt_id] = entry
            elif name in {"attempt_succeeded", "attempt_failed", "attempt_released", "attempt_lost"}:
                open_attempts.pop(said(entry).attempt_id, None)
        return open_attempts


def subject_of(job_id: str) -> str:
    """Where a job's events stand."""
    return subjects.job_events(job_id)
