"""Where the index of a Matroska or WebM file stands, read without a library: elements are an id, a size and content."""

from pathlib import Path
from typing import BinaryIO

SEGMENT, CLUSTER, CUES = 0x18538067, 0x1F43B675, 0x1C53BB6B
# How long a number's first byte says that it is.
_LONGEST_ID, _LONGEST_SIZE = 4, 8


def cues_first(path: Path) -> bool:
    """Whether the index (`Cues`) stands before the first pictures (`Cluster`), so that players seek at once."""
    with path.open("rb") as file:
        while (found := _element(file)) is not None:
            element, size = found
            if element in {CUES, CLUSTER}:
                return element == CUES
            # The segment holds all others.
            if element != SEGMENT:
                file.seek(size, 1)
    return False


def _element(file: BinaryIO) -> tuple[int, int] | None:
    element, size = _number(file, _LONGEST_ID, marked=True), _number(file, _LONGEST_SIZE, marked=False)
    return None if element is None or size is None else (element, size)


def _number(file: BinaryIO, longest: int, *, marked: bool) -> int | None:
    first = file.read(1)
    length = 9 - first[0].bit_length() if first and first[0] else 0
    if not 1 <= length <= longest:
        return None
    value = first[0] if marked else first[0] & (0xFF >> length)
    rest = file.read(length - 1)
    return int.from_bytes(bytes([value]) + rest)
