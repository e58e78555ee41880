"""Stalls, limits, full disks and cancelling: the right fault, nothing running, no file left."""

import asyncio
import dataclasses
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edgecode.core.process_start import process_start
from edgecode.v1 import media_pb2
from edgecode.workers.media.diagnose import blaming
from edgecode.workers.media.faults import MediaFailure, Reason, ours
from edgecode.workers.media.probe import probe
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.sandbox import Sandbox
from edgecode.workers.media.tools import MediaTools, Work
from edgecode.workers.media.transcode import transcode
from tests.hostile import containers
from tests.integration.media.sources import H264, LONG, PICTURES, rung, tags_for

Make = Callable[..., Path]
Limited = Callable[..., MediaTools]


class Encode:
    """A ladder at work on the long source."""

    def __init__(self, source: Path, scratch: Path, tools: MediaTools, state: Path) -> None:
        self.scratch = scratch
        self.running = asyncio.Event()
        self._state = state
        self._source, self._tools = source, tools
        self.task: asyncio.Task[list[Rendered]] = asyncio.create_task(self._run())

    async def _run(self) -> list[Rendered]:
        info = await probe(self._source, self.scratch, self._tools)
        outputs = [rung(720), rung(360)]
        tags = tags_for(self._tools, self._source)
        return await transcode(
            self._source, info, outputs, self.scratch, tags, self._tools, lambda *_: self.running.set()
        )

    def pid(self) -> int:
        [entry] = self._state.glob("*.child")
        return int(json.loads(entry.read_text())["pid"])

    async def failure(self) -> media_pb2.Failure:
        with pytest.raises(MediaFailure) as caught:
            await self.task
        assert list(self.scratch.iterdir()) == []
        assert list(self._state.iterdir()) == []
        return caught.value.failure


@pytest.fixture
def encode(made: Make, scratch: Path, tmp_path: Path, limited: Limited) -> Callable[..., Encode]:
    def start(**limits: float) -> Encode:
        return Encode(made("long.mp4", *LONG, *H264), scratch, limited(**limits), tmp_path / "children")

    return start


async def test_an_ffmpeg_whose_clock_stands_still_is_ended_and_ours(encode: Callable[..., Encode]) -> None:
    one = encode(stall_seconds=1.0)
    await one.running.wait()
    os.kill(one.pid(), signal.SIGSTOP)
    failure = await one.failure()
    assert (failure.reason, failure.fault) == (Reason.STALLED, media_pb2.FAULT_OURS)


async def test_cancelling_ends_ffmpeg_within_a_second_and_leaves_no_part(encode: Callable[..., Encode]) -> None:
    one = encode()
    await one.running.wait()
    pid = one.pid()
    started = time.monotonic()
    one.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await one.task
    assert time.monotonic() - started < 1
    assert process_start(pid) is None
    assert list(one.scratch.iterdir()) == []


async def test_cancelling_ends_even_a_frozen_ffmpeg_within_a_second(encode: Callable[..., Encode]) -> None:
    one = encode()
    await one.running.wait()
    os.kill(one.pid(), signal.SIGSTOP)
    started = time.monotonic()
    one.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await one.task
    assert time.monotonic() - started < 1


async def test_an_ffmpeg_killed_by_another_hand_is_ours(encode: Callable[..., Encode]) -> None:
    one = encode()
    await one.running.wait()
    os.kill(one.pid(), signal.SIGKILL)
    failure = await one.failure()
    assert (failure.reason, failure.fault) == (Reason.ENCODER_FAILED, media_pb2.FAULT_OURS)
    assert "SIGKILL" in failure.message


async def test_an_ffmpeg_ended_politely_by_another_hand_publishes_nothing(encode: Callable[..., Encode]) -> None:
    """SIGTERM makes ffmpeg write a playable, shorter file."""
    one = encode()
    await one.running.wait()
    os.kill(one.pid(), signal.SIGTERM)
    failure = await one.failure()
    assert failure.fault == media_pb2.FAULT_OURS


@pytest.mark.parametrize(
    "limits", [{"cpu_base_seconds": 2.5, "cpu_factor": 0.0}, {"wall_base_seconds": 0.7, "wall_factor": 0.0}]
)
async def test_wall_and_cpu_time_that_run_out_are_ours_when_decoding_is_not_to_blame(
    encode: Callable[..., Encode], limits: dict[str, float]
) -> None:
    failure = await encode(**limits).failure()
    assert (failure.reason, failure.fault) == (Reason.TIMEOUT, media_pb2.FAULT_OURS)


async def test_memory_that_runs_out_in_the_encoder_is_ours(encode: Callable[..., Encode]) -> None:
    failure = await encode(memory_bytes=170 * 2**20).failure()
    # Which part asks in vain depends on the threads' order, and not all parts say why they gave up.
    assert failure.reason in {Reason.MEMORY_EXCEEDED, Reason.ENCODER_FAILED}
    assert failure.fault == media_pb2.FAULT_OURS, failure


async def test_an_output_beyond_the_documented_size_is_the_users(encode: Callable[..., Encode]) -> None:
    failure = await encode(max_output_bytes=100_000).failure()
    assert (failure.reason, failure.fault) == (Reason.OUTPUT_SIZE_EXCEEDED, media_pb2.FAULT_USER)


