"""Still pictures: thumbnails and sprite sheets."""

from collections.abc import Iterator

from edgecode.core.errors import Violation
from edgecode.core.frame_shape import DEFAULT_THUMBNAIL_LINES
from edgecode.server.jobs.specs.fields import LONGEST_SECONDS, Number, check_numbers, fill
from edgecode.v1 import media_pb2

LINES = (2, 4320)
THUMBNAIL_NUMBERS = {
    "height_pixels": Number(*LINES, DEFAULT_THUMBNAIL_LINES, even=True),
    "time_seconds": Number(0, LONGEST_SECONDS, meaning="a tenth of the duration"),
    "quality": Number(1, 100, 85),
    "count": Number(1, 100, 1),
}
SPRITE_NUMBERS = {
    "columns": Number(1, 20, 5),
    "rows": Number(1, 20, 5),
    "height_pixels": Number(2, 720, 90, even=True),
    "interval_seconds": Number(0.1, 3600, meaning="a hundredth of the duration, at least a second"),
    "quality": Number(1, 100, 75),
}


def check_thumbnail(path: str, spec: media_pb2.ThumbnailSpec) -> Iterator[Violation]:
    """What is wrong with a thumbnail."""
    yield from check_numbers(path, spec, THUMBNAIL_NUMBERS)
    if spec.count > 1 and spec.HasField("time_seconds"):
        yield Violation(f"{path}.time_seconds", f"is of one picture, and count is {spec.count}: leave one of them out")


def fill_thumbnail(spec: media_pb2.ThumbnailSpec) -> None:
    """Puts every default in."""
    fill(spec, THUMBNAIL_NUMBERS, {})


def check_sprite(path: str, spec: media_pb2.SpriteSpec) -> Iterator[Violation]:
    """What is wrong with sprite sheets."""
    yield from check_numbers(path, spec, SPRITE_NUMBERS)


def fill_sprite(spec: media_pb2.SpriteSpec) -> None:
    """Puts every default in."""
    fill(spec, SPRITE_NUMBERS, {})
