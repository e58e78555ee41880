"""Parts of a source's time."""

from collections.abc import Iterator

from edgecode.core.errors import Violation
from edgecode.server.jobs.specs.fields import LONGEST_SECONDS, Number, check_numbers
from edgecode.v1 import media_pb2

NUMBERS = {
    "start_seconds": Number(0, LONGEST_SECONDS, meaning="from the beginning"),
    "end_seconds": Number(0, LONGEST_SECONDS, meaning="to the end"),
}


def check_trim(path: str, trim: media_pb2.Trim) -> Iterator[Violation]:
    """What is wrong with a part of a source's time; that it lies in the source only the worker knows."""
    wrong = list(check_numbers(path, trim, NUMBERS))
    yield from wrong
    if not wrong and trim.end_seconds and trim.end_seconds <= trim.start_seconds:
        yield Violation(
            f"{path}.end_seconds",
            f"must be 0 or after start_seconds {trim.start_seconds:g}, and is {trim.end_seconds:g}",
        )
