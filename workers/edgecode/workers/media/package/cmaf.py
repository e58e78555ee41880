"""What stands where in a CMAF track: one file of `ftyp`, `moov`, `sidx`, and a `moof` with its `mdat` a segment.

Run in the sandbox as `python -m`: prints the indexes of the files named, as JSON.
"""

import itertools
import json
import struct
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

_HEADER_BYTES = 8
# Before the references of a `sidx`: version and flags, id, timescale; then two times of four or eight bytes.
_SIDX = struct.Struct(">B3xII")


@dataclass(frozen=True, slots=True)
class Segment:
    """A place in the file, and how long and of how many samples what stands there is."""

    offset: int
    size: int
    seconds: float
    samples: int


@dataclass(frozen=True, slots=True)
class TrackIndex:
    """Of one file.

    Attributes:
        size_bytes: of the whole.
        init_bytes: of what comes before the index: all a decoder needs to begin.
        index_bytes: of the index, which follows.
        segments: in order.
    """

    size_bytes: int
    init_bytes: int
    index_bytes: int
    segments: tuple[Segment, ...]


class NotCmaf(Exception):
    """The file is not laid out as a track of ours."""


def read_index(path: Path) -> TrackIndex:
    """Reads the boxes of a track.

    Raises:
        NotCmaf: it has no index, or one that does not fit the boxes.
    """
    with path.open("rb") as file:
        boxes = list(_boxes(file, 0, path.stat().st_size))
        index = next(((offset, size) for name, offset, size in boxes if name == b"sidx"), None)
        if index is None:
            raise NotCmaf(f"{path.name} has no index")
        file.seek(index[0])
        promised = list(_references(file.read(index[1])))
        found = list(_segments(file, boxes))
    offset = index[0] + index[1]
    segments = []
    for (size, seconds), (start, length, samples) in zip(promised, found, strict=False):
        if (start, length) != (offset, size):
            raise NotCmaf(f"{path.name} has a segment of {length} bytes at {start}, its index {size} at {offset}")
        segments.append(Segment(start, size, seconds, samples))
        offset += size
    if len(promised) != len(found):
        raise NotCmaf(f"{path.name} has {len(found)} segments, its index {len(promised)}")
    return TrackIndex(path.stat().st_size, index[0], index[1], tuple(segments))


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, offset and size of each box between two places."""
    while start + _HEADER_BYTES <= end:
        file.seek(start)
        size, name = struct.unpack(">I4s", file.read(_HEADER_BYTES))
        if size == 1:
            size = int.from_bytes(file.read(8))
        if size < _HEADER_BYTES or start + size > end:
            raise NotCmaf(f"a box of {size} bytes at {start}")
        yield name, start, size
        start += size


def _references(box: bytes) -> Iterator[tuple[int, float]]:
    """Size and seconds of each segment that a `sidx` names."""
    version, _, timescale = _SIDX.unpack_from(box, _HEADER_BYTES)
    place = _HEADER_BYTES + _SIDX.size + (16 if version else 8)
    count = int.from_bytes(box[place + 2 : place + 4])
    for number in range(count):
        size, ticks, _ = struct.unpack_from(">III", box, place + 4 + 12 * number)
        yield size & 0x7FFFFFFF, ticks / timescale


def _segments(file: BinaryIO, boxes: list[tuple[bytes, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Offset, size and samples of each `moof` with the `mdat` behind it."""
    for (name, offset, size), (after, _, length) in itertools.pairwise(boxes):
        if name == b"moof" and after == b"mdat":
            yield offset, size + length, _samples(file, offset + _HEADER_BYTES, offset + size)


def _samples(file: BinaryIO, start: int, end: int) -> int:
    count = 0
    for name, offset, size in list(_boxes(file, start, end)):
        if name == b"traf":
            count += _samples(file, offset + _HEADER_BYTES, offset + size)
        elif name == b"trun":
            file.seek(offset + _HEADER_BYTES + 4)
            count += int.from_bytes(file.read(4))
    return count


def from_json(found: dict[str, object]) -> TrackIndex:
    """What the child printed of one file."""
    segments = found["segments"]
    assert isinstance(segments, list)
    rest = {name: int(str(found[name])) for name in ("size_bytes", "init_bytes", "index_bytes")}
    return TrackIndex(**rest, segments=tuple(Segment(**segment) for segment in segments))


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(read_index(Path(name))) for name in sys.argv[1:]]))
