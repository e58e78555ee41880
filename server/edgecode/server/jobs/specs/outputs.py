"""The outputs of a job or a preset, checked whole, with every default made explicit."""

import re
from collections.abc import Iterator, Sequence

from edgecode.core.errors import Violation
from edgecode.server.jobs.specs.encoder_memory import MOST_MEGABYTES, encoder_megabytes
from edgecode.server.jobs.specs.package import check_package, fill_package
from edgecode.server.jobs.specs.picture import check_sprite, check_thumbnail, fill_sprite, fill_thumbnail
from edgecode.server.jobs.specs.quality import check_quality, fill_quality
from edgecode.server.jobs.specs.rendition import check_rendition, fill_rendition
from edgecode.server.jobs.specs.sound import check_audio, fill_audio
from edgecode.v1 import media_pb2

MOST_OUTPUTS = 50
_OUTPUT_ID = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
# The manifest is an artifact of every job, under this output id.
_RESERVED = frozenset({"manifest"})


def check_outputs(outputs: Sequence[media_pb2.OutputSpec]) -> Iterator[Violation]:
    """A violation for each field at fault, with its path."""
    if len(outputs) > MOST_OUTPUTS:
        yield Violation("outputs", f"has {len(outputs)} outputs, at most {MOST_OUTPUTS} are allowed")
        return
    found = list(_check_each(outputs))
    yield from found or _check_memory(outputs)


def _check_each(outputs: Sequence[media_pb2.OutputSpec]) -> Iterator[Violation]:
    for place, spec in enumerate(outputs):
        path = f"outputs[{place}]"
        yield from _check_id(path, spec.output_id, [other.output_id for other in outputs[:place]])
        yield from _check_kind(path, spec, outputs)
        yield from check_quality(f"{path}.quality", spec)


def _check_memory(outputs: Sequence[media_pb2.OutputSpec]) -> Iterator[Violation]:
    needed = encoder_megabytes(spec.rendition for spec in outputs if spec.HasField("rendition"))
    if needed > MOST_MEGABYTES:
        yield Violation(
            "outputs",
            f"need about {needed:,} MB for their encoders, and {MOST_MEGABYTES:,} are allowed: "
            "ask for fewer or smaller renditions, fewer threads or a faster speed",
        )


def with_defaults(outputs: Sequence[media_pb2.OutputSpec]) -> list[media_pb2.OutputSpec]:
    """Checked outputs with every default filled in: a later release with other defaults makes the same bytes."""
    filled: list[media_pb2.OutputSpec] = []
    for spec in outputs:
        whole = media_pb2.OutputSpec()
        whole.CopyFrom(spec)
        _fill(whole, outputs)
        fill_quality(whole)
        filled.append(whole)
    return filled


def _check_id(path: str, output_id: str, before: Sequence[str]) -> Iterator[Violation]:
    if not _OUTPUT_ID.fullmatch(output_id):
        yield Violation(f"{path}.output_id", f"must match {_OUTPUT_ID.pattern}")
    elif output_id in _RESERVED:
        yield Violation(f"{path}.output_id", f"{output_id!r} is taken by the job itself")
    elif output_id in before:
        yield Violation(f"{path}.output_id", f"{output_id!r} is taken by another output of the job")


def _check_kind(path: str, spec: media_pb2.OutputSpec, outputs: Sequence[media_pb2.OutputSpec]) -> Iterator[Violation]:
    match spec.WhichOneof("kind"):
        case "rendition":
            yield from check_rendition(f"{path}.rendition", spec.rendition)
        case "thumbnail":
            yield from check_thumbnail(f"{path}.thumbnail", spec.thumbnail)
        case "sprite":
            yield from check_sprite(f"{path}.sprite", spec.sprite)
        case "audio":
            yield from check_audio(f"{path}.audio", spec.audio)
        case "package":
            yield from check_package(f"{path}.package", spec.package, outputs)
        case _:
            yield Violation(path, "is of no kind: give a rendition, thumbnail, sprite, audio or package")


def _fill(spec: media_pb2.OutputSpec, outputs: Sequence[media_pb2.OutputSpec]) -> None:
    match spec.WhichOneof("kind"):
        case "rendition":
            fill_rendition(spec.rendition)
        case "thumbnail":
            fill_thumbnail(spec.thumbnail)
        case "sprite":
            fill_sprite(spec.sprite)
        case "audio":
            fill_audio(spec.audio)
        case "package":
            fill_package(spec.package, outputs)
