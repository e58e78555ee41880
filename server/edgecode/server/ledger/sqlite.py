"""The ledger in SQLite: WAL and `synchronous=NORMAL`, since it is a projection that the log can rebuild."""

import asyncio
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from edgecode.core import subjects
from edgecode.server.ledger import tables
from edgecode.server.ledger.growth import additions
from edgecode.server.ledger.needs import sources_of
from edgecode.server.ledger.port import AnyRow, Changes, CursorMoved, Find, JobRecord, Totals
from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.ledger.rows import (
    ArtifactRow,
    AssetRow,
    AttemptRow,
    Cursor,
    DeliveryRow,
    JobRow,
    RouteRow,
    StampRow,
    TaskRow,
    UnreadRow,
)

_VARIABLES = 500
_PRESENT = (
    'SELECT t.name, c.name, c."notnull" AND c.dflt_value IS NULL '
    "FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
)
_LABEL = "(SELECT value FROM json_each({column}) WHERE key = ?)"
_UPSERTS = {
    table: tables.upsert(table, f"VALUES ({', '.join('?' * len(tables.columns(table)))})") for table in tables.TABLES
}


class SqliteLedger:
    """A ledger in one file. One writer at a time; readers in other processes see whole groups of events."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._reading = asyncio.Lock()

    async def open(self) -> None:
        """Opens the file, making it, its tables, and what older tables lack.

        Raises:
            FailedPrecondition: `LEDGER_OF_OTHER_BUILD`.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._db = self._connect()
        try:
            self._grow()
        except BaseException:
            await self.close()
            raise
        self._db.executescript(tables.schema())
        self._reader = self._connect()

    def _grow(self) -> None:
        schema = tables.schema()
        if additions(schema, self._present()):
            with self._transaction():
                for statements in additions(schema, self._present()).values():
                    for statement in statements:
                        self._connection.execute(statement)

    def _present(self) -> dict[str, dict[str, bool]]:
        found: dict[str, dict[str, bool]] = {}
        for table, column, needed in self._connection.execute(_PRESENT):
            found.setdefault(table, {})[column] = bool(needed)
        return found

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
        cursor = self._connection.execute(f"{tables.SELECTS[table]} {where}", tuple(values))
        return [table(*row) for row in cursor]

    async def cursor(self) -> Cursor:
        """Where the fold stands."""
        row = self._connection.execute(tables.CURSOR).fetchone()
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
        move = tables.MOVE_CURSOR if before.sequence else tables.BEGIN_CURSOR
        values = (after.sequence, after.stream_created, after.message_id, before.sequence)
        if not self._connection.execute(move, values).rowcount:
            raise CursorMoved

    def _forget_jobs(self, job_ids: Collection[str]) -> None:
        for table in tables.OF_A_JOB:
            self._connection.executemany(f"DELETE FROM {table} WHERE job_id = ?", [(job,) for job in job_ids])  # noqa: S608

    def _write(self, changes: Changes) -> None:
        db = self._connection
        self._forget_jobs(changes.gone_jobs)
        db.executemany("DELETE FROM artifact WHERE job_id = ?", [(job,) for job in changes.gone_artifacts])
        db.executemany("DELETE FROM event_unread WHERE sequence = ?", [(s,) for s in changes.read_at_last])
        db.executemany(tables.CANCEL_DELIVERIES, [(webhook,) for webhook in changes.gone_webhooks])
        db.executemany(tables.FORGET_COMMITS, [(version,) for version in changes.gone_commits])
        for table, rows in changes.rows():
            db.executemany(_UPSERTS[table], [tables.VALUES[table](row) for row in rows])

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
            for ramp in self._rows(RampJobRow, where, chunk):
                found[ramp.job_id].ramp = ramp
        return found

    async def unfinished(self) -> Sequence[tuple[str, int]]:
        """Id and last sequence of every unfinished job, oldest first."""
        return self._connection.execute(tables.UNFINISHED).fetchall()

    async def count_unfinished(self) -> int:
        """How many jobs are not finished."""
        return int(self._connection.execute(tables.COUNT_UNFINISHED).fetchone()[0])

    async def scheduled(self) -> Sequence[TaskRow]:
        """Every scheduled task of an unfinished job."""
        return self._rows(TaskRow, tables.WHERE_SCHEDULED)

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
        row = self._connection.execute(tables.ASSET_IN_USE, [asset_id]).fetchone()
        return str(row[0]) if row else ""

    async def artifact(self, artifact_id: str) -> ArtifactRow | None:
        """One artifact."""
        return next(iter(self._rows(ArtifactRow, "WHERE artifact_id = ?", [artifact_id])), None)

    async def due_origins(self, now_us: int) -> list[str]:
        """Where something is due."""
        return [str(row[0]) for row in self._connection.execute(tables.DUE_ORIGINS, [now_us])]

    async def due_deliveries(self, origin: str, now_us: int, limit: int) -> list[DeliveryRow]:
        """What to try now."""
        return self._rows(DeliveryRow, tables.WHERE_DUE, (origin, now_us, limit))

    async def find(self, table: type[AnyRow], query: Find) -> list[AnyRow]:
        """A page of rows, read beside the writer."""
        sql, values = tables.page(table, query, _LABEL)

        def read() -> list[AnyRow]:
            assert self._reader is not None, "open the ledger first"
            with closing(self._reader.execute(sql, values)) as cursor:
                return [table(*row) for row in cursor]

        async with self._reading:
            return await asyncio.to_thread(read)

    async def commit_ids(self, version: str) -> list[tuple[str, str]]:
        """Revision and parents, newest first, read beside the writer."""

        def read() -> list[tuple[str, str]]:
            assert self._reader is not None, "open the ledger first"
            return self._reader.execute(tables.COMMIT_IDS, [version]).fetchall()

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

    async def recorded(self, build: str, since_us: int) -> tuple[int, int]:
        """What a build did since a time."""
        jobs, failed = self._connection.execute(tables.RECORDED, (max(since_us, 1), build)).fetchone()
        return int(jobs), int(failed)

    async def unfinished_of_builds(self) -> dict[str, int]:
        """Jobs of each build, read beside the writer."""

        def read() -> list[tuple[str, int]]:
            assert self._reader is not None, "open the ledger first"
            return self._reader.execute(tables.UNFINISHED_OF_BUILDS).fetchall()

        async with self._reading:
            return dict(await asyncio.to_thread(read))

    async def totals(self, since_us: int) -> Totals:
        """Counts for `status`, read beside the writer."""

        def read() -> list[list[tuple[str, int]]]:
            assert self._reader is not None, "open the ledger first"
            with self._snapshot(self._reader) as db:
                return [db.execute(sql, values).fetchall() for sql, values in tables.totals_statements(since_us)]

        async with self._reading:
            return tables.totals_of(await asyncio.to_thread(read))

    @staticmethod
    @contextmanager
    def _snapshot(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
        db.execute("BEGIN")
        try:
            yield db
        finally:
            db.execute("COMMIT")

    async def expire(self, now_us: int) -> list[str]:
        """Forgets what is over, and the stamps that nothing names any more."""
        db = self._connection
        if not db.execute(tables.SOMETHING_IS_OVER, (now_us,) * len(tables.EXPIRING)).fetchone()[0]:
            return []
        with self._transaction():
            jobs = [row[0] for row in db.execute(tables.EXPIRED_JOBS, (now_us,))]
            self._forget_jobs(jobs)
            db.executemany("DELETE FROM event_unread WHERE subject = ?", [(subjects.job_events(job),) for job in jobs])
            for table in ("asset", "instance", "event_unread"):
                db.execute(f"DELETE FROM {table} WHERE {tables.OVER}", (now_us,))  # noqa: S608
            db.execute(tables.DELETE_IDLE_STAMPS)
        return jobs

    async def live_sources(self) -> set[str]:
        """SHA-256 of every source that an active asset or a kept job needs."""
        active = {str(row[0]) for row in self._connection.execute(tables.ACTIVE_SOURCES)}
        kept = self._connection.execute(tables.KEPT_JOBS)
        return active.union(*(sources_of(row[0]) for row in kept))

    def when_lost(self, forget: Callable[[], None]) -> None:
        """Nothing committed is ever lost while the process lives."""

    async def beside(self) -> Self:
        """An empty one in a file beside this."""
        fresh = type(self)(self.path.with_name(f"{self.path.name}.rebuild"))
        fresh.remove()
        await fresh.open()
        return fresh

    async def replace_by(self, fresh: Self) -> None:
        """Puts the other's file in the place of this one's."""
        await fresh.close()
        self.remove()
        fresh.path.replace(self.path)

    def remove(self) -> None:
        """Removes the files of a closed ledger."""
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
