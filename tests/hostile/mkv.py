"""Matroska files built element by element: any time, any order, any claim."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Ids, as the format has them.
EBML, SEGMENT, INFO, TRACKS, TRACK = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE
CLUSTER, CLUSTER_TIME, SIMPLE_BLOCK, BLOCK_GROUP, BLOCK, DURATION = 0x1F43B675, 0xE7, 0xA3, 0xA0, 0xA1, 0x9B
TAGS, TAG, SIMPLE_TAG, TAG_NAME, TAG_STRING = 0x1254C367, 0x7373, 0x67C8, 0x45A3, 0x4487
VIDEO, AUDIO, SUBTITLE = 1, 2, 17
# Milliseconds: what a block can be away from its cluster.
_REACH = 30_000


def element(name: int, content: bytes | int | str) -> bytes:
    """One element; numbers take as few bytes as they need."""
    if isinstance(content, int):
        content = content.to_bytes(max((content.bit_length() + 7) // 8, 1), "big")
    elif isinstance(content, str):
        content = content.encode()
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + length(len(content)) + content


def length(number: int) -> bytes:
    """A length of eight bytes: simple, and right for any."""
    return (number | 1 << 56).to_bytes(8, "big")


def nested(name: int, depth: int) -> bytes:
    """An element within an element within an element."""
    content = b""
    for _ in range(depth):
        content = element(name, content)
    return content


@dataclass(frozen=True, slots=True)
class Track:
    """One track.

    Attributes:
        kind: VIDEO, AUDIO or SUBTITLE.
        codec: Matroska's name of it.
        size: width and height of a video, pixels.
        language: as the file says it.
        zipped: whether its blocks are said to be compressed with zlib.
    """

    kind: int
    codec: str
    size: tuple[int, int] = (64, 36)
    language: str = "und"
    zipped: bool = False

    def element(self, number: int) -> bytes:
        """`TrackEntry`."""
        parts = [
            element(0xD7, number), element(0x73C5, number), element(0x83, self.kind), element(0x86, self.codec),
            element(0x22B59C, self.language),
        ]  # fmt: skip
        if self.kind == VIDEO:
            parts.append(element(0xE0, element(0xB0, self.size[0]) + element(0xBA, self.size[1])))
        if self.kind == AUDIO:
            # 8000 Hz as a float, one channel, 8 bits.
            parts.append(element(0xE1, b"\xb5\x84\x45\xfa\x00\x00" + element(0x9F, 1) + element(0x6264, 8)))
        if self.zipped:
            zlib_for_blocks = element(0x5032, 1) + element(0x5033, 0) + element(0x5034, element(0x4254, 0))
            parts.append(element(0x6D80, element(0x6240, zlib_for_blocks)))
        return element(TRACK, b"".join(parts))


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its track's number, its time in milliseconds, its bytes."""

    track: int
    time: int
    data: bytes


def film(tracks: Sequence[Track], packets: Iterable[Packet], *extra: bytes, codec_of: str = "matroska") -> bytes:
    """A whole file; `extra` elements stand before the media. Packets are written in the order given."""
    head = element(EBML, element(0x4282, codec_of) + element(0x4287, 4) + element(0x4285, 2))
    info = element(INFO, element(0x2AD7B1, 1_000_000) + element(0x4D80, "hand") + element(0x5741, "hand"))
    entries = element(TRACKS, b"".join(track.element(1 + place) for place, track in enumerate(tracks)))
    return head + element(SEGMENT, b"".join([info, entries, *extra, *_clusters(packets)]))


def _clusters(packets: Iterable[Packet]) -> Iterable[bytes]:
    start, blocks = 0, bytearray()
    for packet in packets:
        if blocks and (abs(packet.time - start) > _REACH or len(blocks) > 1 << 20):
            yield element(CLUSTER, element(CLUSTER_TIME, start) + blocks)
            blocks.clear()
        if not blocks:
            start = packet.time
        blocks += element(SIMPLE_BLOCK, _block(packet, start))
    if blocks:
        yield element(CLUSTER, element(CLUSTER_TIME, start) + blocks)


def _block(packet: Packet, start: int) -> bytes:
    return bytes([0x80 | packet.track]) + (packet.time - start).to_bytes(2, "big", signed=True) + b"\x80" + packet.data


def bomb(size: int) -> bytes:
    """So many zeros, compressed a thousandfold."""
    return zlib.compress(bytes(size), 9)
