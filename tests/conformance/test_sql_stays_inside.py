"""SQL stands in the adapter and nowhere else."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ADAPTER = {"server/edgecode/server/ledger/sqlite.py", "server/edgecode/server/ledger/schema.sql"}
SQL = re.compile(
    r"\b(?:SELECT\s.+\sFROM|INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(?:TABLE|INDEX)"
    r"|PRAGMA\s|BEGIN\s+IMMEDIATE|DROP\s+TABLE)\b|\bimport sqlite3\b|\bfrom sqlite3\b"
)


def test_no_sql_stands_outside_the_adapter() -> None:
    found = set()
    for root in ("core", "server", "workers", "cli"):
        for path in (ROOT / root).rglob("*"):
            if path.suffix in {".py", ".sql"} and SQL.search(path.read_text(encoding="utf-8")):
                found.add(path.relative_to(ROOT).as_posix())
    assert found == ADAPTER
