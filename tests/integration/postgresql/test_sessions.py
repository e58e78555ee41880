"""Sessions with PostgreSQL: how many, with what settings, and what becomes of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest

from edgecode.core.errors import EdgecodeError, FailedPrecondition, InvalidRequest, Unavailable
from edgecode.server.ledger.open import ledger_of
from edgecode.server.ledger.postgres import session as sessions
from edgecode.server.ledger.postgres.ledger import PostgresLedger
from edgecode.server.ledger.postgres.session import connect, parameters
from tests.harness.ledger_groups import write
from tests.harness.postgres import PASSWORD, Postgres
from tests.harness.rows import job_row
from tests.integration.postgresql.conftest import ask, backends

READS, WRITES = "edgecode reads", "edgecode writes"


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


async def test_many_reads_at_once_share_as_many_sessions_as_are_set(ledger: PostgresLedger, url: str) -> None:
    await write(ledger, job_row("a"))
    found = await asyncio.gather(*(ledger.record("a") for _ in range(50)))
    assert len(found) == 50
    assert (len(backends(url, READS)), len(backends(url, WRITES))) == (3, 1)


async def test_a_dead_peer_is_noticed_at_both_ends_within_some_ten_seconds(url: str) -> None:
    session = await connect(parameters(url, "test"))
    told = {info.keyword.decode(): (info.val or b"").decode() for info in session.pgconn.info}
    idle, interval, count = (int(told[f"keepalives_{name}"]) for name in ("idle", "interval", "count"))
    assert idle + interval * count <= 11
    assert int(told["tcp_user_timeout"]) <= 10_000
    shown = [
        (await (await session.execute(f"SHOW tcp_keepalives_{name}")).fetchone())
        for name in ("idle", "interval", "count")
    ]
    assert shown == [("5",), ("2",), ("3",)]
    await session.close()


async def test_what_the_url_says_goes_before_what_we_say(url: str) -> None:
    told = parameters(f"{url}?keepalives_idle=60&application_name=mine", "test")
    assert (told["keepalives_idle"], told["application_name"], told["keepalives_interval"]) == ("60", "mine", 2)


async def test_a_reader_that_must_wait_keeps_nobody_else_waiting(ledger: PostgresLedger, url: str) -> None:
    await write(ledger, job_row("a"))
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE artifact IN ACCESS EXCLUSIVE MODE")
        waits = asyncio.create_task(ledger.artifact("x"))
        async with asyncio.timeout(10):
            assert (await ledger.cursor()).sequence == 1
        assert not waits.done()
        other.rollback()
        assert await waits is None


async def test_a_read_that_is_given_up_leaves_its_session_to_others(ledger: PostgresLedger, url: str) -> None:
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE artifact IN ACCESS EXCLUSIVE MODE")
        for _ in range(7):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(ledger.artifact("x"), 0.05)
        other.rollback()
    assert await ledger.artifact("x") is None
    assert len(backends(url, READS)) <= 3


async def test_a_read_may_not_write(ledger: PostgresLedger) -> None:
    with pytest.raises(Unavailable):
        await ledger._query("DELETE FROM job")


async def test_sessions_that_were_cut_give_one_error_and_then_new_ones(ledger: PostgresLedger, url: str) -> None:
    await write(ledger, job_row("a"))
    await asyncio.gather(*(ledger.record("a") for _ in range(10)))
    lost: list[str] = []
    ledger.when_lost(lambda: lost.append("lost"))
    ask(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", READS)
    with pytest.raises(Unavailable) as refused:
        await ledger.record("a")
    assert (refused.value.reason, refused.value.retry_after_seconds) == ("LEDGER_UNAVAILABLE", 1.0)
    assert lost == ["lost"]
    assert await ledger.record("a") is not None


@pytest.mark.parametrize("given", ["postgresql://u:secret@[h/db", "postgresql://h/db?no_such=secret"])
def test_a_url_that_libpq_cannot_read_is_refused_without_being_shown(given: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        ledger_of(given)
    assert refused.value.reason == "LEDGER_URL_UNKNOWN"
    assert "secret" not in str(refused.value)


async def test_what_goes_wrong_says_no_password(postgres: Postgres, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = postgres.url.replace(PASSWORD, "wrong-password")
    with pytest.raises(EdgecodeError) as refused:
        await connect(parameters(wrong, "test"))
    told = "".join(map(str, (refused.value, refused.value.__cause__, capsys.readouterr())))
    assert "password authentication failed" in told
    assert "wrong-password" not in told


def test_a_server_that_is_too_old_is_refused_by_its_version() -> None:
    sessions._check_version(130000)
    with pytest.raises(FailedPrecondition, match="PostgreSQL 12 is too old: 13 or newer"):
        sessions._check_version(120022)


async def test_a_user_who_may_not_make_tables_is_told_so_and_one_who_finds_them_needs_no_right(
    postgres: Postgres, url: str
) -> None:
    role = f"reader_{url.rpartition('/')[2]}"
    ask(url, f"CREATE ROLE {role} LOGIN PASSWORD 'abc'")
    theirs = url.replace(f"edgecode:{PASSWORD}", f"{role}:abc")
    with pytest.raises(FailedPrecondition) as refused:
        await ledger_of(theirs).open()
    assert refused.value.reason == "LEDGER_UNFIT"
    assert "permission denied for schema public" in refused.value.message
    owner = ledger_of(url)
    await owner.open()
    await owner.close()
    found = ledger_of(theirs)
    await found.open()
    await found.close()
