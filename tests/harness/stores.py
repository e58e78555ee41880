"""Where systems of tests keep ledger and blobs: embedded, or in the servers that these variables name.

`make test-grown-up` starts the servers and sets them, by `python -m tests.grown_up`.
"""

import os
from pathlib import Path

from tests.harness.postgres import database_of

# URL of a PostgreSQL whose user may make databases.
LEDGER = "EDGECODE_TEST_LEDGER"


def ledger_url(file: Path) -> str:
    """The ledger that a test means by a file of its own; the same for the same file."""
    server = os.environ.get(LEDGER)
    return database_of(server, str(file)) if server else f"sqlite://{file}"


def environment_of(folder: Path) -> dict[str, str]:
    """What the processes of one test get beside what it gives them: nothing where all is embedded.

    Args:
        folder: of the test; others with the same folder get the same stores.
    """
    found = {}
    if os.environ.get(LEDGER):
        found["EDGECODE_LEDGER_URL"] = ledger_url(folder)
    return found
