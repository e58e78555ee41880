"""The log: the stream EVENTS, appended by everybody, read in order."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog
from google.protobuf.message import DecodeError
from nats.aio.msg import Msg
from nats.js.api import RawStreamMsg
from nats.js.errors import APIError, NotFoundError

from edgecode.core import contract, headers, subjects
from edgecode.core.bus import Bus, Incoming, Outgoing, Stored, receive
from edgecode.core.errors import Unavailable
from edgecode.core.group_writer import GroupWriter
from edgecode.core.headers import Origin, UnstampedMessage
from edgecode.v1 import event_pb2

log = structlog.get_logger()

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it stands in the log. `event` is None where this build cannot read it; `data` is what was written.

    `time` is the broker's, so that every fold of the log sees the same. `expire` is when the broker forgets the event,
    None where it never does.
    """

    sequence: int
    subject: str
    time: datetime
    origin: Origin
    event: event_pb2.Event | None
    data: bytes
    message_id: str = ""
    expire: datetime | None = None


@dataclass(frozen=True, slots=True)
class StreamIdentity:
    """What tells one stream from another of the same name, and where it ends."""

    created: str
    first_sequence: int
    last_sequence: int


def read_entry(message: Msg) -> Entry:
    """Reads an event of the log.

    Raises:
        UnstampedMessage: it carries no whole stamp, so it is none of ours.
    """
    incoming: Incoming = receive(message)
    metadata = message.metadata
    time = metadata.timestamp.astimezone(UTC)
    found = message.headers or {}
    return Entry(
        metadata.sequence.stream,
        incoming.subject,
        time,
        incoming.origin,
        decode(incoming.payload, incoming.origin.contract),
        incoming.payload,
        found.get(headers.MSG_ID, ""),
        _expire(time, found.get(headers.TTL, "")),
    )


def _expire(time: datetime, ttl: str) -> datetime | None:
    # As the publish function writes it, whole seconds.
    seconds = ttl.removesuffix("s")
    return time + timedelta(seconds=int(seconds)) if seconds.isdecimal() else None


def decode(data: bytes, contract_number: int) -> event_pb2.Event | None:
    """The event, or None where it is of a later contract, of a kind unknown here, or no event at all."""
    if contract_number > contract.READS_MAX:
        return None
    event = event_pb2.Event()
    try:
        event.ParseFromString(data)
    except DecodeError:
        return None
    return event if event.WhichOneof("kind") else None


