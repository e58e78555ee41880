"""The one publish function and the one consume function: nothing of ours leaves or enters without a stamp."""

import asyncio
import itertools
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import nats.errors
import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import APIError

from edgecode.core import headers
from edgecode.core.errors import Unavailable
from edgecode.core.headers import Origin, UnstampedMessage
from edgecode.core.nats_client import LeanClient
from edgecode.core.stamp import Stamp
from edgecode.core.telemetry import current_traceparent

log = structlog.get_logger()

# Exempt from the stamp, as the broker or the client library writes them: acks (to `$JS.ACK.>`), requests to the
# JetStream API and its replies (inboxes), the broker's advisories, and TTL markers (written by the broker itself).
EXEMPT_SUBJECTS = ("$JS.ACK.", "$JS.API.", "$JS.EVENT.", "_INBOX.")

PUBLISH_TIMEOUT_SECONDS = 5.0
# Without a pause the library tries thousands of times a second.
RECONNECT_PAUSE_SECONDS = 0.1
_FLUSH_SECONDS = 2
WRONG_LAST_SEQUENCE = 10071
SUBJECT_OCCUPIED = 10077


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way: what it says, and which hops and trace led to it.

    `msg_id` names the message for the broker's duplicate window; `expected_last` is the sequence its subject must end
    with; `ttl_seconds` is when the broker forgets it; `contract` is the one its readers need, 0 the usual.
    """

    subject: str
    payload: bytes
    path: tuple[str, ...] = ()
    traceparent: str = ""
    msg_id: str = ""
    expected_last: int | None = None
    ttl_seconds: int | None = None
    contract: int = 0


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message with a true stamp."""

    subject: str
    payload: bytes
    origin: Origin
    raw: Msg


@dataclass(frozen=True, slots=True)
class Stored:
    """The broker's word that it holds a message."""

    sequence: int
    duplicate: bool


def receive(message: Msg) -> Incoming:
    """The one consume function.

    Raises:
        UnstampedMessage: the message has no whole stamp.
    """
    return Incoming(message.subject, message.data, headers.read_origin(message.headers), message)


