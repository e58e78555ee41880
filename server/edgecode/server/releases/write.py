"""Writing releases into the log: the version is taken by the first event, the commits follow in pieces.

A server that ends between two pieces leaves a release that is not whole. The same registration goes on where it ended.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from google.protobuf.message import Message

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.crash import CrashPoints
from edgecode.core.errors import (
    AlreadyExists,
    Conflict,
    DeadlineExceeded,
    Exhausted,
    FailedPrecondition,
    InvalidRequest,
)
from edgecode.core.log import Log
from edgecode.server.calls import CallContext
from edgecode.server.ledger import release_reads
from edgecode.server.ledger.fold_release import is_whole, may_replace, release_key
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.release_rows import ReleaseRow
from edgecode.server.releases.intake import Intake
from edgecode.server.releases.known import KnownReleases
from edgecode.v1 import event_pb2, release_pb2

# Each may hold as much as the largest registration.
AT_ONCE = 2
LONGEST_SILENCE_SECONDS = 30.0
_TRIES = 20
_SHOWN = ("tag", "previous_version", "url", "notes")


class ReleaseWriter:
    """Takes registrations."""

    def __init__(self, events: Log, ledger: Ledger, reads: Reads, known: KnownReleases, crash: CrashPoints) -> None:
        self._events = events
        self._ledger = ledger
        self._reads = reads
        self._known = known
        self._crash = crash
        self._under_way = 0
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def register(
        self, requests: AsyncIterator[release_pb2.RegisterReleaseRequest], call: CallContext
    ) -> ReleaseRow:
        """Takes a whole stream, then writes it.

        Raises:
            InvalidRequest: a field is at fault.
            AlreadyExists: `RELEASE_TAKEN`: the version is of another revision; `RELEASE_DIFFERS`: it is of this one,
                and was registered with something else.
            FailedPrecondition: `RELEASE_CIRCLE`, or `RELEASE_FROZEN`.
            Exhausted: `RELEASE_TOO_LARGE`, or `REGISTRATIONS_BUSY`.
            DeadlineExceeded: `REGISTRATION_STALLED`.
            Conflict: `RELEASE_MOVED`: others write it all the time.
        """
        async with self._one_of_few():
            intake = await _whole(requests)
            registered = intake.registered(call.caller)
            async with self._locks[registered.version]:
                return await self._write(registered, intake, call)

    @asynccontextmanager
    async def _one_of_few(self) -> AsyncIterator[None]:
        if self._under_way >= AT_ONCE:
            raise Exhausted(
                "REGISTRATIONS_BUSY", f"{AT_ONCE} registrations are under way; try again", retry_after_seconds=2.0
            )
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def _write(self, registered: event_pb2.ReleaseRegistered, intake: Intake, call: CallContext) -> ReleaseRow:
        subject = subjects.release_events(release_key(registered.version))
        for _ in range(_TRIES):
            last = await self._reads.settled(subject)
            row = await release_reads.release(self._ledger, registered.version)
            if row is None and last:
                raise FailedPrecondition(
                    "RELEASE_FROZEN",
                    f"{registered.version} has an event of a later build, which this one cannot read",
                )
            if row is not None and _stands(row, registered):
                if is_whole(row):
                    return row
            else:
                await self._refuse_circle(registered)
            stored_count = _stored_count(row, registered)
            try:
                if stored_count is None:
                    last = await self._append(subject, event_pb2.Event(release_registered=registered), last)
                    self._crash.at("release.after_registered")
                call.written_sequence = await self._append_pieces(subject, intake.pieces(stored_count or 0), last)
            except Conflict:
                continue
            # Many commits take longer to fold than a read waits; if even this is too short, the next turn says so.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._reads.reached(call.written_sequence), LONGEST_SILENCE_SECONDS)
        raise Conflict("RELEASE_MOVED", f"{registered.version} is being written by others; look at it, then try again")

    async def _refuse_circle(self, registered: event_pb2.ReleaseRegistered) -> None:
        graph, _ = await self._known.read()
        if graph.would_close_circle(registered.version, registered.previous_version):
            way = " → ".join(graph.lineage(registered.previous_version))
            raise FailedPrecondition(
                "RELEASE_CIRCLE",
                f"{registered.version} cannot come after {registered.previous_version}, which comes after it: {way}; "
                "ask git which release came before",
            )

    async def _append_pieces(self, subject: str, pieces: Iterable[event_pb2.ReleaseCommits], last: int) -> int:
        for piece in pieces:
            last = await self._append(subject, event_pb2.Event(release_commits=piece), last)
            self._crash.at("release.after_piece")
        return last

    async def _append(self, subject: str, event: Message, last: int) -> int:
        data = event.SerializeToString(deterministic=True)
        message = Outgoing(subject, data, msg_id=uuid.uuid4().hex, expected_last=last)
        return (await self._events.append([message]))[0].sequence


async def _whole(requests: AsyncIterator[release_pb2.RegisterReleaseRequest]) -> Intake:
    intake: Intake | None = None
    try:
        while True:
            request = await asyncio.wait_for(anext(requests, None), LONGEST_SILENCE_SECONDS)
            if request is None:
                break
            intake = intake or Intake(request)
            intake.take(request)
            await asyncio.sleep(0)  # a stream that is there already would hold all others up
    except TimeoutError as error:
        raise DeadlineExceeded(
            "REGISTRATION_STALLED",
            f"the stream said nothing for {LONGEST_SILENCE_SECONDS:.0f} s: nothing was stored; register it again",
        ) from error
    if intake is None:
        raise InvalidRequest.field("version", "is required: the stream ended before its first message")
    if not intake.is_whole:
        raise InvalidRequest.field(
            "more_follow", "another message was to follow, and the stream ended: nothing was stored"
        )
    return intake


def _stored_count(row: ReleaseRow | None, registered: event_pb2.ReleaseRegistered) -> int | None:
    """How many commits of this very registration are stored; None where it has not begun."""
    same = row is not None and row.content_sha256 == registered.content_sha256
    return row.stored_count if row is not None and same else None


def _stands(row: ReleaseRow, registered: event_pb2.ReleaseRegistered) -> bool:
    """Whether the ledger holds this very registration, or its beginning; False where it may stand in the other's place.

    Raises:
        AlreadyExists: `RELEASE_TAKEN`, `RELEASE_DIFFERS`.
    """
    if row.revision != registered.revision:
        raise AlreadyExists(
            "RELEASE_TAKEN",
            f"{row.version} is revision {row.revision}, and cannot be {registered.revision} too; "
            "release the other under a version of its own",
            metadata={"version": row.version, "revision": row.revision, "refused_revision": registered.revision},
        )
    if row.content_sha256 == registered.content_sha256:
        return True
    if may_replace(row, registered.revision, commits_known=registered.commits_known):
        return False
    differing = [name for name in _SHOWN if getattr(row, name) != getattr(registered, name)]
    raise AlreadyExists(
        "RELEASE_DIFFERS",
        f"{row.version} was registered with other {', '.join(differing) or 'commits'}; a registration never changes",
        metadata={"version": row.version, "differing": ",".join(differing) or "commits"},
    )
