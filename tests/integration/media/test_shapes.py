"""Sources of every shape give a verified ladder."""

from collections.abc import Callable
from pathlib import Path

import av
import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media.tools import MediaTools
from tests.integration.media.sources import AAC, H264, PICTURES, SOUND, ffmpeg, run_ladder, rung

Make = Callable[..., Path]
VARIABLE = ("-vf", "select='not(mod(n,7))+not(mod(n,3))+gt(n,60)'", "-fps_mode", "vfr")


async def test_times_of_a_variable_rate_are_kept(tools: MediaTools, made: Make, scratch: Path) -> None:
    source = made("variable.mp4", *PICTURES, *SOUND, *VARIABLE, *H264, *AAC)
    info, results = await run_ladder(source, scratch, tools, [rung(360)])
    assert info.video.variable_frame_rate
    assert frame_times(results[0].path) == pytest.approx(frame_times(source), abs=0.001)


def frame_times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [frame.time for frame in container.decode(video=0)]


async def test_the_default_audio_is_taken_and_its_language_kept(tools: MediaTools, made: Make, scratch: Path) -> None:
    two = ("-map", "0", "-map", "1", "-map", "1", *H264, *AAC)
    languages = ("-metadata:s:a:0", "language=deu", "-metadata:s:a:1", "language=fra")
    default = ("-disposition:a:0", "0", "-disposition:a:1", "default")
    source = made("languages.mkv", *PICTURES, *SOUND, *two, *languages, *default)
    info, results = await run_ladder(source, scratch, tools, [rung(360)])
    assert [track.language for track in info.audio] == ["fra", "deu"]
    with av.open(str(results[0].path)) as container:
        assert [stream.language for stream in container.streams.audio] == ["fra"]


async def test_a_recording_that_starts_between_keyframes_gives_what_can_be_shown(
    tools: MediaTools, made: Make, scratch: Path
) -> None:
    whole = made("broadcast.ts", *PICTURES, *SOUND, *H264, *AAC).read_bytes()
    source = scratch / "tuned in late"
    source.write_bytes(whole[188 * 800 :])
    info, results = await run_ladder(source, scratch, tools, [rung(360)])
    assert 0 < results[0].file.frames < info.video.frames


async def test_a_rung_above_the_source_keeps_its_own_size_when_none_is_below(
    tools: MediaTools, made: Make, scratch: Path
) -> None:
    source = made("no audio.mp4", *PICTURES, *H264)
    _, results = await run_ladder(source, scratch, tools)
    assert [(one.output_id, one.file.height_pixels) for one in results] == [("360p", 240)]


async def test_pictures_are_those_of_the_source(tools: MediaTools, made: Make, scratch: Path) -> None:
    source = made("no audio.mp4", *PICTURES, *H264)
    output = media_pb2.OutputSpec(output_id="best", rendition=media_pb2.RenditionSpec(height_pixels=240, crf=12))
    _, results = await run_ladder(source, scratch, tools, [output])
    graph = "[0:v][1:v]ssim=stats_file=-"
    scores = ffmpeg(tools, "-i", results[0].path, "-i", source, "-lavfi", graph, "-f", "null", "-")
    worst = min(float(line.rpartition("All:")[2].split()[0]) for line in scores.splitlines())
    assert len(scores.splitlines()) == 90
    assert worst > 0.98
