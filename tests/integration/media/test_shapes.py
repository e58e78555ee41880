"""Sources of every shape give a verified ladder."""

from collections.abc import Callable
from pathlib import Path

import av
import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media.thumbnail import thumbnail
from edgecode.workers.media.tools import MediaTools
from tests.integration.media.sources import AAC, H264, PICTURES, SOUND, THUMBNAIL, ffmpeg, run_ladder, rung, tags_for

Make = Callable[..., Path]
VARIABLE = ("-vf", "select='not(mod(n,7))+not(mod(n,3))+gt(n,60)'", "-fps_mode", "vfr")
# Name, ffmpeg's arguments, size of the one rung, frames, audio channels.
SHAPES: list[tuple[str, tuple[str, ...], tuple[int, int], int, int]] = [
    ("no audio.mp4", (*PICTURES, *H264), (320, 240), 90, 0),
    ("odd.mp4", ("-f", "lavfi", "-i", "testsrc2=s=321x241:r=30:d=1", "-pix_fmt", "yuv444p"), (320, 240), 30, 0),
    ("one frame.mp4", (*PICTURES, "-frames:v", "1", *H264), (320, 240), 1, 0),
    ("upright.mp4", ("-f", "lavfi", "-i", "testsrc2=s=180x320:r=25:d=2", *H264), (180, 320), 50, 0),
    ("two pixels.mp4", ("-f", "lavfi", "-i", "testsrc2=s=2x2:r=30:d=1", *H264), (2, 2), 30, 0),
    ("wide pixels.mp4", (*PICTURES, *H264, "-vf", "setsar=2"), (640, 240), 90, 0),
    ("variable.mp4", (*PICTURES, *SOUND, *VARIABLE, *H264, *AAC), (320, 240), 56, 1),
    ("milliseconds.mkv", ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=30000/1001:d=3", *H264), (320, 240), 90, 0),
    ("hidden frames.webm", (*PICTURES, "-c:v", "libvpx", "-auto-alt-ref", "1", "-cpu-used", "5"), (320, 240), 90, 0),
    ("open groups.mp4", (*PICTURES, "-c:v", "libx264", "-x264-params", "open-gop=1:keyint=30"), (320, 240), 90, 0),
    ("ten bit.mp4", (*PICTURES, *SOUND, "-c:v", "libx264", "-pix_fmt", "yuv420p10le", *AAC), (320, 240), 90, 1),
    ("full range.flv", (*PICTURES, "-c:v", "libx264", "-pix_fmt", "yuvj420p"), (320, 240), 90, 0),
    ("eight channels.mov", (*PICTURES, *SOUND, *H264, "-c:a", "pcm_s16le", "-ac", "8"), (320, 240), 90, 2),
    ("reordered.avi", (*PICTURES, *SOUND, "-c:v", "mpeg4", "-bf", "2", "-c:a", "mp3"), (320, 240), 90, 1),
    ("broadcast.ts", (*PICTURES, *SOUND, *H264, *AAC), (320, 240), 90, 1),
    ("fragments.mp4", (*PICTURES, *SOUND, *H264, *AAC, "-movflags", "frag_keyframe+empty_moov"), (320, 240), 90, 1),
    ("late sound.mp4", (*PICTURES, "-itsoffset", "0.7", *SOUND, *H264, *AAC), (320, 240), 90, 1),
    ("late pictures.mp4", ("-itsoffset", "0.7", *PICTURES, *SOUND, *H264, *AAC), (320, 240), 90, 1),
]


@pytest.mark.parametrize(("name", "arguments", "size", "frames", "channels"), SHAPES, ids=[row[0] for row in SHAPES])
async def test_a_source_of_this_shape_gives_a_verified_rendition_and_thumbnail(  # noqa: PLR0917 - a row of the table
    tools: MediaTools,
    made: Make,
    scratch: Path,
    name: str,
    arguments: tuple[str, ...],
    size: tuple[int, int],
    frames: int,
    channels: int,
) -> None:
    source = made(name, *arguments)
    info, results = await run_ladder(source, scratch, tools, [rung(360)])
    file = results[0].file
    assert (file.width_pixels, file.height_pixels) == size
    assert (file.frames, file.audio_channels) == (frames, channels)
    shot = await thumbnail(source, info, THUMBNAIL, scratch, tags_for(tools, source), tools)
    assert (shot.file.width_pixels, shot.file.height_pixels) == size


async def test_times_of_a_variable_rate_are_kept(tools: MediaTools, made: Make, scratch: Path) -> None:
    source = made("variable.mp4", *PICTURES, *SOUND, *VARIABLE, *H264, *AAC)
    info, results = await run_ladder(source, scratch, tools, [rung(360)])
    assert info.video.variable_frame_rate
    assert frame_times(results[0].path) == pytest.approx(frame_times(source), abs=0.001)


def frame_times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [frame.time for frame in container.decode(video=0)]


@pytest.mark.parametrize(("counterclockwise", "clockwise"), [(90, 270), (180, 180), (-90, 90)])
async def test_rotation_is_applied_and_gone(
    tools: MediaTools, made: Make, scratch: Path, counterclockwise: int, clockwise: int
) -> None:
    # The left half is red, the right half blue: after a turn each colour stands where the viewer saw it.
    halves = "color=red:s=160x240:r=30:d=1[l];color=blue:s=160x240:r=30:d=1[r];[l][r]hstack"
    flat = made("halves.mp4", "-f", "lavfi", "-i", halves, *H264)
    turned = made(f"{counterclockwise}.mp4", "-display_rotation:v:0", str(counterclockwise), "-i", flat, "-c", "copy")
    info, results = await run_ladder(turned, scratch, tools, [rung(360)])
    assert info.video.rotation_degrees == clockwise
    size = (320, 240) if clockwise == 180 else (240, 320)
    assert (results[0].file.width_pixels, results[0].file.height_pixels) == size
    with av.open(str(results[0].path)) as container:
        frame = next(container.decode(video=0))
    assert frame.rotation == 0
    # Of V, the red-difference plane: red is far above the middle. Look at the side the red half must be on.
    plane, (width, height) = memoryview(frame.planes[2]), (size[0] // 2, size[1] // 2)
    place = {90: (width // 2, 5), 180: (width - 5, height // 2), 270: (width // 2, height - 5)}[clockwise]
    assert plane[place[1] * frame.planes[2].line_size + place[0]] > 200


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
