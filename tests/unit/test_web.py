"""Ranges, entity tags and tokens of downloads over HTTP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.core.settings import Settings
from edgecode.server.signing import SigningKeys
from edgecode.server.web.ranges import Span, Unsatisfiable, matches, span_of
from edgecode.server.web.tokens import is_good, make_token
from edgecode.server.web.urls import ArtifactUrls

KEYS = SigningKeys([b"k" * 32])
PATH = "/artifacts/00000000-0000-5000-8000-000000000001"


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=10-", Span(10, 100)),
        ("bytes=90-200", Span(90, 100)),
        ("bytes=-5", Span(95, 100)),
        ("bytes=-500", Span(0, 100)),
        ("bytes = 1 - 2", Span(1, 3)),
        ("", None),
        ("bytes=5-4", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=-", None),
        ("bytes=x-y", None),
    ],
)
def test_one_range_is_read_and_what_is_none_means_the_whole(header: str, span: Span | None) -> None:
    assert span_of(header, 100) == span


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_beyond_the_end_is_unsatisfiable(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        span_of(header, 100)


@given(st.text(alphabet="bytes=-0123456789,", max_size=30), st.integers(0, 1000))
def test_no_header_asks_for_bytes_that_are_not_there(header: str, size_bytes: int) -> None:
    try:
        span = span_of(header, size_bytes)
    except Unsatisfiable:
        return
    assert span is None or 0 <= span.start < span.end <= size_bytes


def test_entity_tags_are_compared_one_by_one() -> None:
    assert matches('"a", W/"b"', '"b"')
    assert matches("*", '"b"')
    assert not matches("", '"b"')
    assert not matches('"bb"', '"b"')


def test_a_token_is_good_for_its_path_until_its_time_and_for_an_older_key() -> None:
    token = make_token(KEYS, PATH, 1000)
    assert is_good(KEYS, PATH, token, 999.9)
    assert not is_good(KEYS, PATH, token, 1000)
    assert not is_good(KEYS, f"{PATH}/statement", token, 0)
    assert not is_good(SigningKeys([b"l" * 32]), PATH, token, 0)
    assert is_good(SigningKeys([b"l" * 32, b"k" * 32]), PATH, token, 0)


@pytest.mark.parametrize("token", ["", ".", "1000", "1000.", "9" * 20 + ".x", "-1.x", "١.x", "2000.{mac}"])
def test_a_token_that_was_changed_is_none(token: str) -> None:
    mac = make_token(KEYS, PATH, 1000).partition(".")[2]
    assert not is_good(KEYS, PATH, token.format(mac=mac), 0)


def test_a_signed_url_leads_to_where_the_server_says_it_is() -> None:
    here = ArtifactUrls(Settings(http_address="127.0.0.1:8081"), KEYS).signed("a", 5)
    assert here == f"http://127.0.0.1:8081/artifacts/a?token={make_token(KEYS, '/artifacts/a', 5)}"
    public = ArtifactUrls(Settings(http_url="https://media.example.com/x/"), KEYS).signed("a", 5, statement=True)
    assert public.startswith("https://media.example.com/x/artifacts/a/statement?token=5.")
    assert ArtifactUrls(Settings(), KEYS).signed("a", 5) == ""
