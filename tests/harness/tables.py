"""All a ledger holds, for comparison."""

from typing import Any

from edgecode.server.ledger.sqlite import SqliteLedger


def tables(ledger: SqliteLedger, *, without: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Every table's rows, sorted."""
    db = ledger._connection
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: sorted(db.execute(f"SELECT * FROM {name}").fetchall()) for name in names if name not in without}
