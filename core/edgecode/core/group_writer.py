"""Group commit: what is to be stored while a group is under way is stored with the next one."""

import asyncio
import time
from collections.abc import Sequence
from contextvars import Context
from dataclasses import replace

from nats.js.errors import APIError

from edgecode.core.bus import WRONG_LAST_SEQUENCE, Bus, Outgoing, Stored
from edgecode.core.errors import Conflict
from edgecode.core.telemetry import current_traceparent

# The broker takes up to 1,000; the gain is had at 64.
_MOST_MESSAGES = 64
_DUPLICATE_IN_BATCH = 10201
# The first guesses of what is measured from then on.
_BATCH_SECONDS = 0.01
_SINGLE_SECONDS = 0.0005
_WEIGHT_OF_NEWS = 0.2

Unit = tuple[Sequence[Outgoing], asyncio.Future[list[Stored]]]


class GroupWriter:
    """Stores groups of units, one group at a time; the messages of a unit stand or fall together.

    A group is one atomic batch, or its messages one after another without waiting between them, whichever is quicker. A
    batch costs the broker some ten milliseconds however large it is; a single message what a sync to disk costs, from
    nearly nothing where the broker does not sync to milliseconds where the disk is slow. Both are measured as they are
    used.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._waiting: list[Unit] = []
        self._writing: asyncio.Task[None] | None = None
        self._batch_seconds = _BATCH_SECONDS
        self._single_seconds = _SINGLE_SECONDS

    async def write(self, messages: Sequence[Outgoing]) -> list[Stored]:
        """Stores a unit with the next group.

        Raises:
            Conflict: a subject does not end where it was expected to (`STALE_VIEW`).
            Unavailable: no word came; it is unknown whether they are stored.
            APIError: the broker refused otherwise.
        """
        future: asyncio.Future[list[Stored]] = asyncio.get_running_loop().create_future()
        self._waiting.append((_traced(messages), future))
        if self._writing is None or self._writing.done():
            # In nobody's span: it writes what others wait for, too.
            self._writing = asyncio.create_task(self._write(), context=Context())
        return await future

    async def _write(self) -> None:
        while self._waiting:
            group, began = self._next_group(), time.monotonic()
            singles = all(len(messages) == 1 for messages, _ in group)
            if len(group) == 1 or (singles and len(group) * self._single_seconds <= self._batch_seconds):
                await asyncio.gather(*(self._store(*unit) for unit in group))
                if singles:
                    self._single_seconds = _average(self._single_seconds, (time.monotonic() - began) / len(group))
            else:
                await self._store_together(group)
                self._batch_seconds = _average(self._batch_seconds, time.monotonic() - began)

    def _next_group(self) -> list[Unit]:
        size = 0
        for count, (messages, _) in enumerate(self._waiting):
            size += len(messages)
            if size > _MOST_MESSAGES and count:
                group, self._waiting = self._waiting[:count], self._waiting[count:]
                return group
        group, self._waiting = self._waiting, []
        return group

    async def _store_together(self, group: Sequence[Unit]) -> None:
        try:
            stored = await self._bus.store_batch([m for messages, _ in group for m in messages])
        except APIError:
            # One stale or repeated message refuses the batch whole: each writer gets its own answer.
            await asyncio.gather(*(self._store(*unit) for unit in group))
        except Exception as error:  # noqa: BLE001 handed to the writers
            for _, future in group:
                _fail(future, error)
        else:
            for messages, future in group:
                _succeed(future, stored[: len(messages)])
                stored = stored[len(messages) :]

    async def _store(self, messages: Sequence[Outgoing], future: asyncio.Future[list[Stored]]) -> None:
        try:
            _succeed(future, await self._bus.store_batch(messages))
        except APIError as error:
            _fail(future, _conflict(messages[0].subject, error) or error)
        except Exception as error:  # noqa: BLE001 handed to the writer
            _fail(future, error)


def _traced(messages: Sequence[Outgoing]) -> Sequence[Outgoing]:
    """The messages under the trace of whoever writes them, who is not the one that publishes them."""
    here = current_traceparent()
    return [message if message.traceparent else replace(message, traceparent=here) for message in messages]


def _conflict(subject: str, error: APIError) -> Conflict | None:
    if error.err_code == WRONG_LAST_SEQUENCE:
        return Conflict("STALE_VIEW", f"{subject} has later events: {error.description}")
    if error.err_code == _DUPLICATE_IN_BATCH:
        return Conflict("STALE_VIEW", "some of these events are stored already")
    return None


def _average(before: float, now: float) -> float:
    return before + _WEIGHT_OF_NEWS * (now - before)


def _succeed(future: asyncio.Future[list[Stored]], stored: list[Stored]) -> None:
    if not future.done():
        future.set_result(stored)


def _fail(future: asyncio.Future[list[Stored]], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
