"""A PostgreSQL of a test's own, that it may kill, and what one sees of its sessions."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.harness.postgres import Postgres


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """Nobody else's."""
    with Postgres() as server:
        yield server


def ask(url: str, question: str, *values: object) -> list[tuple[Any, ...]]:
    """What a statement gives, if anything, by a session of the test's own."""
    with psycopg.connect(url, autocommit=True) as session:
        found = session.execute(question, values)
        return found.fetchall() if found.description else []


def backends(url: str, name: str) -> list[object]:
    """Process ids of the database's sessions with this application name."""
    found = ask(
        url, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s", name
    )
    return [pid for (pid,) in found]
