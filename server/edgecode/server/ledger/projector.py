"""The projector: takes groups of log entries through the fold into the ledger. Only the leader runs one."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from edgecode.core.errors import FailedPrecondition
from edgecode.core.log import Entry, Log
from edgecode.server.ledger.entries import entry_of, place_of, row_of, time_us
from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold import fold_job
from edgecode.server.ledger.fold_asset import fold_asset
from edgecode.server.ledger.fold_preset import fold_preset
from edgecode.server.ledger.port import REBUILD_HINT, Changes, Condition, Find, JobRecord, Ledger
from edgecode.server.ledger.rows import (
    FINISHED,
    AssetRow,
    Cursor,
    PresetRow,
    RouteRow,
    StampRow,
    UnreadRow,
    WebhookRow,
)
from edgecode.server.ledger.webhook_group import WebhookGroup
from edgecode.server.ledger.webhook_reads import standing_webhooks
from edgecode.server.routes.route import WORKER, Route

log = structlog.get_logger()

# Some 10 kB each.
_CACHED_RECORDS = 2_000


class UnreadableRoute(Exception):
    """A route event of a later contract: every job's fold depends on it, so the fold stops here."""


@dataclass(slots=True)
class _Folding:
    """A job before a group of events and after those folded so far. `before` is never changed."""

    before: JobRecord | None
    after: JobRecord | None


class Projector:
    """Folds. Holds the records of recent jobs in memory, as they stand in the ledger."""

    def __init__(self, ledger: Ledger, events: Log) -> None:
        self._ledger = ledger
        self._events = events
        self._records: OrderedDict[str, JobRecord] = OrderedDict()
        # A group of events is folded upon what does not change meanwhile.
        self._moving = asyncio.Lock()
        self._routes: list[Route] = [Route()]
        self._frozen: set[str] = set()
        self.webhooks: dict[str, WebhookRow] = {}
        self.on_deliveries: Callable[[], None] = lambda: None
        self.unread_contract = 0
        self.stamps: dict[int, StampRow] = {}
        self.cursor = Cursor(0, "", "")

    @property
    def route(self) -> Route:
        """The route as folded so far."""
        return self._routes[-1]

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
        self.cursor = await self._ledger.cursor()
        identity = await self._events.identity()
        if not self.cursor.stream_created:
            self.cursor = replace(self.cursor, stream_created=identity.created)
        elif problem := await self._mismatch(identity.created, identity.last_sequence):
            raise FailedPrecondition("LEDGER_NOT_OF_THIS_LOG", f"{problem}; {REBUILD_HINT}")
        self._routes = [Route(), *(Route.of(row) for row in await self._ledger.routes(WORKER))]
        self.webhooks = await standing_webhooks(self._ledger)
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
            found = await self._ledger.record(job_id)
            if found is None:
                return None
            await self._know_stamps([found])
            if cursor is self.cursor:
                self._remember(found)
            # Else a commit came between: what was read may be of before it.

    async def _know_stamps(self, records: Iterable[JobRecord]) -> None:
        wanted = {a.stamp_id for record in records for a in record.attempts.values()} - self.stamps.keys()
        if wanted:
            self.stamps |= await self._ledger.stamps(sorted(wanted))

    def _remember(self, record: JobRecord) -> None:
        self._records[record.job.job_id] = record
        # What is finished goes first.
        self._records.move_to_end(record.job.job_id, last=record.job.state not in FINISHED)
        while len(self._records) > _CACHED_RECORDS:
            self._records.popitem(last=False)

    async def expire(self, now_us: int) -> list[str]:
        """Drops what is over from the ledger, and from memory; the jobs' ids."""
        async with self._moving:
            expired = await self._ledger.expire(now_us)
            self.cursor = replace(self.cursor)  # another object: `record` tells a change by it
            for job_id in expired:
                self._records.pop(job_id, None)
            if self._frozen:
                self._frozen = {row.subject for row in await self._ledger.unread()}
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
        group = _Group(self)
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

    async def _commit(self, group: "_Group", after: Cursor) -> None:
        changed = [job.after for job in group.jobs.values() if job.after is not None]
        await self._know_stamps(changed)
        changes = group.changes()
        await self._ledger.apply(changes, self.cursor, after)
        self.cursor = replace(after)  # another object in any case: `record` tells a commit by it
        self._routes += group.routes
        self.webhooks = group.webhooks.standing()
        for record in changed:
            self._remember(record)
        if changes.deliveries:
            self.on_deliveries()

    def route_at(self, sequence: int, newer: Sequence[Route] = ()) -> Route:
        """The route in force at a place of the log."""
        return next(r for r in reversed([*self._routes, *newer]) if r.sequence <= sequence)

    async def _read_at_last(self) -> None:
        """Folds events that an earlier build could not read and this one can, subject by subject, in order."""
        by_subject: dict[str, list[UnreadRow]] = {}
        self._frozen.clear()
        for row in await self._ledger.unread():
            by_subject.setdefault(row.subject, []).append(row)
        for subject, rows in by_subject.items():
            entries = [entry_of(row) for row in rows]
            readable = next((i for i, e in enumerate(entries) if e.event is None), len(entries))
            if not readable:
                self.freeze(entries[0])
                continue
            group = _Group(self)
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


