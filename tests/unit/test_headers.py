"""The stamp as headers: whole and true, or refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.core import headers
from edgecode.core.contract import CONTRACT
from edgecode.core.headers import STAMP_HEADERS, UnstampedMessage, extend_path, hop, read_origin, stamp_headers
from edgecode.core.stamp import Stamp
from tests.harness.builds import stamp_of

SERVER, WORKER = stamp_of("server", "a"), stamp_of("worker", "b")
DIRTY = Stamp("worker", "1.5.0-rc.1", "c" * 40, "0a1b2c3d", "i", "test")


@pytest.mark.parametrize("stamp", [SERVER, WORKER, DIRTY])
def test_what_is_written_is_read_back_whole(stamp: Stamp) -> None:
    found = stamp_headers(stamp, (hop(SERVER),)) | {headers.TRACEPARENT: f"00-{'1' * 32}-{'2' * 16}-01"}
    origin = read_origin(found)
    assert (origin.stamp, origin.contract, origin.trace_id) == (stamp, CONTRACT, "1" * 32)
    assert origin.path == extend_path((hop(SERVER),), stamp)


def test_there_are_the_seven_headers_and_each_call_gives_a_dict_of_its_own() -> None:
    first, second = stamp_headers(SERVER), stamp_headers(SERVER)
    assert tuple(first) == STAMP_HEADERS == (
        "Edgecode-Service", "Edgecode-Version", "Edgecode-Revision", "Edgecode-Instance", "Edgecode-Environment",
        "Edgecode-Contract", "Edgecode-Path",
    )  # fmt: skip
    first.clear()
    assert second == stamp_headers(SERVER)


def test_a_path_only_grows_and_two_hops_of_one_process_are_one() -> None:
    path = extend_path(extend_path((), SERVER), WORKER)
    assert path == ("server@0.1.0+gaaaaaaaaaaaa", "worker@0.1.0+gbbbbbbbbbbbb")
    assert extend_path(path, WORKER) == path
    assert extend_path(path, SERVER) == (*path, path[0])


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(UnstampedMessage, match=r"no Edgecode-Service, .*Edgecode-Path"):
        read_origin(None)
    with pytest.raises(UnstampedMessage, match=r"no Edgecode-Service, .*Edgecode-Path"):
        read_origin({})


@pytest.mark.parametrize("name", STAMP_HEADERS)
@pytest.mark.parametrize("how", ["missing", "empty", "of another case"])
def test_a_stamp_that_is_not_whole_is_refused(name: str, how: str) -> None:
    found = stamp_headers(SERVER)
    value = found.pop(name)
    if how != "missing":
        found[name if how == "empty" else name.lower()] = "" if how == "empty" else value
    with pytest.raises(UnstampedMessage, match=re.escape(name)):
        read_origin(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (headers.SERVICE, "worker"),
        (headers.VERSION, "0.1.1"),
        (headers.VERSION, "v0.1.0"),
        (headers.REVISION, "b" * 40),
        (headers.REVISION, "a" * 12),
        (headers.REVISION, "a" * 41),
        (headers.REVISION, "a" * 12 + "z" * 28),
        (headers.REVISION, "A" * 40),
        (headers.CONTRACT_HEADER, "one"),
        (headers.CONTRACT_HEADER, "1.0"),
        (headers.PATH, "worker@0.1.0+gaaaaaaaaaaaa"),
        (headers.PATH, "server@0.1.0+gaaaaaaaaaaaa,"),
        (headers.PATH, "server@0.1.0"),
        (headers.PATH, "server"),
        (headers.PATH, "server@0.1.0+gaaaaaaaaaaaa.dirty.x"),
    ],
)
def test_a_stamp_that_contradicts_itself_is_refused(name: str, value: str) -> None:
    with pytest.raises(UnstampedMessage):
        read_origin(stamp_headers(SERVER) | {name: value})


@given(st.dictionaries(st.sampled_from(STAMP_HEADERS), st.text(max_size=50)))
def test_no_headers_break_it(changes: dict[str, str]) -> None:
    try:
        origin = read_origin(stamp_headers(SERVER) | changes)
    except UnstampedMessage:
        return
    assert origin.stamp.service == SERVER.service
    assert origin.stamp.revision[:12] == SERVER.revision[:12]


@pytest.mark.parametrize("value", ["", "garbage", "00-11-22"])
def test_a_trace_that_is_none_has_no_id(value: str) -> None:
    assert read_origin(stamp_headers(SERVER) | {headers.TRACEPARENT: value}).trace_id == ""
