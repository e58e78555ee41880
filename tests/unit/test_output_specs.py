"""What an output may ask for: each fault names its field, and what passes is spelled out whole."""

from collections.abc import Mapping
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from hypothesis import assume, given
from hypothesis import strategies as st

from edgecode.server.jobs.specs import package, picture, quality, rendition, sound
from edgecode.server.jobs.specs.fields import Choices, Numbers, is_left_out
from edgecode.server.jobs.specs.outputs import check_outputs, with_defaults
from edgecode.v1 import media_pb2 as media

WATERMARK = {"asset_id": "logo"}


def outputs(*kinds: Mapping[str, Any]) -> list[media.OutputSpec]:
    """Outputs `o0`, `o1`, … of the JSON mapping of each kind."""
    return [ParseDict({"output_id": f"o{place}", **kind}, media.OutputSpec()) for place, kind in enumerate(kinds)]


def of(**fields: Any) -> dict[str, Any]:
    return {"rendition": {"height_pixels": 360, **fields}}


def faults(*kinds: Mapping[str, Any]) -> list[str]:
    return [violation.field for violation in check_outputs(outputs(*kinds))]


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("width_pixels", {"width_pixels": 641}),
        ("width_pixels", {"fit": "FIT_PAD"}),
        ("gop_seconds", {"gop_seconds": 31}),
        ("crf", {"crf": 52}),
        ("crf", {"crf": 64, "video_codec": "VIDEO_CODEC_AV1"}),
        ("crf", {"crf": 23, "target_bits_per_second": 1_000_000}),
        ("target_bits_per_second", {"target_bits_per_second": 1}),
        ("max_bits_per_second", {"target_bits_per_second": 2_000_000, "max_bits_per_second": 1_000_000}),
        ("buffer_seconds", {"buffer_seconds": 21}),
        ("container", {"container": 9}),
        ("video_codec", {"video_codec": 9}),
        ("video_codec", {"container": "CONTAINER_WEBM"}),
        ("video_codec", {"video_codec": "VIDEO_CODEC_VP9"}),
        ("audio_codec", {"audio_codec": 9}),
        (
            "audio_codec",
            {"container": "CONTAINER_WEBM", "video_codec": "VIDEO_CODEC_VP9", "audio_codec": "AUDIO_CODEC_AAC"},
        ),
        ("fit", {"fit": 9}),
        ("pixel_format", {"pixel_format": "rgb24"}),
        ("pixel_format", {"pixel_format": "yuv420p10le"}),
        ("pixel_format", {"pixel_format": "yuv420p", "hdr": "HDR_KEEP", "video_codec": "VIDEO_CODEC_HEVC"}),
        ("hdr", {"hdr": "HDR_KEEP"}),
        ("hdr", {"hdr": 9}),
        ("audio_tracks", {"audio_tracks": 9}),
        ("loudness", {"loudness": {}, "audio_codec": "AUDIO_CODEC_NONE"}),
        ("loudness.integrated_lufs", {"loudness": {"integrated_lufs": -4}}),
        ("loudness.true_peak_dbtp", {"loudness": {"true_peak_dbtp": 0.1}}),
        ("trim.start_seconds", {"trim": {"start_seconds": -1}}),
        ("trim.end_seconds", {"trim": {"start_seconds": 5, "end_seconds": 5}}),
        ("trim.end_seconds", {"trim": {"end_seconds": "NaN"}}),
        ("frame_rate.rule", {"frame_rate": {"numerator": 25, "denominator": 1}}),
        ("frame_rate.denominator", {"frame_rate": {"rule": "RULE_EXACTLY", "numerator": 25}}),
        ("frame_rate.numerator", {"frame_rate": {"rule": "RULE_EXACTLY", "numerator": 121, "denominator": 1}}),
        ("watermark.asset_id", {"watermark": {}}),
        ("watermark.height_ratio", {"watermark": {**WATERMARK, "height_ratio": 1.1}}),
        ("watermark.margin_ratio", {"watermark": {**WATERMARK, "margin_ratio": 0.6}}),
        ("watermark.opacity", {"watermark": {**WATERMARK, "opacity": -1}}),
        ("watermark.corner", {"watermark": {**WATERMARK, "corner": 9}}),
    ],
)
def test_each_field_of_a_rendition_at_fault_is_named(field: str, fields: dict[str, Any]) -> None:
    assert faults(of(), of(**fields)) == [f"outputs[1].rendition.{field}"]


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("audio.codec", {"audio": {"codec": "AUDIO_CODEC_NONE"}}),
        ("audio.bits_per_second", {"audio": {"bits_per_second": 1}}),
        ("audio.channels", {"audio": {"channels": 9}}),
        ("audio.tracks", {"audio": {"tracks": 9}}),
        ("audio.loudness.integrated_lufs", {"audio": {"loudness": {"integrated_lufs": 1}}}),
        ("audio.trim.end_seconds", {"audio": {"trim": {"start_seconds": 2, "end_seconds": 1}}}),
        ("thumbnail.count", {"thumbnail": {"count": 101}}),
        ("thumbnail.time_seconds", {"thumbnail": {"count": 2, "time_seconds": 1}}),
        ("sprite.columns", {"sprite": {"columns": 21}}),
        ("sprite.rows", {"sprite": {"rows": -1}}),
        ("sprite.height_pixels", {"sprite": {"height_pixels": 91}}),
        ("sprite.interval_seconds", {"sprite": {"interval_seconds": 0.01}}),
        ("sprite.quality", {"sprite": {"quality": 101}}),
        ("quality", {"thumbnail": {}, "quality": {}}),
        ("quality.metric", {**of(), "quality": {"metric": 9}}),
        ("quality.min_quality", {**of(), "quality": {"min_quality": 1.5}}),
        ("quality.min_quality", {**of(), "quality": {"metric": "QUALITY_METRIC_VMAF", "min_quality": 101}}),
        ("quality.sample_count", {**of(), "quality": {"sample_count": 101}}),
        ("quality.sample_seconds", {**of(), "quality": {"sample_seconds": 61}}),
        ("package.output_ids", {"package": {}}),
        ("package.segment_seconds", {"package": {"segment_seconds": 61, "output_ids": []}}),
    ],
)
def test_each_field_of_the_other_kinds_at_fault_is_named(field: str, kind: dict[str, Any]) -> None:
    found = faults(kind) if field == "package.output_ids" else faults(kind, of())
    assert found == [f"outputs[0].{field}"]


