"""The built-in presets."""

from edgecode.server.jobs.built_in import BUILT_IN
from edgecode.server.jobs.specs.outputs import check_outputs, with_defaults


def test_web_is_four_rungs_and_a_thumbnail() -> None:
    outputs = BUILT_IN["web"].outputs
    assert [output.rendition.height_pixels for output in outputs if output.HasField("rendition")] == [
        1080,
        720,
        480,
        360,
    ]
    assert [output.output_id for output in outputs if output.HasField("thumbnail")] == ["thumbnail"]


def test_every_built_in_preset_passes_its_own_checks_and_leaves_nothing_to_a_default() -> None:
    for preset in BUILT_IN.values():
        assert list(check_outputs(preset.outputs)) == []
        assert with_defaults(preset.outputs) == list(preset.outputs)
        assert (preset.revision, preset.built_in) == (1, True)


def test_revision_1_of_the_presets_never_changes() -> None:
    frozen = {
        (1080, 23, "veryfast", 2.0, 2, 128_000, 2),
        (720, 23, "veryfast", 2.0, 2, 128_000, 2),
        (480, 23, "veryfast", 2.0, 2, 128_000, 2),
        (360, 23, "veryfast", 2.0, 2, 128_000, 2),
    }
    outputs = BUILT_IN["web"].outputs
    found = {
        (r.height_pixels, r.crf, r.speed, r.gop_seconds, r.threads, r.audio_bits_per_second, r.audio_channels)
        for r in (output.rendition for output in outputs if output.HasField("rendition"))
    }
    assert found == frozen
    thumbnail = BUILT_IN["thumbnail"].outputs[0].thumbnail
    assert (thumbnail.height_pixels, thumbnail.quality, thumbnail.HasField("time_seconds")) == (360, 85, False)
