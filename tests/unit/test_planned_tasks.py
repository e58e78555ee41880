"""Which tasks a job's outputs call for."""

from typing import Any

import pytest
from google.protobuf import text_format

from edgecode.core import ladder
from edgecode.core.outputs_contract import contract_of, contract_of_job
from edgecode.server.jobs.built_in import BUILT_IN
from edgecode.server.planner.tasks import tasks_of
from edgecode.v1 import event_pb2, media_pb2

HD = media_pb2.MediaInfo(video=media_pb2.VideoStream(display_width_pixels=1280, display_height_pixels=720))
SOUND = media_pb2.MediaInfo(audio=[media_pb2.AudioStream(codec="aac", channels=2)])


def output(output_id: str, text: str) -> media_pb2.OutputSpec:
    return text_format.Parse(f'output_id: "{output_id}" {text}', media_pb2.OutputSpec())


ALL = [
    output("1080", "rendition { height_pixels: 1080 }"),
    output("720", "rendition { height_pixels: 720 }"),
    output("clip", "rendition { height_pixels: 360 trim { start_seconds: 1 end_seconds: 2 } }"),
    output("clip2", "rendition { height_pixels: 240 trim { start_seconds: 1 end_seconds: 2 } }"),
    output("end", "rendition { height_pixels: 360 trim { start_seconds: 3 } }"),
    output("sound", "audio {}"),
    output("sheet", "sprite {}"),
    output("shot", "thumbnail {}"),
    output("pack", 'package { output_ids: ["720", "sound"] }'),
]


def test_renditions_of_one_part_share_a_task_and_all_other_outputs_have_their_own() -> None:
    tasks = {task.task_id: task for task in tasks_of(ALL, HD)}
    assert list(tasks) == [
        "probe", "thumbnail-shot", "sprite-sheet", "audio-sound", "transcode", "transcode-clip", "transcode-end",
        "package-pack", "manifest",
    ]  # fmt: skip
    assert tasks["transcode"].output_ids == ("720",)
    assert tasks["transcode-clip"].output_ids == ("clip", "clip2")
    assert tasks["package-pack"].after == ("audio-sound", "transcode")
    assert tasks["package-pack"].kind == event_pb2.TASK_KIND_PACKAGE
    assert set(tasks["manifest"].after) == set(tasks) - {"probe", "manifest"}


def test_a_package_that_names_nothing_waits_for_all_renditions_and_sounds() -> None:
    outputs = [*ALL[:-1], output("pack", "package {}")]
    package = next(task for task in tasks_of(outputs, HD) if task.task_id == "package-pack")
    assert package.after == ("audio-sound", "transcode", "transcode-clip", "transcode-end")


def test_a_package_of_skipped_renditions_is_skipped_with_them() -> None:
    outputs = [*ALL[:2], output("pack", 'package { output_ids: "1080" }')]
    assert ladder.select(outputs, HD)[1] == ["1080", "pack"]
    assert [task.task_id for task in tasks_of(outputs, HD)] == ["probe", "transcode", "manifest"]


def test_a_source_of_sound_alone_gets_what_needs_no_picture() -> None:
    outputs = [output("sound", "audio {}"), output("pack", "package {}")]
    assert [task.task_id for task in tasks_of(outputs, SOUND)] == ["probe", "audio-sound", "package-pack", "manifest"]


def test_a_rendition_of_another_codec_container_or_part_covers_no_rung() -> None:
    outputs = [
        output("a", "rendition { height_pixels: 1080 video_codec: VIDEO_CODEC_AV1 }"),
        output("b", "rendition { height_pixels: 1080 container: CONTAINER_MKV }"),
        output("c", "rendition { height_pixels: 1080 trim { end_seconds: 2 } }"),
        output("d", "rendition { height_pixels: 1080 }"),
        output("e", "rendition { height_pixels: 720 video_codec: VIDEO_CODEC_H264 container: CONTAINER_MP4 }"),
    ]
    assert ladder.select(outputs, HD)[1] == ["d"]


@pytest.mark.parametrize(
    "text",
    [
        "rendition { height_pixels: 720 crf: 20 speed: 'fast' gop_seconds: 1 threads: 4 audio_channels: 6 }",
        "rendition { height_pixels: 720 container: CONTAINER_MP4 video_codec: VIDEO_CODEC_H264 fit: FIT_INSIDE }",
        "rendition { height_pixels: 720 pixel_format: 'yuv420p' hdr: HDR_TONE_MAP buffer_seconds: 2 }",
        "rendition { height_pixels: 720 audio_codec: AUDIO_CODEC_AAC audio_tracks: AUDIO_TRACKS_DEFAULT }",
        "thumbnail { height_pixels: 360 time_seconds: 2 quality: 85 count: 1 }",
    ],
)
def test_what_older_workers_make_alike_carries_their_contract(text: str) -> None:
    assert contract_of([output("a", text)]) == 1


def test_presets_of_the_first_release_stay_readable_for_its_workers() -> None:
    contracts = {name: contract_of(preset.outputs) for name, preset in BUILT_IN.items()}
    assert (contracts["web"], contracts["thumbnail"], contracts["adaptive"]) == (1, 1, 2)


@pytest.mark.parametrize(
    "text",
    [
        *(f"{kind} {{}}" for kind in ("audio", "sprite", "package")),
        "thumbnail { count: 2 }",
        "thumbnail { best_scene: true }",
        "thumbnail {} quality {}",
        *(
            f"rendition {{ height_pixels: 720 {more} }}"
            for more in (
                "container: CONTAINER_WEBM", "video_codec: VIDEO_CODEC_AV1", "width_pixels: 640", "fit: FIT_PAD",
                "target_bits_per_second: 1000000", "max_bits_per_second: 1", "pixel_format: 'yuv444p'",
                "frame_rate {}", "audio_codec: AUDIO_CODEC_NONE", "loudness {}", "audio_tracks: AUDIO_TRACKS_ALL",
                "hdr: HDR_KEEP", "trim {}", "watermark {}", "copy_when_it_fits: true",
            )
        ),
    ],
)  # fmt: skip
def test_what_an_older_worker_would_read_past_carries_a_later_contract(text: str) -> None:
    assert contract_of([output("plain", "thumbnail {}"), output("a", text)]) == 2


@pytest.mark.parametrize(
    ("asked", "contract"), [({}, 1), ({"output_uri": "file:///out"}, 2), ({"webhook": {"url": "https://a.test/"}}, 2)]
)
def test_a_job_whose_delivery_an_older_leader_would_read_past_carries_a_later_contract(
    asked: dict[str, Any], contract: int
) -> None:
    assert contract_of_job(event_pb2.JobCreated(outputs=[output("a", "thumbnail {}")], **asked)) == contract
