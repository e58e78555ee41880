"""Log lines say nothing under a key that is not in the list."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgecode.core.log_keys import KEYS

REPOSITORY = Path(__file__).resolve().parents[2]
LEVELS = {"debug", "info", "warning", "error", "exception", "bind", "bind_contextvars"}
# Becomes `exception`.
STACK = "exc_info"


def keys_of(source: str) -> Iterator[tuple[int, str]]:
    """Line and key of what is given to calls of loggers."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS):
            continue
        if ast.unparse(node.func.value).removeprefix("self.").lstrip("_").startswith(("log", "structlog")):
            yield from ((node.lineno, keyword.arg or "**") for keyword in node.keywords)


@pytest.mark.parametrize("root", ["core", "server", "workers", "cli"])
def test_every_key_of_every_line_is_in_the_one_list(root: str) -> None:
    unlisted = [
        f"{path.relative_to(REPOSITORY)}:{line}: {key}"
        for path in (REPOSITORY / root).rglob("*.py")
        for line, key in keys_of(path.read_text(encoding="utf-8"))
        if key not in KEYS and key != STACK
    ]
    assert not unlisted, "put these into core/edgecode/core/log_keys.py, or use a key of it"


def test_a_key_that_is_not_listed_is_found() -> None:
    assert list(keys_of('self._log.info("attempt.ended", jobb=1)')) == [(1, "jobb")]
    assert "jobb" not in KEYS


def test_what_is_listed_is_said_somewhere() -> None:
    sources = [
        path.read_text("utf-8") for root in ("core", "server", "workers") for path in (REPOSITORY / root).rglob("*.py")
    ]
    said = {key for source in sources for _, key in keys_of(source)}
    # By the processors themselves.
    by_itself = {"event", "level", "timestamp", "service", "build", "instance", "span_id", "exception", "logger"}
    assert KEYS.keys() - said == by_itself - said
