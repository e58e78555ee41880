"""The ledger in SQLite: WAL and `synchronous=NORMAL`, since it is a projection that the log can rebuild."""

import asyncio
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import fields
from importlib import resources
from operator import attrgetter
from pathlib import Path
from typing import Any

from edgecode.core import subjects
from edgecode.server.ledger.port import AnyRow, Changes, CursorMoved, Find, JobRecord, Totals
from edgecode.server.ledger.rows import (
    FINISHED,
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
    TaskState,
    UnreadRow,
    WebhookRow,
)
from edgecode.v1 import event_pb2

_TABLES: dict[type[Any], tuple[str, tuple[str, ...]]] = {
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
    UnreadRow: ("event_unread", ("sequence",)),
}
_FINISHED = ", ".join(f"'{state}'" for state in sorted(FINISHED))
_OF_A_JOB = ("task", "attempt", "artifact", "webhook", "delivery", "job")
_SIGNED = ("job", "attempt", "artifact", "asset", "preset", "webhook")
_OPERATORS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_VARIABLES = 500


def _columns(table: type[Any]) -> list[str]:
    return [field.name for field in fields(table)]


def _upsert(table: type[Any]) -> str:
    name, key = _TABLES[table]
    columns = _columns(table)
    changes = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in key)
    marks = ", ".join("?" * len(columns))
    return (
        f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks}) "  # noqa: S608 names of our own tables
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
    )


_UPSERTS = {table: _upsert(table) for table in _TABLES}
# `astuple` copies deeply: an order of magnitude slower.
_VALUES = {table: attrgetter(*_columns(table)) for table in _TABLES}
_SELECTS = {table: f"SELECT {', '.join(_columns(table))} FROM {_TABLES[table][0]}" for table in _TABLES}  # noqa: S608


