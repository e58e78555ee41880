"""What verification finds wrong, on the facts of a file; the files themselves are in the integration tests."""

import copy
from pathlib import Path
from typing import Any

import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media.ladder_command import Rendition
from edgecode.workers.media.verify import judge_image, judge_rendition, misaligned

INFO = media_pb2.MediaInfo(
    duration_seconds=4.0,
    video=media_pb2.VideoStream(
        frame_rate_numerator=30, frame_rate_denominator=1, frames=120, duration_seconds=4.0, start_seconds=0.02
    ),
    audio=[media_pb2.AudioStream(channels=6, duration_seconds=4.01)],
)
RENDITION = Rendition(
    output_id="360p",
    path=Path("360p.mp4"),
    width=640,
    height=360,
    gop_frames=60,
    gop_seconds=2.0,
    crf=23,
    speed="veryfast",
    threads=2,
    audio_bits_per_second=128_000,
    audio_channels=2,
    tags={"edgecode-job-id": "1"},
)
GOOD: dict[str, Any] = {
    "stream_types": ["video", "audio"],
    "index_first": True,
    "tags": {"edgecode-job-id": "1"},
    "video": {
        "codec": "h264",
        "frames": 120,
        "keyframes": [0, 60],
        "width": 640,
        "height": 360,
        "pixel_format": "yuv420p",
        "sample_aspect": "1",
        "rotation": 0,
        "interlaced": False,
        "color_primaries": "bt709",
        "color_transfer": "bt709",
        "color_space": "bt709",
        "color_range": "tv",
        "start_seconds": 0.02,
        "duration_seconds": 4.0,
    },
    "audio": {"codec": "aac", "channels": 2, "start_seconds": 0.0, "duration_seconds": 4.03},
}


def changed(place: str, value: object) -> dict[str, Any]:
    facts = copy.deepcopy(GOOD)
    part, _, name = place.rpartition(".")
    (facts[part] if part else facts)[name] = value
    return facts


def test_a_rendition_that_is_what_was_asked_for_has_nothing_wrong() -> None:
    assert judge_rendition(GOOD, RENDITION, INFO, 120) == []


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        ("stream_types", ["video"], "streams ['video'], not ['video', 'audio']"),
        ("stream_types", ["video", "audio", "data"], "streams ['video', 'audio', 'data'], not ['video', 'audio']"),
        ("index_first", False, "the index stands behind the media"),
        ("tags", {}, "tags {}, not {'edgecode-job-id': '1'}"),
        ("video.codec", "hevc", "codec hevc, not h264"),
        ("video.frames", 119, "frames 119, not 120"),
        ("video.width", 638, "width 638, not 640"),
        ("video.height", 362, "height 362, not 360"),
        ("video.pixel_format", "yuvj420p", "pixel_format yuvj420p, not yuv420p"),
        ("video.sample_aspect", "4/3", "sample_aspect 4/3, not 1"),
        ("video.rotation", 90, "rotation 90, not 0"),
        ("video.interlaced", True, "interlaced True, not False"),
        ("video.color_transfer", "smpte2084", "color_transfer smpte2084, not bt709"),
        ("video.color_space", None, "color_space None, not bt709"),
        ("video.duration_seconds", 3.9, "video of 3.900 s, the source's has 4.000 s"),
        ("video.start_seconds", 0.1, "video starts at 0.100 s, the source's at 0.020 s"),
        ("video.keyframes", [0, 59], "keyframes at [0, 59]…, not every 60 frames"),
        ("video.keyframes", [0], "keyframes at [0]…, not every 60 frames"),
        ("audio.codec", "mp3", "audio codec mp3, not aac"),
        ("audio.channels", 6, "audio channels 6, not 2"),
        ("audio.duration_seconds", 3.0, "audio of 3.000 s, the source's has 4.010 s"),
        ("audio.start_seconds", 0.5, "audio starts at 0.500 s, the source's at 0.000 s"),
    ],
)
def test_each_thing_that_is_not_as_asked_is_named(place: str, value: object, sentence: str) -> None:
    assert judge_rendition(changed(place, value), RENDITION, INFO, 120) == [sentence]


def test_frames_that_show_nothing_widen_the_slack_by_their_own_time_only() -> None:
    facts = changed("video.frames", 90)
    facts["video"] |= {"duration_seconds": 3.0, "start_seconds": 1.0}
    assert judge_rendition(facts, RENDITION, INFO, 90) == []
    facts["video"]["duration_seconds"] = 2.5
    assert judge_rendition(facts, RENDITION, INFO, 90) == ["video of 2.500 s, the source's has 4.000 s"]


def test_keyframes_of_a_ladder_must_stand_at_the_same_frames() -> None:
    assert not misaligned([GOOD, GOOD])
    assert misaligned([GOOD, changed("video.keyframes", [0, 61])])


def test_an_image_of_another_size_or_stamp_is_named() -> None:
    facts = {"video": {"codec": "mjpeg", "frames": 1, "width": 640, "height": 360}, "tags": {"edgecode-job-id": "1"}}
    assert judge_image(facts, 640, 360, {"edgecode-job-id": "1"}) == []
    assert judge_image(facts, 320, 180, {}) == [
        "width 640, not 320",
        "height 360, not 180",
        "tags {'edgecode-job-id': '1'}, not {}",
    ]
