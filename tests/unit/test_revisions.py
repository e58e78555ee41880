"""What orders and verdicts make of the route."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from edgecode.core.errors import FailedPrecondition, InvalidRequest
from edgecode.server.routes.ramp import started
from edgecode.server.routes.ramp_orders import aborted, promoted
from edgecode.server.routes.ramp_policy import filled
from edgecode.server.routes.revisions import Revising
from edgecode.server.routes.route import MOST_FORMER, Change, Route
from edgecode.server.routes.states import LaneCounts, state_of
from edgecode.v1 import event_pb2, ramp_pb2, route_pb2
from tests.harness.builds import build_of

B, C, D = (build_of(letter) for letter in "bcd")
NOW_US = 1_800_000_000_000_000
STATES = ramp_pb2.RampState
ROUTE = Route(3, 30, B, former=(D,), salt="s")
RAMP = started(
    "r", C, B, filled(ramp_pb2.RampPolicy(steps_percent=[5, 50])), recorded=ramp_pb2.RecordedRate(), now_us=NOW_US
)


def revising(route: Route = ROUTE, *live: str) -> Revising:
    return Revising(route, frozenset(live or (B, C, D)), Change("WHY", "ann", NOW_US, "because"))


def ramping() -> Route:
    """B is current, C ramps."""
    return Route.read(4, 40, revising().start(RAMP))


def told(document: event_pb2.RouteChanged | None) -> tuple[str, str, float, list[str]]:
    assert document is not None
    return document.current, document.ramping, document.ramp_percent, list(document.quarantined)


class TestOrders:
    def test_each_revision_says_who_why_and_counts_on(self) -> None:
        document = revising().promote(C)
        assert document is not None
        assert (document.revision, document.actor, document.reason, document.comment) == (4, "ann", "WHY", "because")
        assert list(document.former) == [B, D]

    def test_of_former_builds_the_newest_are_remembered_each_once(self) -> None:
        route = ROUTE
        for number in range(MOST_FORMER + 5):
            document = revising(route, build_of("c"), f"1.0.{number}+g0123456789ab").promote(
                f"1.0.{number}+g0123456789ab"
            )
            assert document is not None
            route = Route.read(route.revision + 1, 1, document)
        assert len(route.former) == MOST_FORMER
        assert route.former[0] == f"1.0.{MOST_FORMER + 3}+g0123456789ab"
        assert D not in route.former

    def test_what_is_so_already_changes_nothing(self) -> None:
        quarantined = replace(ROUTE, quarantined=frozenset({C}))
        assert revising().promote(B) is None
        assert revising(quarantined).quarantine(C) is None
        assert revising().readmit(C) is None

    @pytest.mark.parametrize(
        ("order", "reason"),
        [
            (lambda: revising(replace(ROUTE, quarantined=frozenset({C}))).promote(C), "BUILD_QUARANTINED"),
            (lambda: revising(ROUTE, B).promote(C), "BUILD_HAS_NO_WORKER"),
            (lambda: revising(ramping()).start(RAMP), "RAMP_GOES_ON"),
            (lambda: revising(replace(ROUTE, current=C)).start(RAMP), "BUILD_CURRENT"),
            (lambda: revising(replace(ROUTE, current="")).start(RAMP), "ROUTE_WITHOUT_CURRENT"),
            (lambda: revising(Route()).rollback("", ""), "ROUTE_WITHOUT_CURRENT"),
            (lambda: revising(ROUTE, B).rollback("", ""), "NO_GOOD_BUILD"),
            (lambda: revising(ROUTE, B).rollback("", C), "BUILD_HAS_NO_WORKER"),
            (lambda: revising(ROUTE, B, D).rollback(C, ""), "BUILD_UNKNOWN"),
            (lambda: revising(replace(ROUTE, quarantined=frozenset({C}))).rollback(C, ""), "BUILD_QUARANTINED"),
        ],
    )
    def test_what_cannot_be_is_refused(self, order: Callable[[], Any], reason: str) -> None:
        with pytest.raises(FailedPrecondition) as caught:
            order()
        assert caught.value.reason == reason

    @pytest.mark.parametrize(
        "order",
        [
            lambda: revising().promote(""),
            lambda: revising().promote("v1"),
            lambda: revising().quarantine("1.0"),
            lambda: revising().rollback(B, B),
        ],
    )
    def test_what_is_no_build_is_refused_by_its_field(self, order: Callable[[], Any]) -> None:
        with pytest.raises(InvalidRequest) as caught:
            order()
        assert caught.value.violations[0].field in {"build", "to_build"}

    def test_rollback_quarantines_the_current_build_and_takes_the_newest_good_one(self) -> None:
        assert told(revising().rollback("", "")) == (D, "", 0.0, [B])
        assert told(revising().rollback("", C)) == (C, "", 0.0, [B])
        both = Route(3, 30, B, frozenset({D}), (D, C))
        assert told(revising(both).rollback("", ""))[:1] == (C,)

    def test_what_was_current_can_be_rolled_back_though_it_has_no_worker(self) -> None:
        assert told(revising(ROUTE, B).rollback(D, "")) == (B, "", 0.0, [D])

    def test_a_rollback_of_the_current_build_takes_one_that_ramps_again_last(self) -> None:
        route = replace(ramping(), former=(C, D))
        assert told(revising(route).rollback(B, "")) == (D, C, 5.0, [B])
        assert told(revising(route, B, C).rollback(B, "")) == (C, "", 0.0, [B])

    def test_rollback_during_a_ramp_is_of_the_ramping_build(self) -> None:
        document = revising(ramping()).rollback("", "")
        assert told(document) == (B, "", 0.0, [C])
        assert document is not None
        assert document.ramp.state == STATES.RAMP_STATE_ROLLED_BACK

    def test_a_quarantined_current_build_leaves_nobody_where_there_is_no_good_one(self) -> None:
        assert told(revising(ROUTE, B).quarantine(B)) == ("", "", 0.0, [B])
        assert told(revising().quarantine(B)) == (D, "", 0.0, [B])

    def test_readmitting_gives_nothing_but_the_way_back(self) -> None:
        assert told(revising(replace(ROUTE, quarantined=frozenset({C, D}))).readmit(C)) == (B, "", 0.0, [D])


class TestRamps:
    def test_a_ramp_begins_with_its_first_share_and_a_salt_of_its_own(self) -> None:
        document = revising().start(RAMP)
        assert told(document) == (B, C, 5.0, [])
        assert document.salt not in {"", "s"}
        assert revising().start(RAMP).salt == document.salt, "a function of the ramp"

    def test_its_promotion_makes_it_current_and_ends_the_share(self) -> None:
        document = revising(ramping()).with_ramp(promoted(RAMP, NOW_US))
        assert told(document) == (C, "", 0.0, [])
        assert (document.ramp.state, document.former[0]) == (STATES.RAMP_STATE_WATCHING, B)

    def test_promoting_the_ramping_build_by_hand_is_its_promotion(self) -> None:
        document = revising(ramping()).promote(C)
        assert told(document) == (C, "", 0.0, [])
        assert document is not None
        assert document.ramp.state == STATES.RAMP_STATE_WATCHING

    def test_its_abortion_quarantines_nobody(self) -> None:
        assert told(revising(ramping()).with_ramp(aborted(RAMP, NOW_US))) == (B, "", 0.0, [])

    def test_a_rollback_after_the_promotion_goes_back_to_what_it_was_compared_with(self) -> None:
        watching = promoted(RAMP, NOW_US)
        route = Route.read(5, 50, revising(ramping()).with_ramp(watching))
        over = ramp_pb2.RampDocument()
        over.CopyFrom(watching)
        over.state = STATES.RAMP_STATE_ROLLED_BACK
        assert told(revising(route).with_ramp(over)) == (B, "", 0.0, [C])
        assert told(revising(route, C, D).with_ramp(over)) == (D, "", 0.0, [C])

    def test_the_next_ramp_begins_once_the_watch_after_the_last_one_is_ended(self) -> None:
        route = Route.read(5, 50, revising(ramping()).with_ramp(promoted(RAMP, NOW_US)))
        following = started("s", D, C, RAMP.policy, recorded=ramp_pb2.RecordedRate(), now_us=NOW_US)
        with pytest.raises(FailedPrecondition) as caught:
            revising(route).start(following)
        assert caught.value.reason == "RAMP_GOES_ON"
        document = revising(route).end_watch()
        assert told(document) == (C, "", 0.0, [])
        assert document is not None
        assert (document.ramp.state, document.ramp.reason) == (STATES.RAMP_STATE_PROMOTED, "NEXT_RAMP_STARTED")
        assert told(revising(route).after_watch().start(following)) == (C, D, 5.0, [])
        assert revising(ramping()).end_watch() is None

    def test_a_ramp_that_is_over_is_told_of_once(self) -> None:
        route = Route.read(5, 50, revising(ramping()).with_ramp(aborted(RAMP, NOW_US)))
        document = revising(route).promote(D)
        assert document is not None
        assert not document.HasField("ramp")


@pytest.mark.parametrize(
    ("build", "unfinished", "lanes", "state"),
    [
        (B, 0, LaneCounts(), "CURRENT"),
        (C, 0, LaneCounts(), "RAMPING"),
        (D, 1, LaneCounts(), "DRAINING"),
        (D, 0, LaneCounts(pending=1), "DRAINING"),
        (D, 0, LaneCounts(unacknowledged=1), "DRAINING"),
        (D, 0, LaneCounts(), "DRAINED"),
        (build_of("e"), 0, LaneCounts(), "INACTIVE"),
        (build_of("e"), 1, LaneCounts(), "DRAINING"),
        (build_of("f"), 5, LaneCounts(9, 9), "QUARANTINED"),
    ],
)
def test_the_state_of_a_build_follows_from_route_jobs_and_lanes(
    build: str, unfinished: int, lanes: LaneCounts, state: str
) -> None:
    route = replace(ramping(), quarantined=frozenset({build_of("f")}))
    found = state_of(build, route, {B, C, D}, unfinished, lanes)
    assert route_pb2.RoutedBuild.State.Name(found) == f"STATE_{state}"
