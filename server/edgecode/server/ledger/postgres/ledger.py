"""The ledger in PostgreSQL. A write is one transaction, which begins at the cursor's row: writers come one by one."""

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import structlog
from psycopg import IsolationLevel
from psycopg.errors import LockNotAvailable
from psycopg.rows import args_row, tuple_row

from edgecode.core import subjects
from edgecode.server.ledger import tables
from edgecode.server.ledger.needs import sources_of
from edgecode.server.ledger.port import AnyRow, Changes, CursorMoved, Find, JobRecord, Totals
from edgecode.server.ledger.postgres import making
from edgecode.server.ledger.postgres.pool import Pool
from edgecode.server.ledger.postgres.session import Session, parameters
from edgecode.server.ledger.postgres.spelling import LABEL, UPSERTS, by_columns, spelled, without_nul
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

log = structlog.get_logger()

# One a second.
_SWAPS = 60
# What reads several tables holds this one first, before it has a snapshot: a rebuild's swap waits for it, or it for the
# swap. A snapshot taken first would look for old rows in new tables, and two locks in another order block each other.
_HOLD_TABLES = "LOCK TABLE cursor IN ACCESS SHARE MODE"
_HOLD_CURSOR = "SELECT 1 FROM cursor FOR UPDATE"
_TASK_NUMBERS = (
    "SELECT job.job_id, asked.task_id, job.state, coalesce(task.state, ''), coalesce(task.n, 0) "
    "FROM unnest(%s::text[], %s::text[]) AS asked (job_id, task_id) JOIN job ON job.job_id = asked.job_id "
    "LEFT JOIN task ON task.job_id = asked.job_id AND task.task_id = asked.task_id"
)


