"""Spans of time on the command line."""

import pytest

from edgecode.cli.exits import USAGE, CommandFailed
from edgecode.cli.spans import read_span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90.0), ("0", 0.0), ("1.5", 1.5), ("90s", 90.0), ("2m", 120.0), ("1h30m", 5400.0), ("7d", 604_800.0),
     ("250ms", 0.25), (" 2m ", 120.0)],
)  # fmt: skip
def test_a_span_is_read_as_people_write_it(text: str, seconds: float) -> None:
    assert read_span(text, "--min-time") == seconds


@pytest.mark.parametrize("text", ["", "soon", "5 parsecs", "-1", "2m later", "m", "1h-30m"])
def test_what_is_no_span_is_refused_with_its_option(text: str) -> None:
    with pytest.raises(CommandFailed, match="--min-time") as caught:
        read_span(text, "--min-time")
    assert caught.value.status == USAGE
