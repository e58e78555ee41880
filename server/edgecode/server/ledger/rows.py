"""The ledger's tables as values: one dataclass per table, one field per column, only `str`, `int` and `bytes` inside.

Times are microseconds since 1970 UTC, 0 where there is none. Columns ending in `_pb` hold serialized messages of
`edgecode.v1`.
Stamps are written once in a dictionary table: half the bytes and 1.6x the inserts of a stamp in each row.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from edgecode.core.stamp import Stamp
from edgecode.server.ledger.fleet_rows import FleetBuildRow, FleetChangeRow, FleetDigestRow, InstanceRow
from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.ledger.release_rows import CommitRow, DeploymentRow, ReleaseRow

# Rows are forgotten, and a rebuild ignores a subject, this long before its end: the broker's expiry is not to the
# instant.
EXPIRY_MARGIN_US = 2_000_000


class JobState(StrEnum):
    """AIP-216; the names of `edgecode.v1.Job.State`."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    CANCELLING = "CANCELLING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    DELETED = "DELETED"


FINISHED = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.DELETED})


class TaskState(StrEnum):
    """The names of `edgecode.v1.Task.State`."""

    PENDING = "PENDING"
    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    VERIFIED = "VERIFIED"
    WAITING = "WAITING"
    SUCCEEDED = "SUCCEEDED"
    DEAD = "DEAD"
    CANCELLED = "CANCELLED"


class AttemptState(StrEnum):
    """The names of `edgecode.v1.Attempt.State`."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    LOST = "LOST"
    RELEASED = "RELEASED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class StampRow:
    """Who wrote something. The id is derived from the content, so that a rebuild gives the same."""

    stamp_id: int
    service: str
    version: str
    revision: str
    dirty: str
    instance: str
    environment: str
    build: str

    @classmethod
    def of(cls, stamp: Stamp) -> "StampRow":
        """The row of a stamp."""
        return _stamp_row(stamp)

    def stamp(self) -> Stamp:
        """The stamp of a row."""
        return Stamp(self.service, self.version, self.revision, self.dirty, self.instance, self.environment)


@lru_cache(maxsize=4096)
def _stamp_row(stamp: Stamp) -> StampRow:
    parts = (stamp.service, stamp.build, stamp.revision, stamp.instance, stamp.environment)
    return StampRow(
        int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:7]),
        stamp.service,
        stamp.version,
        stamp.revision,
        stamp.dirty,
        stamp.instance,
        stamp.environment,
        stamp.build,
    )


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as its events left it. `created_pb` is its `JobCreated`; `path` and `traceparent` are its creation's.

    `shadow_id` is empty but for jobs of shadows.
    """

    job_id: str
    asset_id: str
    state: str
    preset: str
    priority: int
    caller: str
    request_id: str
    labels: str
    build: str
    epoch: int
    route_revision: int
    failure_reason: str
    failure_pb: bytes
    source_pb: bytes
    created_pb: bytes
    create_time_us: int
    update_time_us: int
    end_time_us: int
    expire_time_us: int
    first_sequence: int
    last_sequence: int
    stamp_id: int
    path: str
    traceparent: str
    cancel_reason: str
    moved_for_last_attempt: int
    frozen: int
    shadow_id: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task that was scheduled at least once. `spent` counts failed and lost attempts, `lost` the lost among them."""

    job_id: str
    task_id: str
    kind: str
    state: str
    n: int
    epoch: int
    spent: int
    lost: int
    alone: int
    output_ids: str
    attempt_id: str
    schedule_time_us: int
    not_before_time_us: int
    failure_reason: str
    failure_pb: bytes
    expire_time_us: int

    @property
    def key(self) -> tuple[str, str, int]:
        """What names one scheduling of one task, in the ledger and in TASKS alike."""
        return self.job_id, self.task_id, self.n


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One try. `result_pb` is its `AttemptSucceeded`."""

    job_id: str
    task_id: str
    attempt_id: str
    epoch: int
    n: int
    state: str
    stamp_id: int
    toolchain_digest: str
    config_digest: str
    start_time_us: int
    end_time_us: int
    failure_reason: str
    fault: str
    failure_pb: bytes
    result_pb: bytes
    expire_time_us: int


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """A published result. `file_pb` is its `ArtifactFile`; `build` and `stamp_id` are of the worker that made it."""

    artifact_id: str
    job_id: str
    task_id: str
    attempt_id: str
    output_id: str
    kind: str
    sha256: str
    content_sha256: str
    size_bytes: int
    build: str
    stamp_id: int
    toolchain_digest: str
    config_digest: str
    publish_time_us: int
    expire_time_us: int
    file_pb: bytes


