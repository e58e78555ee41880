"""The ledger's tables in SQL: what its adapters say alike, with `?` where a value goes. Column names are our own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib import resources
from operator import attrgetter
from typing import Any

from edgecode.server.ledger.fleet_rows import FleetBuildRow, FleetChangeRow, FleetDigestRow, InstanceRow
from edgecode.server.ledger.port import OF_KEPT_JOB, Find, Totals
from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.ledger.release_rows import CommitRow, DeploymentRow, ReleaseRow
from edgecode.server.ledger.rows import (
    FINISHED,
    ArtifactRow,
    AssetRow,
    AttemptRow,
    DeliveryRow,
    JobRow,
    PresetRow,
    RouteRow,
    StampRow,
    TaskRow,
    UnreadRow,
    WebhookRow,
)

Statement = tuple[str, Sequence[Any]]

# Name and primary key.
TABLES: dict[type[Any], tuple[str, tuple[str, ...]]] = {
    StampRow: ("stamp", ("stamp_id",)),
    JobRow: ("job", ("job_id",)),
    TaskRow: ("task", ("job_id", "task_id")),
    AttemptRow: ("attempt", ("attempt_id",)),
    ArtifactRow: ("artifact", ("artifact_id",)),
    AssetRow: ("asset", ("asset_id",)),
    RouteRow: ("route", ("service", "revision")),
    PresetRow: ("preset", ("preset", "revision")),
    WebhookRow: ("webhook", ("webhook_id",)),
    DeliveryRow: ("delivery", ("delivery_id",)),
    ReleaseRow: ("release", ("version",)),
    CommitRow: ("release_commit", ("version", "position")),
    DeploymentRow: ("deployment", ("deployment_id",)),
    RampJobRow: ("ramp_job", ("job_id",)),
    InstanceRow: ("instance", ("instance",)),
    FleetBuildRow: ("fleet_build", ("service", "environment", "build")),
    FleetDigestRow: ("fleet_digest", ("service", "environment", "toolchain_digest", "config_digest")),
    FleetChangeRow: ("fleet_change", ("sequence",)),
    UnreadRow: ("event_unread", ("sequence",)),
}
OF_A_JOB = ("task", "attempt", "artifact", "webhook", "delivery", "ramp_job", "job")
EXPIRING = ("job", "asset", "instance", "event_unread")
_OPERATORS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_FINISHED_STATES = ", ".join(f"'{state}'" for state in sorted(FINISHED))

IS_UNFINISHED = f"state NOT IN ({_FINISHED_STATES})"
_OF_UNFINISHED = f"job_id IN (SELECT job_id FROM job WHERE {IS_UNFINISHED} AND shadow_id = '')"  # noqa: S608 states of ours
# The index on this column holds jobs of shadows only, and is used where a query says so too.
_IS_SHADOW = "shadow_id != ''"
_OF_NO_SHADOW = f"job_id NOT IN (SELECT job_id FROM job WHERE {_IS_SHADOW})"  # noqa: S608
OVER = "expire_time_us BETWEEN 1 AND ?"

CURSOR = "SELECT sequence, stream_created, message_id FROM cursor"
# The first group makes the row; a later one moves it, from where it must stand.
BEGIN_CURSOR = (
    "INSERT INTO cursor (one, sequence, stream_created, message_id) VALUES (1, ?, ?, ?) "
    "ON CONFLICT (one) DO UPDATE SET sequence = excluded.sequence, stream_created = excluded.stream_created, "
    "message_id = excluded.message_id WHERE cursor.sequence = ?"
)
MOVE_CURSOR = "UPDATE cursor SET sequence = ?, stream_created = ?, message_id = ? WHERE sequence = ?"
UNFINISHED = f"SELECT job_id, last_sequence FROM job WHERE {IS_UNFINISHED} ORDER BY create_time_us"  # noqa: S608
# Jobs of shadows are counted apart: both counts are read from an index alone.
COUNT_UNFINISHED = (
    f"SELECT count(*) - (SELECT count(*) FROM job WHERE {_IS_SHADOW} AND {IS_UNFINISHED}) "  # noqa: S608
    f"FROM job WHERE {IS_UNFINISHED}"
)
WHERE_SCHEDULED = (
    f"WHERE state = 'SCHEDULED' AND job_id IN (SELECT job_id FROM job WHERE {IS_UNFINISHED} AND frozen = 0)"  # noqa: S608
)
ASSET_IN_USE = f"SELECT job_id FROM job WHERE asset_id = ? AND {IS_UNFINISHED} AND shadow_id = '' LIMIT 1"  # noqa: S608
CANCEL_DELIVERIES = (
    "UPDATE delivery SET state = 'CANCELLED', next_try_time_us = 0 WHERE webhook_id = ? AND state = 'PENDING'"
)
DUE_ORIGINS = "SELECT DISTINCT origin FROM delivery WHERE state = 'PENDING' AND next_try_time_us <= ?"
WHERE_DUE = (
    "WHERE state = 'PENDING' AND origin = ? AND next_try_time_us <= ? AND NOT EXISTS ("
    "SELECT 1 FROM delivery AS earlier WHERE earlier.webhook_id = delivery.webhook_id "
    "AND earlier.job_id = delivery.job_id AND earlier.state = 'PENDING' AND earlier.sequence < delivery.sequence) "
    "ORDER BY next_try_time_us, delivery_id LIMIT ?"
)
FORGET_COMMITS = "DELETE FROM release_commit WHERE version = ?"
COMMIT_IDS = "SELECT revision, parents FROM release_commit WHERE version = ? ORDER BY position"
ACTIVE_SOURCES = "SELECT sha256 FROM asset WHERE state = 'ACTIVE'"
KEPT_JOBS = "SELECT created_pb FROM job WHERE state != 'DELETED'"
EXPIRED_JOBS = "SELECT job_id FROM job WHERE expire_time_us <= ?"
SOMETHING_IS_OVER = "SELECT " + " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {OVER})" for table in EXPIRING)  # noqa: S608
_SIGNS_NOTHING = " AND ".join(
    f"NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.stamp_id = stamp.stamp_id)"  # noqa: S608
    for table in ("job", "attempt", "artifact", "asset", "preset", "webhook", "release", "deployment")
)
DELETE_IDLE_STAMPS = f"DELETE FROM stamp WHERE {_SIGNS_NOTHING}"  # noqa: S608


def columns(table: type[Any]) -> list[str]:
    """Names of a table's columns, in their order."""
    return [field.name for field in fields(table)]