class SqliteLedger:
    """A ledger in one file. One writer at a time; readers in other processes see whole groups of events."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._reading = asyncio.Lock()

    async def open(self) -> None:
        """Opens the file, making it and its tables."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._db = self._connect()
        self._db.executescript(resources.files("edgecode.server.ledger").joinpath("schema.sql").read_text("utf-8"))
        self._reader = self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10.0)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    async def close(self) -> None:
        """Closes the file; twice is legal."""
        async with self._reading:
            for connection in (self._db, self._reader):
                if connection is not None:
                    connection.close()
            self._db = self._reader = None

    @property
    def _connection(self) -> sqlite3.Connection:
        assert self._db is not None, "open the ledger first"
        return self._db

    def _rows(self, table: type[Any], where: str, values: Iterable[Any] = ()) -> list[Any]:
        cursor = self._connection.execute(f"{_SELECTS[table]} {where}", tuple(values))
        return [table(*row) for row in cursor]

    async def cursor(self) -> Cursor:
        """Where the fold stands."""
        row = self._connection.execute("SELECT sequence, stream_created, message_id FROM cursor").fetchone()
        return Cursor(*row) if row else Cursor(0, "", "")

    async def apply(self, changes: Changes, before: Cursor, after: Cursor) -> None:
        """One transaction; raises CursorMoved."""
        with self._transaction():
            self._move_cursor(before, after)
            self._write(changes)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        db = self._connection
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def _move_cursor(self, before: Cursor, after: Cursor) -> None:
        db, values = self._connection, (after.sequence, after.stream_created, after.message_id)
        moved = db.execute(
            "UPDATE cursor SET sequence = ?, stream_created = ?, message_id = ? WHERE sequence = ?",
            (*values, before.sequence),
        ).rowcount
        if moved:
            return
        if before.sequence or db.execute("SELECT 1 FROM cursor").fetchone():
            raise CursorMoved
        db.execute("INSERT INTO cursor (one, sequence, stream_created, message_id) VALUES (1, ?, ?, ?)", values)

    def _forget_jobs(self, job_ids: Collection[str]) -> None:
        for table in _OF_A_JOB:
            self._connection.executemany(f"DELETE FROM {table} WHERE job_id = ?", [(job,) for job in job_ids])  # noqa: S608

    def _write(self, changes: Changes) -> None:
        db = self._connection
        self._forget_jobs(changes.gone_jobs)
        db.executemany("DELETE FROM artifact WHERE job_id = ?", [(job,) for job in changes.gone_artifacts])
        db.executemany("DELETE FROM event_unread WHERE sequence = ?", [(s,) for s in changes.read_at_last])
        db.executemany(
            "UPDATE delivery SET state = 'CANCELLED', next_try_time_us = 0 WHERE webhook_id = ? AND state = 'PENDING'",
            [(webhook,) for webhook in changes.gone_webhooks],
        )
        groups: list[tuple[type[Any], Iterable[Row]]] = [
            (StampRow, changes.stamps.values()),
            (JobRow, changes.jobs.values()),
            (TaskRow, changes.tasks.values()),
            (AttemptRow, changes.attempts.values()),
            (ArtifactRow, changes.artifacts.values()),
            (AssetRow, changes.assets.values()),
            (RouteRow, changes.routes),
            (PresetRow, changes.presets),
            (WebhookRow, changes.webhooks.values()),
            (DeliveryRow, changes.deliveries.values()),
            (UnreadRow, changes.unread),
        ]
        for table, rows in groups:
            db.executemany(_UPSERTS[table], [_VALUES[table](row) for row in rows])

    async def record(self, job_id: str) -> JobRecord | None:
        """A job with all that belongs to it."""
        return (await self.records([job_id])).get(job_id)

    async def records(self, job_ids: Sequence[str]) -> dict[str, JobRecord]:
        """Several jobs with all that belongs to them."""
        found: dict[str, JobRecord] = {}
        for start in range(0, len(job_ids), _VARIABLES):
            chunk = list(job_ids[start : start + _VARIABLES])
            where = f"WHERE job_id IN ({', '.join('?' * len(chunk))})"
            found |= {row.job_id: JobRecord(row) for row in self._rows(JobRow, where, chunk)}
            chunk = [job_id for job_id in chunk if job_id in found]
            if not chunk:
                continue
            where = f"WHERE job_id IN ({', '.join('?' * len(chunk))})"
            for task in self._rows(TaskRow, where, chunk):
                found[task.job_id].tasks[task.task_id] = task
            for attempt in self._rows(AttemptRow, f"{where} ORDER BY start_time_us, attempt_id", chunk):
                found[attempt.job_id].attempts[attempt.attempt_id] = attempt
            for artifact in self._rows(ArtifactRow, f"{where} ORDER BY publish_time_us, artifact_id", chunk):
                found[artifact.job_id].artifacts[artifact.artifact_id] = artifact
        return found

    async def unfinished(self) -> Sequence[tuple[str, int]]:
        """Id and last sequence of every unfinished job, oldest first."""
        return self._connection.execute(
            f"SELECT job_id, last_sequence FROM job WHERE state NOT IN ({_FINISHED}) ORDER BY create_time_us"  # noqa: S608
        ).fetchall()

    async def count_unfinished(self) -> int:
        """How many jobs are not finished."""
        row = self._connection.execute(f"SELECT count(*) FROM job WHERE state NOT IN ({_FINISHED})").fetchone()  # noqa: S608
        return int(row[0])

    async def scheduled(self) -> Sequence[TaskRow]:
        """Every scheduled task of an unfinished job."""
        return self._rows(
            TaskRow,
            f"WHERE state = ? AND job_id IN (SELECT job_id FROM job WHERE state NOT IN ({_FINISHED}) AND frozen = 0)",  # noqa: S608
            (TaskState.SCHEDULED,),
        )

    async def task_numbers(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str, int]]:
        """State of the job, state of the task and its n."""
        found: dict[tuple[str, str], tuple[str, str, int]] = {}
        for job_id, task_id in keys:
            row = self._connection.execute(
                "SELECT job.state, coalesce(task.state, ''), coalesce(task.n, 0) FROM job "
                "LEFT JOIN task ON task.job_id = job.job_id AND task.task_id = ? WHERE job.job_id = ?",
                (task_id, job_id),
            ).fetchone()
            if row:
                found[job_id, task_id] = row
        return found

    async def asset(self, asset_id: str) -> AssetRow | None:
        """One asset."""
        return next(iter(self._rows(AssetRow, "WHERE asset_id = ?", [asset_id])), None)

    async def asset_in_use(self, asset_id: str) -> str:
        """Id of an unfinished job that uses the asset, or empty."""
        row = self._connection.execute(
            f"SELECT job_id FROM job WHERE asset_id = ? AND state NOT IN ({_FINISHED}) LIMIT 1",  # noqa: S608
            [asset_id],
        ).fetchone()
        return str(row[0]) if row else ""

    async def artifact(self, artifact_id: str) -> ArtifactRow | None:
        """One artifact."""
        return next(iter(self._rows(ArtifactRow, "WHERE artifact_id = ?", [artifact_id])), None)

    async def due_origins(self, now_us: int) -> list[str]:
        """Where something is due."""
        rows = self._connection.execute(
            "SELECT DISTINCT origin FROM delivery WHERE state = 'PENDING' AND next_try_time_us <= ?", [now_us]
        )
        return [str(row[0]) for row in rows]

    async def due_deliveries(self, origin: str, now_us: int, limit: int) -> list[DeliveryRow]:
        """What to try now."""
        return self._rows(
            DeliveryRow,
            "WHERE state = 'PENDING' AND origin = ? AND next_try_time_us <= ? AND NOT EXISTS ("
            "SELECT 1 FROM delivery AS earlier WHERE earlier.webhook_id = delivery.webhook_id "
            "AND earlier.job_id = delivery.job_id AND earlier.state = 'PENDING' "
            "AND earlier.sequence < delivery.sequence) ORDER BY next_try_time_us, delivery_id LIMIT ?",
            (origin, now_us, limit),
        )

    async def find(self, table: type[AnyRow], query: Find) -> list[AnyRow]:
        """A page of rows, read beside the writer."""
        sql, values = _page(table, query)

        def read() -> list[AnyRow]:
            assert self._reader is not None, "open the ledger first"
            with closing(self._reader.execute(sql, values)) as cursor:
                return [table(*row) for row in cursor]

        async with self._reading:
            return await asyncio.to_thread(read)

    async def stamps(self, stamp_ids: Sequence[int]) -> dict[int, StampRow]:
        """Stamps by id."""
        found: dict[int, StampRow] = {}
        wanted = list(dict.fromkeys(stamp_ids))
        for start in range(0, len(wanted), _VARIABLES):
            chunk = wanted[start : start + _VARIABLES]
            rows = self._rows(StampRow, f"WHERE stamp_id IN ({', '.join('?' * len(chunk))})", chunk)
            found |= {row.stamp_id: row for row in rows}
        return found

    async def routes(self, service: str) -> list[RouteRow]:
        """All revisions, oldest first."""
        return self._rows(RouteRow, "WHERE service = ? ORDER BY revision", [service])

    async def unread(self, subject: str = "") -> list[UnreadRow]:
        """Events kept unread, in order."""
        if subject:
            return self._rows(UnreadRow, "WHERE subject = ? ORDER BY sequence", [subject])
        return self._rows(UnreadRow, "ORDER BY sequence")

    async def totals(self, since_us: int) -> Totals:
        """Counts for `status`, read beside the writer."""

        def read() -> Totals:
            assert self._reader is not None, "open the ledger first"
            return _totals(self._reader, since_us)

        async with self._reading:
            return await asyncio.to_thread(read)

    async def expire(self, now_us: int) -> list[str]:
        """Forgets what is over, and the stamps that nothing names any more."""
        db = self._connection
        jobs = [row[0] for row in db.execute("SELECT job_id FROM job WHERE expire_time_us <= ?", (now_us,))]
        over = "expire_time_us BETWEEN 1 AND ?"
        rest = f"SELECT EXISTS (SELECT 1 FROM asset WHERE {over}) OR EXISTS (SELECT 1 FROM event_unread WHERE {over})"  # noqa: S608
        if not jobs and not db.execute(rest, (now_us, now_us)).fetchone()[0]:
            return []
        with self._transaction():
            self._forget_jobs(jobs)
            db.executemany("DELETE FROM event_unread WHERE subject = ?", [(subjects.job_events(job),) for job in jobs])
            for table in ("asset", "event_unread"):
                db.execute(f"DELETE FROM {table} WHERE {over}", (now_us,))  # noqa: S608
            used = " UNION ".join(f"SELECT stamp_id FROM {t}" for t in _SIGNED)  # noqa: S608
            db.execute(f"DELETE FROM stamp WHERE stamp_id NOT IN ({used})")  # noqa: S608
        return jobs

    async def live_sources(self) -> set[str]:
        """SHA-256 of every source that an active asset or a kept job needs."""
        rows = self._connection.execute("SELECT sha256 FROM asset WHERE state = 'ACTIVE'")
        active = {str(row[0]) for row in rows}
        kept = self._connection.execute("SELECT created_pb FROM job WHERE state != 'DELETED'")
        return active | {event_pb2.JobCreated.FromString(row[0]).asset_sha256 for row in kept}