class PostgresLedger:
    """A ledger in the first schema of a session's search path, for servers on any number of machines.

    Args:
        url: as libpq reads it.
        connections: sessions for reads, at least 1; one more writes.
        schema: where the tables are instead, for those of a rebuild.
    """

    def __init__(self, url: str, connections: int, schema: str = "") -> None:
        self._url = url
        self._connections = connections
        self._schema = schema
        self._forget: Callable[[], None] = lambda: None
        settings = {"search_path": making.quoted(schema)} if schema else {}
        self._reads = Pool(
            parameters(url, "reads"), connections, self._lost, IsolationLevel.REPEATABLE_READ,
            default_transaction_read_only="on", **settings,
        )  # fmt: skip
        self._writes = Pool(parameters(url, "writes"), 1, self._lost, IsolationLevel.READ_COMMITTED, **settings)

    def _lost(self) -> None:
        self._forget()

    async def open(self) -> None:
        """Waits for the database for a while, and makes missing tables."""
        # The driver's own words would stand among lines of JSON; what matters of them is in our errors.
        logging.getLogger("psycopg").setLevel(logging.CRITICAL)
        await making.wait_for_database(self._writes)
        try:
            async with self._writes.session() as session:
                await making.make_tables(session)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Ends all sessions; twice is legal."""
        await self._reads.close()
        await self._writes.close()

    def when_lost(self, forget: Callable[[], None]) -> None:
        """Has `forget` called when a session was lost: commits are not synced, and a standby may be behind."""
        self._forget = forget

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[Session]:
        """A transaction that sees the ledger at one moment; its statements go in one round trip."""
        async with self._reads.session() as session, session.pipeline(), session.transaction():
            await session.execute(_HOLD_TABLES)
            yield session

    async def _query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        async with self._snapshot() as session:
            return await _all(session, tuple_row, sql, values)

    async def _rows(self, table: type[Any], where: str, values: Sequence[Any] = ()) -> list[Any]:
        async with self._reads.session() as session:
            return await _all(session, args_row(table), f"{tables.SELECTS[table]} {where}", values)

    async def cursor(self) -> Cursor:
        """Where the fold stands."""
        async with self._reads.session() as session:
            rows = await _all(session, tuple_row, tables.CURSOR, ())
        return Cursor(*rows[0]) if rows else Cursor(0, "", "")

    async def apply(self, changes: Changes, before: Cursor, after: Cursor) -> None:
        """One transaction, in two round trips; raises CursorMoved."""
        move = tables.MOVE_CURSOR if before.sequence else tables.BEGIN_CURSOR
        place = (after.sequence, after.stream_created, after.message_id, before.sequence)
        async with self._writes.session() as session, session.pipeline() as pipeline, session.transaction():
            moved = await session.execute(spelled(move), place)
            await pipeline.sync()
            if not moved.rowcount:
                raise CursorMoved
            await _forget_jobs(session, changes.gone_jobs)
            if changes.gone_artifacts:
                await session.execute("DELETE FROM artifact WHERE job_id = ANY(%s)", [list(changes.gone_artifacts)])
            if changes.read_at_last:
                await session.execute("DELETE FROM event_unread WHERE sequence = ANY(%s)", [changes.read_at_last])
            for webhook_id in changes.gone_webhooks:
                await session.execute(spelled(tables.CANCEL_DELIVERIES), [webhook_id])
            for version in changes.gone_commits:
                await session.execute(spelled(tables.FORGET_COMMITS), [version])
            for table, rows in changes.rows():
                await session.execute(UPSERTS[table], by_columns(table, rows))

    async def record(self, job_id: str) -> JobRecord | None:
        """A job with all that belongs to it."""
        return (await self.records([job_id])).get(job_id)

    async def records(self, job_ids: Sequence[str]) -> dict[str, JobRecord]:
        """Several jobs with all that belongs to them."""
        wanted = [list(map(without_nul, job_ids))]
        where = "WHERE job_id = ANY(%s)"
        async with self._snapshot() as session:

            async def ask(table: type[Any], order: str = "") -> Any:
                cursor = session.cursor(row_factory=args_row(table), binary=True)
                return await cursor.execute(f"{tables.SELECTS[table]} {where}{order}", wanted)

            jobs, tasks = await ask(JobRow), await ask(TaskRow)
            attempts = await ask(AttemptRow, " ORDER BY start_time_us, attempt_id")
            artifacts = await ask(ArtifactRow, " ORDER BY publish_time_us, artifact_id")
            ramps = await ask(RampJobRow)
            found = {row.job_id: JobRecord(row) for row in await jobs.fetchall()}
            # An orphan has no job to belong to.
            for row in _known(found, await tasks.fetchall()):
                found[row.job_id].tasks[row.task_id] = row
            for row in _known(found, await attempts.fetchall()):
                found[row.job_id].attempts[row.attempt_id] = row
            for row in _known(found, await artifacts.fetchall()):
                found[row.job_id].artifacts[row.artifact_id] = row
            for row in _known(found, await ramps.fetchall()):
                found[row.job_id].ramp = row
        return found

    async def unfinished(self) -> Sequence[tuple[str, int]]:
        """Id and last sequence of every unfinished job, oldest first."""
        return [(job_id, sequence) for job_id, sequence in await self._query(tables.UNFINISHED)]

    async def count_unfinished(self) -> int:
        """How many jobs are not finished."""
        return int((await self._query(tables.COUNT_UNFINISHED))[0][0])

    async def scheduled(self) -> Sequence[TaskRow]:
        """Every scheduled task of an unfinished job."""
        async with self._snapshot() as session:
            return await _all(session, args_row(TaskRow), f"{tables.SELECTS[TaskRow]} {tables.WHERE_SCHEDULED}", ())

    async def task_numbers(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str, int]]:
        """State of the job, state of the task and its n."""
        asked = [[without_nul(job_id) for job_id, _ in keys], [without_nul(task_id) for _, task_id in keys]]
        rows = await self._query(_TASK_NUMBERS, asked)
        return {(job_id, task_id): (job, task, n) for job_id, task_id, job, task, n in rows}

    async def asset(self, asset_id: str) -> AssetRow | None:
        """One asset."""
        return next(iter(await self._rows(AssetRow, "WHERE asset_id = %s", [without_nul(asset_id)])), None)

    async def asset_in_use(self, asset_id: str) -> str:
        """Id of an unfinished job that uses the asset, or empty."""
        rows = await self._query(spelled(tables.ASSET_IN_USE), [without_nul(asset_id)])
        return str(rows[0][0]) if rows else ""

    async def artifact(self, artifact_id: str) -> ArtifactRow | None:
        """One artifact."""
        return next(iter(await self._rows(ArtifactRow, "WHERE artifact_id = %s", [without_nul(artifact_id)])), None)

    async def due_origins(self, now_us: int) -> list[str]:
        """Where something is due."""
        return [str(row[0]) for row in await self._query(spelled(tables.DUE_ORIGINS), [now_us])]

    async def due_deliveries(self, origin: str, now_us: int, limit: int) -> list[DeliveryRow]:
        """What to try now."""
        return await self._rows(DeliveryRow, spelled(tables.WHERE_DUE), [origin, now_us, limit])

    async def find(self, table: type[AnyRow], query: Find) -> list[AnyRow]:
        """A page of rows."""
        sql, values = tables.page(table, query, LABEL)
        async with self._reads.session() as session:
            return await _all(session, args_row(table), spelled(sql), [without_nul(value) for value in values])

    async def commit_ids(self, version: str) -> list[tuple[str, str]]:
        """Revision and parents, newest first."""
        rows = await self._query(spelled(tables.COMMIT_IDS), [without_nul(version)])
        return [(revision, parents) for revision, parents in rows]

    async def stamps(self, stamp_ids: Sequence[int]) -> dict[int, StampRow]:
        """Stamps by id."""
        wanted = list(dict.fromkeys(stamp_ids))
        rows = await self._rows(StampRow, "WHERE stamp_id = ANY(%s)", [wanted]) if wanted else []
        return {row.stamp_id: row for row in rows}

    async def routes(self, service: str) -> list[RouteRow]:
        """All revisions, oldest first."""
        return await self._rows(RouteRow, "WHERE service = %s ORDER BY revision", [service])

    async def unread(self, subject: str = "") -> list[UnreadRow]:
        """Events kept unread, in order."""
        if subject:
            return await self._rows(UnreadRow, "WHERE subject = %s ORDER BY sequence", [subject])
        return await self._rows(UnreadRow, "ORDER BY sequence")

    async def recorded(self, build: str, since_us: int) -> tuple[int, int]:
        """What a build did since a time."""
        values = [max(since_us, 1), without_nul(build)]
        jobs, failed = (await self._query(spelled(tables.RECORDED), values))[0]
        return int(jobs), int(failed)

    async def unfinished_of_builds(self) -> dict[str, int]:
        """Jobs of each build."""
        return dict(await self._query(spelled(tables.UNFINISHED_OF_BUILDS)))

    async def totals(self, since_us: int) -> Totals:
        """Counts for `status`."""
        async with self._snapshot() as session:
            asked = [
                await session.execute(spelled(sql), values, binary=True)
                for sql, values in tables.totals_statements(since_us)
            ]
            return tables.totals_of([await cursor.fetchall() for cursor in asked])

    async def expire(self, now_us: int) -> list[str]:
        """Forgets what is over, and the stamps that nothing names any more."""
        if not (await self._query(spelled(tables.SOMETHING_IS_OVER), [now_us] * len(tables.EXPIRING)))[0][0]:
            return []
        async with self._writes.session() as session, session.transaction():
            await session.execute(_HOLD_CURSOR)
            jobs = [row[0] for row in await _all(session, tuple_row, spelled(tables.EXPIRED_JOBS), [now_us])]
            await _forget_jobs(session, jobs)
            of_jobs = [subjects.job_events(job) for job in jobs]
            await session.execute("DELETE FROM event_unread WHERE subject = ANY(%s)", [of_jobs])
            for table in ("asset", "instance", "event_unread"):
                await session.execute(spelled(f"DELETE FROM {table} WHERE {tables.OVER}"), [now_us])  # noqa: S608
            await session.execute(tables.DELETE_IDLE_STAMPS)
        return jobs

    async def live_sources(self) -> set[str]:
        """SHA-256 of every source that an active asset or a kept job needs."""
        async with self._snapshot() as session:
            active = await session.execute(tables.ACTIVE_SOURCES, binary=True)
            kept = await session.execute(tables.KEPT_JOBS, binary=True)
            found = {str(row[0]) for row in await active.fetchall()}
            return found.union(*(sources_of(row[0]) for row in await kept.fetchall()))

    async def beside(self) -> Self:
        """An empty one in a schema beside this one's."""
        await making.wait_for_database(self._writes)
        async with self._writes.session() as session:
            schema = await making.empty_schema_beside(session)
        fresh = type(self)(self._url, self._connections, schema)
        await fresh.open()
        return fresh

    async def replace_by(self, fresh: Self) -> None:
        """Puts the other's tables in the place of this one's, in one transaction that waits for readers."""
        await fresh.close()
        for _ in range(_SWAPS - 1):
            try:
                return await self._swap(fresh._schema)
            except LockNotAvailable:
                log.info("ledger.swap_waits")
        return await self._swap(fresh._schema)

    async def _swap(self, schema: str) -> None:
        async with self._writes.session() as session:
            with making.refusals("to exchange the tables"):
                async with session.transaction():
                    await making.swap(session, schema)


async def _all(session: Session, row_factory: Any, sql: str, values: Sequence[Any]) -> list[Any]:
    cursor = session.cursor(row_factory=row_factory, binary=True)
    return list(await (await cursor.execute(sql, values)).fetchall())


async def _forget_jobs(session: Session, job_ids: Iterable[str]) -> None:
    gone = list(job_ids)
    for table in tables.OF_A_JOB if gone else ():
        await session.execute(f"DELETE FROM {table} WHERE job_id = ANY(%s)", [gone])  # noqa: S608


def _known(found: dict[str, JobRecord], rows: Iterable[Any]) -> Iterable[Any]:
    return (row for row in rows if row.job_id in found)
