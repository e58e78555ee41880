from datetime import UTC, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from edgecode.cli import words
from edgecode.cli.tables.plain import printable
from edgecode.v1 import job_pb2, media_pb2


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0.00 s"),
        (0.254, "0.25 s"),
        (9.99, "9.99 s"),
        (73.4, "73 s"),
        (119, "119 s"),
        (121, "2 min"),
        (7500, "2 h 5 min"),
        (86_400 * 3 + 4 * 3600, "3 d 4 h"),
    ],
)
def test_durations_are_shown_in_the_unit_a_person_would_choose(value: float, shown: str) -> None:
    assert words.seconds(value) == shown


def test_an_unset_time_is_shown_as_nothing() -> None:
    assert words.when(Timestamp()) == ""
    assert words.age(Timestamp(), datetime.now(UTC)) == ""


def test_times_are_shown_in_utc_to_the_second() -> None:
    assert words.when(Timestamp(seconds=1_700_000_000, nanos=999)) == "2023-11-14 22:13:20"


def test_an_age_counts_from_now_and_is_never_negative() -> None:
    now = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    past, future = Timestamp(), Timestamp()
    past.FromDatetime(datetime(2026, 1, 1, tzinfo=UTC))
    future.FromDatetime(datetime(2026, 1, 2, tzinfo=UTC))
    assert words.age(past, now) == "60 s"
    assert words.age(future, now) == "0.00 s"


def test_a_state_that_this_build_does_not_know_is_shown_as_its_number() -> None:
    assert words.job_state(job_pb2.Job.STATE_SUCCEEDED) == "SUCCEEDED"
    assert words.job_state(99) == "99"


def test_a_failure_says_whose_fault_it_is() -> None:
    value = media_pb2.Failure(reason="NOT_MEDIA", message="no container", fault=media_pb2.FAULT_USER)
    assert words.failure(value) == "NOT_MEDIA (user): no container"
    assert words.failure(media_pb2.Failure()) == ""


@pytest.mark.parametrize("hostile", ["a\x1b[2Jb", "a\rb", "a\x00b", "a\u202eb"])
def test_names_of_callers_cannot_move_the_cursor(hostile: str) -> None:
    assert printable(hostile).isprintable()
    assert printable(hostile).startswith("a\\")
