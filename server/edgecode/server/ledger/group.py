"""A group of events on its way through the fold, and what it changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from edgecode.core.log import Entry
from edgecode.server.ledger import release_group
from edgecode.server.ledger.entries import place_of, row_of, time_us
from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fleet_state import FleetState
from edgecode.server.ledger.fold import fold_job
from edgecode.server.ledger.fold_asset import fold_asset
from edgecode.server.ledger.fold_fleet import FleetFold
from edgecode.server.ledger.fold_preset import fold_preset
from edgecode.server.ledger.port import Changes, Condition, Find, JobRecord, Ledger
from edgecode.server.ledger.release_group import ReleaseGroup
from edgecode.server.ledger.rows import AssetRow, PresetRow, RouteRow, StampRow, WebhookRow
from edgecode.server.ledger.webhook_group import WebhookGroup
from edgecode.server.routes.route import WORKER, Route

log = structlog.get_logger()


class UnreadableRoute(Exception):
    """A route event of a later contract: every job's fold depends on it, so the fold stops here."""


class Standing(Protocol):
    """What stood before the group: the projector."""

    ledger: Ledger
    webhooks: dict[str, WebhookRow]
    fleet: FleetState
    unread_contract: int
    stamps: dict[int, StampRow]

    @property
    def route(self) -> Route:
        """The route as folded so far."""
        ...

    def route_at(self, sequence: int, newer: Sequence[Route] = ()) -> Route:
        """The route in force at a place of the log."""
        ...

    async def record(self, job_id: str) -> JobRecord | None:
        """A job, not to be changed."""
        ...

    def is_frozen(self, subject: str) -> bool:
        """Whether an event of the subject could not be read."""
        ...

    def freeze(self, entry: Entry) -> None:
        """Holds back the later events of the entry's subject."""
        ...


@dataclass(slots=True)
class _Folding:
    """A job before a group of events and after those folded so far. `before` is never changed."""

    before: JobRecord | None
    after: JobRecord | None


class Group:
    """A group of events on its way through the fold."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._ledger = standing.ledger
        self.jobs: dict[str, _Folding] = {}
        self.routes: list[Route] = []
        self.read_at_last: list[int] = []
        self.webhooks = WebhookGroup(self._ledger, standing.webhooks)
        self.releases = ReleaseGroup(self._ledger)
        self.fleet = FleetFold(standing.fleet)
        self._assets: dict[str, AssetRow | None] = {}
        self._changes = Changes()

    async def take(self, entry: Entry, *, again: bool = False) -> None:
        """Folds one entry, or keeps it unread."""
        root, name = place_of(entry.subject)
        if (root, name) == ("route", WORKER):
            self._take_route(entry)
        elif not again and (entry.event is None or self._standing.is_frozen(entry.subject)):
            await self._keep_unread(entry)
        elif root == "job":
            await self._take_job(entry, name)
        elif root == "asset":
            await self._take_asset(entry, name)
        elif root == "preset":
            await self._take_preset(entry, name)
        elif root in {"webhook", "delivery"}:
            await self.webhooks.take(root, self._fact(entry))
        elif root in release_group.ROOTS:
            await self.releases.take(self._fact(entry))
        elif root == "fleet":
            self.fleet.take(self._fact(entry))

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
            self._standing.unread_contract = max(self._standing.unread_contract, entry.origin.contract)
            raise UnreadableRoute(f"event {entry.sequence} on {entry.subject} needs a later build")
        route = (self.routes or [self._standing.route])[-1]
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
            record = await self._standing.record(job_id)
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
        self._standing.freeze(entry)
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
        route = self._standing.route_at(entry.sequence, self.routes)
        row = StampRow.of(entry.origin.stamp)
        self._standing.stamps.setdefault(row.stamp_id, row)
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
        self.releases.write_into(changes)
        self.fleet.write_into(changes)
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
            if record.ramp is not None and (old is None or old.ramp is not record.ramp):
                changes.ramp_jobs[job_id] = record.ramp
        return changes