class Bus:
    """A connection to the broker that stamps all it publishes. `connected_since` is on the monotonic clock."""

    def __init__(self, stamp: Stamp) -> None:
        self.stamp = stamp
        self.connected = asyncio.Event()
        self.disconnected = asyncio.Event()
        self.connected_since = time.monotonic()
        self._acks: dict[str, asyncio.Future[Stored]] = {}
        self._tokens = itertools.count(1)
        self._ack_inbox = ""
        self._last_error = ""
        self._waits: set[asyncio.Future[None]] = set()
        self.nc = LeanClient()
        self.js: JetStreamContext = self.nc.jetstream(timeout=PUBLISH_TIMEOUT_SECONDS)

    async def connect(self, url: str) -> None:
        """Connects, and stays connected for as long as it lives."""
        await self.nc.connect(
            servers=url.split(","),
            name=f"{self.stamp.service} {self.stamp.build} {self.stamp.instance}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_PAUSE_SECONDS,  # type: ignore[arg-type] # the library only sleeps for so long
            ping_interval=10,
            max_outstanding_pings=2,
            disconnected_cb=self._on_disconnect,
            reconnected_cb=self._on_connect,
            error_cb=self._on_error,
        )
        prefix = self.nc.new_inbox()
        self._ack_inbox = f"{prefix}."
        await self.nc.subscribe(f"{prefix}.*", cb=self._on_ack)
        self.connected.set()

    async def close(self) -> None:
        """Flushes and closes; twice is legal. The library's `drain` may wait half a minute for unread answers."""
        try:
            if self.nc.is_connected:
                await self.nc.flush(_FLUSH_SECONDS)
            await self.nc.close()
        except (nats.errors.Error, OSError, RuntimeError) as error:
            # Without a broker the library still writes what is pending, to a transport that is closed.
            log.warning("bus.closed_unflushed", why=repr(error))

    async def _on_disconnect(self) -> None:
        self.connected.clear()
        self.disconnected.set()
        for future in self._waits:
            _resolve(future)
        log.warning("bus.disconnected")

    async def _on_connect(self) -> None:
        self._last_error = ""
        self.connected_since = time.monotonic()
        self.disconnected.clear()
        self.connected.set()
        log.info("bus.reconnected")

    async def _on_error(self, error: Exception) -> None:
        # An absent broker gives the same error ten times a second: once is news.
        if repr(error) != self._last_error:
            self._last_error = repr(error)
            log.warning("bus.error", error=self._last_error)

    async def wait_for_answer(self, future: asyncio.Future[None], timeout_seconds: float) -> None:
        """Waits until `future` is done, the time is over, or the connection is lost, and the answer with it."""
        if self.disconnected.is_set():
            return
        timer = asyncio.get_running_loop().call_later(timeout_seconds, _resolve, future)
        self._waits.add(future)
        try:
            await future
        finally:
            timer.cancel()
            self._waits.discard(future)

    async def publish(self, message: Outgoing, reply: str = "", extra: Mapping[str, str] | None = None) -> None:
        """The one publish function. Returns when the message is handed to the connection, not when it arrived.

        `extra` are headers the broker itself reads, such as those of a batch.

        Raises:
            Unavailable: the connection is closed, or too much waits for it to come back.
        """
        # The stamp goes over what the caller gives: nobody publishes under another one, or without.
        found = dict(extra or {}) | headers.stamp_headers(self.stamp, message.path, message.contract)
        traceparent = message.traceparent or current_traceparent()
        if traceparent:
            found[headers.TRACEPARENT] = traceparent
        found[headers.MSG_ID] = message.msg_id or uuid.uuid4().hex
        if message.expected_last is not None:
            found["Nats-Expected-Last-Subject-Sequence"] = str(message.expected_last)
        if message.ttl_seconds is not None:
            found[headers.TTL] = f"{message.ttl_seconds}s"
        try:
            await self.nc.publish(message.subject, message.payload, reply=reply, headers=found)
        except nats.errors.Error as error:
            raise Unavailable(
                "BROKER_UNAVAILABLE", f"the connection takes nothing now ({error}); try again", retry_after_seconds=1.0
            ) from error

    async def store(self, message: Outgoing, timeout_seconds: float = PUBLISH_TIMEOUT_SECONDS) -> Stored:
        """Publishes into a stream and waits for the broker's word.

        Raises:
            Unavailable: no word came. Whether it is stored is unknown: ask again with the same `msg_id`.
            APIError: the broker refused, `err_code` says why.
        """
        return await self._publish_and_wait(message, timeout_seconds)

    async def _publish_and_wait(
        self, message: Outgoing, timeout_seconds: float, batch: Mapping[str, str] | None = None
    ) -> Stored:
        token, loop = str(next(self._tokens)), asyncio.get_running_loop()
        future: asyncio.Future[Stored] = loop.create_future()
        self._acks[token] = future
        timer = loop.call_later(timeout_seconds, _give_up, future)
        try:
            await self.publish(message, self._ack_inbox + token, batch)
            return await future
        finally:
            timer.cancel()
            del self._acks[token]

    async def _on_ack(self, message: Msg) -> None:
        future = self._acks.get(message.subject.rpartition(".")[2])
        if future is None or future.done():
            return
        if message.headers and message.headers.get("Status") == "503":
            future.set_exception(
                Unavailable("BROKER_UNAVAILABLE", "no stream takes this subject", retry_after_seconds=1.0)
            )
            return
        reply = json.loads(message.data)
        if "error" in reply:
            future.set_exception(APIError(**{k: reply["error"].get(k) for k in ("code", "description", "err_code")}))
        else:
            future.set_result(Stored(int(reply["seq"]), bool(reply.get("duplicate"))))

    async def store_batch(self, messages: Sequence[Outgoing]) -> list[Stored]:
        """Publishes several messages that are stored together or not at all (NATS ADR-50), in order.

        A batch of one is several times slower than a plain publish, so it is one.

        Raises:
            Unavailable: no word came.
            APIError: the broker refused them all.
        """
        *first, last = messages
        if not first:
            return [await self.store(last)]
        batch_id = uuid.uuid4().hex
        for number, message in enumerate(first, 1):
            await self.publish(message, extra={"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(number)})
        commit = {"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(len(messages)), "Nats-Batch-Commit": "1"}
        stored = await self._publish_and_wait(last, PUBLISH_TIMEOUT_SECONDS, commit)
        return [Stored(stored.sequence - behind, duplicate=False) for behind in range(len(first), -1, -1)]

    async def subscribe(
        self, subject: str, handler: Callable[[Incoming], Awaitable[None]]
    ) -> Callable[[], Awaitable[None]]:
        """Calls `handler` for each stamped message on a core subject, refuses others loudly; returns what ends it."""

        async def on_message(message: Msg) -> None:
            try:
                await handler(receive(message))
            except UnstampedMessage as error:
                log.warning("bus.refused", subject=message.subject, why=str(error))

        subscription = await self.nc.subscribe(subject, cb=on_message)
        return subscription.unsubscribe


def _give_up(future: asyncio.Future[Stored]) -> None:
    if not future.done():
        future.set_exception(
            Unavailable("BROKER_UNAVAILABLE", "the broker did not answer in time; try again", retry_after_seconds=1.0)
        )


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def connect(url: str, stamp: Stamp) -> Bus:
    """A connected bus."""
    bus = Bus(stamp)
    await bus.connect(url)
    return bus
