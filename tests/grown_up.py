"""Runs pytest with the grown-up stores in place of the embedded ones: `python -m tests.grown_up PYTEST-ARGUMENT…`.

Every system of a test gets a database of its own; what a test means by its ledger is said in `tests/harness/stores.py`.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.harness import stores
from tests.harness.postgres import Postgres
from tests.harness.s3 import S3Server


def main(arguments: list[str]) -> int:
    """Starts the servers, runs the tests, ends the servers; the tests' exit status."""
    with tempfile.TemporaryDirectory() as folder, Postgres() as postgres:
        s3 = S3Server.on_a_free_port(Path(folder))
        environment = {**os.environ, **s3.environment, stores.LEDGER: postgres.url, stores.BLOBS: s3.url("{}")}
        with s3.running():
            return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
