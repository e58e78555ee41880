"""Good parts that hostile files are put together from."""

from collections.abc import Iterable, Sequence
from functools import cache

from tests.harness import clips
from tests.hostile import mkv, mp4

VIDEO = mkv.Track(mkv.VIDEO, "V_MJPEG")
SOUND = mkv.Track(mkv.AUDIO, "A_PCM/INT/LIT")
TEXT = mkv.Track(mkv.SUBTITLE, "S_TEXT/UTF8")
FRAMES = 25
STEP = 40


@cache
def jpeg(width: int = 64, height: int = 36) -> bytes:
    """A whole JPEG of one colour."""
    frame = ("-f", "lavfi", "-i", f"color=teal:s={width}x{height}:d=1", "-frames:v", "1")
    return clips.made(f"{width}x{height}.jpg", *frame, "-c:v", "mjpeg", "-f", "mjpeg")


def second() -> list[mkv.Packet]:
    """A second of pictures."""
    return [mkv.Packet(1, STEP * place, jpeg()) for place in range(FRAMES)]


def at(times: Iterable[int]) -> bytes:
    """A Matroska film with a picture at each time, in milliseconds."""
    return mkv.film([VIDEO], [mkv.Packet(1, time, jpeg()) for time in times])


def beside(track: mkv.Track, packets: Iterable[mkv.Packet]) -> bytes:
    """A good second, and another track after it, which is number 2."""
    return mkv.film([VIDEO, track], [*second(), *packets])


def of(pictures: Sequence[bytes]) -> bytes:
    """A Matroska film of these pictures."""
    return mkv.film([VIDEO], [mkv.Packet(1, STEP * place, picture) for place, picture in enumerate(pictures)])


def mov(*extra: bytes, tracks: int = 1, **claims: object) -> bytes:
    """A second as MOV, its track with these claims."""
    track = mp4.Track(**({"samples": [len(jpeg())] * FRAMES} | claims))  # type: ignore[arg-type]
    return mp4.movie([track] * tracks, jpeg() * FRAMES, *extra)
