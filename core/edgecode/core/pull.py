"""Pulling from a JetStream consumer: an inbox each, one request at a time: no answer is taken for another's."""

import asyncio
import itertools
import json
import time

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
    """Pulls from one consumer. Not for concurrent use."""

    def __init__(self, bus: Bus, stream: str, consumer: str) -> None:
        self._bus = bus
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._tokens = itertools.count(1)
        self._inbox = bus.nc.new_inbox()
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Subscribes to the answers."""
        self._subscription = await self._bus.nc.subscribe(
            f"{self._inbox}.*", pending_msgs_limit=-1, pending_bytes_limit=-1
        )

    async def stop(self) -> None:
        """Ends the subscription; twice is legal."""
        subscription, self._subscription = self._subscription, None
        if subscription is not None and self._bus.nc.is_connected:
            await subscription.unsubscribe()

    async def pull(self, batch: int, expires_seconds: float | None = None) -> list[Msg]:
        """Up to `batch` messages: those that are there now, or, with `expires_seconds`, what comes until then.

        Messages are raw: pass each to `bus.receive`.

        Raises:
            ConsumerGone: there is nobody to pull from.
        """
        assert self._subscription is not None, "start it first"
        reply = f"{self._inbox}.{next(self._tokens)}"
        request: dict[str, object] = {"batch": batch}
        if expires_seconds is None:
            request["no_wait"] = True
        else:
            request["expires"] = int(expires_seconds * 1e9)
        await self._bus.nc.publish(self._subject, json.dumps(request).encode(), reply=reply)
        return await self._collect(self._subscription, reply, batch, expires_seconds or 0.0)

    async def _collect(self, subscription: Subscription, reply: str, batch: int, expires_seconds: float) -> list[Msg]:
        found: list[Msg] = []
        deadline = time.monotonic() + expires_seconds + _SILENCE_SECONDS
        while len(found) < batch:
            message = await self._next(subscription, deadline - time.monotonic())
            if message is None:
                if found:
                    return found
                raise ConsumerGone("no answer")
            status = (message.headers or {}).get("Status") if message.subject.startswith(self._inbox) else None
            if status is None:
                found.append(message)
            elif message.subject == reply and (status in _EMPTY or found):
                return found
            elif message.subject == reply:
                raise ConsumerGone(f"{status} {(message.headers or {}).get('Description', '')}".strip())
        return found

    async def _next(self, subscription: Subscription, timeout_seconds: float) -> Msg | None:
        """The next answer, or None when the time is over or the connection lost: its answers are lost with it."""
        if subscription.pending_msgs:
            return await subscription.next_msg(1.0)
        arrival = asyncio.create_task(subscription.next_msg(max(timeout_seconds, 0.001)))
        lost = asyncio.create_task(self._bus.disconnected.wait())
        try:
            await asyncio.wait((arrival, lost), return_when=asyncio.FIRST_COMPLETED)
            return await arrival if arrival.done() else None
        except nats.errors.Error:
            return None
        finally:
            for task in (arrival, lost):
                task.cancel()