@dataclass(frozen=True, slots=True)
class AssetRow:
    """An uploaded source. `state` is `ACTIVE` or `DELETED`."""

    asset_id: str
    upload_id: str
    job_id: str
    caller: str
    file_name: str
    size_bytes: int
    sha256: str
    crc32c: int
    labels: str
    state: str
    create_time_us: int
    expire_time_us: int
    first_sequence: int
    last_sequence: int
    stamp_id: int
    frozen: int


class DeliveryState(StrEnum):
    """The names of `edgecode.v1.Delivery.State`."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    GIVEN_UP = "GIVEN_UP"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """Where events of jobs are sent: of all that match `filter`, or, with `job_id`, of one.

    `event_types` are joined by commas. `state` is `ACTIVE` or `DELETED`; it is in force after `first_sequence` and, if
    it was deleted, before `delete_sequence`. `expire_time_us` is 0 where it never expires.
    """

    webhook_id: str
    job_id: str
    url: str
    filter: str
    event_types: str
    retry_seconds: int
    state: str
    caller: str
    secret_version: int
    old_secret_expire_time_us: int
    create_time_us: int
    expire_time_us: int
    first_sequence: int
    last_sequence: int
    delete_sequence: int
    stamp_id: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One event on its way to one webhook. `sequence` is the event's, `event_time_us` its time.

    `origin` is scheme, host and port of the URL: what is tried at once is counted by it. `next_try_time_us` is 0 unless
    it is PENDING. `tries_pb` is a `Delivery` that holds nothing but its tries.
    """

    delivery_id: str
    webhook_id: str
    job_id: str
    sequence: int
    event_type: str
    origin: str
    state: str
    try_count: int
    event_time_us: int
    next_try_time_us: int
    give_up_time_us: int
    tries_pb: bytes
    expire_time_us: int


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One revision of a service's route, counted from 1, in force from `sequence` on (`route_pb`: `RouteChanged`)."""

    service: str
    revision: int
    sequence: int
    time_us: int
    route_pb: bytes


@dataclass(frozen=True, slots=True)
class PresetRow:
    """One revision of a preset, counted from 1 (`created_pb`: `PresetCreated`, `request_pb`: what it was asked by)."""

    preset: str
    revision: int
    sequence: int
    caller: str
    request_id: str
    request_pb: bytes
    created_pb: bytes
    create_time_us: int
    stamp_id: int


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """An event this build cannot read, or a later one of its subject; kept as it came (`headers` is JSON).

    `expire_time_us` is 0 where it never expires.
    """

    sequence: int
    subject: str
    time_us: int
    expire_time_us: int
    headers: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the fold stands, and in which stream: its creation time and the id of the message at the sequence."""

    sequence: int
    stream_created: str
    message_id: str


Row = (
    StampRow
    | JobRow
    | TaskRow
    | AttemptRow
    | ArtifactRow
    | AssetRow
    | RouteRow
    | PresetRow
    | WebhookRow
    | DeliveryRow
    | ReleaseRow
    | CommitRow
    | DeploymentRow
    | RampJobRow
    | InstanceRow
    | FleetBuildRow
    | FleetDigestRow
    | FleetChangeRow
    | UnreadRow
)


AnyValue = TypeVar("AnyValue")


def replace(row: AnyValue, **columns: object) -> AnyValue:
    """`dataclasses.replace` in half its time: the fold does little else."""
    table: Any = type(row)
    places, values_of = _layout(table)
    values = list(values_of(row))
    for column, value in columns.items():
        values[places[column]] = value
    made: AnyValue = table(*values)
    return made


@lru_cache(maxsize=32)
def _layout(table: Any) -> tuple[dict[str, int], Callable[[object], tuple[Any, ...]]]:
    columns = [field.name for field in fields(table)]
    return {column: place for place, column in enumerate(columns)}, attrgetter(*columns)
