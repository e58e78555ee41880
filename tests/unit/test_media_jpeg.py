import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.workers.media.formats import is_playlist
from edgecode.workers.media.jpeg import comments, quantiser, with_comment

IMAGE = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xda\x00\x02pixels\xff\xd9"


def test_a_comment_stands_right_after_the_start_and_changes_nothing_else() -> None:
    stamped = with_comment(IMAGE, "made by 1.4.2")
    assert stamped == b"\xff\xd8\xff\xfe\x00\x0fmade by 1.4.2" + IMAGE[2:]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=2000))
def test_comments_are_read_back_the_latest_first(text: str) -> None:
    assert comments(with_comment(with_comment(IMAGE, "older"), text)) == [text, "older"]


def test_a_comment_in_the_pixels_is_none() -> None:
    assert comments(IMAGE + b"\xff\xfe\x00\x04no") == []


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_crash_or_hang(tail: bytes) -> None:
    assert all(isinstance(one, str) for one in comments(b"\xff\xd8" + tail))


def test_what_is_no_jpeg_gets_no_comment() -> None:
    with pytest.raises(ValueError, match="FF D8"):
        with_comment(b"\x89PNG", "x")


def test_a_comment_too_long_for_a_segment_is_refused() -> None:
    with_comment(IMAGE, "x" * 65533)
    with pytest.raises(ValueError, match="65533"):
        with_comment(IMAGE, "x" * 65534)


def test_quality_spans_the_encoders_whole_scale() -> None:
    scale = [quantiser(quality) for quality in range(1, 101)]
    assert (scale[0], scale[-1]) == (31, 2)
    assert scale == sorted(scale, reverse=True)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"#EXTM3U\n", True),
        (b"\xef\xbb\xbf\n #EXTM3U", True),
        (b"ffconcat version 1.0", True),
        (b'<?xml version="1.0"?>\n<MPD>', True),
        (b"<?xml version='1.0'?><svg>", False),
        (b"v=0\r\n", True),
        (b"\0\0\0\x18ftypisom", False),
        (b"", False),
    ],
)
def test_playlists_are_known_by_their_first_bytes(head: bytes, expected: bool) -> None:
    assert is_playlist(head) is expected
