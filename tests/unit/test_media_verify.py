"""What verification finds wrong, on the facts of a file; the files themselves are in the integration tests."""

import copy
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format

from edgecode.v1 import media_pb2
from edgecode.workers.media.faults import MediaFailure, Reason
from edgecode.workers.media.judge_rendition import frame_bounds, judge_rendition, misaligned
from edgecode.workers.media.rendition import Rendition, plan_rendition
from edgecode.workers.media.verify import judge_image

INFO = media_pb2.MediaInfo(
    duration_seconds=4.0,
    video=media_pb2.VideoStream(
        frame_rate_numerator=30,
        frame_rate_denominator=1,
        frames=120,
        duration_seconds=4.0,
        start_seconds=0.02,
        display_width_pixels=1280,
        display_height_pixels=720,
    ),
    audio=[media_pb2.AudioStream(channels=6, duration_seconds=4.01)],
)
TAGS = {"edgecode-job-id": "1"}
SPEC = media_pb2.OutputSpec(output_id="360p", rendition=media_pb2.RenditionSpec(height_pixels=360))
RENDITION = plan_rendition(SPEC, INFO, Path(), TAGS)
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
    "audio_tracks": [
        {"codec": "aac", "channels": 2, "language": "", "start_seconds": 0.0, "duration_seconds": 4.03},
    ],
}


def changed(place: str, value: object) -> dict[str, Any]:
    facts = copy.deepcopy(GOOD)
    part, _, name = place.rpartition(".")
    held = facts["audio_tracks"][0] if part == "audio" else facts[part] if part else facts
    held[name] = value
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
        ("audio.codec", "mp3", "audio 0: codec mp3, not aac"),
        ("audio.channels", 6, "audio 0: channels 6, not 2"),
        ("audio.language", "deu", "audio 0: language deu, not "),
        ("audio.duration_seconds", 3.0, "audio 0: of 3.000 s, the source's has 4.010 s"),
        ("audio.start_seconds", 0.5, "audio 0: starts at 0.500 s, the source's at 0.000 s"),
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
    other = changed("video.keyframes", [0, 61])
    assert not misaligned([GOOD, GOOD], [RENDITION, RENDITION])
    assert misaligned([GOOD, other], [RENDITION, RENDITION])
    slower = plan("frame_rate { rule: RULE_EXACTLY numerator: 15 denominator: 1 }")
    assert not misaligned([GOOD, other], [RENDITION, slower]), "of another cadence it has another grid"


def test_what_the_encoder_counted_must_stand_in_the_file() -> None:
    assert judge_rendition(GOOD, RENDITION, INFO, 120, 121) == ["120 frames, and 121 were encoded"]


def plan(text: str) -> Rendition:
    spec = text_format.Parse(f"output_id: '360p' rendition {{ height_pixels: 360 {text} }}", media_pb2.OutputSpec())
    return plan_rendition(spec, INFO, Path(), TAGS)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("", (120, 120)),
        ("frame_rate { rule: RULE_AT_MOST numerator: 60 denominator: 1 }", (120, 120)),
        ("frame_rate { rule: RULE_AT_MOST numerator: 15 denominator: 1 }", (59, 62)),
        ("frame_rate { rule: RULE_EXACTLY numerator: 60 denominator: 1 }", (239, 242)),
        ("trim { start_seconds: 1 end_seconds: 2 }", (29, 32)),
        ("trim { start_seconds: 3 end_seconds: 9 }", (29, 32)),
    ],
)
def test_frames_follow_from_the_part_and_the_rate(text: str, bounds: tuple[int, int]) -> None:
    assert frame_bounds(plan(text), INFO, 120) == bounds


def test_a_trim_that_begins_behind_the_end_is_the_users_fault() -> None:
    with pytest.raises(MediaFailure) as failed:
        plan("trim { start_seconds: 4.5 }")
    assert failed.value.reason == Reason.TRIM_OUTSIDE_SOURCE
    assert failed.value.failure.fault == media_pb2.FAULT_USER


def test_an_image_of_another_size_or_stamp_is_named() -> None:
    facts = {"video": {"codec": "mjpeg", "frames": 1, "width": 640, "height": 360}, "tags": {"edgecode-job-id": "1"}}
    assert judge_image(facts, 640, 360, {"edgecode-job-id": "1"}) == []
    assert judge_image(facts, 320, 180, {}) == [
        "width 640, not 320",
        "height 360, not 180",
        "tags {'edgecode-job-id': '1'}, not {}",
    ]
