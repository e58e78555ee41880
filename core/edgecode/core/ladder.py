"""Which outputs a source gets. Pure: the server plans with it, the worker encodes by it."""

from collections.abc import Sequence

from edgecode.core.frame_shape import size
from edgecode.v1 import media_pb2

__all__ = ["packaged", "select", "size"]


def select(
    outputs: Sequence[media_pb2.OutputSpec], info: media_pb2.MediaInfo
) -> tuple[list[media_pb2.OutputSpec], list[str]]:
    """Splits outputs into those a source gets and the ids of those it skips.

    A rendition with more lines than the source (as displayed) is skipped when another rendition of its ladder, at or
    below the source's height, covers it; when none does, the smallest is kept and keeps the source's own size. All that
    is not a rendition is kept, but for a package that names skipped renditions only.

    Returns:
        The kept outputs in the order given, and the ids of the skipped ones.
    """
    highest = _highest(outputs, info.video.display_height_pixels)
    kept: list[media_pb2.OutputSpec] = []
    skipped: list[str] = []
    for output in outputs:
        if output.HasField("rendition") and output.rendition.height_pixels > highest[_ladder_of(output.rendition)]:
            skipped.append(output.output_id)
        else:
            kept.append(output)
    empty = [output for output in kept if output.HasField("package") and not packaged(output, kept)]
    skipped += [output.output_id for output in empty]
    return [output for output in kept if output not in empty], skipped


def _highest(outputs: Sequence[media_pb2.OutputSpec], lines: int) -> dict[tuple[object, ...], int]:
    """The most lines a rendition may ask for and be kept, by ladder."""
    heights: dict[tuple[object, ...], list[int]] = {}
    for output in outputs:
        if output.HasField("rendition"):
            heights.setdefault(_ladder_of(output.rendition), []).append(output.rendition.height_pixels)
    return {key: lines if any(height <= lines for height in found) else min(found) for key, found in heights.items()}


def _ladder_of(spec: media_pb2.RenditionSpec) -> tuple[object, ...]:
    """What renditions share that can stand in for each other: codec, container, and the part of the source."""
    return (
        spec.video_codec or media_pb2.VIDEO_CODEC_H264,
        spec.container or media_pb2.CONTAINER_MP4,
        spec.trim.start_seconds,
        spec.trim.end_seconds,
    )


def packaged(package: media_pb2.OutputSpec, outputs: Sequence[media_pb2.OutputSpec]) -> list[media_pb2.OutputSpec]:
    """The renditions and sounds that go into a package, of those a source gets; all, where the package names none."""
    named = set(package.package.output_ids)
    return [
        output
        for output in outputs
        if output.WhichOneof("kind") in {"rendition", "audio"} and (not named or output.output_id in named)
    ]
