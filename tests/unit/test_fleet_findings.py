"""Processes as they are shown, and what `status` says of them."""

import time

import pytest

from edgecode.core.stamp import stamp_to_proto
from edgecode.server.fleet.findings import Findings, problems, suggestions
from edgecode.server.fleet.instances import shown
from edgecode.server.fleet.view import Heard
from edgecode.v1 import bus_pb2, fleet_pb2, release_pb2
from tests.harness.builds import stamp_of
from tests.harness.folding import NOW_US, SECOND_US


def heard(*, ahead_seconds: int = 0, up_seconds: int = 600, ago_seconds: int = 2) -> Heard:
    """A worker whose clock is so far ahead, up for so long, heard so long ago."""
    entry = bus_pb2.FleetEntry(stamp=stamp_to_proto(stamp_of("worker", "b")), host="h")
    beat_us = NOW_US + (ahead_seconds - ago_seconds) * SECOND_US
    entry.beat_time.FromMicroseconds(beat_us)
    entry.start_time.FromMicroseconds(beat_us - up_seconds * SECOND_US)
    return Heard(entry, time.monotonic(), NOW_US - ago_seconds * SECOND_US)


@pytest.mark.parametrize("ahead_seconds", [3600, -3600])
def test_a_clock_that_is_an_hour_off_is_a_problem_and_uptime_is_told_by_its_own(ahead_seconds: int) -> None:
    found = shown(heard(ahead_seconds=ahead_seconds), NOW_US)
    assert (found.clock_ahead_seconds, found.uptime_seconds) == (ahead_seconds, 602)
    assert found.seen_time.ToMicroseconds() == NOW_US - 2 * SECOND_US
    (problem,) = [p for p in problems(Findings.of(fleet_pb2.Status(), [], (), [found])) if "clock" in p]
    assert f"3600 s {'ahead of' if ahead_seconds > 0 else 'behind'} this server's" in problem


def test_a_clock_that_is_right_is_no_problem() -> None:
    found = Findings.of(fleet_pb2.Status(), [], (), [shown(heard(), NOW_US)])
    assert not any("clock" in problem for problem in problems(found))


def test_the_lost_and_what_changed_name_the_command_that_tells_more() -> None:
    status = fleet_pb2.Status(
        leader_instance="l", instances_lost_last_day=2, changes=[release_pb2.Change()], change_count=1
    )
    found = Findings.of(status, [heard().entry])
    status.problems.extend(problems(found))
    assert problems(found) == ["2 processes were lost in the last day: killed, frozen or cut off"]
    assert suggestions(found) == ["edgecode fleet list --gone", "edgecode release changes"]


@pytest.mark.parametrize("state", ["HELD", "PAUSED"])
def test_a_ramp_that_stands_still_is_a_problem_and_its_status_the_next_command(state: str) -> None:
    status = fleet_pb2.Status(ramping_build="1.5.0+g0123456789ab", ramp_state=state, ramp_reason="FAILS_MORE_OFTEN")
    found = Findings.of(status, [])
    assert f"the ramp of 1.5.0+g0123456789ab is {state.lower()}: FAILS_MORE_OFTEN" in problems(found)
    assert "edgecode route ramp status" in suggestions(found)
    status.ramp_state = "RAMPING"
    assert not any("ramp" in each for each in (*problems(found), *suggestions(found)))


def test_a_build_that_took_all_jobs_in_mid_ramp_because_the_other_died_is_a_problem_as_long_as_it_is_watched() -> None:
    status = fleet_pb2.Status(
        ramping_build="1.5.0+g0123456789ab", ramp_state="WATCHING", ramp_reason="CURRENT_HAS_NO_WORKER"
    )
    found = Findings.of(status, [])
    [said] = [each for each in problems(found) if "ramp" in each]
    assert said.startswith("1.5.0+g0123456789ab was promoted in mid-ramp, without a verdict")
    assert "edgecode route ramp status" in suggestions(found)
    status.ramp_reason = "STEPS_PASSED"
    assert not any("ramp" in each for each in (*problems(found), *suggestions(found)))


def test_a_route_without_a_current_build_is_a_problem() -> None:
    found = Findings.of(fleet_pb2.Status(route_revision=3), [])
    assert "no build is current: new jobs wait" in problems(found)
    assert "edgecode route show" in suggestions(found)


def test_what_changed_is_nothing_to_look_at_while_all_is_well() -> None:
    status = fleet_pb2.Status(leader_instance="l", changes=[release_pb2.Change()], change_count=1)
    assert suggestions(Findings.of(status, [heard().entry])) == []
