import asyncio
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import av
import pytest

from edgecode.core import ladder
from edgecode.v1 import bus_pb2, media_pb2
from edgecode.workers.media import invocation
from edgecode.workers.media.clock import EncoderCounts
from edgecode.workers.media.inspect_file import read_tags
from edgecode.workers.media.probe import probe
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.thumbnail import thumbnails
from edgecode.workers.media.tools import MediaTools
from tests.integration.media.sources import CLIP, THUMBNAIL, WEB, ffmpeg, run_ladder, rung, tags_for

Clip = tuple[media_pb2.MediaInfo, list[Rendered], list[list[bus_pb2.OutputProgress]]]


@pytest.fixture(scope="session")
def clip(tools: MediaTools, tmp_path_factory: pytest.TempPathFactory) -> Clip:
    progress: list[list[bus_pb2.OutputProgress]] = []
    info, made = asyncio.run(run_ladder(CLIP, tmp_path_factory.mktemp("clip"), tools, progress=progress))
    return info, made, progress


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def test_the_clip_gives_720_480_and_360_lines_with_all_frames_and_stereo(clip: Clip) -> None:
    info, made, _ = clip
    assert (info.video.display_width_pixels, info.video.display_height_pixels) == (1280, 720)
    assert (info.video.frames, info.audio[0].channels) == (132, 6)
    assert [(one.file.width_pixels, one.file.height_pixels) for one in made] == [(1280, 720), (854, 480), (640, 360)]
    for one in made:
        assert (one.file.frames, one.file.audio_channels) == (132, 2)
        assert (one.file.video_codec, one.file.audio_codec) == ("h264", "aac")
        assert one.file.duration_seconds == pytest.approx(5.28)
        assert one.file.size_bytes == one.path.stat().st_size


