"""What a client may ask of a job."""

from datetime import UTC, datetime

import pytest

from edgecode.core.errors import InvalidRequest
from edgecode.core.settings import DAY_SECONDS, Settings
from edgecode.server.calls import CallContext
from edgecode.server.jobs.built_in import BUILT_IN
from edgecode.server.jobs.requests import check_request, created_event
from edgecode.server.jobs.specs.encoder_memory import (
    AV1_LARGE_MEGAPIXELS,
    LARGEST_PIXELS,
    MEMORY,
    MOST_MEGABYTES,
    encoder_megabytes,
)
from edgecode.server.jobs.specs.rendition import PIXEL_FORMATS, SPEEDS
from edgecode.server.ledger.rows import AssetRow
from edgecode.v1 import event_pb2, job_pb2, media_pb2
from edgecode.workers.media.limits import Limits
from edgecode.workers.media.video_encoders import AV1_LARGE_PIXELS, ENCODERS, RateControl

SETTINGS = Settings()
ASSET = AssetRow("asset", "u", "", "me", "clip.mp4", 7, "a" * 64, 0, "{}", "ACTIVE", 1, 2, 1, 1, 1, 0)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def rung(output_id: str = "a", **fields: object) -> media_pb2.OutputSpec:
    spec = media_pb2.RenditionSpec(height_pixels=360)
    for name, value in fields.items():
        setattr(spec, name, value)
    return media_pb2.OutputSpec(output_id=output_id, rendition=spec)


def still(output_id: str = "t", **fields: object) -> media_pb2.OutputSpec:
    spec = media_pb2.ThumbnailSpec()
    for name, value in fields.items():
        setattr(spec, name, value)
    return media_pb2.OutputSpec(output_id=output_id, thumbnail=spec)


def request(*outputs: media_pb2.OutputSpec, preset: str = "") -> job_pb2.CreateJobRequest:
    return job_pb2.CreateJobRequest(asset_id="asset", preset=preset, outputs=outputs)


def changed(**fields: object) -> job_pb2.CreateJobRequest:
    asked = request(preset="web")
    for name, value in fields.items():
        setattr(asked, name, value)
    return asked


