"""All a ledger holds, for comparison."""

from typing import Any

from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.postgres.ledger import PostgresLedger
from edgecode.server.ledger.sqlite import SqliteLedger
from edgecode.server.ledger.tables import TABLES

_NAMES = ("cursor", *(name for name, _ in TABLES.values()))


async def tables(ledger: Ledger, *, without: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Every table's rows, sorted."""
    return {name: sorted(await _rows(ledger, name)) for name in _NAMES if name not in without}


async def _rows(ledger: Ledger, table: str) -> list[tuple[Any, ...]]:
    sql = f"SELECT * FROM {table}"
    if isinstance(ledger, PostgresLedger):
        return await ledger._query(sql)
    assert isinstance(ledger, SqliteLedger)
    return ledger._connection.execute(sql).fetchall()
