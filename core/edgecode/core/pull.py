"""Pulling from a JetStream consumer: an inbox each, one request at a time: no answer is taken for another's."""

import asyncio
import itertools
import json
import time
from collections import deque

import nats.errors
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from edgecode.core.bus import Bus

# A broker that says nothing for so long past a request's end has forgotten it.
_SILENCE_SECONDS = 5.0
_EMPTY = ("404", "408")


class ConsumerGone(Exception):
    """The consumer does not exist (any more), moved, or its broker is silent. Make or find it again."""


class Puller:
    """Pulls from one consumer. Not for concurrent use.

    Messages are raw: pass each to `bus.receive`. Use `pull`, or `follow`, not both by turns while a request stands.
    """

    def __init__(self, bus: Bus, stream: str, consumer: str) -> None:
        self._bus = bus
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._tokens = itertools.count(1)
        self._inbox = bus.nc.new_inbox()
        self._subscription: Subscription | None = None
        self._arrived: deque[Msg] = deque()
        self._news: asyncio.Future[None] | None = None
        self._standing: _Request | None = None

    async def start(self) -> None:
        """Subscribes to the answers."""
        self._subscription = await self._bus.nc.subscribe(
            f"{self._inbox}.*", cb=self._on_message, pending_msgs_limit=-1, pending_bytes_limit=-1
        )

    async def stop(self) -> None:
        """Ends the subscription; twice is legal."""
        subscription, self._subscription = self._subscription, None
        if subscription is not None and self._bus.nc.is_connected:
            await subscription.unsubscribe()

    async def _on_message(self, message: Msg) -> None:
        self._arrived.append(message)
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    async def pull(self, batch: int, expires_seconds: float | None = None) -> list[Msg]:
        """Up to `batch` messages: those that are there now, or, with `expires_seconds`, what comes until then.

        Raises:
            ConsumerGone: there is nobody to pull from.
        """
        request = await self._ask(batch, expires_seconds)
        found: list[Msg] = []
        while request.remaining:
            message = await self._next(request)
            if message is None:
                if found:
                    return found
                raise ConsumerGone("no answer")
            if self._is_end(message, request, found):
                return found
        return found

    async def follow(self, batch: int, expires_seconds: float) -> list[Msg]:
        """What has come, as soon as something has; nothing when `expires_seconds` are over.

        The request stands from call to call, so that a message that is stored is under way at once.

        Raises:
            ConsumerGone: there is nobody to pull from.
        """
        request = self._standing or await self._ask(batch, expires_seconds)
        self._standing = request
        found: list[Msg] = []
        while request.remaining and (self._arrived or not found):
            message = await self._next(request)
            if message is None or request.connected_since != self._bus.connected_since:
                raise ConsumerGone("no answer")
            if self._is_end(message, request, found):
                self._standing = None
                return found
        if not request.remaining:
            self._standing = None
        return found

    async def _ask(self, batch: int, expires_seconds: float | None) -> "_Request":
        assert self._subscription is not None, "start it first"
        request = _Request(f"{self._inbox}.{next(self._tokens)}", batch, expires_seconds, self._bus.connected_since)
        try:
            await self._bus.nc.publish(self._subject, request.body(), reply=request.reply)
        except nats.errors.Error as error:
            raise ConsumerGone(repr(error)) from error
        return request

    def _is_end(self, message: Msg, request: "_Request", found: list[Msg]) -> bool:
        """Takes an answer; true for the word that the request is over."""
        status = (message.headers or {}).get("Status") if message.subject.startswith(self._inbox) else None
        if status is None:
            found.append(message)
            request.remaining -= 1
            return False
        if message.subject != request.reply:
            return False
        if status in _EMPTY or found:
            return True
        raise ConsumerGone(f"{status} {(message.headers or {}).get('Description', '')}".strip())

    async def _next(self, request: "_Request") -> Msg | None:
        """The next answer, or None when the time is over or the connection lost: its answers are lost with it."""
        timeout_seconds = request.deadline - time.monotonic()
        if not self._arrived and timeout_seconds > 0:
            self._news = asyncio.get_running_loop().create_future()
            await self._bus.wait_for_answer(self._news, timeout_seconds)
        return self._arrived.popleft() if self._arrived else None


class _Request:
    """A request for messages, and what is still to come of it."""

    def __init__(self, reply: str, batch: int, expires_seconds: float | None, connected_since: float) -> None:
        self.reply = reply
        self.remaining = batch
        self.connected_since = connected_since
        self.deadline = time.monotonic() + (expires_seconds or 0.0) + _SILENCE_SECONDS
        self._expires_seconds = expires_seconds

    def body(self) -> bytes:
        """The request as the broker reads it."""
        if self._expires_seconds is None:
            return json.dumps({"batch": self.remaining, "no_wait": True}).encode()
        return json.dumps({"batch": self.remaining, "expires": int(self._expires_seconds * 1e9)}).encode()
