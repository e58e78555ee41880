"""Tables that another build made: what this one adds to them, and when only a rebuild helps. Pure.

A column that came later stands in schema.sql with a DEFAULT where that is the right value for every event before it,
and where an older build, which does not name it, may go on writing; one that needs old events has none.
"""

import re
from collections.abc import Mapping

from edgecode.core.errors import FailedPrecondition
from edgecode.server.ledger.port import REBUILD_HINT

# Name of each column of a table, and whether a row cannot be written without it.
Columns = Mapping[str, bool]

_TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+) \(\n(.*?)\n\)", re.DOTALL)
# Names of ours are in lower case; what else stands in a table begins with a word of SQL.
_COLUMN = re.compile(r"^ +([a-z]\w*) +(.*?),? *(?:--.*)?$", re.MULTILINE)


def columns_of(schema: str) -> dict[str, dict[str, str]]:
    """Tables of a schema with their columns, each with all that follows its name."""
    return {table: dict(_COLUMN.findall(body)) for table, body in _TABLE.findall(schema)}


def additions(schema: str, present: Mapping[str, Columns]) -> dict[str, list[str]]:
    """What makes the tables that are there ours, in their order: statements by table, for tables that lack a column.

    Args:
        schema: what this build wants.
        present: the tables that are there; absent ones are made whole by the schema.

    Raises:
        FailedPrecondition: `LEDGER_OF_OTHER_BUILD`: a column is missing whose values only old events have, or one is
            there that this build does not know and could not leave out.
    """
    found: dict[str, list[str]] = {}
    for table, wanted in columns_of(schema).items():
        if table not in present:
            continue
        for name, definition in wanted.items():
            if name not in present[table]:
                found.setdefault(table, []).append(_addition(table, name, definition))
        for name, needed in present[table].items():
            if needed and name not in wanted:
                raise _refused(f"the table {table} has the column {name}, which this build does not know")
    return found


def _addition(table: str, name: str, definition: str) -> str:
    words = definition.upper()
    if "PRIMARY KEY" in words or ("NOT NULL" in words and "DEFAULT" not in words):
        raise _refused(f"the table {table} has no column {name}, whose values are only in the log")
    return f"ALTER TABLE {table} ADD COLUMN {name} {definition}"


def _refused(why: str) -> FailedPrecondition:
    return FailedPrecondition("LEDGER_OF_OTHER_BUILD", f"another build made the ledger: {why}; {REBUILD_HINT}")
