"""Too many of something, too deep, or too much in too few bytes."""

import gzip
import struct
import zlib

from edgecode.workers.media.faults import Reason
from tests.hostile import films, mkv, mp4
from tests.hostile.containers import film
from tests.hostile.row import Hostile

MILLION = 1_000_000
_ZIPPED_TEXT = mkv.Track(mkv.SUBTITLE, "S_TEXT/UTF8", zipped=True)
_ZIPPED_VIDEO = mkv.Track(mkv.VIDEO, "V_MJPEG", zipped=True)


def _tiny(count: int, per_millisecond: int = 8) -> list[mkv.Packet]:
    return [mkv.Packet(2, place // per_millisecond, b"\x80") for place in range(count)]


def _bombs(size: int, count: int, track: int) -> list[mkv.Packet]:
    zeros = zlib.compress(bytes(size), 9)
    return [mkv.Packet(track, films.STEP * place, zeros) for place in range(count)]


def _tag(content: bytes) -> bytes:
    text = mkv.element(mkv.TAG_NAME, "x") + mkv.element(mkv.TAG_STRING, content)
    return mkv.element(mkv.TAGS, mkv.element(mkv.TAG, mkv.element(mkv.SIMPLE_TAG, text)))


def _title(text: bytes) -> bytes:
    return mp4.box(b"udta", mp4.box(b"\xa9nam", struct.pack(">HH", len(text) & 0xFFFF, 0) + text))


def _spoken(language: str) -> bytes:
    track = mkv.Track(mkv.AUDIO, "A_PCM/INT/LIT", language=language)
    return films.beside(track, [mkv.Packet(2, 0, bytes(8000))])


def _alias() -> bytes:
    """The reference of a MOV to a file elsewhere, as an old Mac wrote it."""
    name = b"passwd"
    head = bytes(10) + bytes([1]) + b"/".ljust(27, b"\0") + bytes(12)
    path = struct.pack(">hH", 2, 11) + b"/etc/passwd\0"
    return mp4.full(
        b"alis",
        head
        + bytes([len(name)])
        + name.ljust(63, b"\0")
        + bytes(16)
        + b"\0\1\0\1"
        + bytes(16)
        + path
        + b"\xff\xff\0\0"
        + bytes(40),
    )


def _lying_lengths() -> bytes:
    """A Matroska element that says it is as long as can be said, and ends."""
    whole = films.at(range(0, 1000, films.STEP))
    return whole + (mkv.CLUSTER).to_bytes(4, "big") + mkv.length((1 << 56) - 2) + b"\xe7\x81\x00"


ROWS = [
    Hostile("track of sound without a packet", lambda: films.beside(films.SOUND, []), None, frames=25),
    Hostile(
        "1,000 video tracks in MKV", lambda: mkv.film([films.VIDEO] * 1000, films.second()), Reason.STREAMS_EXCEEDED
    ),
    Hostile("1,000 tracks in MOV", lambda: films.mov(tracks=1000), Reason.STREAMS_EXCEEDED),
    Hostile(
        "1,000 subtitle tracks",
        lambda: mkv.film([films.VIDEO] + [films.TEXT] * 999, films.second()),
        Reason.STREAMS_EXCEEDED,
    ),
    Hostile(
        "a million packets of sound, a byte each",
        lambda: films.beside(films.SOUND, _tiny(MILLION)),
        Reason.FRAMES_EXCEEDED,
        cpu_seconds=60,
        mebibytes=1024,
        heavy=True,
    ),
    Hostile(
        "a million packets of subtitles, a byte each",
        lambda: films.beside(films.TEXT, _tiny(MILLION)),
        None,
        frames=25,
        cpu_seconds=60,
        mebibytes=1024,
        heavy=True,
    ),
    Hostile(
        "a million and one packets of video, a byte each",
        lambda: mkv.film([films.VIDEO], [mkv.Packet(1, n, b"\x80") for n in range(MILLION + 1)]),
        Reason.FRAMES_EXCEEDED,
        cpu_seconds=40,
        mebibytes=512,
        heavy=True,
    ),
    Hostile(
        "50,000 packets of video, a byte each",
        lambda: mkv.film([films.VIDEO], [mkv.Packet(1, 4 * n, b"\x80") for n in range(50_000)]),
        Reason.CORRUPT_INPUT,
        heavy=True,
    ),
    Hostile(
        "10,000 packets of sound, a byte each", lambda: films.beside(films.SOUND, _tiny(10_000)), Reason.FRAMES_EXCEEDED
    ),
    Hostile(
        "sample table of four billion entries", lambda: films.mov(samples=[1], count=0xFFFFFFF0), Reason.TRUNCATED_INPUT
    ),
    Hostile("title of 20 MB in MOV", lambda: films.mov(_title(b"x" * 20 * MILLION)), None, frames=25, heavy=True),
    Hostile(
        "tag of 20 MB in MKV",
        lambda: mkv.film([films.VIDEO], films.second(), _tag(b"y" * 20 * MILLION)),
        None,
        frames=25,
        heavy=True,
    ),
    Hostile(
        "tag that is no UTF-8 in MKV",
        lambda: mkv.film([films.VIDEO], films.second(), _tag("Prüfung".encode("latin-1") + bytes(range(128, 256)))),
        None,
        frames=25,
    ),
    Hostile("language of 5 MB", lambda: _spoken("e" * 5 * MILLION), None, frames=25),
    Hostile("language of 200 KB", lambda: _spoken("e" * 200_000), None, frames=25),
    Hostile(
        "subtitles of 1 GB in 1 MB of zlib",
        lambda: films.beside(_ZIPPED_TEXT, _bombs(100 * MILLION, 10, 2)),
        None,
        frames=25,
    ),
    Hostile(
        "pictures of 1 GB in 1 MB of zlib",
        lambda: mkv.film([_ZIPPED_VIDEO], _bombs(100 * MILLION, 10, 1)),
        Reason.NO_VIDEO_STREAM,
    ),
    Hostile("film in gzip", lambda: gzip.compress(film("MP4"), mtime=0), Reason.NOT_MEDIA),
    Hostile("100,000 boxes within each other in MP4", lambda: mp4.nested(b"moov", 100_000), Reason.CORRUPT_INPUT),
    Hostile(
        "100,000 boxes beside a film in MOV", lambda: films.mov(mp4.nested(b"udta", 100_000)), Reason.CORRUPT_INPUT
    ),
    Hostile(
        "1,000 tags within each other in MKV",
        lambda: mkv.film([films.VIDEO], films.second(), mkv.nested(mkv.TAGS, 1000)),
        None,
        frames=25,
    ),
    Hostile("cluster of 64 PB in MKV", _lying_lengths, Reason.TRUNCATED_INPUT),
    Hostile(
        "MOV whose media are in /etc/passwd, by URL",
        lambda: films.mov(references=mp4.full(b"url ", b"file:///etc/passwd\0")),
        None,
        frames=25,
    ),
    Hostile(
        "MOV whose media are in /etc/passwd, by alias", lambda: films.mov(references=_alias()), Reason.TRUNCATED_INPUT
    ),
]
