"""Which build gets a job: override, share, contract, and who is there."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.server.planner.workers import PresentWorker, Workers
from edgecode.server.routes.assignment import Choice, choose, override_fate, place_of
from edgecode.server.routes.route import Route
from edgecode.v1 import event_pb2, ramp_pb2
from tests.harness.builds import build_of

B, C, D = (build_of(letter) for letter in "bcd")
CHOICES = event_pb2.JobAssigned.Choice
RAMP = ramp_pb2.RampDocument(ramp_id="r", build=C, against=B, state=ramp_pb2.RAMP_STATE_RAMPING, step=2, round=1)


def ramp_to(percent: float, **changed: Any) -> Route:
    """B is current, C gets a share."""
    route = Route(7, 70, B, salt="salt", ramping=C, ramp_percent=percent, ramp=RAMP)
    return replace(route, **changed)


def workers(*builds: str, absence_counts: bool = True, **reads: int) -> Workers:
    """One worker of each build, which reads contracts up to 1 or what is said for the build's letter."""
    letters = {build_of(letter): most for letter, most in reads.items()}
    present = {build: PresentWorker(build, 1, letters.get(build, 1), frozenset(), 0) for build in builds}
    return Workers(present, absence_counts)


def job(key: str = "", contract: int = 1, **fields: Any) -> event_pb2.JobCreated:
    return event_pb2.JobCreated(job_id="a job", version_key=key, contract=contract, **fields)


def keys_of(route: Route, ramped: bool) -> str:
    """A key that the share sends to one side."""
    return next(f"k{i}" for i in range(1000) if (place_of(route.salt, f"k{i}") < route.ramp_percent) is ramped)


@given(st.text(max_size=20), st.text(max_size=20), st.floats(0, 100), st.floats(0, 100))
def test_raising_the_share_moves_no_key_back_from_the_ramping_build(
    salt: str, key: str, one: float, two: float
) -> None:
    low, high = sorted((one, two))
    both = workers(B, C)
    before, after = (choose(ramp_to(percent, salt=salt), job(key), both) for percent in (low, high))
    assert before is not None
    assert after is not None
    assert before.build == B or after.build == C


def test_the_share_served_is_the_share_asked() -> None:
    route, both = ramp_to(20.0), workers(B, C)
    builds = Counter(choice.build for i in range(10_000) if (choice := choose(route, job(f"key {i}"), both)))
    assert abs(builds[C] / 10_000 - 0.2) < 0.015, builds


def test_jobs_of_one_key_go_one_way_and_without_a_key_each_job_stands_for_itself() -> None:
    route, both = ramp_to(50.0), workers(B, C)
    of_key = {choose(route, event_pb2.JobCreated(job_id=str(i), version_key="k", contract=1), both) for i in range(50)}
    alone = {choose(route, event_pb2.JobCreated(job_id=str(i), contract=1), both) for i in range(50)}
    assert (len(of_key), len(alone)) == (1, 2)


def test_another_salt_asks_other_keys_first() -> None:
    both = workers(B, C)
    sides = [
        [choose(ramp_to(10.0, salt=salt), job(str(i)), both) == Choice(C, CHOICES.CHOICE_SHARE) for i in range(300)]
        for salt in ("one", "two")
    ]
    assert sides[0] != sides[1]


@pytest.mark.parametrize("ramped", [True, False])
def test_what_a_share_decided_says_so_with_the_share_of_the_ramping_build(ramped: bool) -> None:
    route = ramp_to(20.0)
    choice = choose(route, job(keys_of(route, ramped)), workers(B, C))
    assert choice is not None
    assert choice.assigned(route) == event_pb2.JobAssigned(
        build=C if ramped else B, route_revision=7, share_percent=20.0 if ramped else 80.0,
        choice=CHOICES.CHOICE_SHARE, ramp_id="r", ramp_percent=20.0, ramp_step=2, ramp_round=1,
    )  # fmt: skip


def test_while_a_ramp_is_held_all_go_to_the_current_build() -> None:
    route = ramp_to(0.0)
    chosen = {choose(route, job(str(i)), workers(B, C)) for i in range(200)}
    assert chosen == {Choice(B, CHOICES.CHOICE_SHARE)}
    assert Choice(B, CHOICES.CHOICE_SHARE).assigned(route).ramp_percent == 0.0


def test_in_the_watch_after_a_promotion_jobs_tell_of_the_ramp_still() -> None:
    watch = ramp_pb2.RampDocument(ramp_id="r", build=C, against=B, state=ramp_pb2.RAMP_STATE_WATCHING)
    route = Route(8, 80, C, former=(B,), ramp=watch)
    choice = choose(route, job(), workers(B, C))
    assert choice == Choice(C, CHOICES.CHOICE_SHARE)
    assert choice.assigned(route).ramp_percent == 100.0
    watch.state = ramp_pb2.RAMP_STATE_PROMOTED
    assert choose(route, job(), workers(B, C)) == Choice(C, CHOICES.CHOICE_CURRENT)


