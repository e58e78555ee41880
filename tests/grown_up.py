"""Runs pytest with the grown-up stores in place of the embedded ones: `python -m tests.grown_up PYTEST-ARGUMENT…`.

Every system of a test gets a database of its own; what a test means by its ledger is said in `tests/harness/stores.py`.
"""

import os
import subprocess
import sys

from tests.harness import stores
from tests.harness.postgres import Postgres


def main(arguments: list[str]) -> int:
    """Starts the servers, runs the tests, ends the servers; the tests' exit status."""
    with Postgres() as postgres:
        environment = {**os.environ, stores.LEDGER: postgres.url}
        return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
