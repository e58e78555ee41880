"""What the leader does to the route by itself."""

from dataclasses import replace

import pytest

from edgecode.server.ledger.rows import RouteRow
from edgecode.server.routes.route import Change, Route, next_route
from edgecode.v1 import event_pb2
from tests.harness.builds import build_of

NOW_US = 1_800_000_000_000_000
B, C, D, E = (build_of(letter) for letter in "bcde")


def moved(route: Route, *live: str, absence_counts: bool = True, policy: str = "move") -> str:
    """The build that becomes current, or nothing."""
    document = next_route(route, frozenset(live), absence_counts, policy, NOW_US)
    return document.current if document else ""


def test_the_first_worker_s_build_becomes_current_at_once() -> None:
    document = next_route(Route(), frozenset({B}), absence_counts=False, when_current_dies="move", now_us=NOW_US)
    assert document == event_pb2.RouteChanged(
        service="worker", revision=1, current=B, reason="FIRST_WORKER", actor="leader"
    )


def test_without_workers_there_is_no_route() -> None:
    assert moved(Route()) == ""


def test_of_several_first_workers_the_choice_is_definite() -> None:
    assert {moved(Route(), *order) for order in ((B, C), (C, B))} == {C}


def test_a_live_current_build_is_never_replaced_unasked() -> None:
    assert moved(Route(1, 1, B), B, C) == ""


def test_a_current_build_without_workers_is_left_and_becomes_the_newest_former_one() -> None:
    route = Route(3, 9, B, frozenset({E}), (C, D), "s")
    document = next_route(route, frozenset({D}), absence_counts=True, when_current_dies="move", now_us=NOW_US)
    assert document is not None
    assert (document.current, document.reason, document.actor) == (D, "CURRENT_HAS_NO_WORKER", "leader")
    assert (list(document.former), list(document.quarantined), document.salt) == ([B, C], [E], "s")


@pytest.mark.parametrize(("absence_counts", "policy"), [(False, "move"), (True, "wait")])
def test_it_stays_while_absence_does_not_count_or_the_operator_wants_to_wait(absence_counts: bool, policy: str) -> None:
    assert moved(Route(1, 1, B), C, absence_counts=absence_counts, policy=policy) == ""


def test_with_no_worker_at_all_it_stays() -> None:
    assert moved(Route(1, 1, B)) == ""


def test_the_newest_former_build_comes_before_any_other() -> None:
    assert moved(Route(1, 1, B, former=(C, D)), C, D, E) == C
    assert moved(Route(1, 1, B, former=(C, D)), D, E) == D
    assert moved(Route(1, 1, B, former=(C,)), D, E) == E


def test_a_quarantined_build_is_taken_never() -> None:
    assert moved(Route(1, 1, B, frozenset({C}), (C,)), C) == ""
    assert moved(Route(1, 1, B, frozenset({C}), (C,)), C, D) == D
    assert moved(Route(0, 0, "", frozenset({C})), C) == ""


def test_a_ramping_build_is_taken_last_and_that_ends_its_ramp() -> None:
    route = Route(1, 1, B, ramping=E, ramp_percent=5.0)
    assert moved(route, D, E) == D
    assert moved(replace(route, former=(E, D)), D, E) == D, "though it was current before, and later than the other"
    assert moved(replace(route, former=(E,)), D, E) == D
    kept = route.document(Change("X", "leader", NOW_US), current=D)
    assert (kept.ramping, kept.ramp_percent) == (E, 5.0)
    ended = next_route(route, frozenset({E}), absence_counts=True, when_current_dies="move", now_us=NOW_US)
    assert ended is not None
    assert (ended.current, ended.ramping, ended.ramp_percent) == (E, "", 0.0)


def test_a_row_gives_back_the_route_it_holds() -> None:
    document = event_pb2.RouteChanged(
        service="worker", current=B, ramping=C, ramp_percent=2.5, salt="s", quarantined=[D], former=[E]
    )
    route = Route.of(RouteRow("worker", 4, 17, 0, document.SerializeToString()))
    assert route == Route(4, 17, B, frozenset({D}), (E,), "s", C, 2.5)
    assert (route.usable(B), route.usable(D), route.usable("")) == (True, False, False)