async def test_an_ffmpeg_that_does_not_start_is_ours_whatever_the_source(
    tools: MediaTools, made: Make, scratch: Path
) -> None:
    """A broken installation must never be taken for a bare decode that fails."""
    source = made("no audio.mp4", *PICTURES, *H264)
    info = await probe(source, scratch, tools)
    broken = dataclasses.replace(tools, toolchain=dataclasses.replace(tools.toolchain, ffmpeg=scratch / "gone"))
    with pytest.raises(MediaFailure) as caught:
        await transcode(source, info, [rung(240)], scratch, tags_for(tools, source), broken, lambda *_: None)
    assert (caught.value.reason, caught.value.failure.fault) == (Reason.TOOLCHAIN_MISSING, media_pb2.FAULT_OURS)
    text = scratch / "text"
    text.write_text("not a film")
    with pytest.raises(MediaFailure) as caught:
        await probe(text, scratch, broken)
    assert (caught.value.reason, caught.value.failure.fault) == (Reason.TOOLCHAIN_MISSING, media_pb2.FAULT_OURS)


async def test_a_child_that_cannot_be_recorded_does_not_run(tools: MediaTools, made: Make, scratch: Path) -> None:
    state = scratch / "state"
    unrecorded = dataclasses.replace(tools, sandbox=Sandbox(state))
    state.rmdir()
    with pytest.raises(FileNotFoundError):
        await probe(made("no audio.mp4", *PICTURES, *H264), scratch, unrecorded)


async def test_an_output_id_that_is_no_file_name_is_refused(tools: MediaTools, made: Make, scratch: Path) -> None:
    source = made("no audio.mp4", *PICTURES, *H264)
    info = await probe(source, scratch, tools)
    output = rung(240)
    output.output_id = "../240p"
    with pytest.raises(ValueError, match="output id"):
        await transcode(source, info, [output], scratch, tags_for(tools, source), tools, lambda *_: None)


# In namespaces of its own, on a disk of 300 kB.
ON_A_SMALL_DISK = """
import asyncio, pathlib, sys
from edgecode.workers.media.faults import MediaFailure
from edgecode.workers.media.probe import probe
from edgecode.workers.media.thumbnail import thumbnails
from edgecode.workers.media.sandbox import Sandbox
from edgecode.workers.media.tools import find_tools
from edgecode.workers.media.transcode import transcode
from tests.hostile import containers
from tests.integration.media.sources import rung, tags_for
source, scratch, state = map(pathlib.Path, sys.argv[1:])
async def main():
    tools = find_tools(state)
    info = await probe(source, scratch, tools)
    try:
        await transcode(source, info, [rung(720)], scratch, tags_for(tools, source), tools, lambda *_: None)
    except MediaFailure as failed:
        print(failed.reason, failed.failure.fault, list(scratch.iterdir()))
asyncio.run(main())
"""


def test_a_full_scratch_disk_is_transient(made: Make, scratch: Path, tmp_path: Path) -> None:
    source = made("long.mp4", *LONG, *H264)
    script = 'mount -t tmpfs -o size=300k none "$1" && shift && exec "$@"'
    program = [sys.executable, "-c", ON_A_SMALL_DISK, str(source), str(scratch), str(tmp_path / "state")]
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", str(scratch), *program]
    root = Path(__file__).parents[3]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert answer.stdout.split(maxsplit=2) == ["NO_SPACE", str(media_pb2.FAULT_TRANSIENT), "[]\n"], answer


async def test_a_verification_that_finds_another_file_than_asked_for_is_ours(
    tools: MediaTools, made: Make, scratch: Path
) -> None:
    """The probe's word on the source is what renditions are held against."""
    source = made("no audio.mp4", *PICTURES, *H264)
    info = await probe(source, scratch, tools)
    info.video.duration_seconds = 9.0
    with pytest.raises(MediaFailure) as caught:
        await transcode(source, info, [rung(240)], scratch, tags_for(tools, source), tools, lambda *_: None)
    assert (caught.value.reason, caught.value.failure.fault) == (Reason.VERIFICATION_FAILED, media_pb2.FAULT_OURS)
    assert "video of 3.000 s, the source's has 9.000 s" in caught.value.failure.detail
    assert not (scratch / "240p.mp4").exists()


async def test_a_file_that_is_not_as_asked_is_the_users_where_the_source_does_not_decode_either(
    tools: MediaTools, scratch: Path
) -> None:
    """Of a recording of which most is noise ffmpeg makes a picture, and says it did well."""
    source, dice = scratch / "source", random.Random(1)
    film = containers.film("MPEG-TS")
    kept = len(film) // 4
    source.write_bytes(film[:kept] + dice.randbytes(len(film) - 2 * kept) + film[-kept:])
    info = await probe(source, scratch, tools)
    with pytest.raises(MediaFailure) as caught:
        async with blaming(Work(source, info, scratch, tools)):
            raise ours(Reason.VERIFICATION_FAILED, "the thumbnail is not what was asked for")
    assert (caught.value.reason, caught.value.failure.fault) == (Reason.CORRUPT_INPUT, media_pb2.FAULT_USER)
