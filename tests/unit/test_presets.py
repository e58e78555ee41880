"""The built-in presets."""

import pytest

from edgecode.core.errors import NotFound
from edgecode.server.jobs.presets import Presets
from edgecode.server.jobs.specs.outputs import with_defaults
from edgecode.v1 import job_pb2


def test_web_is_four_rungs_and_a_thumbnail() -> None:
    outputs = Presets().get("web").outputs
    assert [output.rendition.height_pixels for output in outputs if output.HasField("rendition")] == [
        1080,
        720,
        480,
        360,
    ]
    assert [output.output_id for output in outputs if output.HasField("thumbnail")] == ["thumbnail"]


def test_an_unknown_preset_names_those_there_are() -> None:
    with pytest.raises(NotFound, match="thumbnail, web") as caught:
        Presets().get("cinema")
    assert (caught.value.reason, caught.value.violations[0].field) == ("PRESET_NOT_FOUND", "preset")


def test_presets_are_listed_by_name() -> None:
    reply = Presets().list(job_pb2.ListPresetsRequest())
    assert [(preset.preset, preset.revision) for preset in reply.presets] == [("thumbnail", 1), ("web", 1)]


def test_revision_1_of_the_presets_never_changes() -> None:
    frozen = {
        (1080, 23, "veryfast", 2.0, 2, 128_000, 2),
        (720, 23, "veryfast", 2.0, 2, 128_000, 2),
        (480, 23, "veryfast", 2.0, 2, 128_000, 2),
        (360, 23, "veryfast", 2.0, 2, 128_000, 2),
    }
    outputs = Presets().get("web").outputs
    assert with_defaults(outputs) == list(outputs)
    found = {
        (r.height_pixels, r.crf, r.speed, r.gop_seconds, r.threads, r.audio_bits_per_second, r.audio_channels)
        for r in (output.rendition for output in outputs if output.HasField("rendition"))
    }
    assert found == frozen
    thumbnail = Presets().get("thumbnail").outputs[0].thumbnail
    assert (thumbnail.height_pixels, thumbnail.quality, thumbnail.HasField("time_seconds")) == (360, 85, False)
