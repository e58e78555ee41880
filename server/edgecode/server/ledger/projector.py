"""The projector: takes groups of log entries through the fold into the ledger. Only the leader runs one."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import structlog

from edgecode.core.errors import FailedPrecondition
from edgecode.core.log import Entry, Log
from edgecode.server.ledger.entries import entry_of
from edgecode.server.ledger.fleet_state import FleetState, read_fleet
from edgecode.server.ledger.group import Group, UnreadableRoute
from edgecode.server.ledger.port import REBUILD_HINT, Changes, JobRecord, Ledger
from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.ledger.rows import (
    FINISHED,
    Cursor,
    StampRow,
    UnreadRow,
    WebhookRow,
)
from edgecode.server.ledger.webhook_reads import standing_webhooks
from edgecode.server.routes.route import WORKER, Route

log = structlog.get_logger()

OnCommit = Callable[[Changes, Mapping[str, JobRecord | None], Mapping[int, StampRow]], None]
"""Told what a group changed, the jobs as they were before, and who signed."""

# Some 10 kB each.
_CACHED_RECORDS = 2_000


class Projector:
    """Folds. Holds the records of recent jobs in memory, as they stand in the ledger."""

    def __init__(self, ledger: Ledger, events: Log) -> None:
        self.ledger = ledger
        self._events = events
        self._records: OrderedDict[str, JobRecord] = OrderedDict()
        # A group of events is folded upon what does not change meanwhile.
        self._moving = asyncio.Lock()
        self._routes: list[Route] = [Route()]
        self._frozen: set[str] = set()
        self.webhooks: dict[str, WebhookRow] = {}
        self.fleet = FleetState()
        self.on_deliveries: Callable[[], None] = lambda: None
        self.on_ramp_jobs: Callable[[Iterable[RampJobRow]], None] = lambda _: None
        self.on_commit: OnCommit = lambda _changes, _before, _stamps: None
        self.unread_contract = 0
        self.stamps: dict[int, StampRow] = {}
        self.cursor = Cursor(0, "", "")

    @property
    def route(self) -> Route:
        """The route as folded so far."""
        return self._routes[-1]

    def ever_routed(self) -> frozenset[str]:
        """Builds that any revision of the route gave new jobs."""
        return frozenset(build for route in self._routes for build in (route.current, route.ramping))

    async def open(self) -> None:
        """Reads where the ledger stands, and checks that it was folded from this very stream.

        Raises:
            FailedPrecondition: `LEDGER_NOT_OF_THIS_LOG`: another stream, or one that was restored from an older copy.
        """
        async with self._moving:
            await self._open()

    async def _open(self) -> None:
        self._records.clear()
        self.stamps.clear()
        self.cursor = await self.ledger.cursor()
        identity = await self._events.identity()
        if not self.cursor.stream_created:
            self.cursor = replace(self.cursor, stream_created=identity.created)
        elif problem := await self._mismatch(identity.created, identity.last_sequence):
            raise FailedPrecondition("LEDGER_NOT_OF_THIS_LOG", f"{problem}; {REBUILD_HINT}")
        self._routes = [Route(), *(Route.of(row) for row in await self.ledger.routes(WORKER))]
        self.webhooks = await standing_webhooks(self.ledger)
        self.fleet = await read_fleet(self.ledger)
        await self._read_at_last()

    async def _mismatch(self, created: str, last_sequence: int) -> str:
        if created != self.cursor.stream_created:
            return f"the ledger was folded from a stream of {self.cursor.stream_created}, this one is of {created}"
        if last_sequence < self.cursor.sequence:
            stands = self.cursor.sequence
            return f"the log ends at {last_sequence}, the ledger stands at {stands}: the log is an older copy"
        if not self.cursor.message_id:
            return ""  # a place without an event of ours
        message_id = await self._events.message_id(self.cursor.sequence)
        if message_id not in {"", self.cursor.message_id}:
            return f"event {self.cursor.sequence} of the log is not the one the ledger folded: the log went another way"
        return ""

    async def record(self, job_id: str) -> JobRecord | None:
        """A job as folded so far. Not to be changed by the caller."""
        while True:
            found = self._records.get(job_id)
            if found is not None:
                if found.job.state not in FINISHED:
                    self._records.move_to_end(job_id)
                return found
            cursor = self.cursor
            found = await self.ledger.record(job_id)
            if found is None:
                return None
            await self._know_stamps([found])
            if cursor is self.cursor:
                self._remember(found)
                return found  # memory may be full of what is not finished
            # Else a commit came between: what was read may be of before it.

    async def read_ahead(self, job_ids: Sequence[str]) -> None:
        """Reads at once what `record` is about to be asked for: the dearest part of a look at many jobs."""
        unknown = [job_id for job_id in job_ids if job_id not in self._records]
        if not unknown:
            return
        cursor = self.cursor
        found = await self.ledger.records(unknown)
        await self._know_stamps(found.values())
        if cursor is self.cursor:
            for record in found.values():
                self._remember(record)

    async def _know_stamps(self, records: Iterable[JobRecord]) -> None:
        wanted = {a.stamp_id for record in records for a in record.attempts.values()} - self.stamps.keys()
        if wanted:
            self.stamps |= await self.ledger.stamps(sorted(wanted))

    def _remember(self, record: JobRecord) -> None:
        self._records[record.job.job_id] = record
        # What is finished goes first.
        self._records.move_to_end(record.job.job_id, last=record.job.state not in FINISHED)
        while len(self._records) > _CACHED_RECORDS:
            self._records.popitem(last=False)

    async def expire(self, now_us: int) -> list[str]:
        """Drops what is over from the ledger, and from memory; the jobs' ids."""
        async with self._moving:
            expired = await self.ledger.expire(now_us)
            self.cursor = replace(self.cursor)  # another object: `record` tells a change by it
            for job_id in expired:
                self._records.pop(job_id, None)
            if self._frozen:
                self._frozen = {row.subject for row in await self.ledger.unread()}
        return expired

    async def fold(
        self, entries: Sequence[Entry], until_sequence: int = 0, refused: Mapping[str, int] | None = None
    ) -> set[str]:
        """Folds a group and commits it; returns the ids of the jobs it touched.

        `until_sequence` says that up to there the log holds nothing else to fold, `refused` which subjects have, at
        which place, a message that carries no stamp: it changes nothing, but the subject's next event comes after it.

        Raises:
            CursorMoved: another projector was first; `open` again.
            UnreadableRoute: the group ends before an entry that must be read and cannot.
        """
        async with self._moving:
            return await self._fold(entries, until_sequence, refused or {})

    async def _fold(self, entries: Sequence[Entry], until_sequence: int, refused: Mapping[str, int]) -> set[str]:
        group = Group(self)
        stopped: UnreadableRoute | None = None
        after = self.cursor
        for entry in entries:
            if entry.sequence <= self.cursor.sequence:
                continue
            try:
                await group.take(entry)
            except UnreadableRoute as error:
                stopped = error
                break
            after = replace(after, sequence=entry.sequence, message_id=entry.message_id)
        if until_sequence > after.sequence and stopped is None:
            after = replace(after, sequence=until_sequence, message_id="")
        for subject, sequence in refused.items():
            if self.cursor.sequence < sequence <= after.sequence:
                await group.pass_over(subject, sequence)
        if after != self.cursor:
            await self._commit(group, after)
        if stopped is not None:
            raise stopped
        return set(group.jobs)

    async def _commit(self, group: Group, after: Cursor) -> None:
        changed = [job.after for job in group.jobs.values() if job.after is not None]
        await self._know_stamps(changed)
        changes = group.changes()
        await self.ledger.apply(changes, self.cursor, after)
        self.cursor = replace(after)  # another object in any case: `record` tells a commit by it
        self._routes += group.routes
        self.webhooks = group.webhooks.standing()
        self.fleet = group.fleet.state
        for record in changed:
            self._remember(record)
        if changes.deliveries:
            self.on_deliveries()
        self.on_ramp_jobs(changes.ramp_jobs.values())
        self.on_commit(changes, {job_id: job.before for job_id, job in group.jobs.items()}, self.stamps)

    def route_at(self, sequence: int, newer: Sequence[Route] = ()) -> Route:
        """The route in force at a place of the log."""
        return next(r for r in reversed([*self._routes, *newer]) if r.sequence <= sequence)

    async def _read_at_last(self) -> None:
        """Folds events that an earlier build could not read and this one can, subject by subject, in order."""
        by_subject: dict[str, list[UnreadRow]] = {}
        self._frozen.clear()
        for row in await self.ledger.unread():
            by_subject.setdefault(row.subject, []).append(row)
        for subject, rows in by_subject.items():
            entries = [entry_of(row) for row in rows]
            readable = next((i for i, e in enumerate(entries) if e.event is None), len(entries))
            if not readable:
                self.freeze(entries[0])
                continue
            group = Group(self)
            for entry in entries[:readable]:
                await group.take(entry, again=True)
            if readable < len(entries):
                await group.freeze(subject)
                self.freeze(entries[readable])
            else:
                await group.thaw(subject)
            group.read_at_last = [e.sequence for e in entries[:readable]]
            await self._commit(group, self.cursor)
            log.info("ledger.read_at_last", subject=subject, events=readable)

    def is_frozen(self, subject: str) -> bool:
        """Whether an event of the subject could not be read."""
        return subject in self._frozen

    def freeze(self, entry: Entry) -> None:
        """Holds back the later events of the entry's subject."""
        self.unread_contract = max(self.unread_contract, entry.origin.contract)
        self._frozen.add(entry.subject)