class _Group:
    """A group of events on its way through the fold."""

    def __init__(self, projector: Projector) -> None:
        self._projector = projector
        self._ledger = projector._ledger  # noqa: SLF001 a part of it
        self.jobs: dict[str, _Folding] = {}
        self.routes: list[Route] = []
        self.read_at_last: list[int] = []
        self.webhooks = WebhookGroup(self._ledger, projector.webhooks)
        self._assets: dict[str, AssetRow | None] = {}
        self._changes = Changes()

    async def take(self, entry: Entry, *, again: bool = False) -> None:
        """Folds one entry, or keeps it unread."""
        root, name = place_of(entry.subject)
        if (root, name) == ("route", WORKER):
            self._take_route(entry)
        elif not again and (entry.event is None or self._projector.is_frozen(entry.subject)):
            await self._keep_unread(entry)
        elif root == "job":
            await self._take_job(entry, name)
        elif root == "asset":
            await self._take_asset(entry, name)
        elif root == "preset":
            await self._take_preset(entry, name)
        elif root in {"webhook", "delivery"}:
            await self.webhooks.take(root, self._fact(entry))

    async def pass_over(self, subject: str, sequence: int) -> None:
        """Notes a message that is none of ours: who appends to the subject must expect it to be the last."""
        root, name = place_of(subject)
        if root == "job":
            job = await self._job(name)
            if job.after is not None:
                last = max(job.after.job.last_sequence, sequence)
                job.after.job = replace(job.after.job, last_sequence=last)
        elif root == "asset" and (asset := await self._asset(name)) is not None:
            self._assets[name] = replace(asset, last_sequence=max(asset.last_sequence, sequence))

    def _take_route(self, entry: Entry) -> None:
        if entry.event is None:
            self._projector.unread_contract = max(self._projector.unread_contract, entry.origin.contract)
            raise UnreadableRoute(f"event {entry.sequence} on {entry.subject} needs a later build")
        route = (self.routes or [self._projector.route])[-1]
        document = entry.event.route_changed.SerializeToString(deterministic=True)
        row = RouteRow(WORKER, route.revision + 1, entry.sequence, time_us(entry), document)
        self.routes.append(Route.of(row))
        self._changes.routes.append(row)

    async def _take_job(self, entry: Entry, job_id: str) -> None:
        job = await self._job(job_id)
        fact = self._fact(entry)
        known = job.after is not None
        job.after, took_effect = fold_job(job.after, fact)
        if took_effect:
            kind = fact.event.WhichOneof("kind")
            if kind in {"job_created", "attempt_started"}:
                self._sign(fact.stamp)
            if kind == "job_created" and known:
                job.before = None
                self._changes.gone_jobs.add(job_id)
            elif kind == "job_deleted":
                self._changes.gone_artifacts.add(job_id)
            if job.after is not None:
                await self.webhooks.job_event(job.after, fact)

    async def _job(self, job_id: str) -> _Folding:
        if job_id not in self.jobs:
            record = await self._projector.record(job_id)
            # Others read the record meanwhile: it must not change before the ledger does.
            self.jobs[job_id] = _Folding(record, record.copy() if record else None)
        return self.jobs[job_id]

    async def _take_asset(self, entry: Entry, asset_id: str) -> None:
        before = await self._asset(asset_id)
        fact = self._fact(entry)
        self._assets[asset_id] = asset = fold_asset(before, fact)
        if before is None and asset is not None:
            self._sign(fact.stamp)

    async def _asset(self, asset_id: str) -> AssetRow | None:
        if asset_id not in self._assets:
            self._assets[asset_id] = await self._ledger.asset(asset_id)
        return self._assets[asset_id]

    async def _take_preset(self, entry: Entry, preset: str) -> None:
        newest = Find([Condition("preset", "=", preset)], order_by="revision", descending=True, limit=1)
        known = [*await self._ledger.find(PresetRow, newest), *self._changes.presets]
        fact = self._fact(entry)
        row = fold_preset(max((each.revision for each in known if each.preset == preset), default=0), fact)
        if row is not None:
            self._changes.presets.append(row)
            self._sign(fact.stamp)

    async def _keep_unread(self, entry: Entry) -> None:
        log.warning("ledger.unread", subject=entry.subject, sequence=entry.sequence, contract=entry.origin.contract)
        self._projector.freeze(entry)
        self._changes.unread.append(row_of(entry))
        await self.freeze(entry.subject)

    async def freeze(self, subject: str) -> None:
        """Marks the job or asset: nothing is decided for it."""
        await self._set_frozen(subject, 1)

    async def thaw(self, subject: str) -> None:
        """The job or asset can be read again."""
        await self._set_frozen(subject, 0)

    async def _set_frozen(self, subject: str, frozen: int) -> None:
        root, name = place_of(subject)
        if root == "job":
            job = await self._job(name)
            if job.after is not None:
                job.after.job = replace(job.after.job, frozen=frozen)
        elif root == "asset":
            asset = await self._asset(name)
            self._assets[name] = replace(asset, frozen=frozen) if asset else None

    def _fact(self, entry: Entry) -> Fact:
        assert entry.event is not None
        route = self._projector.route_at(entry.sequence, self.routes)
        row = StampRow.of(entry.origin.stamp)
        self._projector.stamps.setdefault(row.stamp_id, row)
        return Fact(
            place_of(entry.subject)[1],
            entry.sequence,
            time_us(entry),
            row,
            ",".join(entry.origin.path),
            entry.origin.traceparent,
            entry.event,
            route.quarantined,
        )

    def _sign(self, row: StampRow) -> None:
        self._changes.stamps[row.stamp_id] = row

    def changes(self) -> Changes:
        """What the group changed."""
        changes = self._changes
        changes.read_at_last = self.read_at_last
        self.webhooks.write_into(changes)
        changes.assets = {name: asset for name, asset in self._assets.items() if asset is not None}
        for job_id, job in self.jobs.items():
            record, old = job.after, job.before
            if record is None:
                continue
            changes.jobs[job_id] = record.job
            for task in record.tasks.values():
                if old is None or old.tasks.get(task.task_id) is not task:
                    changes.tasks[job_id, task.task_id] = task
            for attempt in record.attempts.values():
                if old is None or old.attempts.get(attempt.attempt_id) is not attempt:
                    changes.attempts[attempt.attempt_id] = attempt
            for artifact in record.artifacts.values():
                if old is None or old.artifacts.get(artifact.artifact_id) is not artifact:
                    changes.artifacts[artifact.artifact_id] = artifact
        return changes
