"""Pictures that nobody should decode, and codecs that nobody may."""

import struct
import zlib

from edgecode.workers.media.faults import Reason
from tests.harness import clips
from tests.hostile import films, mkv, mp4
from tests.hostile.row import Hostile

SIDE_16K = 16_384
_FEW = clips.pictures("64x36", 0.2)
# A decoder takes no header of this size seriously that has fewer bytes behind it.
_PADDING = bytes(1_200_000)


def claiming(width: int, height: int) -> bytes:
    """A JPEG of 64 x 36 whose header tells another size."""
    picture = films.jpeg()
    place = picture.index(b"\xff\xc0") + 5
    return picture[:place] + struct.pack(">HH", height, width) + picture[place + 4 :] + _PADDING


def png(width: int, height: int) -> bytes:
    """A whole black PNG of one bit per pixel: 16k x 16k are 33 KB."""
    lines = zlib.compress(bytes((width // 8 + 1) * height), 9)
    head = struct.pack(">2I5B", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", lines) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _with_cover() -> bytes:
    """A film with a picture of 16k x 16k for its cover."""
    cover = mkv.element(0x466E, "cover.jpg") + mkv.element(0x4660, "image/jpeg")
    cover += mkv.element(0x465C, claiming(SIDE_16K, SIDE_16K)) + mkv.element(0x46AE, 1)
    return mkv.film([films.VIDEO], films.second(), mkv.element(0x1941A469, mkv.element(0x61A7, cover)))


def _headless() -> bytes:
    """MPEG-TS of H.264 in which no sequence begins."""
    return clips.made("headless.ts", *_FEW, *clips.H264).replace(b"\0\0\1\x67", b"\0\0\1\x1f")


def _growing() -> bytes:
    """Two MPEG-TS, one after the other in time and in the file, which a splicer would have joined with care."""
    small = clips.made("small.ts", *clips.pictures("64x36", 1), *clips.H264)
    return small + clips.made("large.ts", *clips.pictures("128x72", 1), *clips.H264, "-output_ts_offset", "1")


def _bomb(name: str, codec: str, size: str = "7680x4320") -> bytes:
    options = ("-frames:v", "1", "-c:v", codec, "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    return clips.made(name, "-f", "lavfi", "-i", f"color=s={size}:r=1:d=1", *options)


ROWS = [
    Hostile("PNG of 16k x 16k, 33 KB", lambda: png(SIDE_16K, SIDE_16K), Reason.UNSUPPORTED_CONTAINER),
    Hostile("JPEG of 16k x 16k", lambda: claiming(SIDE_16K, SIDE_16K), Reason.UNSUPPORTED_CONTAINER),
    Hostile(
        "PNG of 16k x 16k in MOV, its header says 64 x 64",
        lambda: mp4.movie([mp4.Track(b"png ", (64, 64), [len(png(SIDE_16K, SIDE_16K))])], png(SIDE_16K, SIDE_16K)),
        Reason.UNSUPPORTED_CODEC,
    ),
    Hostile(
        "MJPEG of 16k x 16k in MKV, its header says 64 x 36",
        lambda: films.of([claiming(SIDE_16K, SIDE_16K)] * 2),
        Reason.PIXELS_EXCEEDED,
    ),
    Hostile("8K in H.264", lambda: _bomb("8k.mp4", "libx264"), Reason.PIXELS_EXCEEDED),
    # It takes x265 some seconds to make.
    Hostile("8K in HEVC", lambda: _bomb("8k.mkv", "libx265"), Reason.PIXELS_EXCEEDED, heavy=True),
    Hostile("16,384 x 16 pixels", lambda: _bomb("wide.mp4", "libx264", "16384x16"), Reason.PIXELS_EXCEEDED),
    Hostile(
        "64 x 36, then 8K in mid-stream",
        lambda: films.of([films.jpeg()] * 20 + [claiming(7680, 4320)]),
        Reason.PIXELS_EXCEEDED,
    ),
    Hostile(
        "64 x 36 and 32 x 64 by turns",
        lambda: films.of([films.jpeg(), films.jpeg(32, 64)] * 12),
        None,
        frames=24,
    ),
    Hostile("MPEG-TS of 64 x 36 with one of 128 x 72 behind it", _growing, Reason.CORRUPT_INPUT),
    Hostile("H.264 without a header", _headless, Reason.CORRUPT_INPUT),
    Hostile("64 x 36, its header says 16k x 16k", lambda: films.mov(size=(SIDE_16K, SIDE_16K)), None, frames=25),
    Hostile("cover of 16k x 16k beside a film", _with_cover, None, frames=25),
    Hostile("MagicYUV in AVI", lambda: clips.made("m.avi", *_FEW, "-c:v", "magicyuv"), Reason.UNSUPPORTED_CODEC),
    Hostile("FFV1 in MKV", lambda: clips.made("f.mkv", *_FEW, "-c:v", "ffv1"), Reason.UNSUPPORTED_CODEC),
    Hostile("raw video in AVI", lambda: clips.made("r.avi", *_FEW, "-c:v", "rawvideo"), Reason.UNSUPPORTED_CODEC),
    Hostile("GIF", lambda: clips.made("g.gif", *_FEW), Reason.UNSUPPORTED_CONTAINER),
    Hostile(
        "ADPCM sound beside H.264 in MKV",
        lambda: clips.made("a.mkv", *_FEW, "-f", "lavfi", "-i", "sine=d=1", *clips.H264, "-c:a", "adpcm_ms"),
        Reason.UNSUPPORTED_CODEC,
    ),
]
