"""What a rendition may be asked for, judged by what is in the file."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
from google.protobuf import text_format

from edgecode.v1 import media_pb2
from edgecode.workers.media import loudness
from edgecode.workers.media.faults import MediaFailure, Reason
from edgecode.workers.media.inspect_file import read_tags
from edgecode.workers.media.probe import probe
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.toolchain import Toolchain
from edgecode.workers.media.tools import MediaTools
from edgecode.workers.media.transcode import transcode
from tests.integration.media.sources import AAC, H264, ffmpeg, tags_for

Make = Callable[..., Path]
PICTURES = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2.4")
LOW = ("-f", "lavfi", "-i", "sine=d=2.4:f=440:r=48000")
HIGH = ("-f", "lavfi", "-i", "sine=d=2.4:f=880:r=48000")


@pytest.fixture
def source(made: Make) -> Path:
    """60 frames with two tracks of sound, the second of them the default one."""
    tracks = ("-map", "0", "-map", "1", "-map", "2", "-metadata:s:a:0", "language=eng", "-metadata:s:a:1",
              "language=deu", "-disposition:a:0", "0", "-disposition:a:1", "default")  # fmt: skip
    return made("two tracks.mp4", *PICTURES, *LOW, *HIGH, *tracks, *H264, *AAC, "-b:a", "96k")


def specs(*texts: str) -> list[media_pb2.OutputSpec]:
    return [
        text_format.Parse(f"output_id: 'o{place}' rendition {{ {text} }}", media_pb2.OutputSpec())
        for place, text in enumerate(texts)
    ]


async def render(source: Path, scratch: Path, tools: MediaTools, *texts: str, **more: object) -> list[Rendered]:
    info = await probe(source, scratch, tools)
    tags = tags_for(tools, source)
    return await transcode(source, info, specs(*texts), scratch, tags, tools, lambda *_: None, **more)  # type: ignore[arg-type]


def decoded(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


CODECS = (
    "height_pixels: 90 video_codec: VIDEO_CODEC_HEVC",
    "height_pixels: 90 video_codec: VIDEO_CODEC_VP9 container: CONTAINER_WEBM",
    "height_pixels: 90 video_codec: VIDEO_CODEC_AV1 container: CONTAINER_MP4 audio_codec: AUDIO_CODEC_OPUS",
    "height_pixels: 90 container: CONTAINER_MKV audio_codec: AUDIO_CODEC_NONE",
)


async def test_every_codec_and_container_in_one_process_twice_the_same_bytes(
    source: Path, scratch: Path, tools: MediaTools
) -> None:
    made = await render(source, scratch, tools, *CODECS)
    kinds = [(one.path.suffix, one.file.video_codec, one.file.audio_codec, one.file.content_type) for one in made]
    assert kinds == [
        (".mp4", "hevc", "aac", "video/mp4"),
        (".webm", "vp9", "opus", "video/webm"),
        (".mp4", "av1", "opus", "video/mp4"),
        (".mkv", "h264", "", "video/x-matroska"),
    ]
    for one in made:
        assert len(decoded(one.path)) == one.file.frames == 60
        assert one.file.duration_seconds == pytest.approx(2.4, abs=0.01)
        found = await read_tags(one.path, scratch, tools)
        assert found["edgecode-output-id"] == one.output_id
        assert found["content_sha256"] == one.file.content_sha256
    again = await render(source, scratch, tools, *CODECS)
    assert [sha256(one.path) for one in again] == [one.file.sha256 for one in made]


async def test_targets_and_bounds_of_rates_are_kept_and_the_same_again(
    source: Path, scratch: Path, tools: MediaTools
) -> None:
    texts = [
        f"height_pixels: 180 video_codec: VIDEO_CODEC_{codec} audio_codec: AUDIO_CODEC_NONE {rate}"
        for codec in ("H264", "HEVC", "VP9", "AV1")
        for rate in ("crf: 1", "crf: 1 max_bits_per_second: 200000", "target_bits_per_second: 200000")
    ]
    made = await render(source, scratch, tools, *texts)
    for free, bound, aimed in zip(made[::3], made[1::3], made[2::3], strict=True):
        assert bound.file.size_bytes < free.file.size_bytes / 2
        assert aimed.file.size_bytes < free.file.size_bytes / 2
    again = await render(source, scratch, tools, *texts)
    assert [sha256(one.path) for one in again] == [one.file.sha256 for one in made]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("RULE_AT_MOST numerator: 60 denominator: 1", (60, 0.04)),
        ("RULE_AT_MOST numerator: 10 denominator: 1", (24, 0.12)),
        ("RULE_AT_MOST numerator: 25 denominator: 2", (30, 0.08)),
        ("RULE_EXACTLY numerator: 50 denominator: 1", (120, 0.02)),
        ("RULE_EXACTLY numerator: 5 denominator: 1", (12, 0.2)),
    ],
)
async def test_frame_rates_bound_or_set_when_pictures_stand(
    source: Path, scratch: Path, tools: MediaTools, rule: str, expected: tuple[int, float]
) -> None:
    [made] = await render(source, scratch, tools, f"height_pixels: 36 frame_rate {{ rule: {rule} }}")
    found = decoded(made.path)
    assert len(found) == made.file.frames == expected[0]
    assert [frame.time for frame in found[:2]] == pytest.approx([0.0, expected[1]], abs=0.001)


async def test_each_fit_gives_its_size_and_keeps_the_shape_it_promises(
    made: Make, scratch: Path, tools: MediaTools
) -> None:
    # Left half white, right half black.
    halves = "color=white:s=160x180:r=5:d=1[a];color=black:s=160x180:r=5:d=1[b];[a][b]hstack"
    source = made("white and black.mp4", "-filter_complex", halves, *H264)
    fits = ("INSIDE", "PAD", "CROP", "STRETCH")
    texts = [f"height_pixels: 96 width_pixels: 96 fit: FIT_{fit} audio_codec: AUDIO_CODEC_NONE" for fit in fits]
    found = dict(zip(fits, await render(source, scratch, tools, *texts), strict=True))
    assert {fit: (one.file.width_pixels, one.file.height_pixels) for fit, one in found.items()} == {
        "INSIDE": (96, 54), "PAD": (96, 96), "CROP": (96, 96), "STRETCH": (96, 96),
    }  # fmt: skip
    # Brightness at the left edge of the first line, and in the middle of the left half.
    seen = {fit: (_luma(one.path, 8, 4), _luma(one.path, 24, 48)) for fit, one in found.items() if fit != "INSIDE"}
    assert [(top > 128, middle > 128) for top, middle in seen.values()] == [(False, True), (True, True), (True, True)]


def _luma(path: Path, x: int, y: int) -> int:
    plane = decoded(path)[0].planes[0]
    return bytes(plane)[y * plane.line_size + x]


async def test_a_trim_shows_exactly_its_part_of_pictures_and_sound(
    source: Path, scratch: Path, tools: MediaTools
) -> None:
    trim = "trim { start_seconds: 0.8 end_seconds: 1.6 }"
    [made] = await render(source, scratch, tools, f"height_pixels: 180 crf: 1 {trim}")
    assert made.file.frames == 20
    assert made.file.duration_seconds == pytest.approx(0.8)
    part = decoded(made.path)[0]
    with av.open(str(made.path)) as container:
        sound = [packet.pts * packet.time_base for packet in container.demux(audio=0) if packet.pts is not None]
    assert float(max(sound)) == pytest.approx(0.8, abs=0.05)
    [whole] = await render(source, scratch, tools, "height_pixels: 180 crf: 1")
    distances = [_difference(part, frame) for frame in decoded(whole.path)]
    assert distances.index(min(distances)) == 20
    assert min(distances) < 1


def _difference(one: av.VideoFrame, other: av.VideoFrame) -> float:
    """Mean distance of brightness."""
    first, second = bytes(one.planes[0]), bytes(other.planes[0])
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / len(first)


async def test_all_tracks_keep_their_languages_and_the_default_one_stands_first(
    source: Path, scratch: Path, tools: MediaTools
) -> None:
    made = await render(
        source, scratch, tools,
        "height_pixels: 36 audio_tracks: AUDIO_TRACKS_ALL",
        "height_pixels: 36 audio_tracks: AUDIO_TRACKS_ALL container: CONTAINER_MKV audio_codec: AUDIO_CODEC_OPUS",
        "height_pixels: 36",
    )  # fmt: skip
    assert [list(one.file.audio_languages) for one in made] == [["deu", "eng"], ["deu", "eng"], ["deu"]]
    with av.open(str(made[0].path)) as container:
        flags = [bool(stream.disposition & av.stream.Disposition.default) for stream in container.streams.audio]
    assert flags == [True, False]


@pytest.fixture
def mark(made: Make) -> Path:
    return made("mark.png", "-f", "lavfi", "-i", "color=white:s=64x32", "-frames:v", "1")


async def test_a_watermark_stands_in_its_corner_at_its_size_through_all_frames(
    made: Make, mark: Path, scratch: Path, tools: MediaTools
) -> None:
    black = made("black pictures.mp4", "-f", "lavfi", "-i", "color=black:s=320x180:r=5:d=2", *H264)
    digest = sha256(mark)
    corners = ("TOP_LEFT", "TOP_RIGHT", "BOTTOM_LEFT", "BOTTOM_RIGHT", "CENTER")
    text = f"height_pixels: 180 watermark {{ asset_sha256: '{digest}' height_ratio: 0.2 margin_ratio: 0.1 "
    found = await render(
        black, scratch, tools, *(f"{text} corner: CORNER_{corner} }}" for corner in corners),
        text + "corner: CORNER_TOP_LEFT opacity: 0.5 }", marks={digest: mark},
    )  # fmt: skip
    # 36 lines of 180 with a margin of 18, 72 wide: what lies just inside and just outside of it.
    places = {"TOP_LEFT": (22, 22), "TOP_RIGHT": (298, 22), "BOTTOM_LEFT": (22, 158), "BOTTOM_RIGHT": (298, 158)}
    for corner, one in zip(corners, found[:5], strict=True):
        bright = places.get(corner, (160, 90))
        last = decoded(one.path)[-1].planes[0]
        for name, (x, y) in {**places, "CENTER": (160, 90)}.items():
            seen = bytes(last)[y * last.line_size + x] > 128
            assert seen == ((x, y) == bright), f"{name} of {corner}"
    assert _luma(found[5].path, 30, 30) == pytest.approx((_luma(found[0].path, 30, 30) + 16) / 2, abs=6)


async def test_a_watermark_that_is_no_picture_is_the_users_fault(
    source: Path, scratch: Path, tools: MediaTools
) -> None:
    text = "height_pixels: 36 watermark { asset_sha256: 'x' }"
    with pytest.raises(MediaFailure) as failed:
        await render(source, scratch, tools, text, marks={"x": source})
    assert failed.value.reason == Reason.WATERMARK_UNREADABLE
    assert failed.value.failure.fault == media_pb2.FAULT_USER


async def test_streams_that_fit_are_copied_and_said_to_be(source: Path, scratch: Path, tools: MediaTools) -> None:
    made = await render(
        source, scratch, tools,
        "height_pixels: 180 copy_when_it_fits: true container: CONTAINER_MKV",
        "height_pixels: 90 copy_when_it_fits: true",
        "height_pixels: 180 copy_when_it_fits: true audio_codec: AUDIO_CODEC_OPUS container: CONTAINER_MKV",
        "height_pixels: 180",
    )  # fmt: skip
    copied = [(one.file.video_copied, one.file.audio_copied) for one in made]
    assert copied == [(True, True), (False, True), (True, False), (False, False)]
    packets = [ffmpeg(tools, "-i", path, "-map", "0:v:0", "-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "md5", "-")
               for path in (source, *(one.path for one in made))]  # fmt: skip
    assert packets[0] == packets[1] == packets[3]
    assert len({packets[0], packets[2], packets[4]}) == 3


async def test_a_copy_that_is_not_what_was_asked_for_is_encoded(
    made: Make, source: Path, scratch: Path, tools: MediaTools
) -> None:
    """An edit list that hides the first pictures is lost by a copy: more frames would be shown."""
    cut = made("cut.mp4", "-ss", "0.5", "-i", source, "-map", "0:v", "-c", "copy")
    info = await probe(cut, scratch, tools)
    assert info.video.frames < sum(1 for _ in _packets(cut)), "the source hides some"
    [one] = await render(cut, scratch, tools, "height_pixels: 180 copy_when_it_fits: true")
    assert not one.file.video_copied
    assert len(decoded(one.path)) == info.video.frames


def _packets(path: Path) -> list[Any]:
    with av.open(str(path)) as container:
        return [packet for packet in container.demux(video=0) if packet.size]


async def test_a_codec_that_this_ffmpeg_does_not_write_is_named(source: Path, scratch: Path, tools: MediaTools) -> None:
    known = tools.toolchain
    poor = Toolchain(known.ffmpeg, known.versions, known.digest, known.encoders - {"libsvtav1"})
    lacking = MediaTools(poor, tools.limits, tools.sandbox)
    with pytest.raises(MediaFailure) as failed:
        await render(source, scratch, lacking, "height_pixels: 36 video_codec: VIDEO_CODEC_AV1")
    assert failed.value.reason == Reason.ENCODER_MISSING
    assert failed.value.failure.fault == media_pb2.FAULT_OURS


async def test_more_bits_and_colours_are_kept_where_asked_for(source: Path, scratch: Path, tools: MediaTools) -> None:
    made = await render(
        source, scratch, tools,
        "height_pixels: 36 pixel_format: 'yuv444p'",
        "height_pixels: 36 pixel_format: 'yuv422p'",
        "height_pixels: 36 pixel_format: 'yuv420p10le' video_codec: VIDEO_CODEC_HEVC",
        "height_pixels: 64 pixel_format: 'yuv420p10le' video_codec: VIDEO_CODEC_AV1",
    )  # fmt: skip
    assert [decoded(one.path)[0].format.name for one in made] == [one.file.pixel_format for one in made]
    assert [one.file.pixel_format for one in made] == ["yuv444p", "yuv422p", "yuv420p10le", "yuv420p10le"]


async def test_loudness_reaches_its_target_and_its_peaks_stay_below_the_ceiling(
    made: Make, scratch: Path, tools: MediaTools
) -> None:
    # Quiet sound with short loud parts: one gain would push them over any ceiling.
    loud = "volume='if(lt(mod(t,1),0.02),0.9,0.02)':eval=frame"
    source = made("peaks.mp4", *PICTURES, *HIGH, "-af", loud, *H264, *AAC)
    text = "height_pixels: 36 loudness {{ integrated_lufs: {} true_peak_dbtp: {} }}"
    near, far = await render(source, scratch, tools, text.format(-30, -1), text.format(-18, -3))
    assert near.file.integrated_lufs == pytest.approx(-30, abs=0.6)
    assert far.file.integrated_lufs == pytest.approx(-18, abs=4)
    # AAC adds a little to what went into it.
    assert far.file.true_peak_dbtp < -3 + 1.5
    silence = loudness.gain_for(media_pb2.Loudness(), loudness.Measured(-70.0, -90.0))
    assert silence.filters() == ["volume=0.00dB:precision=double"], "silence stays what it is"


async def test_hdr_is_kept_where_asked_for_and_mapped_beside_it(made: Make, scratch: Path, tools: MediaTools) -> None:
    said = "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc:range=tv"
    source = made(
        "pq.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=1", "-vf", f"format=yuv420p10le,{said}",
        "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error",
    )  # fmt: skip
    kept = "height_pixels: 90 hdr: HDR_KEEP pixel_format: 'yuv420p10le' video_codec: VIDEO_CODEC_"
    made_of = await render(source, scratch, tools, kept + "HEVC", kept + "AV1", "height_pixels: 90")
    assert [one.file.color_transfer for one in made_of] == ["smpte2084", "smpte2084", "bt709"]
    assert [one.file.pixel_format for one in made_of] == ["yuv420p10le", "yuv420p10le", "yuv420p"]
