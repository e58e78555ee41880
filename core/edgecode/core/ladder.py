"""Which outputs a source gets, and in which size. Pure: the server plans with it, the worker encodes by it."""

from collections.abc import Sequence

from edgecode.v1 import media_pb2

DEFAULT_THUMBNAIL_LINES = 360


def select(
    outputs: Sequence[media_pb2.OutputSpec], info: media_pb2.MediaInfo
) -> tuple[list[media_pb2.OutputSpec], list[str]]:
    """Splits outputs into those a source gets and the ids of those it skips.

    A rendition with more lines than the source (as displayed) is skipped when another rendition at or below the
    source's height covers it; when none does, the smallest is kept and keeps the source's own size. All that is not a
    rendition is kept.

    Returns:
        The kept outputs in the order given, and the ids of the skipped ones.
    """
    lines = info.video.display_height_pixels
    heights = [output.rendition.height_pixels for output in outputs if output.HasField("rendition")]
    highest = lines if any(height <= lines for height in heights) else min(heights, default=lines)
    kept: list[media_pb2.OutputSpec] = []
    skipped: list[str] = []
    for output in outputs:
        if output.HasField("rendition") and output.rendition.height_pixels > highest:
            skipped.append(output.output_id)
        else:
            kept.append(output)
    return kept, skipped


def size(output: media_pb2.OutputSpec, info: media_pb2.MediaInfo) -> tuple[int, int]:
    """Width and height in pixels of one output: even, in the source's shape as displayed, never above its size.

    Raises:
        ValueError: the source has no video size.
    """
    source_width, source_height = info.video.display_width_pixels, info.video.display_height_pixels
    if source_width < 1 or source_height < 1:
        raise ValueError(f"the source's size must be known, not {source_width}x{source_height}")
    asked = output.rendition.height_pixels
    if output.HasField("thumbnail"):
        asked = output.thumbnail.height_pixels or DEFAULT_THUMBNAIL_LINES
    if asked >= source_height:
        return _even_floor(source_width), _even_floor(source_height)
    height = _even_floor(asked)
    # Nearest even width; the shape's error is at most one pixel.
    width = 2 * ((source_width * height + source_height) // (2 * source_height))
    return min(max(width, 2), _even_floor(source_width)), height


def _even_floor(pixels: int) -> int:
    # 4:2:0 has no odd sizes; the one pixel of a 1-pixel side becomes two.
    return max(pixels - pixels % 2, 2)
