"""What the ledger must do, whatever database holds it. `tests/conformance` runs one suite on every adapter."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar

from edgecode.server.ledger.fleet_rows import FleetBuildRow, FleetChangeRow, FleetDigestRow, InstanceRow
from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.ledger.release_rows import CommitRow, DeploymentRow, ReleaseRow
from edgecode.server.ledger.rows import (
    ArtifactRow,
    AssetRow,
    AttemptRow,
    Cursor,
    DeliveryRow,
    JobRow,
    PresetRow,
    RouteRow,
    Row,
    StampRow,
    TaskRow,
    UnreadRow,
    WebhookRow,
)

# What helps where the tables cannot be gone on with.
REBUILD_HINT = "stop the servers and run `edgecode ledger rebuild`"

AnyRow = TypeVar(
    "AnyRow",
    JobRow,
    TaskRow,
    AttemptRow,
    ArtifactRow,
    AssetRow,
    PresetRow,
    WebhookRow,
    DeliveryRow,
    ReleaseRow,
    CommitRow,
    DeploymentRow,
    RampJobRow,
    InstanceRow,
    FleetBuildRow,
    FleetDigestRow,
    FleetChangeRow,
)

# An operator without a value: the job whose id the column holds is not deleted, and no shadow's.
OF_KEPT_JOB = "of a kept job"


@dataclass(frozen=True, slots=True)
class Condition:
    """`column op value`; with `label_key` the value of that label in the column `labels`.

    `op` is one of `=`, `!=`, `<`, `<=`, `>`, `>=`, or OF_KEPT_JOB.
    """

    column: str
    op: str
    value: str | int | float = ""
    label_key: str = ""


@dataclass(frozen=True, slots=True)
class Find:
    """A page of rows: all conditions hold, ordered by `order_by` and then the primary key, after the row of `after`.

    `after` holds the values of `order_by` and of the primary key's columns of the last row of the page before.
    """

    conditions: Sequence[Condition] = ()
    order_by: str = ""
    descending: bool = False
    after: Sequence[str | int | float] = ()
    limit: int = 1000


@dataclass(slots=True)
class JobRecord:
    """All the ledger knows of one job; the fold's unit."""

    job: JobRow
    tasks: dict[str, TaskRow] = field(default_factory=dict)
    attempts: dict[str, AttemptRow] = field(default_factory=dict)
    artifacts: dict[str, ArtifactRow] = field(default_factory=dict)
    ramp: RampJobRow | None = None

    def copy(self) -> "JobRecord":
        """A record that can be folded further without changing this one; the rows are shared, since they are frozen."""
        return JobRecord(self.job, dict(self.tasks), dict(self.attempts), dict(self.artifacts), self.ramp)