def _page(table: type[Any], query: Find) -> tuple[str, list[Any]]:
    """SQL of one page. Column names come from the rows' fields only, never from a caller."""
    known = set(_columns(table))
    key = _TABLES[table][1]
    order = [query.order_by, *key] if query.order_by and query.order_by not in key else list(key)
    clauses: list[str] = []
    values: list[Any] = []
    for condition in query.conditions:
        if condition.column not in known or condition.op not in _OPERATORS:
            raise ValueError(f"no condition on {condition.column} {condition.op}")
        if condition.label_key:
            label = f"(SELECT value FROM json_each({condition.column}) WHERE key = ?)"  # noqa: S608 a column of ours
            clauses.append(f"coalesce({label}, '') {condition.op} ?")
            values += [condition.label_key, condition.value]
        else:
            clauses.append(f"{condition.column} {condition.op} ?")
            values.append(condition.value)
    if not set(order) <= known:
        raise ValueError(f"no order by {query.order_by}")
    if query.after:
        clauses.append(f"({', '.join(order)}) {'<' if query.descending else '>'} ({', '.join('?' * len(order))})")
        values += query.after
    where = f"WHERE {' AND '.join(clauses)} " if clauses else ""
    direction = " DESC" if query.descending else ""
    sql = f"{_SELECTS[table]} {where}ORDER BY {', '.join(c + direction for c in order)} LIMIT ?"
    return sql, [*values, query.limit]


