"""Quality is measured frame against frame of the same time, whatever shape the source has."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media import quality
from edgecode.workers.media.rendition import plan_rendition
from edgecode.workers.media.tools import MediaTools, Work
from tests.integration.media.sources import AAC, CLIP, H264, PICTURES, SOUND, ffmpeg, run_ladder

Make = Callable[..., Path]
SSIM, VMAF = media_pb2.QUALITY_METRIC_SSIM, media_pb2.QUALITY_METRIC_VMAF
# Their times are what could lead a comparison astray: cut, rounded, late, varying.
ASTRAY = {
    "variable.mp4": (
        *PICTURES,
        *SOUND,
        "-vf",
        "select='not(mod(n,7))+not(mod(n,3))+gt(n,60)'",
        "-fps_mode",
        "vfr",
        *H264,
        *AAC,
    ),
    "milliseconds.mkv": ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=30000/1001:d=3", *H264),
    "open groups.mp4": (*PICTURES, "-c:v", "libx264", "-x264-params", "open-gop=1:keyint=30"),
    "broadcast.ts": (*PICTURES, *SOUND, *H264, *AAC),
    "late sound.mp4": (*PICTURES, "-itsoffset", "0.7", *SOUND, *H264, *AAC),
    "late pictures.mp4": ("-itsoffset", "0.7", *PICTURES, *SOUND, *H264, *AAC),
    "late start.ts": (*PICTURES, *SOUND, *H264, *AAC, "-output_ts_offset", "10"),
}


def output(
    crf: int, lines: int = 240, metric: media_pb2.QualityMetric = SSIM, count: int = 2, seconds: float = 0.5
) -> media_pb2.OutputSpec:
    asked = media_pb2.QualitySpec(metric=metric, sample_count=count, sample_seconds=seconds)
    spec = media_pb2.RenditionSpec(height_pixels=lines, crf=crf)
    return media_pb2.OutputSpec(output_id=f"crf{crf}", rendition=spec, quality=asked)


async def measured(
    source: Path, scratch: Path, tools: MediaTools, *outputs: media_pb2.OutputSpec
) -> dict[str, media_pb2.Quality]:
    """What is measured of outputs just made."""
    info, made = await run_ladder(source, scratch, tools, outputs)
    durations = {one.output_id: one.file.duration_seconds for one in made}
    subjects = [
        quality.Subject(each, plan_rendition(each, info, scratch, {}), durations[each.output_id]) for each in outputs
    ]
    found = await quality.measure(Work(source, info, scratch, tools), subjects)
    assert not [path.name for path in scratch.iterdir() if path.suffix == ".log"]  # noqa: ASYNC240 it is a test's
    return found


@pytest.mark.parametrize("name", ASTRAY)
async def test_each_frame_meets_its_own(tools: MediaTools, made: Make, scratch: Path, name: str) -> None:
    source = made(name, *ASTRAY[name])
    found = (await measured(source, scratch, tools, output(10, count=3, seconds=0.4)))["crf10"]
    # Pictures that move all the time: beside its neighbour in time no frame comes as far.
    assert found.min > 0.97, found
    assert 3 * 0.4 * 15 < found.frames_compared <= 3 * (0.4 * 30 + 1)


async def test_the_mean_is_that_of_a_comparison_of_all_frames_by_number(tools: MediaTools, scratch: Path) -> None:
    wanted = output(35, 360, count=1, seconds=60)
    found = (await measured(CLIP, scratch, tools, wanted))["crf35"]
    scaled = "[1:v]scale=640:360:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p,setpts=N[s]"
    graph = f"{scaled};[0:v]setpts=N[o];[o][s]ssim=stats_file=-"
    scores = ffmpeg(tools, "-i", scratch / "crf35.mp4", "-i", CLIP, "-lavfi", graph, "-f", "null", "-")
    by_number = [float(score) for score in re.findall(r"All:([\d.]+)", scores)]
    assert found.frames_compared == len(by_number) == 132
    # The encoder got its colours converted, which the plain scaling here does not do; one frame astray would cost 0.05.
    assert found.mean == pytest.approx(fmean(by_number), abs=0.005)
    assert found.min == pytest.approx(min(by_number), abs=0.02)
    assert found.min < found.mean < 0.98


async def test_worse_is_worse_by_both_metrics_and_one_ladder_may_be_measured_by_both(
    tools: MediaTools, scratch: Path
) -> None:
    outputs = [(20, SSIM), (45, SSIM), (21, VMAF), (46, VMAF)]
    found = await measured(CLIP, scratch, tools, *(output(crf, 360, metric) for crf, metric in outputs))
    assert 0.9 < found["crf20"].mean < 1
    assert found["crf45"].mean < found["crf20"].mean - 0.05
    assert 80 < found["crf21"].mean <= 100
    assert found["crf46"].mean < found["crf21"].mean - 20
    assert [found[name].metric for name in ("crf20", "crf21")] == [SSIM, VMAF]


async def test_a_source_of_one_frame_is_measured_whole(tools: MediaTools, made: Make, scratch: Path) -> None:
    source = made("one frame.mp4", *PICTURES, "-frames:v", "1", *H264)
    found = await measured(source, scratch, tools, output(10))
    assert found["crf10"].frames_compared == 1
    assert found["crf10"].mean > 0.97


async def test_the_same_is_measured_twice_the_same(tools: MediaTools, made: Make, scratch: Path) -> None:
    source = made("sound.mp4", *PICTURES, *SOUND, *H264, *AAC)
    wanted = output(30)
    assert await measured(source, scratch, tools, wanted) == await measured(source, scratch, tools, wanted)


def test_an_ffmpeg_without_a_metric_is_known_by_its_own_words(tools: MediaTools) -> None:
    command = [tools.toolchain.ffmpeg, *PICTURES, *PICTURES, "-lavfi", "[0:v][1:v]libnothing", "-f", "null", "-"]
    words = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True).stderr
    failure = quality._missing(VMAF, words)
    assert failure is not None
    assert failure.failure.reason == "METRIC_MISSING"
    assert quality._missing(VMAF, "Conversion failed!") is None
