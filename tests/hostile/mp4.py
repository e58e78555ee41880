"""MP4 and MOV files built box by box, so that any of them may lie."""

import dataclasses
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

# Ticks per second of every clock here.
TIMESCALE = 1000
_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def box(name: bytes, *content: bytes) -> bytes:
    """One box."""
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), name) + body


def full(name: bytes, *content: bytes, version: int = 0, flags: int = 0) -> bytes:
    """One box with version and flags."""
    return box(name, struct.pack(">I", version << 24 | flags), *content)


def table(name: bytes, *rows: tuple[int, ...]) -> bytes:
    """A box that is a table of 32-bit numbers."""
    return full(name, struct.pack(">I", len(rows)), *(struct.pack(f">{len(row)}I", *row) for row in rows))


def nested(name: bytes, depth: int) -> bytes:
    """A box within a box within a box."""
    # From the outside in: each holds all that come after it.
    return b"".join(struct.pack(">I4s", 8 * (depth - place), name) for place in range(depth))


@dataclass(frozen=True, slots=True)
class Track:
    """One video track.

    Attributes:
        codec: the sample entry's name.
        size: width and height that the header tells, pixels.
        samples: size of each in bytes; one number stands for all of `count`.
        count: how many samples the index promises.
        ticks: how long each is shown.
        offset: where the first one's bytes are, from the file's start.
        references: the content of `dref`: where the media is.
        edits: rows of the edit list: length, start, rate.
    """

    codec: bytes = b"jpeg"
    size: tuple[int, int] = (64, 36)
    samples: Sequence[int] = ()
    count: int | None = None
    ticks: Sequence[tuple[int, int]] = ()
    offset: int = 0
    references: bytes = field(default_factory=lambda: full(b"url ", flags=1))
    edits: Sequence[tuple[int, int, int]] = ()

    def box(self, number: int) -> bytes:
        """`trak`, with everything inside."""
        seconds = sum(count * ticks for count, ticks in self._ticks()) & 0xFFFFFFFF
        width, height = (side << 16 for side in self.size)
        head = full(
            b"tkhd",
            struct.pack(">5I8x4H", 0, 0, number, 0, seconds, 0, 0, 0, 0),
            _UNITY,
            struct.pack(">2I", width & 0xFFFFFFFF, height & 0xFFFFFFFF),
            flags=7,
        )
        edits = [box(b"edts", table(b"elst", *self.edits))] if self.edits else []
        clock = full(b"mdhd", struct.pack(">4I2H", 0, 0, TIMESCALE, seconds, 0, 0))
        kind = full(b"hdlr", b"\0\0\0\0vide", bytes(13))
        where = box(b"dinf", full(b"dref", struct.pack(">I", 1), self.references))
        pictures = full(b"vmhd", bytes(8), flags=1)
        return box(b"trak", head, *edits, box(b"mdia", clock, kind, box(b"minf", pictures, where, self._samples())))

    def _ticks(self) -> Sequence[tuple[int, int]]:
        return self.ticks or [(self._count(), 40)]

    def _count(self) -> int:
        return len(self.samples) if self.count is None else self.count

    def _samples(self) -> bytes:
        width, height = self.size
        entry = box(
            self.codec,
            struct.pack(">6xH16x2H", 1, width, height),
            struct.pack(">2I4xH32sHh", 0x480000, 0x480000, 1, b"", 24, -1),
        )
        if self.count is None:
            sizes = struct.pack(f">{2 + len(self.samples)}I", 0, len(self.samples), *self.samples)
        else:
            sizes = struct.pack(">2I", self.samples[0], self.count)
        return box(
            b"stbl",
            full(b"stsd", struct.pack(">I", 1), entry),
            table(b"stts", *self._ticks()),
            table(b"stsc", (1, self._count(), 1)),
            full(b"stsz", sizes),
            table(b"stco", (self.offset,)),
        )


def movie(tracks: Sequence[Track], media: bytes = b"", *extra: bytes) -> bytes:
    """A whole file: media first, index last; `extra` boxes stand inside the index.

    Offsets of the tracks count from the media's first byte.
    """
    kind = box(b"ftyp", b"qt  ", bytes(4), b"qt  ")
    data = box(b"mdat", media)
    place = len(kind) + 8
    moved = [dataclasses.replace(track, offset=track.offset + place) for track in tracks]
    clock = struct.pack(">4IIH10x", 0, 0, TIMESCALE, 0, 0x10000, 0x100)
    head = full(b"mvhd", clock, _UNITY, bytes(24), struct.pack(">I", len(moved) + 1))
    return kind + data + box(b"moov", head, *(track.box(1 + place) for place, track in enumerate(moved)), *extra)
