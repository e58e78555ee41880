"""The one look of our tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

GOOD, BAD, BUSY, QUIET = "green", "bold red", "cyan", "dim"
_STYLES = {
    "SUCCEEDED": GOOD,
    "DELIVERED": GOOD,
    "GIVEN_UP": BAD,
    "ACTIVE": GOOD,
    "CURRENT": GOOD,
    "PROMOTED": GOOD,
    "WATCHING": GOOD,
    "RAMPING": BUSY,
    "DRAINING": BUSY,
    "HELD": BAD,
    "PAUSED": BAD,
    "ROLLED_BACK": BAD,
    "QUARANTINED": BAD,
    "DRAINED": QUIET,
    "INACTIVE": QUIET,
    "FAILED": BAD,
    "DEAD": BAD,
    "LOST": BAD,
    "RUNNING": BUSY,
    "CANCELLING": BUSY,
    "SKIPPED": QUIET,
    "CANCELLED": QUIET,
    "DELETED": QUIET,
    "PENDING": QUIET,
}


def state(word: str) -> Text:
    """A state in its colour."""
    return Text(word, style=_STYLES.get(word, ""))


def rows(columns: Sequence[str], content: Iterable[Sequence[str | Text]], *, right: Sequence[str] = ()) -> Table:
    """A table without frames; columns named in `right` hold numbers. Nothing in it is read as markup."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in content:
        table.add_row(*(cell if isinstance(cell, Text) else Text(printable(cell)) for cell in row))
    return table


def facts(pairs: Iterable[tuple[str, str | Text]]) -> Table:
    """One thing: names and values, those without a value left out."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        if value:
            table.add_row(name, value if isinstance(value, Text) else Text(printable(value)))
    return table


def printable(text: str) -> str:
    """Names come from callers: what would move the cursor is shown as its escape."""
    return "".join(char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text)


@dataclass(frozen=True, slots=True)
class Either:
    """Two looks of one thing: `wide` where there are at least `columns`, else `narrow`."""

    columns: int
    wide: RenderableType
    narrow: RenderableType

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        """Decides by the width there is."""
        yield self.wide if options.max_width >= self.columns else self.narrow