async def test_each_encoder_tells_the_number_of_each_of_its_frames(
    tools: MediaTools, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where they share a file, lines come twice, in pieces or never, and 1 good transcode of 500 is not believed."""
    told: list[list[bytes]] = [[], [], []]
    monkeypatch.setattr(EncoderCounts, "_take", lambda _, place, line: told[place].append(line))
    await run_ladder(CLIP, scratch, tools, [rung(144), rung(108), rung(72)])
    assert told == [[b"%d" % number for number in range(132)]] * 3


async def test_every_frame_of_every_rendition_decodes(clip: Clip, tools: MediaTools) -> None:
    for one in clip[1]:
        with av.open(str(one.path)) as container:
            assert sum(1 for _ in container.decode(video=0)) == 132


async def test_digests_are_those_that_sha256sum_and_ffmpeg_streamhash_give(clip: Clip, tools: MediaTools) -> None:
    for one in clip[1]:
        hashes = ffmpeg(tools, "-i", one.path, "-map", "0", "-c", "copy", "-f", "streamhash", "-hash", "sha256", "-")
        assert one.file.content_sha256 == hashlib.sha256(hashes.encode()).hexdigest()
        assert one.file.sha256 == sha256(one.path)


async def test_the_same_job_on_the_same_build_gives_the_same_bytes(
    clip: Clip, tools: MediaTools, scratch: Path
) -> None:
    _, again = await run_ladder(CLIP, scratch, tools)
    assert [sha256(one.path) for one in again] == [one.file.sha256 for one in clip[1]]


async def test_one_processor_gives_the_same_bytes_as_many(clip: Clip, tools: MediaTools, scratch: Path) -> None:
    """Threads are pinned by the spec: the number of processors changes nothing."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        _, again = await run_ladder(CLIP, scratch, tools, [rung(360)])
    finally:
        os.sched_setaffinity(0, allowed)
    assert again[0].file.sha256 == clip[1][-1].file.sha256


async def test_a_processor_without_vectors_gives_the_same_bytes(
    tools: MediaTools, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So any x86-64 does: no byte depends on which of ffmpeg's ways the processor allows."""
    _, usual = await run_ladder(CLIP, scratch, tools, [rung(180)])
    monkeypatch.setattr(invocation, "CPU_FLAGS", ["-cpuflags", "0"])
    _, plain = await run_ladder(CLIP, scratch, tools, [rung(180)])
    assert plain[0].file.sha256 == usual[0].file.sha256


async def test_a_rendition_is_the_same_alone_as_in_a_ladder(clip: Clip, tools: MediaTools, scratch: Path) -> None:
    _, alone = await run_ladder(CLIP, scratch, tools, [rung(480)])
    assert alone[0].file.sha256 == clip[1][1].file.sha256


async def test_the_stamp_stands_in_the_file_and_is_read_back(clip: Clip, tools: MediaTools, scratch: Path) -> None:
    wanted = tags_for(tools, CLIP)
    for one in clip[1]:
        found = await read_tags(one.path, scratch, tools)
        assert found == wanted.of_file(one.output_id) | {
            "sha256": one.file.sha256,
            "content_sha256": one.file.content_sha256,
        }


async def test_another_stamp_changes_the_file_and_not_its_content(clip: Clip, tools: MediaTools, scratch: Path) -> None:
    target = scratch / "other.mp4"
    ffmpeg(tools, "-i", clip[1][2].path, "-map", "0", "-c", "copy", "-metadata", "comment=other", target)
    found = await read_tags(target, scratch, tools)
    assert found["content_sha256"] == clip[1][2].file.content_sha256
    assert found["sha256"] != clip[1][2].file.sha256


async def test_progress_counts_each_outputs_own_frames_and_never_falls(clip: Clip) -> None:
    progress = clip[2]
    assert [one.output_id for one in progress[0]] == ["720p", "480p", "360p"]
    for output in range(3):
        counts = [block[output].frames_done for block in progress]
        assert counts == sorted(counts)
        assert counts[-1] == progress[-1][output].frames_total == 132
        assert progress[-1][output].fraction == 1.0
    assert len({tuple(one.frames_done for one in block) for block in progress}) > 1


async def test_keyframes_stand_every_two_seconds_in_all_renditions_and_the_index_first(clip: Clip) -> None:
    for one in clip[1]:
        with av.open(str(one.path)) as container:
            keyframes = [place for place, packet in enumerate(container.demux(video=0)) if packet.is_keyframe]
        assert keyframes == [0, 50, 100]
        head = one.path.read_bytes()
        assert head.index(b"moov") < head.index(b"mdat")


async def test_the_thumbnail_is_a_keyframe_as_jpeg_with_its_stamp_in_a_comment(
    tools: MediaTools, scratch: Path
) -> None:
    info = await probe(CLIP, scratch, tools)
    tags = tags_for(tools, CLIP)
    [first] = await thumbnails(CLIP, info, THUMBNAIL, scratch, tags, tools)
    assert (first.file.width_pixels, first.file.height_pixels, first.file.frames) == (640, 360, 1)
    assert first.file.content_type == "image/jpeg"
    hashes = ffmpeg(tools, "-i", first.path, "-f", "streamhash", "-hash", "sha256", "-")
    assert first.file.content_sha256 == hashlib.sha256(hashes.encode()).hexdigest()
    found = await read_tags(first.path, scratch, tools)
    assert found["edgecode-output-id"] == "thumbnail"
    assert found["edgecode-revision"] == tags.revision
    [again] = await thumbnails(CLIP, info, THUMBNAIL, scratch, tags, tools)
    assert again.file == first.file


@pytest.mark.parametrize("seconds", [0.0, 2.5, 5.27, 9999.0])
async def test_a_thumbnail_at_any_time_even_beyond_the_end_is_a_picture(
    tools: MediaTools, scratch: Path, seconds: float
) -> None:
    info = await probe(CLIP, scratch, tools)
    spec = media_pb2.ThumbnailSpec(time_seconds=seconds, height_pixels=90, quality=40)
    output = media_pb2.OutputSpec(output_id="shot", thumbnail=spec)
    [made] = await thumbnails(CLIP, info, output, scratch, tags_for(tools, CLIP), tools)
    assert (made.file.width_pixels, made.file.height_pixels) == (160, 90)


async def test_the_top_rung_is_1080_lines_for_a_source_of_1080(
    tools: MediaTools, scratch: Path, made_1080: Path
) -> None:
    info, made = await run_ladder(made_1080, scratch, tools)
    assert ladder.select(WEB, info)[1] == []
    assert [one.file.height_pixels for one in made] == [1080, 720, 480, 360]
    assert {one.file.frames for one in made} == {30}


@pytest.fixture(scope="session")
def made_1080(tools: MediaTools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "1080.mp4"
    ffmpeg(tools, "-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30:d=1", "-c:v", "libx264", "-preset", "ultrafast", path)
    return path


def test_inspecting_a_file_from_the_command_line_prints_its_tags(clip: Clip) -> None:
    # As `edgecode inspect` runs it: a module, since the command may not import this package.
    command = [sys.executable, "-m", "edgecode.workers.media.inspect_file", str(clip[1][0].path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert '"edgecode-job-id": "11111111-2222-5333-8444-555555555555"' in answer.stdout
