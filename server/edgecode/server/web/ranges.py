"""Ranges of bytes as RFC 9110 has them, one at a time. Pure."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=(?:(?P<first>\d{1,18})-(?P<last>\d{0,18})|-(?P<suffix>\d{1,18}))")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` to `end`, the latter not included."""

    start: int
    end: int

    @property
    def size_bytes(self) -> int:
        """How many."""
        return self.end - self.start


class Unsatisfiable(Exception):
    """The range begins beyond the end."""


def span_of(header: str, size_bytes: int) -> Span | None:
    """The bytes a `Range` header asks for; None where it asks for the whole, for several ranges, or for nothing known.

    Raises:
        Unsatisfiable: answer 416.
    """
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None:
        return None
    if match["suffix"] is not None:
        wanted = min(int(match["suffix"]), size_bytes)
        if not wanted:
            raise Unsatisfiable
        return Span(size_bytes - wanted, size_bytes)
    first, last = int(match["first"]), int(match["last"] or size_bytes)
    if last < first:
        return None
    if first >= size_bytes:
        raise Unsatisfiable
    return Span(first, min(last + 1, size_bytes))


def matches(header: str, etag: str) -> bool:
    """Whether a list of entity tags (`If-None-Match`) names this one; weak ones count as the tag itself."""
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or etag in tags
