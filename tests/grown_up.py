"""Runs pytest with the grown-up stores in place of the embedded ones: `python -m tests.grown_up PYTEST-ARGUMENT…`.

Every system of a test gets a database of its own; what a test means by its ledger is said in `tests/harness/stores.py`.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from tests.harness import stores
from tests.harness.postgres import Postgres
from tests.harness.s3 import S3Server


def main(arguments: list[str]) -> int:
    """Starts the servers, runs the tests, ends the servers; the tests' exit status, or 1 where they used neither."""
    with tempfile.TemporaryDirectory() as folder, Postgres() as postgres:
        s3 = S3Server.on_a_free_port(Path(folder))
        environment = {**os.environ, **s3.environment, stores.LEDGER: postgres.url, stores.BLOBS: s3.url("{}")}
        with s3.running():
            command = [sys.executable, "-m", "pytest", *arguments]
            status = subprocess.run(command, env=environment, check=False).returncode
            used = (_ledgers(postgres), _stores(s3))
    sys.stdout.write("ledgers in PostgreSQL: {}, stores in S3: {}\n".format(*used))
    return status or int(not all(used))


def _ledgers(postgres: Postgres) -> int:
    """Databases into which events were folded."""
    with psycopg.connect(postgres.url) as session:
        names = [
            name for (name,) in session.execute("SELECT datname FROM pg_database WHERE datname ~ '^t[0-9a-f]{24}$'")
        ]
    return sum(_has_folded(f"{postgres.url.rpartition('/')[0]}/{name}") for name in names)


def _has_folded(url: str) -> bool:
    with psycopg.connect(url) as session:
        (there,) = session.execute("SELECT to_regclass('cursor') IS NOT NULL").fetchone() or (False,)
        return bool(there) and session.execute("SELECT 1 FROM cursor").fetchone() is not None


def _stores(s3: S3Server) -> int:
    """Stores that hold something."""
    pages = s3.client.get_paginator("list_objects_v2").paginate(Bucket=s3.bucket, Delimiter="/")
    return sum(len(page.get("CommonPrefixes", ())) for page in pages)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