def test_a_ramping_build_without_workers_takes_nothing_and_one_whose_absence_is_not_certain_its_share() -> None:
    route = ramp_to(50.0)
    key = keys_of(route, ramped=True)
    assert choose(route, job(key), workers(B)) == Choice(B, CHOICES.CHOICE_OTHER_HAS_NO_WORKER)
    assert choose(route, job(key), workers(B, absence_counts=False)) == Choice(C, CHOICES.CHOICE_SHARE)


def test_with_the_current_build_dead_the_ramping_one_gets_its_share_and_no_more() -> None:
    route = ramp_to(50.0)
    assert choose(route, job(keys_of(route, ramped=True)), workers(C)) == Choice(C, CHOICES.CHOICE_OTHER_HAS_NO_WORKER)
    assert choose(route, job(keys_of(route, ramped=False)), workers(C)) is None


@pytest.mark.parametrize("absence_counts", [True, False])
def test_a_job_goes_only_to_a_build_that_reads_its_contract(absence_counts: bool) -> None:
    route = ramp_to(50.0)
    old_current = workers(B, C, absence_counts=absence_counts, c=2)
    old_ramping = workers(B, C, absence_counts=absence_counts, b=2)
    for i in range(50):
        assert choose(route, job(str(i), contract=2), old_current) == Choice(C, CHOICES.CHOICE_CONTRACT)
        assert choose(route, job(str(i), contract=2), old_ramping) == Choice(B, CHOICES.CHOICE_CONTRACT)
        assert choose(route, job(str(i), contract=3), old_current) is None
    assert choose(Route(1, 1, B), job(contract=2), workers(B, absence_counts=absence_counts)) is None


def honoured(build: str, contract: int = 1) -> event_pb2.JobCreated:
    return job(contract=contract, override_build=build, override_fate=event_pb2.OVERRIDE_FATE_HONOURED)


def test_an_override_that_was_honoured_gets_its_build_even_at_share_0() -> None:
    choice = choose(Route(1, 1, B, salt="s"), honoured(D), workers(B, D))
    assert choice == Choice(D, CHOICES.CHOICE_OVERRIDE)
    assert choice.assigned(ramp_to(20.0)).ramp_id == "", "it tells nothing of the ramp"
    assert choose(ramp_to(0.0), honoured(C), workers(B, C)) == Choice(C, CHOICES.CHOICE_OVERRIDE)


def test_an_override_whose_build_was_quarantined_or_left_since_falls_back_to_the_route() -> None:
    assert choose(Route(1, 1, B, frozenset({D})), honoured(D), workers(B, D)) == Choice(B, CHOICES.CHOICE_CURRENT)
    assert choose(Route(1, 1, B), honoured(D), workers(B)) == Choice(B, CHOICES.CHOICE_CURRENT)
    refused = job(override_build=D, override_fate=event_pb2.OVERRIDE_FATE_BUILD_UNKNOWN)
    assert choose(Route(1, 1, B), refused, workers(B, D)) == Choice(B, CHOICES.CHOICE_CURRENT)


def test_the_fate_of_an_override_is_told_as_it_is() -> None:
    route = Route(1, 1, B, frozenset({C}))
    live = workers(B, C, D)
    fates = {
        override_fate("", 1, route, live, known=False): event_pb2.OVERRIDE_FATE_UNSPECIFIED,
        override_fate(D, 1, route, live, known=False): event_pb2.OVERRIDE_FATE_HONOURED,
        override_fate(C, 1, route, live, known=True): event_pb2.OVERRIDE_FATE_BUILD_QUARANTINED,
        override_fate(D, 2, route, live, known=True): event_pb2.OVERRIDE_FATE_CONTRACT_UNREADABLE,
        override_fate(D, 1, route, workers(B), known=True): event_pb2.OVERRIDE_FATE_BUILD_HAS_NO_WORKER,
        override_fate(D, 1, route, workers(B), known=False): event_pb2.OVERRIDE_FATE_BUILD_UNKNOWN,
    }
    assert all(found == expected for found, expected in fates.items())
    assert len(fates) == len(event_pb2.OverrideFate.values())


@pytest.mark.parametrize("watched", [False, True])
def test_a_job_that_is_forgotten_before_the_ramp_may_be_over_is_given_by_the_share_and_does_not_count(
    watched: bool,
) -> None:
    ramp = ramp_pb2.RampDocument()
    ramp.CopyFrom(RAMP)
    ramp.policy.longest_seconds = 3_600
    ramp.start_time.FromSeconds(1_800_000_000)
    route = ramp_to(20.0, ramp=ramp)
    if watched:
        ramp.state = ramp_pb2.RAMP_STATE_WATCHING
        route = replace(route, current=C, ramping="", ramp=ramp)
    for seconds, counts in ((86_400, True), (3_600, False)):
        kept = job("customer")
        kept.expire_time.FromSeconds(1_800_000_000 + seconds)
        choice = choose(route, kept, workers(B, C))
        assert choice is not None
        assert choice.build == (C if watched else choose(route, job("customer"), workers(B, C)).build)  # type: ignore[union-attr]
        assert (choice.assigned(route).ramp_id == "r") is counts