def _totals(db: sqlite3.Connection, since_us: int) -> Totals:
    def counts(sql: str, *values: Any) -> dict[str, int]:
        return {str(name): int(number) for name, number in db.execute(sql, values)}

    open_jobs = f"job_id IN (SELECT job_id FROM job WHERE state NOT IN ({_FINISHED}))"  # noqa: S608
    oldest = db.execute(
        f"SELECT schedule_time_us, job_id FROM task WHERE state = 'SCHEDULED' AND {open_jobs} "  # noqa: S608
        "ORDER BY schedule_time_us LIMIT 1"
    ).fetchone()
    ended = counts("SELECT state, count(*) FROM job WHERE end_time_us >= ? GROUP BY state", max(since_us, 1))
    return Totals(
        jobs=counts("SELECT state, count(*) FROM job GROUP BY state"),
        tasks=counts(
            f"SELECT state, count(*) FROM task WHERE state = 'DEAD' OR {open_jobs} GROUP BY state"  # noqa: S608
        ),
        oldest_task_time_us=oldest[0] if oldest else 0,
        oldest_task_job_id=oldest[1] if oldest else "",
        builds=counts(
            f"SELECT build, count(*) FROM job WHERE state NOT IN ({_FINISHED}) AND build != '' GROUP BY build"  # noqa: S608
        ),
        failures=counts(
            "SELECT stamp.build, count(*) FROM attempt JOIN stamp USING (stamp_id) "
            "WHERE end_time_us >= ? AND fault = 'OURS' GROUP BY stamp.build",
            max(since_us, 1),
        ),
        succeeded_since=ended.get("SUCCEEDED", 0),
        failed_since=ended.get("FAILED", 0),
        frozen=db.execute(
            "SELECT count(DISTINCT subject) FROM event_unread "
            "WHERE subject LIKE 'event.job.%' OR subject LIKE 'event.asset.%'"
        ).fetchone()[0],
    )
