import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.core import ladder
from edgecode.v1 import media_pb2

LINES = st.integers(1, 2160).map(lambda half: 2 * half)
SIDES = st.integers(1, 8192)


def rung(lines: int, name: str = "") -> media_pb2.OutputSpec:
    return media_pb2.OutputSpec(output_id=name or f"{lines}p", rendition=media_pb2.RenditionSpec(height_pixels=lines))


def source(width: int, height: int) -> media_pb2.MediaInfo:
    return media_pb2.MediaInfo(video=media_pb2.VideoStream(display_width_pixels=width, display_height_pixels=height))


WEB = [rung(lines) for lines in (1080, 720, 480, 360)]
THUMBNAIL = media_pb2.OutputSpec(output_id="thumbnail", thumbnail=media_pb2.ThumbnailSpec())


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (2160, ["1080p", "720p", "480p", "360p"]),
        (1080, ["1080p", "720p", "480p", "360p"]),
        (1079, ["720p", "480p", "360p"]),
        (720, ["720p", "480p", "360p"]),
        (361, ["360p"]),
        (360, ["360p"]),
        (240, ["360p"]),
        (1, ["360p"]),
    ],
)
def test_a_rung_above_the_source_is_skipped_when_another_covers_it(lines: int, kept: list[str]) -> None:
    found, skipped = ladder.select(WEB, source(lines, lines))
    assert [one.output_id for one in found] == kept
    assert skipped == [one.output_id for one in WEB if one.output_id not in kept]


def test_a_thumbnail_is_always_kept_and_covers_no_rung() -> None:
    found, skipped = ladder.select([THUMBNAIL, rung(720)], source(320, 240))
    assert ([one.output_id for one in found], skipped) == (["thumbnail", "720p"], [])


def test_two_rungs_of_the_same_height_share_their_fate() -> None:
    found, skipped = ladder.select([rung(720, "a"), rung(720, "b"), rung(1080, "c")], source(320, 240))
    assert ([one.output_id for one in found], skipped) == (["a", "b"], ["c"])


@pytest.mark.parametrize(
    ("width", "height", "lines", "expected"),
    [
        (1920, 1080, 1080, (1920, 1080)),
        (1920, 1080, 720, (1280, 720)),
        (1920, 1080, 480, (854, 480)),
        (1920, 1080, 360, (640, 360)),
        (1080, 1920, 1080, (608, 1080)),
        (321, 241, 360, (320, 240)),
        (1, 1, 360, (2, 2)),
        (2, 1000, 360, (2, 360)),
    ],
)
def test_sizes_are_even_and_in_the_sources_shape(
    width: int, height: int, lines: int, expected: tuple[int, int]
) -> None:
    assert ladder.size(rung(lines), source(width, height)) == expected


def test_a_thumbnail_has_360_lines_unless_told_otherwise() -> None:
    assert ladder.size(THUMBNAIL, source(1920, 1080)) == (640, 360)


def test_a_source_without_a_size_is_refused() -> None:
    with pytest.raises(ValueError, match="0x0"):
        ladder.size(rung(360), media_pb2.MediaInfo())


@given(SIDES, SIDES, LINES)
def test_nothing_is_ever_scaled_up_and_every_size_is_even(width: int, height: int, lines: int) -> None:
    wide, high = ladder.size(rung(lines), source(width, height))
    assert wide % 2 == high % 2 == 0
    assert 2 <= wide <= max(width, 2)
    assert 2 <= high <= max(height, 2)
    assert high <= lines


@given(st.integers(64, 8192), st.integers(64, 8192), LINES)
def test_the_shape_is_wrong_by_at_most_the_rounding(width: int, height: int, lines: int) -> None:
    wide, high = ladder.size(rung(lines), source(width, height))
    if high < height - 1:
        assert abs(wide - width * high / height) <= 2
    else:
        assert (wide, high) == (width - width % 2, height - height % 2)


@given(st.lists(LINES, max_size=12), SIDES, SIDES)
def test_every_source_gets_a_rung_and_only_the_smallest_may_be_above_it(
    heights: list[int], width: int, height: int
) -> None:
    outputs = [rung(lines, str(place)) for place, lines in enumerate(heights)]
    kept, skipped = ladder.select(outputs, source(width, height))
    assert [one.output_id for one in kept] == [one.output_id for one in outputs if one.output_id not in skipped]
    assert bool(kept) == bool(outputs)
    above = [one.rendition.height_pixels for one in kept if one.rendition.height_pixels > height]
    assert not above or set(above) == {min(heights)} == {one.rendition.height_pixels for one in kept}
