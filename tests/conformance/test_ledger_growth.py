"""What every adapter of the ledger does with tables that another build made."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from edgecode.core.errors import FailedPrecondition
from edgecode.server.ledger import tables
from edgecode.server.ledger.open import ledger_of
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.rows import RouteRow
from tests.harness.ledger_groups import write
from tests.harness.rows import job_row, task_row

LATER_ROUTE = ", ".join(f"{name} INTEGER" for name in tables.columns(RouteRow))


def change(url: str, sql: str) -> None:
    """What another build would have done."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(Path(url.removeprefix("sqlite://")))) as file, file:
            file.execute(sql)
    else:
        with psycopg.connect(url) as session:
            session.execute(sql)


def later_build(patch: pytest.MonkeyPatch) -> None:
    """From here on the schema is that of a build with two more columns, an index on one, and one more table."""
    schema = tables.schema

    def later(words: dict[str, str] | None = None) -> str:
        text = schema(words)
        for table in ("task", "job"):
            text = text.replace(
                f"CREATE TABLE IF NOT EXISTS {table} (\n",
                f"CREATE TABLE IF NOT EXISTS {table} (\n    later_{table} INTEGER NOT NULL DEFAULT 7,\n",
            )
        index = "CREATE INDEX IF NOT EXISTS job_by_later ON job (later_job);"
        return f"{text}\n{index}\nCREATE TABLE IF NOT EXISTS later (\n    one INTEGER PRIMARY KEY\n);\n"

    patch.setattr(tables, "schema", later)


async def test_a_later_builds_columns_are_added_once_and_both_builds_go_on_writing(
    ledger: Ledger, ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(ledger, job_row("old"), task_row("old", "t"))
    with monkeypatch.context() as patch:
        later_build(patch)
        others = [ledger_of(ledger_url) for _ in range(3)]
        await asyncio.gather(*(other.open() for other in others))
        await write(others[0], job_row("new"))
        change(ledger_url, "INSERT INTO later (one) SELECT later_job + later_task FROM job JOIN task USING (job_id)")
        change(ledger_url, "UPDATE job SET later_job = 8 WHERE job_id = 'new'")
        for other in others:
            await other.close()
    # The older build, which never heard of them, and the same after a restart.
    await write(ledger, job_row("new", epoch=2))
    again = ledger_of(ledger_url)
    await again.open()
    assert set(await again.records(["old", "new"])) == {"old", "new"}
    await again.close()
    change(ledger_url, "INSERT INTO later (one) SELECT later_job FROM job WHERE job_id = 'new' AND later_job = 8")
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
        change(ledger_url, "INSERT INTO later (one) SELECT later_job FROM job WHERE job_id = 'new'")


@pytest.mark.parametrize(
    ("done", "why"),
    [
        (["ALTER TABLE task DROP COLUMN spent"], "task has no column spent, whose values are only in the log"),
        (
            ["DROP TABLE route", f"CREATE TABLE route ({LATER_ROUTE}, more INTEGER NOT NULL)"],
            "route has the column more, which this build does not know",
        ),
    ],
)
async def test_tables_that_cannot_be_gone_on_with_are_refused_until_they_are_made_anew(
    ledger: Ledger, ledger_url: str, done: list[str], why: str
) -> None:
    for statement in done:
        change(ledger_url, statement)
    refused = ledger_of(ledger_url)
    with pytest.raises(FailedPrecondition, match=f"{why}; stop the servers and run `edgecode ledger rebuild`") as error:
        await refused.open()
    assert error.value.reason == "LEDGER_OF_OTHER_BUILD"

    fresh = await refused.beside()
    await write(fresh, job_row("a"))
    await refused.replace_by(fresh)
    await refused.close()
    again = ledger_of(ledger_url)
    await again.open()
    assert await again.record("a") is not None
    await again.close()
