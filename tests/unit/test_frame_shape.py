"""Sizes of outputs, for every fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.core.frame_shape import FrameShape, frame_shape
from edgecode.v1 import media_pb2

SIDES, EVEN = st.integers(4, 8192), st.integers(1, 2160).map(lambda half: 2 * half)
INSIDE, PAD, CROP, STRETCH = media_pb2.FIT_INSIDE, media_pb2.FIT_PAD, media_pb2.FIT_CROP, media_pb2.FIT_STRETCH


def shape(source: tuple[int, int], asked: tuple[int, int], fit: media_pb2.Fit) -> FrameShape:
    spec = media_pb2.RenditionSpec(width_pixels=asked[0], height_pixels=asked[1], fit=fit)
    video = media_pb2.VideoStream(display_width_pixels=source[0], display_height_pixels=source[1])
    return frame_shape(media_pb2.OutputSpec(output_id="a", rendition=spec), media_pb2.MediaInfo(video=video))


@pytest.mark.parametrize(
    ("source", "asked", "fit", "expected"),
    [
        ((1920, 1080), (1280, 1280), INSIDE, (1280, 720, 1280, 720)),
        ((1080, 1920), (1280, 1280), INSIDE, (720, 1280, 720, 1280)),
        ((640, 360), (1280, 1280), INSIDE, (640, 360, 640, 360)),
        ((1920, 1080), (1080, 1080), PAD, (1080, 1080, 1080, 608)),
        ((640, 360), (1280, 720), PAD, (1280, 720, 640, 360)),
        ((1920, 1080), (1080, 1080), CROP, (1080, 1080, 1920, 1080)),
        ((1920, 1080), (540, 960), CROP, (540, 960, 1706, 960)),
        ((640, 360), (1000, 1000), CROP, (360, 360, 640, 360)),
        ((1920, 1080), (1080, 1080), STRETCH, (1080, 1080, 1080, 1080)),
        ((640, 360), (1280, 1280), STRETCH, (360, 360, 360, 360)),
    ],
)
def test_each_fit(
    source: tuple[int, int], asked: tuple[int, int], fit: media_pb2.Fit, expected: tuple[int, int, int, int]
) -> None:
    assert shape(source, asked, fit) == FrameShape(*expected)


@given(SIDES, SIDES, EVEN, EVEN, st.sampled_from([INSIDE, PAD, CROP, STRETCH]))
def test_sizes_are_even_fit_and_never_make_the_source_larger(
    width: int, height: int, asked_width: int, asked_height: int, fit: media_pb2.Fit
) -> None:
    made = shape((width, height), (asked_width, asked_height), fit)
    for side in (made.width, made.height, made.scaled_width, made.scaled_height):
        assert side >= 2
        assert side % 2 == 0
    assert made.scaled_width <= max(width + 1, 2)
    assert made.scaled_height <= max(height + 1, 2)
    assert (made.width, made.height) <= (asked_width, asked_height) or made.width <= asked_width
    assert made.height <= asked_height
    if fit == PAD:
        assert (made.width, made.height) == (asked_width, asked_height)
        assert made.scaled_width <= made.width
        assert made.scaled_height <= made.height
    if fit == CROP:
        assert made.scaled_width >= made.width
        assert made.scaled_height >= made.height