def labelled(labels: dict[str, str]) -> job_pb2.CreateJobRequest:
    asked = request(preset="web")
    asked.labels.update(labels)
    return asked


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (job_pb2.CreateJobRequest(preset="web"), "asset_id"),
        (request(), "outputs"),
        (request(rung(), preset="web"), "preset"),
        (request(*(rung(f"o{number}") for number in range(1000))), "outputs"),
        (request(*(rung(f"o{number}") for number in range(51))), "outputs"),
        (request(*(rung(f"o{number}") for number in range(50))), "outputs"),
        (request(*(rung(f"o{number}", height_pixels=2160) for number in range(4))), "outputs"),
        (request(rung(height_pixels=2160, threads=16), rung("b", height_pixels=1080, threads=16)), "outputs"),
        (request(rung("a"), rung("a")), "outputs[1].output_id"),
        (request(rung("manifest")), "outputs[0].output_id"),
        (request(rung("")), "outputs[0].output_id"),
        (request(rung("../../etc")), "outputs[0].output_id"),
        (request(rung("-a")), "outputs[0].output_id"),
        (request(rung("a" * 64)), "outputs[0].output_id"),
        (request(media_pb2.OutputSpec(output_id="a")), "outputs[0]"),
        (request(rung("b"), rung("a", height_pixels=0)), "outputs[1].rendition.height_pixels"),
        (request(rung(height_pixels=361)), "outputs[0].rendition.height_pixels"),
        (request(rung(height_pixels=-2)), "outputs[0].rendition.height_pixels"),
        (request(rung(height_pixels=4322)), "outputs[0].rendition.height_pixels"),
        (request(rung(crf=52)), "outputs[0].rendition.crf"),
        (request(rung(crf=-1)), "outputs[0].rendition.crf"),
        (request(rung(speed="-i /etc/passwd")), "outputs[0].rendition.speed"),
        (request(rung(gop_seconds=float("nan"))), "outputs[0].rendition.gop_seconds"),
        (request(rung(gop_seconds=float("inf"))), "outputs[0].rendition.gop_seconds"),
        (request(rung(gop_seconds=-1.0)), "outputs[0].rendition.gop_seconds"),
        (request(rung(threads=1000)), "outputs[0].rendition.threads"),
        (request(rung(audio_bits_per_second=1)), "outputs[0].rendition.audio_bits_per_second"),
        (request(rung(audio_channels=-1)), "outputs[0].rendition.audio_channels"),
        (request(still(height_pixels=3)), "outputs[0].thumbnail.height_pixels"),
        (request(still(quality=101)), "outputs[0].thumbnail.quality"),
        (request(still(time_seconds=-0.1)), "outputs[0].thumbnail.time_seconds"),
        (request(still(time_seconds=float("nan"))), "outputs[0].thumbnail.time_seconds"),
        (changed(priority=9), "priority"),
        (changed(retention_seconds=-1), "retention_seconds"),
        (changed(retention_seconds=DAY_SECONDS - 1), "retention_seconds"),
        (changed(retention_seconds=2**62), "retention_seconds"),
        (changed(request_id="x" * 256), "request_id"),
        (changed(request_id="a\x00b"), "request_id"),
        (changed(output_uri="s3://" + "x" * 1024), "output_uri"),
        (labelled({f"k{number}": "" for number in range(65)}), "labels"),
        (labelled({"Team": "a"}), "labels"),
        (labelled({'a"b': "a"}), "labels"),
        (labelled({"team": "x" * 257}), "labels.team"),
        (labelled({"team": "a\nb"}), "labels.team"),
    ],
)
def test_each_field_at_fault_is_named(asked: job_pb2.CreateJobRequest, field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_request(asked, SETTINGS)
    assert caught.value.reason == "INVALID_FIELD"
    assert [violation.field for violation in caught.value.violations] == [field]


def test_all_faults_of_a_request_are_named_at_once() -> None:
    asked = request(rung(crf=99), rung("b", speed="light"))
    asked.priority = event_pb2.PRIORITY_HIGH
    asked.request_id = "x" * 300
    with pytest.raises(InvalidRequest) as caught:
        check_request(asked, SETTINGS)
    assert [violation.field for violation in caught.value.violations] == [
        "outputs[0].rendition.crf",
        "outputs[1].rendition.speed",
        "request_id",
    ]


@pytest.mark.parametrize(
    "asked",
    [
        request(preset="web"),
        request(*(still(f"o{number}") for number in range(50))),
        request(*(rung(f"o{number}") for number in range(30))),
        request(*(rung(f"o{lines}", height_pixels=lines) for lines in (2160, 1440, 1080, 720, 480, 360))),
        request(rung(height_pixels=2160, speed="veryslow")),
        request(rung(height_pixels=4320, threads=16)),
        request(rung("0"), still(time_seconds=0.0)),
        labelled({f"k{number}": "x" * 256 for number in range(64)}),
        changed(retention_seconds=DAY_SECONDS, priority=event_pb2.PRIORITY_LOW, request_id="x" * 255),
    ],
)
def test_what_is_allowed_passes(asked: job_pb2.CreateJobRequest) -> None:
    check_request(asked, SETTINGS)


def test_a_job_carries_every_default_and_all_of_its_asset() -> None:
    asked = request(rung("small", crf=30), still())
    call = CallContext(caller="me", client_version="9.9.9", client_revision="f" * 40)
    created = created_event("job", asked, asset=ASSET, preset=None, call=call, settings=SETTINGS, now=NOW)
    small, picture = created.outputs
    assert (small.rendition.crf, small.rendition.speed, small.rendition.gop_seconds) == (30, "veryfast", 2.0)
    assert (small.rendition.threads, small.rendition.audio_bits_per_second, small.rendition.audio_channels) == (
        2,
        128_000,
        2,
    )
    assert (picture.thumbnail.height_pixels, picture.thumbnail.quality) == (360, 85)
    assert not picture.thumbnail.HasField("time_seconds")
    assert (created.asset_sha256, created.asset_size_bytes, created.asset_file_name) == ("a" * 64, 7, "clip.mp4")
    assert (created.priority, created.attempt_budget) == (event_pb2.PRIORITY_NORMAL, SETTINGS.attempt_budget)
    assert (created.client_version, created.client_revision) == ("9.9.9", "f" * 40)
    assert (created.expire_time.ToDatetime(UTC) - NOW).total_seconds() == SETTINGS.retention_seconds
    assert not created.noop_tasks


def test_a_preset_is_written_into_the_job_with_its_revision() -> None:
    preset = BUILT_IN["web"]
    created = created_event(
        "job",
        request(preset="web"),
        asset=ASSET,
        preset=preset,
        call=CallContext(),
        settings=SETTINGS,
        now=NOW,
    )
    assert (created.preset, created.preset_revision, len(created.outputs)) == ("web", 1, 5)
    assert all(output.rendition.crf == 23 for output in created.outputs if output.HasField("rendition"))


def test_a_job_is_kept_as_long_as_it_asks_else_as_its_preset_says_else_as_the_server_does() -> None:
    preset = BUILT_IN["web"]
    brief = job_pb2.Preset(preset="brief", revision=1, outputs=preset.outputs, retention_seconds=200_000)
    for asked, of, kept in ((0, preset, SETTINGS.retention_seconds), (0, brief, 200_000), (100_000, brief, 100_000)):
        created = created_event(
            "job",
            changed(retention_seconds=asked),
            asset=ASSET,
            preset=of,
            call=CallContext(),
            settings=SETTINGS,
            now=NOW,
        )
        assert (created.expire_time.ToDatetime(UTC) - NOW).total_seconds() == kept


def test_the_same_request_is_the_same_bytes_whatever_order_its_labels_came_in() -> None:
    one, other = labelled({"a": "1", "b": "2"}), labelled({"b": "2", "a": "1"})
    events = [
        created_event("job", asked, asset=ASSET, preset=None, call=CallContext(), settings=SETTINGS, now=NOW)
        for asked in (one, other)
    ]
    assert events[0].request == events[1].request


@pytest.mark.parametrize(
    ("count", "lines", "threads", "speed", "measured_megabytes"),
    [
        (10, 36, 2, "veryfast", 670),
        (10, 36, 16, "veryfast", 3087),
        (10, 360, 2, "veryfast", 944),
        (4, 360, 2, "medium", 534),
        (4, 360, 2, "veryslow", 778),
        (4, 720, 2, "veryfast", 880),
        (4, 720, 2, "medium", 1551),
        (4, 720, 2, "veryslow", 2664),
        (1, 1080, 2, "veryfast", 385),
        (1, 1080, 16, "veryfast", 1106),
        (1, 1080, 2, "medium", 663),
        (1, 1080, 2, "veryslow", 1171),
        (1, 2160, 2, "veryfast", 977),
        (1, 2160, 16, "veryfast", 2635),
        (1, 2160, 2, "medium", 1838),
        (1, 2160, 2, "veryslow", 3563),
    ],
)
def test_the_memory_of_encoders_is_that_of_ffmpeg_as_it_was_measured(
    count: int, lines: int, threads: int, speed: str, measured_megabytes: int
) -> None:
    """Peak of `VmData` of one ffmpeg 7 with so many encoders of a plain picture; some 60 MB of it are not theirs."""
    one = media_pb2.RenditionSpec(height_pixels=lines, threads=threads, speed=speed)
    estimate = encoder_megabytes([one] * count)
    assert 0.9 * (measured_megabytes - 60) <= estimate <= 1.5 * measured_megabytes


@pytest.mark.parametrize(
    ("codec", "lines", "threads", "speed", "pixels", "measured_megabytes"),
    [
        ("H264", 720, 2, "veryfast", "yuv444p", 387),
        ("HEVC", 360, 2, "veryfast", "yuv420p", 219),
        ("HEVC", 360, 16, "veryfast", "yuv420p", 453),
        ("HEVC", 720, 2, "veryfast", "yuv420p", 363),
        ("HEVC", 720, 2, "veryfast", "yuv420p10le", 555),
        ("HEVC", 720, 2, "medium", "yuv420p", 404),
        ("HEVC", 720, 2, "veryslow", "yuv420p10le", 833),
        ("HEVC", 2160, 2, "veryfast", "yuv420p", 1930),
        ("HEVC", 2160, 2, "veryfast", "yuv420p10le", 2582),
        ("VP9", 360, 2, "veryfast", "yuv420p", 162),
        ("VP9", 720, 2, "veryfast", "yuv420p", 274),
        ("VP9", 720, 2, "veryfast", "yuv420p10le", 377),
        ("VP9", 720, 2, "veryslow", "yuv420p", 274),
        ("VP9", 2160, 2, "veryfast", "yuv420p", 1325),
        ("VP9", 2160, 2, "veryfast", "yuv420p10le", 1947),
        ("AV1", 360, 2, "veryfast", "yuv420p", 231),
        ("AV1", 360, 16, "veryfast", "yuv420p", 547),
        ("AV1", 720, 2, "veryfast", "yuv420p", 382),
        ("AV1", 720, 2, "veryfast", "yuv420p10le", 557),
        ("AV1", 720, 2, "medium", "yuv420p10le", 912),
        ("AV1", 720, 2, "veryslow", "yuv420p10le", 996),
    ],
)
def test_the_memory_of_other_encoders_is_that_of_ffmpeg_as_it_was_measured(  # noqa: PLR0917 - columns of a table
    codec: str, lines: int, threads: int, speed: str, pixels: str, measured_megabytes: int
) -> None:
    """As above, of one encoder of ffmpeg 9 and moving pictures."""
    one = media_pb2.RenditionSpec(
        video_codec=f"VIDEO_CODEC_{codec}",
        height_pixels=lines,
        threads=threads,
        speed=speed,
        pixel_format=pixels,
    )
    assert 0.9 * (measured_megabytes - 60) <= encoder_megabytes([one]) <= 1.5 * measured_megabytes


def test_every_codec_and_pixel_format_has_its_memory_and_the_largest_archive_fits() -> None:
    assert MEMORY.keys() == PIXEL_FORMATS.keys()
    for codec, formats in PIXEL_FORMATS.items():
        assert set(formats) == {"yuv420p", *MEMORY[codec].wider}
        assert list(MEMORY[codec].each_megapixel) == list(SPEEDS)
    for preset in BUILT_IN.values():
        assert encoder_megabytes(output.rendition for output in preset.outputs if output.HasField("rendition")) < 3700
    assert AV1_LARGE_MEGAPIXELS * 1e6 == AV1_LARGE_PIXELS


def test_av1_of_large_pictures_is_coded_in_shorter_groups_as_its_memory_is_reckoned() -> None:
    rate = RateControl(30, 0, 0, 2.0)
    small, large = (
        ENCODERS[media_pb2.VIDEO_CODEC_AV1].options("medium", 2, rate, AV1_LARGE_PIXELS + n) for n in (0, 1)
    )
    assert "hierarchical-levels" not in small["svtav1-params"]
    assert large["svtav1-params"] == f"{small['svtav1-params']}:hierarchical-levels=3"


def test_what_is_allowed_of_memory_leaves_the_child_room_for_decoding() -> None:
    assert 0.9 * Limits().memory_bytes > MOST_MEGABYTES * 1e6
    assert Limits().max_pixels == LARGEST_PIXELS
