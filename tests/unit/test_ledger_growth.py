"""What a build adds to a ledger that another build made."""

import pytest

from edgecode.core.errors import FailedPrecondition
from edgecode.server.ledger import tables
from edgecode.server.ledger.growth import additions, columns_of
from edgecode.server.ledger.postgres.spelling import WORDS

SCHEMA = """-- A comment.
CREATE TABLE IF NOT EXISTS job (
    job_id TEXT PRIMARY KEY,
    state  TEXT NOT NULL,  -- one of five
    later  INTEGER NOT NULL DEFAULT 0,
    last   TEXT,
    UNIQUE (job_id, state)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS job_by_later ON job (later);

CREATE TABLE IF NOT EXISTS fresh (
    one INTEGER PRIMARY KEY CHECK (one = 1)
);
"""
OLD = {"job_id": True, "state": True}


@pytest.mark.parametrize("words", [None, WORDS])
def test_the_columns_of_every_table_are_found(words: dict[str, str] | None) -> None:
    found = columns_of(tables.schema(words))
    for table, (name, _) in tables.TABLES.items():
        assert list(found[name]) == tables.columns(table)
    assert set(found) == {name for name, _ in tables.TABLES.values()} | {"cursor"}


def test_columns_with_a_default_or_none_needed_are_added_and_absent_tables_left_to_the_schema() -> None:
    assert additions(SCHEMA, {"job": OLD}) == {
        "job": ["ALTER TABLE job ADD COLUMN later INTEGER NOT NULL DEFAULT 0", "ALTER TABLE job ADD COLUMN last TEXT"]
    }
    assert additions(SCHEMA, {"job": OLD | {"later": False, "last": False}, "fresh": {"one": True}}) == {}


@pytest.mark.parametrize("missing", ["job_id", "state"])
def test_a_column_that_needs_old_events_asks_for_a_rebuild(missing: str) -> None:
    with pytest.raises(FailedPrecondition, match=f"job has no column {missing}.*`edgecode ledger rebuild`") as refused:
        additions(SCHEMA, {"job": {name: True for name in OLD if name != missing}})
    assert refused.value.reason == "LEDGER_OF_OTHER_BUILD"


def test_a_column_of_a_later_build_is_in_the_way_only_where_it_cannot_be_left_out() -> None:
    ours = OLD | {"later": False, "last": False}
    assert additions(SCHEMA, {"job": ours | {"theirs": False}, "their_table": {"x": True}}) == {}
    with pytest.raises(FailedPrecondition, match="job has the column theirs, which this build does not know"):
        additions(SCHEMA, {"job": ours | {"theirs": True}})