def ttl_seconds(expire: datetime, now: datetime, *, first: bool = False) -> int:
    """What remains of a subject's life, whole seconds, at least 1.

    Rounded up and one more for all but the first event, so that the first never outlives the last.
    """
    remaining = (expire - now).total_seconds()
    return max(1, int(remaining) if first else int(-(-remaining // 1)) + 1)


class SubjectExpired(Exception):
    """The subject's events have ended: what would be appended now would be an orphan."""


def _alive_until(message: Outgoing, expire: datetime | None) -> Outgoing:
    if expire is None:
        return message
    now = datetime.now(UTC)
    if now >= expire:
        raise SubjectExpired(f"{message.subject} ended at {expire.isoformat()}")
    return replace(message, ttl_seconds=ttl_seconds(expire, now))


class Log:
    """Appends. What arrives while others are under way is stored with the next group."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._singles = GroupWriter(bus)
        # Several messages that stand or fall together are a batch in any case: single ones do not wait for it.
        self._units = GroupWriter(bus)

    async def append(self, messages: Sequence[Outgoing]) -> list[Stored]:
        """Stores the messages together or not at all. Every message needs a `msg_id` of its own.

        Raises:
            Conflict: a subject does not end where it was expected to (`STALE_VIEW`).
            Unavailable: no word came; it is unknown whether they are stored.
            APIError: the broker refused otherwise.
        """
        return await (self._units if len(messages) > 1 else self._singles).write(messages)

    async def append_surely(self, message: Outgoing, expire: datetime | None = None) -> Stored:
        """Appends under the same id until the broker has answered, however long that takes.

        A worker's outcome is appended so: only then may it ack the task.

        Args:
            message: with an id of its own.
            expire: when the subject ends. Its TTL is reckoned from that at each try, and past it nothing is appended.

        Raises:
            SubjectExpired: it is past `expire`.
        """
        pause_seconds = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return (await self.append([_alive_until(message, expire)]))[0]
            except Unavailable as error:
                log.warning("log.append_again", subject=message.subject, why=error.message)
                await self._bus.connected.wait()
            except APIError as error:
                # A full log or disk: its operator makes room, and nothing else would tell us.
                log.error("log.append_refused", subject=message.subject, why=error.description, code=error.err_code)
            # A broker without streams refuses at once, for as long as it has none.
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)

    async def last_sequence(self, subject: str) -> int:
        """Sequence of the subject's last event, 0 where it has none. Answered by the stream's leader."""
        try:
            message = await self._bus.js.get_last_msg(subjects.EVENTS, subject)
        except NotFoundError:
            return 0
        return int(message.seq or 0)

    async def last(self, subject: str) -> tuple[int, event_pb2.Event | None] | None:
        """The subject's last event: its sequence, and what it says where this build can read it; None for no event.

        Answered by the stream's leader.
        """
        try:
            message = await self._bus.js.get_last_msg(subjects.EVENTS, subject)
        except NotFoundError:
            return None
        return self._read(message, subject)

    async def first(self, subject: str) -> event_pb2.Event | None:
        """The subject's first event, None where it has none that can be read; an empty one for what is none of ours.

        Answered by the stream's leader.
        """
        try:
            message = await self._bus.js.get_msg(subjects.EVENTS, seq=1, subject=subject, next=True)
        except NotFoundError:
            return None
        try:
            origin = headers.read_origin(message.headers)
        except UnstampedMessage as error:
            log.error("log.unstamped", sequence=message.seq, subject=subject, why=str(error))
            return event_pb2.Event()
        return decode(message.data or b"", origin.contract)

    async def next(self, subject: str, after_sequence: int) -> tuple[int, event_pb2.Event | None] | None:
        """The subject's first event after a sequence: its own sequence, and what it says where this build can read it.

        None when there is none yet. Answered by the stream's leader.
        """
        try:
            message = await self._bus.js.get_msg(subjects.EVENTS, seq=after_sequence + 1, subject=subject, next=True)
        except NotFoundError:
            return None
        return self._read(message, subject)

    def _read(self, message: RawStreamMsg, subject: str) -> tuple[int, event_pb2.Event | None]:
        try:
            origin = headers.read_origin(message.headers)
        except UnstampedMessage as error:
            log.error("log.unstamped", sequence=message.seq, subject=subject, why=str(error))
            return int(message.seq or 0), None
        return int(message.seq or 0), decode(message.data or b"", origin.contract)

    async def at(self, sequence: int) -> tuple[Origin, event_pb2.Event] | None:
        """The event at a sequence with who wrote it; None where it is gone, or cannot be read here."""
        try:
            message = await self._bus.js.get_msg(subjects.EVENTS, seq=sequence)
            origin = headers.read_origin(message.headers)
        except (NotFoundError, UnstampedMessage):
            return None
        event = decode(message.data or b"", origin.contract)
        return None if event is None else (origin, event)

    async def message_id(self, sequence: int) -> str:
        """`Nats-Msg-Id` of the event at a sequence, empty where it is gone."""
        try:
            message = await self._bus.js.get_msg(subjects.EVENTS, seq=sequence)
        except NotFoundError:
            return ""
        return str((message.headers or {}).get(headers.MSG_ID, ""))

    async def purge(self, subject: str, until_sequence: int) -> None:
        """Forgets the events of a subject up to a sequence: orphans, whose first event is gone."""
        await self._bus.js.purge_stream(subjects.EVENTS, subject=subject, seq=until_sequence + 1)

    async def identity(self) -> StreamIdentity:
        """Which stream this is and where it ends now."""
        # The library's StreamInfo leaves the creation time out.
        reply = await self._bus.js._api_request(f"$JS.API.STREAM.INFO.{subjects.EVENTS}", b"", timeout=5.0)  # noqa: SLF001
        state = reply["state"]
        return StreamIdentity(reply["created"], int(state["first_seq"]), int(state["last_seq"]))
