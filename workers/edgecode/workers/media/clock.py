"""ffmpeg's clock: what `-progress` and the encoders' own counts say, and whether any of it moves."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path


class Clock:
    """Where one run of ffmpeg stands.

    Attributes:
        frames: of the first video encoder, as `-progress` has it.
        dropped: pictures that came too late for their own time, over all outputs.
        position_seconds: the run's one clock, in the source's time.
        speed_ratio: position against wall time.
    """

    def __init__(self, watched: Iterable[Path] = ()) -> None:
        self.frames = 0
        self.dropped = 0
        self.position_seconds = 0.0
        self.speed_ratio = 0.0
        self.counts: dict[int, int] = {}
        self._watched = tuple(watched)
        self._seen: tuple[object, ...] = ()
        self._moved_at = time.monotonic()

    def feed(self, line: str) -> bool:
        """Takes one line of `-progress`; true at the end of a block."""
        key, _, value = line.strip().partition("=")
        match key:
            case "frame" if value.isdigit():
                self.frames = int(value)
            case "drop_frames" if value.isdigit():
                self.dropped = int(value)
            case "out_time_us" if value.lstrip("-").isdigit():
                self.position_seconds = max(int(value) / 1_000_000, self.position_seconds)
            case "speed" if value.endswith("x"):
                self.speed_ratio = float(value.removesuffix("x"))
        return key == "progress"

    def still_seconds(self) -> float:
        """For how long nothing moved: no clock, no encoder's count, no output file (moving the index is work too)."""
        seen = (self.frames, self.position_seconds, sum(self.counts.values()), *map(_touched, self._watched))
        if seen != self._seen:
            self._seen, self._moved_at = seen, time.monotonic()
        return time.monotonic() - self._moved_at


def _touched(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


class EncoderCounts:
    """Frames each encoder has finished; ffmpeg writes the number of each into the encoder's own FIFO.

    `-progress` has one clock for all outputs. Into one file for all of them ffmpeg's encoders write at once, without a
    lock: lines come twice, in pieces or never.
    """

    def __init__(self, fifos: Sequence[Path], counts: dict[int, int]) -> None:
        """Makes the FIFOs; counts by their place."""
        self._counts = counts
        self._fifos = [_Fifo(path, partial(self._take, place)) for place, path in enumerate(fifos)]

    def _take(self, place: int, line: bytes) -> None:
        if line.isdigit():
            self._counts[place] = int(line) + 1

    def close(self) -> None:
        """Takes what is still in the FIFOs and removes them."""
        for fifo in self._fifos:
            fifo.close()


class _Fifo:
    def __init__(self, path: Path, take: Callable[[bytes], None]) -> None:
        os.mkfifo(path)
        # Open for writing too: so it neither waits for ffmpeg nor ends between its writers.
        self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self._path = path
        self._take = take
        self._rest = b""
        asyncio.get_running_loop().add_reader(self._file, self._read)

    def _read(self) -> None:
        try:
            *lines, self._rest = (self._rest + os.read(self._file, 65536)).split(b"\n")
        except BlockingIOError:
            return
        for line in lines:
            self._take(line)

    def close(self) -> None:
        self._read()
        asyncio.get_running_loop().remove_reader(self._file)
        os.close(self._file)
        self._path.unlink(missing_ok=True)


async def follow(
    stdout: asyncio.StreamReader, clock: Clock, stall_seconds: float, on_block: Callable[[], None]
) -> bool:
    """Reads `-progress` until it ends; false when the clock stood still for too long."""
    while True:
        try:
            async with asyncio.timeout(max(stall_seconds - clock.still_seconds(), 0)):
                line = await stdout.readline()
        except TimeoutError:
            if clock.still_seconds() >= stall_seconds:
                return False
            continue
        if not line:
            return True
        if clock.feed(line.decode("ascii", "replace")):
            if clock.still_seconds() >= stall_seconds:
                return False
            on_block()
