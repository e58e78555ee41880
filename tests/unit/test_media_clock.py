import asyncio
import os
from pathlib import Path

import pytest

from edgecode.workers.media.clock import Clock, EncoderCounts, follow

BLOCK = b"frame=38\nfps=37.96\nout_time_us=2816000\nout_time_ms=2816000\nspeed=2.81x\nprogress=continue\n"


def test_a_block_of_progress_is_read() -> None:
    clock = Clock()
    assert [clock.feed(line.decode()) for line in BLOCK.splitlines()] == [False] * 5 + [True]
    assert (clock.frames, clock.position_seconds, clock.speed_ratio) == (38, 2.816, 2.81)


@pytest.mark.parametrize("line", ["out_time_us=N/A", "speed=N/A", "frame=", "", "=", "speed=   0x", "noise"])
def test_words_of_a_start_or_of_another_version_change_nothing(line: str) -> None:
    clock = Clock()
    assert not clock.feed(line)
    assert (clock.frames, clock.position_seconds, clock.speed_ratio) == (0, 0.0, 0.0)


def test_the_position_never_falls() -> None:
    clock = Clock()
    clock.feed("out_time_us=5000000")
    clock.feed("out_time_us=-21333")
    assert clock.position_seconds == 5.0


def test_each_of_frames_position_counts_and_files_is_movement(tmp_path: Path) -> None:
    output = tmp_path / "a.mp4"
    clock = Clock([output])
    clock.still_seconds()
    last = clock._moved_at

    def moved() -> bool:
        nonlocal last
        clock.still_seconds()
        before, last = last, clock._moved_at
        return last > before

    assert not moved()
    clock.feed("frame=1")
    assert moved()
    clock.feed("out_time_us=1")
    assert moved()
    clock.counts[0] = 1
    assert moved()
    output.write_bytes(b"x")
    assert moved()
    assert not moved()


async def test_each_encoders_own_count_comes_through_its_fifo_in_any_pieces(tmp_path: Path) -> None:
    counts: dict[int, int] = {}
    fifos = [tmp_path / f"{place}.fifo" for place in range(3)]
    reader = EncoderCounts(fifos, counts)
    first, second = (os.open(fifo, os.O_WRONLY) for fifo in fifos[:2])
    os.write(first, b"0\n1\n1")
    os.write(second, b"0\nnoise\n1\n")
    os.write(first, b"0\n")
    os.close(first)
    os.close(second)
    reader.close()
    assert counts == {0: 11, 1: 2}
    assert not any(fifo.exists() for fifo in fifos)


async def test_following_ends_with_the_stream_and_reports_each_block() -> None:
    stdout = asyncio.StreamReader()
    stdout.feed_data(BLOCK * 2 + b"progress=end\n")
    stdout.feed_eof()
    blocks: list[int] = []
    clock = Clock()
    assert await follow(stdout, clock, 5, lambda: blocks.append(clock.frames))
    assert blocks == [38, 38, 38]


async def test_silence_is_a_stall() -> None:
    assert not await follow(asyncio.StreamReader(), Clock(), 0.05, lambda: None)


async def test_talk_without_movement_is_a_stall_too() -> None:
    stdout = asyncio.StreamReader()
    clock = Clock()

    async def talk() -> None:
        while True:
            stdout.feed_data(BLOCK)
            await asyncio.sleep(0.01)

    talking = asyncio.create_task(talk())
    async with asyncio.timeout(5):
        assert not await follow(stdout, clock, 0.1, lambda: None)
    talking.cancel()
