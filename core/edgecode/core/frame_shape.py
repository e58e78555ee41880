"""Which size an output's pictures have, and what becomes of the source's shape. Pure."""

from dataclasses import dataclass

from edgecode.v1 import media_pb2

DEFAULT_THUMBNAIL_LINES = 360
DEFAULT_SPRITE_LINES = 90


@dataclass(frozen=True, slots=True)
class FrameShape:
    """Sizes in pixels, all even. The source is scaled to `scaled`, then the frame is cut out of it or laid round it."""

    width: int
    height: int
    scaled_width: int
    scaled_height: int


def size(output: media_pb2.OutputSpec, info: media_pb2.MediaInfo) -> tuple[int, int]:
    """Width and height in pixels of one output's pictures: even, never above the source's size but for black bars.

    Raises:
        ValueError: the source has no video size.
    """
    shape = frame_shape(output, info)
    return shape.width, shape.height


def frame_shape(output: media_pb2.OutputSpec, info: media_pb2.MediaInfo) -> FrameShape:
    """How the source's picture, as displayed, becomes the output's; no pixel of the source is ever made larger.

    Raises:
        ValueError: the source has no video size.
    """
    source = info.video.display_width_pixels, info.video.display_height_pixels
    if min(source) < 1:
        raise ValueError(f"the source's size must be known, not {source[0]}x{source[1]}")
    width, height, fit = _asked(output)
    if not width:
        return _plain(*_with_height(source, height))
    if fit == media_pb2.FIT_CROP:
        return _cropped(source, (width, height))
    if fit == media_pb2.FIT_STRETCH:
        return _plain(*_shrunk((width, height), source))
    inside = _inside(source, (width, height))
    return FrameShape(width, height, *inside) if fit == media_pb2.FIT_PAD else _plain(*inside)


def _asked(output: media_pb2.OutputSpec) -> tuple[int, int, int]:
    if output.HasField("thumbnail"):
        return 0, output.thumbnail.height_pixels or DEFAULT_THUMBNAIL_LINES, 0
    if output.HasField("sprite"):
        return 0, output.sprite.height_pixels or DEFAULT_SPRITE_LINES, 0
    spec = output.rendition
    return spec.width_pixels, spec.height_pixels, spec.fit


def _plain(width: int, height: int) -> FrameShape:
    return FrameShape(width, height, width, height)


def _with_height(source: tuple[int, int], asked: int) -> tuple[int, int]:
    """The size of the source's shape with at most so many lines; nearest even width, off by at most one pixel."""
    if asked >= source[1]:
        return _even_floor(source[0]), _even_floor(source[1])
    height = _even_floor(asked)
    width = _nearest_even(source[0] * height, source[1])
    return min(width, _even_floor(source[0])), height


def _inside(source: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    width, height = _with_height(source, box[1])
    if width <= box[0]:
        return width, height
    width = min(_even_floor(box[0]), _even_floor(source[0]))
    return width, min(_nearest_even(source[1] * width, source[0]), _even_floor(box[1]), height)


def _shrunk(box: tuple[int, int], source: tuple[int, int]) -> tuple[int, int]:
    """The box, smaller in its own shape where the source does not fill it."""
    if box[0] <= source[0] and box[1] <= source[1]:
        return _even_floor(box[0]), _even_floor(box[1])
    if source[0] * box[1] <= source[1] * box[0]:
        width = _even_floor(source[0])
        return width, min(_nearest_even(box[1] * width, box[0]), _even_floor(source[1]))
    height = _even_floor(source[1])
    return min(_nearest_even(box[0] * height, box[1]), _even_floor(source[0])), height


def _cropped(source: tuple[int, int], box: tuple[int, int]) -> FrameShape:
    width, height = _shrunk(box, source)
    if source[0] * height >= source[1] * width:
        scaled = max(_nearest_even(source[0] * height, source[1]), width), height
    else:
        scaled = width, max(_nearest_even(source[1] * width, source[0]), height)
    return FrameShape(width, height, *scaled)


def _nearest_even(numerator: int, denominator: int) -> int:
    return max(2 * ((numerator + denominator) // (2 * denominator)), 2)


def _even_floor(pixels: int) -> int:
    # 4:2:0 has no odd sizes; the one pixel of a 1-pixel side becomes two.
    return max(pixels - pixels % 2, 2)
