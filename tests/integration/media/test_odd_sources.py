"""Each row of the table of odd sources: what comes out, judged by its pictures and its sound."""

from pathlib import Path
from statistics import fmean

import av
import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media.probe import probe
from edgecode.workers.media.thumbnail import thumbnails
from edgecode.workers.media.tools import MediaTools
from tests.integration.media.odd_source import Odd
from tests.integration.media.odd_sources import ODD_SOURCES
from tests.integration.media.seen import flash_and_beep, likeness, make_odd, make_pattern
from tests.integration.media.sources import run_ladder, tags_for

# Hardly any loss, so that what is unlike has another cause.
BEST = media_pb2.OutputSpec(
    output_id="best", rendition=media_pb2.RenditionSpec(height_pixels=180, crf=8, speed="ultrafast", gop_seconds=1)
)
# A single picture may be so much less like what is seen; one that stands in another's place is far less.
WORSE = 0.05
# A picture of the pattern, or what a sound codec smears.
APART_SECONDS = 0.045


@pytest.fixture(scope="session")
def pattern(tools: MediaTools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_pattern(tools, tmp_path_factory.mktemp("odd"))


@pytest.mark.parametrize("odd", ODD_SOURCES, ids=lambda odd: odd.name)
async def test_what_comes_out_of_an_odd_source_is_what_its_viewer_sees_and_hears(
    tools: MediaTools, pattern: Path, scratch: Path, odd: Odd
) -> None:
    info, (result,) = await run_ladder(make_odd(tools, odd, pattern), scratch, tools, [BEST])
    file = result.file
    assert (file.width_pixels, file.height_pixels, file.frames) == (*odd.size, odd.frames)
    assert file.duration_seconds == pytest.approx(odd.seconds, abs=0.05)
    assert (file.audio_channels, info.video.variable_frame_rate) == (odd.channels, odd.variable)
    found = likeness(tools, result.path, odd, pattern)
    assert len(found) == odd.frames
    assert fmean(found) >= odd.likeness
    assert min(found) >= odd.likeness - WORSE
    with av.open(str(result.path)) as container:
        frame = next(container.decode(video=0))
        assert [stream.type for stream in container.streams] == ["video", *["audio"] * bool(odd.channels)]
        said = [int(of) for of in (frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range)]
        assert (said, frame.format.name, frame.interlaced_frame) == ([1, 1, 1, 1], "yuv420p", False)
    if "never shown" in odd.what:
        assert info.video.frames > odd.frames
    if odd.channels:
        flash, beep = flash_and_beep(result.path)
        assert beep - flash == pytest.approx(odd.offset, abs=APART_SECONDS)


@pytest.mark.parametrize("odd", [odd for odd in ODD_SOURCES if odd.thumbnail], ids=lambda odd: odd.name)
async def test_a_thumbnail_of_an_odd_source_shows_what_its_viewer_sees(
    tools: MediaTools, pattern: Path, scratch: Path, odd: Odd
) -> None:
    source = make_odd(tools, odd, pattern)
    info = await probe(source, scratch, tools)
    first = media_pb2.OutputSpec(
        output_id="first", thumbnail=media_pb2.ThumbnailSpec(height_pixels=180, time_seconds=0, quality=100)
    )
    [shot] = await thumbnails(source, info, first, scratch, tags_for(tools, source), tools)
    assert (shot.file.width_pixels, shot.file.height_pixels) == odd.size
    assert likeness(tools, shot.path, odd, pattern, matrix="smpte170m:in_range=pc")[0] >= min(odd.likeness, 0.93)


def test_every_container_and_codec_that_was_promised_has_a_row() -> None:
    assert {odd.name.rpartition(".")[2] for odd in ODD_SOURCES} >= {"mp4", "mov", "mkv", "webm", "ts", "avi"}
    words = " ".join(argument for odd in ODD_SOURCES for step in odd.make for argument in step)
    encoders = ("libx264", "libx265", "libvpx-vp9", "libsvtav1", "mpeg2video", "mpeg4", "prores_ks", "mjpeg")
    assert [encoder for encoder in encoders if f"-c:v {encoder} " not in words] == []
