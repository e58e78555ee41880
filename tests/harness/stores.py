"""Where systems of tests keep ledger and blobs: embedded, or in the servers that these variables name.

`make test-grown-up` starts the servers and sets them, by `python -m tests.grown_up`.
"""

import hashlib
import os
from pathlib import Path

from tests.harness.postgres import database_of

# URL of a PostgreSQL whose user may make databases.
LEDGER = "EDGECODE_TEST_LEDGER"
# URL of an S3 store, with `{}` where the prefix of each system goes; the keys are in the environment.
BLOBS = "EDGECODE_TEST_BLOBS"


def ledger_url(file: Path) -> str:
    """The ledger that a test means by a file of its own; the same for the same file."""
    server = os.environ.get(LEDGER)
    return database_of(server, str(file)) if server else f"sqlite://{file}"


def blobs_url(folder: Path) -> str:
    """The blobs of the system whose data folder this is; the same for the same folder."""
    store = os.environ.get(BLOBS)
    if not store:
        return f"file://{folder / 'blobs'}"
    return store.replace("{}", hashlib.sha256(str(folder).encode()).hexdigest()[:32])


def environment_of(folder: Path) -> dict[str, str]:
    """What the processes of one test get beside what it gives them: nothing where all is embedded.

    Args:
        folder: of the test; others with the same folder get the same stores.
    """
    found = {}
    if os.environ.get(LEDGER):
        found["EDGECODE_LEDGER_URL"] = ledger_url(folder)
    if os.environ.get(BLOBS):
        found["EDGECODE_BLOBS_URL"] = blobs_url(folder)
    return found