# `astuple` copies deeply: an order of magnitude slower.
VALUES = {table: attrgetter(*columns(table)) for table in TABLES}
SELECTS = {table: f"SELECT {', '.join(columns(table))} FROM {name}" for table, (name, _) in TABLES.items()}  # noqa: S608


def upsert(table: type[Any], values: str) -> str:
    """Rows given by `values` (`VALUES (…)` or a query) put in the place of those with their keys."""
    name, key = TABLES[table]
    names = columns(table)
    changes = ", ".join(f"{c} = excluded.{c}" for c in names if c not in key)
    return f"INSERT INTO {name} ({', '.join(names)}) {values} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"


def schema(words: Mapping[str, str] | None = None) -> str:
    """The statements that make what is missing; `words` replaces words of schema.sql by another database's."""
    text = resources.files("edgecode.server.ledger").joinpath("schema.sql").read_text("utf-8")
    for word, other in (words or {}).items():
        text = re.sub(rf"\b{word}\b", other, text)
    return text


def page(table: type[Any], query: Find, label: str) -> Statement:
    """One page of rows; `label`, with `{column}` and a `?`, gives the value of a label or null.

    Raises:
        ValueError: a column or operator is not known.
    """
    known = set(columns(table))
    name, key = TABLES[table]
    order = [query.order_by, *key] if query.order_by and query.order_by not in key else list(key)
    clauses: list[str] = []
    values: list[Any] = []
    for condition in query.conditions:
        if condition.column not in known or condition.op not in _OPERATORS | {OF_KEPT_JOB}:
            raise ValueError(f"no condition on {condition.column} {condition.op}")
        if condition.op == OF_KEPT_JOB:
            clauses.append(_of_kept_job(f"{name}.{condition.column}"))
        elif condition.label_key:
            clauses.append(f"coalesce({label.format(column=condition.column)}, '') {condition.op} ?")
            values += [condition.label_key, condition.value]
        else:
            if condition.column == "shadow_id" and condition.op == "=" and condition.value:
                clauses.append(_IS_SHADOW)
            clauses.append(f"{condition.column} {condition.op} ?")
            values.append(condition.value)
    if not set(order) <= known:
        raise ValueError(f"no order by {query.order_by}")
    if query.after:
        clauses.append(f"({', '.join(order)}) {'<' if query.descending else '>'} ({', '.join('?' * len(order))})")
        values += query.after
    where = f"WHERE {' AND '.join(clauses)} " if clauses else ""
    direction = " DESC" if query.descending else ""
    sql = f"{SELECTS[table]} {where}ORDER BY {', '.join(c + direction for c in order)} LIMIT ?"
    return sql, [*values, query.limit]


