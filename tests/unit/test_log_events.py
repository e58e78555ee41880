"""Reading events, and how long they live."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.core import contract
from edgecode.core.bus import Outgoing
from edgecode.core.log import SubjectExpired, decode, ttl_seconds
from edgecode.core.log import _alive_until as alive_until
from edgecode.core.log import _expire as expiry
from edgecode.v1 import event_pb2

NOW = datetime(2026, 11, 21, tzinfo=UTC)
READABLE = event_pb2.Event(job_succeeded=event_pb2.JobSucceeded())


class TestDecoding:
    def test_what_this_contract_wrote_is_read(self) -> None:
        assert decode(READABLE.SerializeToString(), contract.CONTRACT) == READABLE

    def test_what_a_later_contract_wrote_is_not_though_it_could_be_parsed(self) -> None:
        assert decode(READABLE.SerializeToString(), contract.READS_MAX + 1) is None

    @pytest.mark.parametrize("data", [b"", b"\xff\xff", b"\xfa\x3e\x00", b"no event"])
    def test_what_is_no_event_known_here_is_not(self, data: bytes) -> None:
        assert decode(data, contract.CONTRACT) is None

    def test_fields_of_a_later_release_do_not_hinder(self) -> None:
        assert decode(READABLE.SerializeToString() + b"\xfa\x3e\x00", contract.CONTRACT) is not None

    @given(st.binary(max_size=60), st.integers(-1, 3))
    def test_no_bytes_break_it(self, data: bytes, number: int) -> None:
        found = decode(data, number)
        assert found is None or found.WhichOneof("kind")


class TestLifetimes:
    # Microseconds from a second to a year, and the place within its second.
    @given(st.integers(1_000_000, 31_536_000_000_000), st.integers(0, 10_000_000))
    def test_the_first_event_never_outlives_a_later_one_nor_the_subject(self, life_us: int, later_us: int) -> None:
        expire = NOW + timedelta(microseconds=life_us)
        later = NOW + timedelta(microseconds=min(later_us, life_us))
        first_ends = NOW + timedelta(seconds=ttl_seconds(expire, NOW, first=True))
        later_ends = later + timedelta(seconds=ttl_seconds(expire, later))
        assert first_ends <= expire < later_ends
        assert later_ends - expire <= timedelta(seconds=2), "all within two seconds of the end"

    @pytest.mark.parametrize("past", [timedelta(0), timedelta(seconds=-5)])
    def test_the_broker_takes_no_ttl_below_a_second(self, past: timedelta) -> None:
        assert ttl_seconds(NOW + past, NOW, first=True) == 1
        assert ttl_seconds(NOW + past, NOW) >= 1

    def test_what_the_publish_function_writes_is_read_back(self) -> None:
        assert expiry(NOW, "90s") == NOW + timedelta(seconds=90)
        assert expiry(NOW, "") is None
        assert expiry(NOW, "never") is None

    def test_nothing_is_appended_past_the_end(self) -> None:
        message = Outgoing("event.job.x", b"")
        assert alive_until(message, None) is message
        assert alive_until(message, datetime.now(UTC) + timedelta(seconds=60)).ttl_seconds in {60, 61}
        with pytest.raises(SubjectExpired, match=r"event\.job\.x ended at"):
            alive_until(message, datetime.now(UTC))