@dataclass(slots=True)
class Changes:
    """What a group of events changed, in this order: what is gone, then rows replaced by primary key.

    `gone_artifacts` are jobs that lose their artifacts, `gone_jobs` those that lose all they have; pending deliveries
    of `gone_webhooks` are cancelled, and the releases of `gone_commits` lose theirs.
    """

    stamps: dict[int, StampRow] = field(default_factory=dict)
    jobs: dict[str, JobRow] = field(default_factory=dict)
    tasks: dict[tuple[str, str], TaskRow] = field(default_factory=dict)
    attempts: dict[str, AttemptRow] = field(default_factory=dict)
    artifacts: dict[str, ArtifactRow] = field(default_factory=dict)
    assets: dict[str, AssetRow] = field(default_factory=dict)
    routes: list[RouteRow] = field(default_factory=list)
    presets: list[PresetRow] = field(default_factory=list)
    unread: list[UnreadRow] = field(default_factory=list)
    read_at_last: list[int] = field(default_factory=list)
    gone_artifacts: set[str] = field(default_factory=set)
    gone_jobs: set[str] = field(default_factory=set)
    webhooks: dict[str, WebhookRow] = field(default_factory=dict)
    deliveries: dict[str, DeliveryRow] = field(default_factory=dict)
    gone_webhooks: set[str] = field(default_factory=set)
    releases: dict[str, ReleaseRow] = field(default_factory=dict)
    commits: dict[tuple[str, int], CommitRow] = field(default_factory=dict)
    deployments: dict[str, DeploymentRow] = field(default_factory=dict)
    gone_commits: set[str] = field(default_factory=set)
    ramp_jobs: dict[str, RampJobRow] = field(default_factory=dict)
    instances: dict[str, InstanceRow] = field(default_factory=dict)
    fleet_builds: dict[tuple[str, str, str], FleetBuildRow] = field(default_factory=dict)
    fleet_digests: dict[tuple[str, str, str, str], FleetDigestRow] = field(default_factory=dict)
    fleet_changes: dict[int, FleetChangeRow] = field(default_factory=dict)

    def rows(self) -> Iterable[tuple[type[Any], Sequence[Row]]]:
        """The rows to write of each table that has some."""
        groups: tuple[tuple[type[Any], Iterable[Row]], ...] = (
            (StampRow, self.stamps.values()),
            (JobRow, self.jobs.values()),
            (TaskRow, self.tasks.values()),
            (AttemptRow, self.attempts.values()),
            (ArtifactRow, self.artifacts.values()),
            (AssetRow, self.assets.values()),
            (RouteRow, self.routes),
            (PresetRow, self.presets),
            (WebhookRow, self.webhooks.values()),
            (DeliveryRow, self.deliveries.values()),
            (ReleaseRow, self.releases.values()),
            (CommitRow, self.commits.values()),
            (DeploymentRow, self.deployments.values()),
            (RampJobRow, self.ramp_jobs.values()),
            (InstanceRow, self.instances.values()),
            (FleetBuildRow, self.fleet_builds.values()),
            (FleetDigestRow, self.fleet_digests.values()),
            (FleetChangeRow, self.fleet_changes.values()),
            (UnreadRow, self.unread),
        )
        return [(table, list(rows)) for table, rows in groups if rows]


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts for `status`: `builds` gives a build its unfinished jobs, `failures` our failed attempts since a time.

    Jobs of shadows, their tasks and attempts are none of these.
    """

    jobs: Mapping[str, int]
    tasks: Mapping[str, int]
    oldest_task_time_us: int
    oldest_task_job_id: str
    builds: Mapping[str, int]
    failures: Mapping[str, int]
    succeeded_since: int
    failed_since: int
    frozen: int


class CursorMoved(Exception):
    """Another projector applied these events first: read the cursor again."""


class Ledger(Protocol):
    """A database with the ledger's tables. Reads see whole groups of events only.

    Any method may raise Unavailable (`LEDGER_UNAVAILABLE`) where the database is a process of its own.
    """

    async def open(self) -> None:
        """Connects and makes missing tables.

        Raises:
            FailedPrecondition: `LEDGER_UNFIT`: the database is not one that this build can use as it is.
        """
        ...

    async def close(self) -> None:
        """Disconnects; twice is legal."""
        ...

    async def cursor(self) -> Cursor:
        """Where the fold stands; sequence 0 for an empty ledger."""
        ...

    async def apply(self, changes: Changes, before: Cursor, after: Cursor) -> None:
        """Applies a group of events and moves the cursor in one transaction.

        Raises:
            CursorMoved: the cursor does not stand at `before`; nothing was changed.
        """
        ...

    async def record(self, job_id: str) -> JobRecord | None:
        """A job with all that belongs to it."""
        ...

    async def records(self, job_ids: Sequence[str]) -> dict[str, JobRecord]:
        """Several jobs with all that belongs to them; unknown ones are missing."""
        ...

    async def unfinished(self) -> Sequence[tuple[str, int]]:
        """Id and last sequence of every job that is not finished, oldest first; those of shadows too."""
        ...

    async def count_unfinished(self) -> int:
        """How many jobs are not finished, those of shadows apart."""
        ...

    async def scheduled(self) -> Sequence[TaskRow]:
        """Every task in state SCHEDULED of an unfinished job."""
        ...

    async def task_numbers(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str, int]]:
        """Of (job, task) pairs: the job's state, the task's state and its n; unknown ones are missing."""
        ...

    async def asset(self, asset_id: str) -> AssetRow | None:
        """One asset."""
        ...

    async def asset_in_use(self, asset_id: str) -> str:
        """Id of an unfinished job that uses the asset, or empty; one of a shadow has all it needs."""
        ...

    async def artifact(self, artifact_id: str) -> ArtifactRow | None:
        """One artifact."""
        ...

    async def due_origins(self, now_us: int) -> list[str]:
        """Origins to which a pending delivery is due, whether or not an earlier one of its job is in its way."""
        ...

    async def due_deliveries(self, origin: str, now_us: int, limit: int) -> list[DeliveryRow]:
        """Deliveries to try now, longest due first: each the first pending one of its job and webhook."""
        ...

    async def commit_ids(self, version: str) -> list[tuple[str, str]]:
        """Revision and parents, joined by spaces, of each commit of a release, newest first."""
        ...

    async def find(self, table: type[AnyRow], query: Find) -> list[AnyRow]:
        """A page of rows."""
        ...

    async def stamps(self, stamp_ids: Sequence[int]) -> dict[int, StampRow]:
        """Stamps by id."""
        ...

    async def routes(self, service: str) -> list[RouteRow]:
        """All revisions of a service's route, oldest first."""
        ...

    async def unread(self, subject: str = "") -> list[UnreadRow]:
        """Events kept unread, in order; of one subject if given."""
        ...

    async def recorded(self, build: str, since_us: int) -> tuple[int, int]:
        """Jobs of which the build ended an attempt since a time; those of them with one that failed by our fault.

        Those of shadows apart.
        """
        ...

    async def unfinished_of_builds(self) -> dict[str, int]:
        """How many unfinished jobs each build has; those of shadows too, which its workers cannot leave either."""
        ...

    async def totals(self, since_us: int) -> Totals:
        """Counts, with failures and ends since a time."""
        ...

    async def expire(self, now_us: int) -> list[str]:
        """Forgets jobs, assets and unread events whose life is over, and all that is theirs; returns the jobs' ids."""
        ...

    async def live_sources(self) -> set[str]:
        """SHA-256 of every blob an active asset or a kept job needs."""
        ...

    def when_lost(self, forget: Callable[[], None]) -> None:
        """Has `forget` called when the database was lost: it may come back as it was some moments before."""
        ...

    async def beside(self) -> Self:
        """An empty ledger beside this one, open, without what an earlier rebuild left there."""
        ...

    async def replace_by(self, fresh: Self) -> None:
        """Puts the tables of `fresh` in the place of this one's and closes it; readers see the old or the new ones."""
        ...