def _of_kept_job(column: str) -> str:
    return (
        f"NOT EXISTS (SELECT 1 FROM job WHERE job.job_id = {column} "  # noqa: S608 a column
        "AND (job.state = 'DELETED' OR job.shadow_id != ''))"
    )


_FAILURES = (
    "SELECT stamp.build, count(*) FROM attempt JOIN stamp ON stamp.stamp_id = attempt.stamp_id "  # noqa: S608
    f"WHERE end_time_us >= ? AND fault = 'OURS' AND {_OF_NO_SHADOW} GROUP BY stamp.build"
)
_DEAD_HERE = f"(state = 'DEAD' AND {_of_kept_job('task.job_id')})"
RECORDED = (
    "SELECT count(DISTINCT job_id), count(DISTINCT CASE WHEN fault = 'OURS' THEN job_id END) FROM attempt "  # noqa: S608
    "JOIN stamp ON stamp.stamp_id = attempt.stamp_id "
    f"WHERE end_time_us >= ? AND stamp.build = ? AND {_OF_NO_SHADOW}"
)
_UNFINISHED_OF_BUILDS = (
    f"SELECT build, count(*) FROM job WHERE {IS_UNFINISHED} AND build != '' AND shadow_id = '' GROUP BY build"  # noqa: S608
)
UNFINISHED_OF_BUILDS = f"SELECT build, count(*) FROM job WHERE {IS_UNFINISHED} AND build != '' GROUP BY build"  # noqa: S608
_OLDEST = (
    f"SELECT job_id, schedule_time_us FROM task WHERE state = 'SCHEDULED' AND {_OF_UNFINISHED} "  # noqa: S608
    "ORDER BY schedule_time_us LIMIT 1"
)
_FROZEN = (
    "SELECT 'subjects', count(DISTINCT subject) FROM event_unread "
    "WHERE substr(subject, 1, 10) = 'event.job.' OR substr(subject, 1, 12) = 'event.asset.'"
)


def totals_statements(since_us: int) -> list[Statement]:
    """What `totals_of` needs the rows of, read at one moment."""
    since = (max(since_us, 1),)
    return [
        ("SELECT state, count(*) FROM job GROUP BY state", ()),
        (f"SELECT state, count(*) FROM job WHERE {_IS_SHADOW} GROUP BY state", ()),  # noqa: S608
        (f"SELECT state, count(*) FROM task WHERE {_DEAD_HERE} OR {_OF_UNFINISHED} GROUP BY state", ()),  # noqa: S608
        (_UNFINISHED_OF_BUILDS, ()),
        (_FAILURES, since),
        ("SELECT state, count(*) FROM job WHERE end_time_us >= ? AND shadow_id = '' GROUP BY state", since),
        (_OLDEST, ()),
        (_FROZEN, ()),
    ]


def totals_of(results: Sequence[Sequence[tuple[str, int]]]) -> Totals:
    """The counts, of the rows of each statement of `totals_statements`."""
    jobs, shadows, tasks, builds, failures, ended, oldest, frozen = (dict(rows) for rows in results)
    job_id, time_us = next(iter(oldest.items()), ("", 0))
    return Totals(
        jobs={state: count - shadows.get(state, 0) for state, count in jobs.items() if count > shadows.get(state, 0)},
        tasks=tasks,
        oldest_task_time_us=time_us,
        oldest_task_job_id=job_id,
        builds=builds,
        failures=failures,
        succeeded_since=ended.get("SUCCEEDED", 0),
        failed_since=ended.get("FAILED", 0),
        frozen=frozen["subjects"],
    )
