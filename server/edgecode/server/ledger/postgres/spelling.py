"""Our SQL and our values as PostgreSQL takes them."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

from edgecode.server.ledger import tables
from edgecode.server.ledger.rows import Row

# Numbers of one width, and text that is compared by its bytes, as everywhere else in Edgecode.
WORDS = {"INTEGER": "bigint", "TEXT": 'text COLLATE "C"', "BLOB": "bytea", "WITHOUT ROWID": ""}
LABEL = '({column}::json ->> ?) COLLATE "C"'
_ARRAYS = {str: "text[]", int: "bigint[]", bytes: "bytea[]"}

_Value = TypeVar("_Value")


def spelled(sql: str) -> str:
    """A shared statement with the driver's mark for a value."""
    return sql.replace("?", "%s")


def without_nul(value: _Value) -> _Value:
    """Text cannot hold U+0000 here: U+FFFD stands for it, so that no event can ever stop the fold."""
    if isinstance(value, str) and "\0" in value:
        return value.replace("\0", "\ufffd")  # type: ignore[return-value] # a str, as it came
    return value


def _upsert(table: type[Any]) -> str:
    # One statement for any number of rows: an array for each column.
    arrays = ", ".join(f"%b::{_ARRAYS[_kind(field)]}" for field in fields(table))
    return tables.upsert(table, f"SELECT * FROM unnest({arrays})")  # noqa: S608 types of ours


def _kind(field: Any) -> type:
    kind: type = field.type
    return kind


UPSERTS = {table: _upsert(table) for table in tables.TABLES}
_IS_TEXT = {table: [_kind(field) is str for field in fields(table)] for table in tables.TABLES}


def by_columns(table: type[Any], rows: Sequence[Row]) -> list[list[Any]]:
    """The values of UPSERTS[table]: one list per column."""
    columns = zip(*map(tables.VALUES[table], rows), strict=True)
    # An enum is text to the database, and the driver wants one type in a list.
    return [
        [without_nul(str(value)) for value in column] if is_text else list(column)
        for is_text, column in zip(_IS_TEXT[table], columns, strict=True)
    ]
