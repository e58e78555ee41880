"""The boxes that an MP4 or MOV is made of, as far as they stand in the file one after the other."""

from collections.abc import Iterator
from pathlib import Path

FIRST = {b"ftyp", b"mdat", b"wide", b"free", b"skip", b"moov", b"styp"}
# A file can hold any number of empty ones.
MOST = 100_000


def boxes(path: Path) -> Iterator[tuple[bytes, int]]:
    """Name and end of each box in turn, until one lies about its length; an end beyond the file's is told as it is."""
    with path.open("rb") as file:
        place = 0
        for _ in range(MOST):
            file.seek(place)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if len(head) < 8 or length < 8:
                return
            place += length
            yield head[4:8], place


def begins_as_mp4(path: Path) -> bool:
    """Whether the first box is one that such a file begins with."""
    return next(boxes(path), (b"", 0))[0] in FIRST


def index_first(path: Path) -> bool:
    """Whether the index (`moov`) stands before the media (`mdat`), so that players start at once."""
    return next((name == b"moov" for name, _ in boxes(path) if name in {b"moov", b"mdat"}), False)
