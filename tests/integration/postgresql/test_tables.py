"""The ledger's tables in PostgreSQL: the same as in SQLite, and exchanged whole by a rebuild."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from edgecode.server.ledger.open import ledger_of
from edgecode.server.ledger.port import Condition, Find
from edgecode.server.ledger.postgres.ledger import PostgresLedger
from edgecode.server.ledger.rows import Cursor, JobRow
from tests.harness.ledger_groups import changes, write
from tests.harness.postgres import Postgres
from tests.harness.process import Processes
from tests.harness.rows import artifact_row, attempt_row, job_row, task_row
from tests.integration.postgresql.conftest import ask

# Name, then names and kinds of the columns; and each index with its columns.
PG_COLUMNS = (
    "SELECT table_name, column_name, data_type FROM information_schema.columns "
    "WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
)
PG_INDEXES = (
    "SELECT t.relname::text, i.relname::text, array_agg(a.attname::text ORDER BY k.n) FROM pg_index x "
    "JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid "
    "CROSS JOIN unnest(x.indkey) WITH ORDINALITY AS k (number, n) "
    "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number "
    "WHERE t.relnamespace = 'public'::regnamespace GROUP BY 1, 2, x.indisprimary"
)
KINDS = {"INTEGER": "bigint", "TEXT": "text", "BLOB": "bytea"}


@pytest.fixture
def url(postgres: Postgres, tmp_path: Path) -> str:
    return postgres.database(str(tmp_path))


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[PostgresLedger]:
    async with AsyncExitStack() as ends:
        opened = PostgresLedger(url, 3)
        ends.push_async_callback(opened.close)
        await opened.open()
        yield opened


async def test_both_databases_have_the_same_tables_columns_and_indexes(
    ledger: PostgresLedger, url: str, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.sqlite"
    other = ledger_of(f"sqlite://{file}")
    await other.open()
    await other.close()
    with sqlite3.connect(file) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        columns = [
            (table, name, KINDS[kind])
            for table in names
            for _, name, kind, *_ in db.execute(f"PRAGMA table_info({table})")
        ]
        indexes = {
            (table, frozenset([index]), tuple(name for _, _, name in db.execute(f"PRAGMA index_info({index})")))
            for table in names
            for _, index, *_ in db.execute(f"PRAGMA index_list({table})")
            if not index.startswith("sqlite_autoindex")
        }
    db.close()
    assert ask(url, PG_COLUMNS) == columns
    found = {(table, frozenset([index]), tuple(parts)) for table, index, parts in ask(url, PG_INDEXES)}
    assert {entry for entry in found if not any(name.endswith("_pkey") for name in entry[1])} == indexes
    assert {table for table, *_ in found} == set(names)


async def test_text_with_nul_does_not_stop_the_fold_and_is_found_by_nobody(ledger: PostgresLedger) -> None:
    await write(ledger, job_row("a", caller="x\0y"))
    record = await ledger.record("a")
    assert record is not None
    assert record.job.caller == "x\ufffdy"
    assert await ledger.record("a\0") is None
    assert await ledger.find(JobRow, Find([Condition("caller", "=", "\0")])) == []


async def test_servers_that_start_at_one_moment_make_the_tables_once(url: str) -> None:
    ledgers = [PostgresLedger(url, 1) for _ in range(6)]
    await asyncio.gather(*(ledger.open() for ledger in ledgers))
    await write(ledgers[0], job_row("a"))
    assert await ledgers[5].record("a") is not None
    for ledger in ledgers:
        await ledger.close()


READER = """
import asyncio, sys
from edgecode.server.ledger.open import ledger_of
from edgecode.server.ledger.port import Find
from edgecode.server.ledger.rows import TaskRow

NAMES = [f"{n:03}" for n in range(100)]

async def main():
    ledger = ledger_of(sys.argv[1], 2)
    await ledger.open()
    print("reading", flush=True)
    generation = 0
    while generation < 5:
        records = await ledger.records(NAMES)
        # All of one generation: of its job rows, and of what belongs to them.
        (epoch,) = {record.job.epoch for record in records.values()}
        assert len(records) == 100
        for record in records.values():
            assert {task.epoch for task in record.tasks.values()} == {epoch}, record
            assert {attempt.epoch for attempt in record.attempts.values()} == {epoch}, record
            assert len(record.artifacts) == 1, record
        assert len(await ledger.find(TaskRow, Find(limit=1000))) == 100
        assert len(await ledger.unfinished()) == 100
        assert len(await ledger.scheduled()) == 100
        assert epoch >= generation, (epoch, generation)
        generation = epoch
    print("read it all", flush=True)
    await ledger.close()

asyncio.run(main())
"""


async def fill(ledger: PostgresLedger, generation: int) -> None:
    # In many groups, so that a snapshot of any moment would see some of them.
    for number in range(100):
        name = f"{number:03}"
        rows = (
            job_row(name, epoch=generation),
            task_row(name, "t", epoch=generation),
            attempt_row(name, "t", name, epoch=generation),
            artifact_row(name, name),
        )
        await ledger.apply(changes(*rows), Cursor(number, "", ""), Cursor(number + 1, "", ""))


async def test_while_rebuilds_swap_their_tables_in_readers_see_the_old_or_the_new_and_never_half(
    ledger: PostgresLedger, url: str, processes: Processes
) -> None:
    await fill(ledger, 0)
    readers = [await processes.start("reader", sys.executable, "-c", READER, url) for _ in range(2)]
    for reader in readers:
        await reader.line(lambda line: line == "reading")
    for generation in range(1, 6):
        fresh = await ledger.beside()
        await fill(fresh, generation)
        await ledger.replace_by(fresh)
    for reader in readers:
        await reader.line(lambda line: line == "read it all")
        assert await reader.exit() == 0
    assert ask(url, "SELECT 1 FROM pg_namespace WHERE nspname = 'public_rebuild'") == []


async def test_what_a_rebuild_that_died_left_is_in_nobodys_way(ledger: PostgresLedger) -> None:
    await write(ledger, job_row("old"))
    dead = await ledger.beside()
    await write(dead, job_row("half"))
    await dead.close()
    fresh = await ledger.beside()
    assert await fresh.record("half") is None
    await write(fresh, job_row("new"))
    await ledger.replace_by(fresh)
    assert set(await ledger.records(["old", "half", "new"])) == {"new"}


async def test_an_older_server_of_the_database_does_too(tmp_path: Path) -> None:
    with Postgres(16) as server:
        ledger = PostgresLedger(server.database("old"), 1)
        await ledger.open()
        await write(ledger, job_row("a", labels='{"k": "v"}'), task_row("a", "t"))
        assert [row.job_id for row in await ledger.find(JobRow, Find([Condition("labels", "=", "v", "k")]))] == ["a"]
        fresh = await ledger.beside()
        await write(fresh, job_row("b"))
        await ledger.replace_by(fresh)
        assert set(await ledger.records(["a", "b"])) == {"b"}
        await ledger.close()
