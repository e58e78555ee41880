"""AIP-158 pages and AIP-132 order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.core.errors import InvalidRequest
from edgecode.server.ledger.rows import AssetRow
from edgecode.server.pages import REPLY_BYTES, Page, make_token, page_size, parse_order, read_token, slice_page
from edgecode.v1 import asset_pb2, fleet_pb2, job_pb2

ORDERS = {"create_time": "create_time_us", "size_bytes": "size_bytes"}


def test_page_sizes_are_50_by_default_and_1000_at_most() -> None:
    assert [page_size(asked) for asked in (0, 1, 1000, 1001, 2**31 - 1)] == [50, 1, 1000, 1000, 1000]


def test_a_negative_page_size_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        page_size(-1)
    assert (caught.value.reason, caught.value.violations[0].field) == ("INVALID_PAGE_SIZE", "page_size")


@given(st.lists(st.one_of(st.text(), st.integers(-(2**62), 2**62)), min_size=1, max_size=3), st.lists(st.text()))
def test_a_token_gives_back_what_it_was_made_of(after: list[str | int | float], bound: list[str]) -> None:
    assert read_token(make_token(bound, after), bound) == after


@given(st.text(max_size=80))
def test_a_token_of_another_hand_is_refused(token: str) -> None:
    if token:
        with pytest.raises(InvalidRequest, match="page_token"):
            read_token(token, ("method", "filter"))


@pytest.mark.parametrize("other", [("method", "other"), ("other", "filter"), ("method", "filter", "size"), ()])
def test_a_token_of_another_list_is_refused(other: tuple[str, ...]) -> None:
    token = make_token(("method", "filter"), ["a"])
    with pytest.raises(InvalidRequest) as caught:
        read_token(token, other)
    assert (caught.value.reason, caught.value.violations[0].field) == ("INVALID_PAGE_TOKEN", "page_token")


def test_a_token_changed_in_one_place_is_refused() -> None:
    token = make_token(("method",), ["a", 7])
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(InvalidRequest):
            read_token(changed, ("method",))


def test_order_by_falls_where_it_says_so() -> None:
    assert parse_order("", ORDERS, "create_time desc") == ("create_time_us", True)
    assert parse_order("size_bytes", ORDERS, "create_time desc") == ("size_bytes", False)
    assert parse_order(" create_time  asc ", ORDERS, "create_time desc") == ("create_time_us", False)


@pytest.mark.parametrize("asked", ["colour", "size_bytes down", "size_bytes, create_time", "desc", "size_bytes;"])
def test_an_unknown_order_is_refused_and_names_the_known(asked: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_order(asked, ORDERS, "create_time")
    assert (caught.value.reason, caught.value.violations[0].field) == ("INVALID_ORDER_BY", "order_by")
    assert "create_time, size_bytes" in caught.value.message


def test_a_list_in_memory_is_cut_into_pages_without_loss() -> None:
    items, found, token = list(range(7)), [], ""
    while True:
        page, token = slice_page(items, job_pb2.ListPresetsRequest(page_size=3, page_token=token), "m")
        found += page
        if not token:
            break
    assert found == items


def test_a_token_of_one_list_in_memory_is_foreign_to_another() -> None:
    _, token = slice_page(list(range(3)), fleet_pb2.ListBuildsRequest(page_size=1), "m", "a filter")
    with pytest.raises(InvalidRequest, match="page_token"):
        slice_page(list(range(3)), fleet_pb2.ListBuildsRequest(page_size=1, page_token=token), "m", "another")


def asset_row(asset_id: str) -> AssetRow:
    return AssetRow(asset_id, "u", "", "me", "f", 1, "0" * 64, 0, "{}", "ACTIVE", 1, 2, 1, 1, 1, 0)


def test_a_page_ends_before_a_reply_outgrows_what_clients_take() -> None:
    rows = [asset_row(str(number)) for number in range(4)]
    page = Page(rows, more=False, bound_to=("m",), columns=["asset_id"])
    big = asset_pb2.Asset(file_name="x" * (REPLY_BYTES // 2 - 64))
    messages, token = page.fit([big, None, big, big])
    assert len(messages) == 2
    assert read_token(token, ("m",)) == ["2"]
    assert page.fit([None, None, None, None]) == ([], "")


def test_a_single_message_above_the_bound_is_still_given() -> None:
    page = Page([asset_row("a"), asset_row("b")], more=False, bound_to=("m",), columns=["asset_id"])
    big = asset_pb2.Asset(file_name="x" * (REPLY_BYTES + 1))
    messages, token = page.fit([big, big])
    assert len(messages) == 1
    assert read_token(token, ("m",)) == ["a"]
