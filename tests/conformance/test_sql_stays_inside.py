"""SQL stands in the adapters and nowhere else."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEDGER = "server/edgecode/server/ledger"
ADAPTERS = {f"{LEDGER}/{name}" for name in ("growth.py", "sqlite.py", "schema.sql", "tables.py")}
POSTGRESQL = f"{LEDGER}/postgres/"
SQL = re.compile(
    r"\b(?:SELECT\s.+\sFROM|INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(?:TABLE|INDEX)"
    r"|PRAGMA\s|BEGIN\s+IMMEDIATE|(?:DROP|LOCK|ALTER)\s+TABLE)\b|\b(?:import|from) (?:sqlite3|psycopg)\b"
)


def test_no_sql_stands_outside_the_adapters() -> None:
    found = set()
    for root in ("core", "server", "workers", "cli"):
        for path in (ROOT / root).rglob("*"):
            if path.suffix in {".py", ".sql"} and SQL.search(path.read_text(encoding="utf-8")):
                found.add(path.relative_to(ROOT).as_posix())
    assert {path for path in found if not path.startswith(POSTGRESQL)} == ADAPTERS
    assert any(path.startswith(POSTGRESQL) for path in found)
