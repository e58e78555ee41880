from hypothesis import given
from hypothesis import strategies as st
from nats.aio.client import Client

from edgecode.core.nats_client import read_headers, write_headers

_NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,30}", fullmatch=True)
_VALUES = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Z")), max_size=40)
_PREFIX = len(b"NATS/1.0\r\n")


@given(st.dictionaries(_NAMES, _VALUES, min_size=1))
def test_headers_written_are_read_back_by_us_and_by_the_library(headers: dict[str, str]) -> None:
    block = write_headers(headers)
    assert block is not None
    assert read_headers(block[_PREFIX:]) == headers == Client._parse_header_lines(block[_PREFIX:])


@given(_NAMES, st.sampled_from(["a\r\nForged: b", "a\nb", "a\rb", "\r\n"]))
def test_a_value_with_a_line_break_is_left_to_the_library(name: str, value: str) -> None:
    assert write_headers({name: value}) is None


@given(st.binary(max_size=200))
def test_any_block_is_read_as_the_library_reads_it(raw: bytes) -> None:
    theirs = {name: value for name, value in Client._parse_header_lines(raw).items() if name}
    assert read_headers(raw) == theirs


def test_a_name_with_a_blank_is_none() -> None:
    assert read_headers(b"Edgecode Service: a\r\nEdgecode-Service:b\r\n") == {"Edgecode-Service": "b"}
