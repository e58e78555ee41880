"""Making, checking and exchanging the ledger's tables in PostgreSQL."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
import structlog

from edgecode.core.errors import FailedPrecondition, Unavailable
from edgecode.server.ledger import tables
from edgecode.server.ledger.growth import additions
from edgecode.server.ledger.postgres.pool import Pool
from edgecode.server.ledger.postgres.session import Session
from edgecode.server.ledger.postgres.spelling import WORDS

log = structlog.get_logger()

_SUFFIX = "_rebuild"
_START_SECONDS = 30.0
_PAUSE_SECONDS = 0.5
_NAME = re.compile(r"CREATE (?:TABLE|INDEX) IF NOT EXISTS (\w+)")
_TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)")
_PRESENT = "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
_COLUMNS = (
    "SELECT t.relname::text, c.attname::text, c.attnotnull AND NOT c.atthasdef FROM pg_class t "
    "JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped "
    "WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace"
)
# Rows that a crash takes are folded again; tables would be missed.
_SURELY = "SET LOCAL synchronous_commit = on"
# Servers that start at one moment make tables one after the other.
_MAKE_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('edgecode tables of ' || current_schema(), 0))"


def quoted(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


async def wait_for_database(pool: Pool) -> None:
    """Returns when the database answers; services start in any order.

    Raises:
        Unavailable: `LEDGER_UNAVAILABLE`: it does not for half a minute; the log says why.
    """
    deadline = asyncio.get_running_loop().time() + _START_SECONDS
    while True:
        try:
            async with pool.session():
                return
        except Unavailable:
            if asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)


async def make_tables(session: Session) -> None:
    """Makes what is missing; touches nothing where all is there, and needs no right to.

    Raises:
        FailedPrecondition: `LEDGER_UNFIT`, `LEDGER_OF_OTHER_BUILD`.
    """
    text = tables.schema(WORDS)
    with refusals("to make the ledger's tables"):
        if set(_NAME.findall(text)) - await _present(session) or additions(text, await _columns(session)):
            async with session.transaction():
                await session.execute(_SURELY)
                await session.execute(_MAKE_ALONE)
                await _grow(session, text)
                await session.execute(text)


async def _grow(session: Session, text: str) -> None:
    present = await _columns(session)
    if added := additions(text, present):
        await _lock(session, dict.fromkeys(name for name in ("cursor", *added) if name in present))
        for statements in added.values():
            for statement in statements:
                await session.execute(statement)


async def _columns(session: Session) -> dict[str, dict[str, bool]]:
    found: dict[str, dict[str, bool]] = {}
    for table, column, needed in await (await session.execute(_COLUMNS)).fetchall():
        found.setdefault(table, {})[column] = needed
    return found


async def _lock(session: Session, names: Iterable[str]) -> None:
    """All at once, and the cursor's first, which readers hold."""
    await session.execute(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE")


@contextmanager
def refusals(what: str) -> Iterator[None]:
    """Turns what the database says against `what` (a missing right, a view in the way) into our error."""
    try:
        yield
    except psycopg.OperationalError:
        raise
    except psycopg.DatabaseError as error:
        raise FailedPrecondition(
            "LEDGER_UNFIT", f"PostgreSQL refused {what}: {error.diag.message_primary or error}"
        ) from error


async def _present(session: Session) -> set[str]:
    return {row[0] for row in await (await session.execute(_PRESENT)).fetchall()}


async def empty_schema_beside(session: Session) -> str:
    """Makes a schema for a rebuild, without what an earlier one left there; its name."""
    row = await (await session.execute("SELECT current_schema()")).fetchone()
    if row is None or row[0] is None:
        raise FailedPrecondition("LEDGER_UNFIT", "the search path of the ledger's URL names no schema that exists")
    schema = f"{row[0]}{_SUFFIX}"
    with refusals("to make a schema for the rebuild"):
        await _make_anew(session, schema)
    return schema


async def _make_anew(session: Session, schema: str) -> None:
    async with session.transaction():
        await session.execute("SET LOCAL client_min_messages = warning")
        await session.execute(f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")
        await session.execute(f"CREATE SCHEMA {quoted(schema)}")


async def swap(session: Session, fresh: str) -> None:
    """In a transaction: the tables of the schema `fresh` take the place of those in this one, which are dropped.

    Raises:
        psycopg.errors.LockNotAvailable: somebody reads for long.
    """
    names = _TABLE.findall(tables.schema())
    row = await (await session.execute("SELECT current_schema()")).fetchone()
    assert row is not None
    home, other = quoted(str(row[0])), quoted(fresh)
    # Who reads for long is waited for in many short turns: whoever comes meanwhile waits behind us.
    await session.execute(_SURELY)
    await session.execute("SET LOCAL lock_timeout = '1s'; SET LOCAL client_min_messages = warning")
    present = await _present(session)
    if old := [name for name in names if name in present]:
        await _lock(session, old)
        await session.execute(f"DROP TABLE {', '.join(old)}")
    for name in names:
        await session.execute(f"ALTER TABLE {other}.{name} SET SCHEMA {home}")
    await session.execute(f"DROP SCHEMA {other}")
