"""Films whose clocks jump, stop, run backwards or race."""

from edgecode.workers.media.faults import Reason
from tests.harness import clips
from tests.hostile import films, mkv
from tests.hostile.containers import film
from tests.hostile.row import Hostile

HOUR = 3_600_000
_FILM = clips.pictures("64x36", 1)


def _gap(milliseconds: int) -> bytes:
    return films.at(films.STEP * place + (milliseconds if place > 9 else 0) for place in range(films.FRAMES))


def _ts(offset: float) -> bytes:
    return clips.made(f"{offset}.ts", *_FILM, *clips.H264, "-output_ts_offset", str(offset))


def _apart() -> bytes:
    apart = ("-frames:v", "2", "-vf", "setpts=N*36000/TB", "-fps_mode", "vfr")
    return clips.made("apart.mp4", *_FILM, *apart, *clips.H264)


def _silence(milliseconds: int) -> list[mkv.Packet]:
    """Sound with a hole."""
    return [mkv.Packet(2, 10 * place + (milliseconds if place > 9 else 0), bytes(80)) for place in range(100)]


ROWS = [
    Hostile("two frames ten hours apart in MP4", _apart, Reason.DURATION_EXCEEDED),
    Hostile("gap of ten hours in MKV", lambda: _gap(10 * HOUR), Reason.DURATION_EXCEEDED),
    Hostile("gap of three hours in MKV", lambda: _gap(3 * HOUR), None, frames=25),
    Hostile(
        "gap of three hours in the sound",
        lambda: films.beside(films.SOUND, _silence(3 * HOUR)),
        None,
        frames=25,
        cpu_seconds=40,
        mebibytes=400,
        heavy=True,
    ),
    Hostile("clock of MPEG-TS jumps an hour ahead", lambda: _ts(0) + _ts(3600), Reason.TIMESTAMPS_DISORDERED),
    Hostile("two recordings in one MPEG-TS", lambda: film("MPEG-TS") * 2, Reason.TIMESTAMPS_DISORDERED),
    Hostile("two recordings in one fragmented MP4", lambda: film("fragmented MP4") * 2, Reason.TIMESTAMPS_DISORDERED),
    Hostile("clock of MPEG-TS wraps around", lambda: _ts(95_443.2), None, frames=30),
    Hostile("frames in backward order", lambda: films.at(range(1000, 0, -films.STEP)), Reason.TIMESTAMPS_DISORDERED),
    Hostile(
        "times begin anew every 0.4 s", lambda: films.at(40 * (n % 10) for n in range(25)), Reason.TIMESTAMPS_DISORDERED
    ),
    Hostile("all frames at one instant", lambda: films.at([0] * 25), Reason.TIMESTAMPS_DISORDERED),
    Hostile("neighbours in the wrong order", lambda: films.at(40 * (n ^ 1) for n in range(24)), None, frames=24),
    Hostile(
        "times of the sound begin anew every 0.5 s",
        lambda: films.beside(films.SOUND, [mkv.Packet(2, 10 * (n % 50), bytes(80)) for n in range(100)]),
        None,
        frames=25,
    ),
    Hostile("3,000 frames in 0.1 s", lambda: films.at(n // 30 for n in range(3000)), Reason.FRAMES_EXCEEDED),
    Hostile("frames 25 days long in MOV", lambda: films.mov(ticks=[(25, 0x7FFFFFFF)]), Reason.DURATION_EXCEEDED),
    Hostile("time table of four billion entries in MOV", lambda: films.mov(ticks=[(0xFFFFFFFF, 40)]), None, frames=25),
    Hostile(
        "edit list that shows one second 100,000 times",
        lambda: films.mov(edits=[(1000, 0, 0x10000)] * 100_000),
        Reason.FRAMES_EXCEEDED,
        cpu_seconds=40,
        mebibytes=512,
        heavy=True,
    ),
    Hostile(
        "edit list of 100,000 cuts",
        lambda: films.mov(edits=[(1, n % 900, 0x10000) for n in range(100_000)]),
        None,
        frames=2556,
        cpu_seconds=40,
        mebibytes=512,
        heavy=True,
    ),
]
