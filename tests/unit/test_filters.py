"""AIP-160 as far as it is promised."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.core.errors import InvalidRequest
from edgecode.server.filters import Field, Kind, holds, parse_filter
from edgecode.server.ledger.port import Condition

FIELDS = {
    "job_id": Field("job_id"),
    "state": Field("state", Kind.NAME, {"QUEUED": "QUEUED", "RUNNING": "RUNNING"}, "STATE_"),
    "priority": Field("priority", Kind.NAME, {"HIGH": 1, "LOW": 3}, "PRIORITY_"),
    "size_bytes": Field("size_bytes", Kind.NUMBER),
    "create_time": Field("create_time_us", Kind.TIME),
    "labels": Field("labels", Kind.LABELS),
}


def test_an_empty_filter_has_no_conditions() -> None:
    assert parse_filter("", FIELDS) == []
    assert parse_filter("  \n ", FIELDS) == []


def test_restrictions_joined_by_and_all_hold() -> None:
    assert parse_filter('state=QUEUED AND priority != PRIORITY_HIGH AND labels.team = "a b"', FIELDS) == [
        Condition("state", "=", "QUEUED"),
        Condition("priority", "!=", 1),
        Condition("labels", "=", "a b", "team"),
    ]


@pytest.mark.parametrize("spelled", ["QUEUED", "STATE_QUEUED", '"STATE_QUEUED"'])
def test_an_enum_goes_by_its_name_with_or_without_prefix(spelled: str) -> None:
    assert parse_filter(f"state = {spelled}", FIELDS) == [Condition("state", "=", "QUEUED")]


def test_times_are_rfc_3339_and_compare_in_microseconds() -> None:
    noon = int(datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()) * 1_000_000
    assert parse_filter("create_time >= 2026-01-31T12:00:00Z", FIELDS) == [Condition("create_time_us", ">=", noon)]
    assert parse_filter('create_time > "2026-01-31T13:00:00+01:00"', FIELDS) == [Condition("create_time_us", ">", noon)]


def test_a_time_that_is_not_there_is_before_nothing() -> None:
    conditions = parse_filter("create_time < 2026-01-31T12:00:00Z", FIELDS)
    assert not all(holds(condition, 0) for condition in conditions)


def test_quotes_and_backslashes_can_be_said() -> None:
    assert parse_filter(r'job_id = "a \"b\" \\ AND c"', FIELDS) == [Condition("job_id", "=", r'a "b" \ AND c')]


@pytest.mark.parametrize(
    ("given_filter", "said"),
    [
        ("colour = red", "known are job_id, state, priority, size_bytes, create_time, labels.<key>"),
        ("labels = x", "unknown field 'labels'"),
        ("labels.UP = x", "no label key"),
        ("job_id.x = y", "unknown field"),
        ("state = ASLEEP", "one of QUEUED, RUNNING"),
        ("state < QUEUED", "no order"),
        ("size_bytes > many", "a whole number"),
        ("size_bytes = 1.5", "a whole number"),
        ("create_time > yesterday", "a time such as"),
        ("create_time > 2026-01-31T12:00:00", "no offset"),
        ("job_id", "in the middle"),
        ("job_id = ", "in the middle"),
        ("job_id = a AND", "in the middle"),
        ("job_id = a OR job_id = b", "OR, NOT and parentheses"),
        ("(job_id = a)", "cannot be read"),
        ("NOT job_id = a", "expected one of"),
        ("job_id : a", "expected one of"),
        ("job_id = = a", "expected a value"),
        ('job_id = "open', "cannot be read"),
        ("job_id = a job_id = b", "expected AND"),
        ("job_id = " + "x" * 3000, "at most 2048"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(given_filter: str, said: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_filter(given_filter, FIELDS)
    assert caught.value.reason == "INVALID_FILTER"
    assert caught.value.violations[0].field == "filter"
    assert said in caught.value.message


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidRequest):
        assert len(parse_filter(text, FIELDS)) <= len(text)


@given(st.text(max_size=200))
def test_any_text_can_be_asked_for_in_quotes(wanted: str) -> None:
    quoted = wanted.replace("\\", "\\\\").replace('"', '\\"')
    assert parse_filter(f'job_id = "{quoted}"', FIELDS) == [Condition("job_id", "=", wanted)]
    assert holds(Condition("job_id", "=", wanted), wanted)
    assert not holds(Condition("job_id", "!=", wanted), wanted)


@pytest.mark.parametrize(("op", "outcomes"), [("<", "tff"), ("<=", "ttf"), (">", "fft"), (">=", "ftt"), ("!=", "tft")])
def test_conditions_hold_outside_the_ledger_as_inside(op: str, outcomes: str) -> None:
    assert "".join("ft"[holds(Condition("size_bytes", op, 5), value)] for value in (4, 5, 6)) == outcomes