@pytest.mark.parametrize(
    ("named", "members"),
    [
        (["o9"], [of()]),
        (["o0", "o0"], [of()]),
        ([], [of(container="CONTAINER_MKV")]),
        ([], [of(audio_codec="AUDIO_CODEC_OPUS")]),
        ([], [of(copy_when_it_fits=True)]),
        ([], [of(gop_seconds=2), of(gop_seconds=4)]),
        ([], [of(), of(trim={"start_seconds": 1})]),
        ([], [of(), {"audio": {"codec": "AUDIO_CODEC_OPUS"}}]),
        (["o1"], [of(), {"thumbnail": {}}]),
    ],
)
def test_a_package_names_what_cannot_go_in(named: list[str], members: list[dict[str, Any]]) -> None:
    found = faults(*members, {"package": {"output_ids": named}})
    assert found, "must be refused"
    assert all(field.startswith(f"outputs[{len(members)}].package.output_ids") for field in found)


def test_a_package_is_of_all_that_can_be_played_and_of_both_kinds() -> None:
    *_, whole = with_defaults(outputs(of(), {"audio": {}}, {"thumbnail": {}}, {"package": {}}))
    assert list(whole.package.output_ids) == ["o0", "o1"]
    assert (whole.package.hls, whole.package.dash, whole.package.segment_seconds) == (True, True, 6.0)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"crf": 23, "audio_codec": media.AUDIO_CODEC_AAC, "pixel_format": "yuv420p"}),
        ({"video_codec": "VIDEO_CODEC_HEVC"}, {"crf": 26}),
        (
            {"container": "CONTAINER_WEBM", "video_codec": "VIDEO_CODEC_VP9"},
            {"crf": 35, "audio_codec": media.AUDIO_CODEC_OPUS},
        ),
        (
            {"target_bits_per_second": 1_000_000},
            {"crf": 0, "max_bits_per_second": 2_000_000, "buffer_seconds": 2.0},
        ),
        ({"hdr": "HDR_KEEP", "video_codec": "VIDEO_CODEC_AV1"}, {"pixel_format": "yuv420p10le"}),
    ],
)
def test_what_is_left_out_follows_from_what_is_asked_for(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    asked = outputs(of(**fields))
    assert list(check_outputs(asked)) == []
    (whole,) = with_defaults(asked)
    assert {name: getattr(whole.rendition, name) for name in expected} == expected


def values(numbers: Numbers, choices: Choices) -> st.SearchStrategy[dict[str, Any]]:
    """Fields of a specification, each in its range or left out."""
    fields: dict[str, st.SearchStrategy[Any]] = {
        name: st.integers(int(number.low) + 1, int(number.high)).map(lambda n: n - n % 2 or 2)
        if number.high >= 2
        else st.floats(number.low or 0.001, number.high)
        for name, number in numbers.items()
        if name not in {"count", "start_seconds", "end_seconds"}
    }
    fields |= {name: st.sampled_from(choice.enum.values()[1:]) for name, choice in choices.items()}
    required = {name: fields.pop(name) for name, number in numbers.items() if number.required}
    return st.fixed_dictionaries(required, optional=fields)


ANY_KIND = st.one_of(
    values(rendition.NUMBERS, rendition.CHOICES).map(lambda found: {"rendition": found}),
    values(sound.NUMBERS, sound.CHOICES).map(lambda found: {"audio": found}),
    values(picture.THUMBNAIL_NUMBERS, {}).map(lambda found: {"thumbnail": found}),
    values(picture.SPRITE_NUMBERS, {}).map(lambda found: {"sprite": found}),
    values(package.NUMBERS, {}).map(lambda found: {"package": found}),
)
TABLES: dict[str, tuple[Numbers, Choices]] = {
    "rendition": (rendition.NUMBERS, rendition.CHOICES),
    "audio": (sound.NUMBERS, sound.CHOICES),
    "thumbnail": (picture.THUMBNAIL_NUMBERS, {}),
    "sprite": (picture.SPRITE_NUMBERS, {}),
    "package": (package.NUMBERS, {}),
    "quality": (quality.NUMBERS, quality.CHOICES),
}


def left_out(spec: Message, numbers: Numbers, choices: Choices) -> set[str]:
    """Fields that have a default and still do not say it."""
    defaults = {name for name, number in numbers.items() if number.default is not None} | set(choices)
    return {name for name in defaults if is_left_out(spec, name)}


@given(st.lists(ANY_KIND, min_size=1, max_size=4))
def test_what_passes_is_spelled_out_whole_and_stays_so(kinds: list[dict[str, Any]]) -> None:
    asked = outputs(*kinds)
    assume(not list(check_outputs(asked)))
    whole = with_defaults(asked)
    assert with_defaults(whole) == whole
    for spec in whole:
        kind = spec.WhichOneof("kind")
        assert kind is not None
        assert left_out(getattr(spec, kind), *TABLES[kind]) == set()
    assert list(check_outputs(whole)) == []
