"""The way of a ramp, from its state and its evidence."""

import dataclasses

import pytest

from edgecode.core.errors import FailedPrecondition
from edgecode.server.routes import ramp as ramp_module
from edgecode.server.routes import ramp_orders
from edgecode.server.routes.evidence import Evidence, recompute
from edgecode.server.routes.ramp import decide
from edgecode.server.routes.ramp_job import Outcome
from edgecode.server.routes.ramp_status import ramp_status
from edgecode.server.routes.ramp_summary import summary_of
from edgecode.v1 import ramp_pb2
from tests.harness.ramp_jobs import NOW, SECOND, STATES, TESTS, Jobs, ramp, said, unlike


def test_the_next_step_comes_with_enough_jobs_and_enough_time_and_not_before() -> None:
    document = ramp()
    assert said(document) == ("RAMPING", "STARTED", 20.0)
    assert Jobs().good(9, document).decide(document, 600) is None
    jobs = Jobs().good(10, document)
    assert jobs.decide(document, 59) is None
    after = jobs.decide(document, 60)
    assert said(after) == ("RAMPING", "STEP_PASSED", 90.0)
    assert after is not None
    assert (after.step, after.step_time.ToMicroseconds()) == (1, NOW + 60 * SECOND)
    assert jobs.decide(after, 600) is None


def test_jobs_that_an_earlier_open_one_holds_up_do_not_count_for_the_step() -> None:
    document = ramp()
    jobs = Jobs().then(1, document, Outcome.OPEN, on_ramp=False).good(10, document)
    assert jobs.decide(document, 60) is None


def test_after_the_last_step_it_is_promoted_and_watched_or_waits_for_the_operator() -> None:
    for waits, expected in ((False, ("WATCHING", "STEPS_PASSED", 100.0)), (True, ("PAUSED", "STEPS_PASSED", 90.0))):
        document = ramp(wait_at_end=waits)
        last = Jobs().good(10, document).decide(document, 60)
        assert last is not None
        assert said(Jobs().good(10, last).decide(last, 120)) == expected


def test_the_watch_ends_after_its_time() -> None:
    document = ramp_orders.promoted(ramp(watch_seconds=100), NOW)
    assert Jobs().decide(document, 99) is None
    assert said(Jobs().decide(document, 100)) == ("PROMOTED", "WATCH_ENDED", 0.0)


def test_the_watch_ends_after_very_many_jobs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ramp_module, "MOST_WATCHED_JOBS", 30)
    document = ramp_orders.promoted(ramp(), NOW)
    assert Jobs().good(29, document).decide(document) is None
    assert said(Jobs().good(30, document).decide(document)) == ("PROMOTED", "WATCH_ENDED", 0.0)


def test_a_build_that_fails_in_the_watch_is_rolled_back() -> None:
    document = ramp_orders.promoted(ramp(), NOW)
    after = Jobs().bad(5, document).decide(document)
    assert said(after) == ("ROLLED_BACK", "FAILS_MORE_OFTEN", 0.0)
    assert after is not None
    assert after.verdict.test == TESTS.RAMP_TEST_WATCH


def test_a_verdict_carries_the_numbers_that_decided() -> None:
    document = ramp()
    jobs = Jobs().good(12, document, on_ramp=False).bad(3, document)
    assert jobs.decide(document) is None
    after = jobs.bad(1, document).decide(document)
    assert said(after) == ("ROLLED_BACK", "FAILS_MORE_OFTEN", 0.0)
    assert after is not None
    verdict = after.verdict
    assert (verdict.test, verdict.alpha, verdict.share_percent) == (TESTS.RAMP_TEST_FAILURES, 0.01, 20.0)
    assert verdict.log_e >= 4.6
    assert (verdict.ramping.failures, verdict.ramping.jobs_resolved) == (4, 4)
    assert (verdict.current.failures, verdict.current.jobs_resolved) == (0, 12)
    assert verdict.through_sequence == jobs.jobs[-1].ended_sequence


def at_90() -> ramp_pb2.RampDocument:
    return ramp_orders.advanced(ramp(), NOW)


def held_at_90() -> tuple[ramp_pb2.RampDocument, Jobs]:
    document = at_90()
    jobs = Jobs().bad(4, document)
    after = jobs.decide(document)
    assert said(after) == ("HELD", "FAILS_MORE_OFTEN", 0.0)
    assert after is not None
    assert after.verdict.test == TESTS.RAMP_TEST_GUARD
    return after, jobs


def test_where_nearly_all_jobs_go_to_it_the_guard_holds_and_rolls_back_when_the_current_build_does_better() -> None:
    held, jobs = held_at_90()
    assert jobs.good(19, held, on_ramp=False).decide(held) is None
    assert said(jobs.good(180, held, on_ramp=False).decide(held)) == ("ROLLED_BACK", "FAILS_MORE_OFTEN", 0.0)


def test_good_jobs_that_were_under_way_at_the_guards_hold_take_nothing_back_of_it() -> None:
    held, jobs = held_at_90()
    jobs.good(60, at_90())
    assert said(jobs.good(200, held, on_ramp=False).decide(held)) == ("ROLLED_BACK", "FAILS_MORE_OFTEN", 0.0)


def test_an_incident_that_hits_both_sides_is_told_from_a_bad_build_and_left_to_the_operator() -> None:
    held, jobs = held_at_90()
    for _ in range(100):
        jobs.bad(1, held, on_ramp=False).good(1, held, on_ramp=False)
    after = jobs.decide(held)
    assert said(after) == ("PAUSED", "HELD_WITHOUT_VERDICT", 0.0)
    assert after is not None
    assert after.verdict == held.verdict


def test_a_held_ramp_waits_until_all_its_jobs_are_judged() -> None:
    document = ramp()
    jobs = Jobs()
    for _ in range(20):
        jobs.good(1, document, on_ramp=False, seconds=1.0).good(1, document, seconds=5.0)
    held = jobs.decide(document)
    assert said(held) == ("HELD", "SLOWER", 0.0)
    assert held is not None
    blocked = Jobs()
    blocked.jobs = [dataclasses.replace(jobs.jobs[0], outcome=Outcome.OPEN, ended_sequence=0), *jobs.jobs[1:]]
    assert blocked.decide(held) is None
    assert said(jobs.decide(held)) == ("PAUSED", "HELD_WITHOUT_VERDICT", 0.0)


@pytest.mark.parametrize(
    ("made", "usual", "expected"),
    [
        ({"seconds": 3.0}, {"seconds": 1.0}, ("HELD", "SLOWER")),
        ({"size_ratio": 0.3}, {"size_ratio": 1.0}, ("HELD", "FILES_SMALLER")),
        ({"size_ratio": 3.0}, {"size_ratio": 1.0}, ("HELD", "FILES_LARGER")),
        ({"frames_ratio": 0.99}, {"frames_ratio": 1.0}, ("ROLLED_BACK", "FRAMES_MISSING")),
        ({"pixels_ratio": 0.0625}, {"pixels_ratio": 0.25}, ("ROLLED_BACK", "PICTURES_SMALLER")),
        ({"distortion": 0.06}, {"distortion": 0.02}, ("ROLLED_BACK", "LOOKS_WORSE")),
    ],
)
def test_each_further_test_leads_to_its_end_and_says_why(
    made: dict[str, float], usual: dict[str, float], expected: tuple[str, str]
) -> None:
    document, jobs = ramp(min_jobs=1000), Jobs()
    for count in range(1, 30):
        jobs.good(1, document, on_ramp=False, **usual).good(1, document, on_ramp=True, **made)
        after = jobs.decide(document)
        if after is not None:
            assert said(after)[:2] == expected
            assert (after.verdict.pairs, after.verdict.pairs_worse) == (count, count)
            break
    else:
        pytest.fail("it found nothing")


def test_hold_and_tell_holds_where_it_would_roll_back_once_and_not_again_when_the_operator_goes_on() -> None:
    document = ramp(hold_and_tell=True)
    jobs = Jobs().bad(4, document)
    held = jobs.decide(document)
    assert said(held) == ("HELD", "FAILS_MORE_OFTEN", 0.0)
    assert held is not None
    paused = jobs.decide(held)
    assert said(paused) == ("PAUSED", "HELD_WITHOUT_VERDICT", 0.0)
    assert paused is not None
    assert jobs.decide(paused) is None
    resumed = ramp_orders.resumed(paused, NOW)
    assert (said(resumed)[2], resumed.round) == (20.0, 1)
    assert jobs.good(5, resumed).decide(resumed) is None


def test_what_is_held_already_is_not_held_again_for_another_reason() -> None:
    document = ramp()
    jobs = unlike(document, seconds=5.0, size_ratio=9.0)
    held = jobs.decide(document)
    assert held is not None
    assert held.verdict.test == TESTS.RAMP_TEST_DURATION
    paused = jobs.decide(held)
    assert said(paused) == ("PAUSED", "HELD_WITHOUT_VERDICT", 0.0)
    assert paused is not None
    assert jobs.decide(paused) is None


def test_hold_and_tell_says_once_that_frames_are_missing() -> None:
    document = ramp(hold_and_tell=True)
    jobs = unlike(document, frames_ratio=0.9)
    held = jobs.decide(document)
    assert said(held)[:2] == ("HELD", "FRAMES_MISSING")
    assert held is not None
    assert said(jobs.decide(held)) == ("PAUSED", "HELD_WITHOUT_VERDICT", 0.0)


def test_hold_and_tell_tells_of_a_promoted_build_and_leaves_it_current() -> None:
    document = ramp_orders.promoted(ramp(hold_and_tell=True), NOW)
    jobs = Jobs().bad(5, document)
    told = jobs.decide(document)
    assert said(told) == ("WATCHING", "FAILS_MORE_OFTEN", 100.0)
    assert told is not None
    assert jobs.decide(told) is None


def test_a_paused_ramp_goes_no_step_further_and_is_still_rolled_back() -> None:
    document = ramp_orders.paused(ramp(), NOW)
    assert said(document) == ("PAUSED", "PAUSED_BY_OPERATOR", 20.0)
    assert Jobs().good(50, document).decide(document, 600) is None
    assert said(Jobs().bad(4, document).decide(document))[0] == "ROLLED_BACK"


def test_what_is_over_decides_nothing() -> None:
    document = ramp_orders.aborted(ramp(), NOW)
    assert Jobs().bad(40, document).decide(document, 10**6) is None


@pytest.mark.parametrize("order", [ramp_orders.paused, ramp_orders.resumed, ramp_orders.advanced, ramp_orders.promoted])
def test_an_order_that_its_state_does_not_allow_is_refused(order: object) -> None:
    with pytest.raises(FailedPrecondition, match="r is ABORTED") as refused:
        order(ramp_orders.aborted(ramp(), NOW), NOW)  # type: ignore[operator]
    assert refused.value.reason == "RAMP_STATE"


def test_the_watch_is_not_aborted_for_its_build_would_go_on_to_get_all_jobs() -> None:
    with pytest.raises(FailedPrecondition, match="new is current and gets all new jobs: roll it back") as refused:
        ramp_orders.aborted(ramp_orders.promoted(ramp(), NOW), NOW)
    assert refused.value.reason == "RAMP_STATE"


def test_a_ramp_that_another_change_of_the_route_overtakes_says_what_became_of_it() -> None:
    document, none = ramp(), frozenset[str]()
    reason = "CURRENT_HAS_NO_WORKER"
    moved = ramp_orders.overtaken(document, "other", none, NOW, reason)
    assert (said(moved)[0], moved.against) == ("RAMPING", "other")
    current = ramp_orders.overtaken(document, "new", none, NOW, reason)
    assert said(current) == ("WATCHING", reason, 100.0)
    assert said(ramp_orders.overtaken(document, "old", frozenset({"new"}), NOW, "X")) == ("ROLLED_BACK", "X", 0.0)
    assert said(ramp_orders.overtaken(current, "old", none, NOW, "X")) == ("ABORTED", "X", 0.0)
    assert ramp_orders.overtaken(current, "new", none, NOW, "X") == current


def test_nobody_s_document_is_changed_in_place() -> None:
    document = ramp()
    before = document.SerializeToString()
    ramp_orders.advanced(document, NOW + 5)
    ramp_orders.aborted(document, NOW + 5)
    Jobs().bad(9, document).decide(document)
    assert document.SerializeToString() == before


def test_a_ramp_that_stands_still_says_why() -> None:
    document = ramp()
    jobs = Jobs().then(1, document, Outcome.OPEN, on_ramp=False).good(4, document)
    assert ramp_status(document, recompute(document, jobs.jobs, NOW), NOW).waits_for == [
        "step 1 of 2: waits for 10 more settled jobs of the ramping build",
        "jobs count in the order of assignment: 1 of the current build are open",
        "step 1 of 2: waits for 60 more seconds",
    ]
    held, jobs = held_at_90()
    status = ramp_status(held, recompute(held, jobs.jobs, NOW), NOW)
    assert status.waits_for == [
        "held: its failures so far are more than the current build's rate explains",
        "compares with the current build's jobs since the hold: 200 more at most",
    ]
    unserved = [dataclasses.replace(job, begun_sequence=0, ended_sequence=0) for job in jobs.jobs]
    assert (
        "4 jobs wait for a worker of the ramping build"
        in ramp_status(document, recompute(document, unserved, NOW), NOW).waits_for
    )
    watched = ramp_orders.promoted(document, NOW)
    assert ramp_status(watched, recompute(watched, [], NOW), NOW).waits_for == [
        "promoted; its failures are watched for 86400 more seconds or 20000 more jobs"
    ]
    paused = ramp_orders.paused(document, NOW)
    assert ramp_status(paused, recompute(paused, [], NOW), NOW).waits_for == [
        "waits for the operator: who paused it; resume, advance or abort it"
    ]


def test_what_is_not_over_when_its_jobs_begin_to_be_forgotten_is_ended() -> None:
    late = NOW + 7_200 * SECOND
    document = ramp(longest_seconds=7_200)
    held = ramp_module.changed(document, NOW, STATES.RAMP_STATE_PAUSED, "HELD_WITHOUT_VERDICT")
    held.held = True
    for unpromoted in (document, held):
        assert decide(unpromoted, Evidence(unpromoted), late - 1) is None
        assert said(decide(unpromoted, Evidence(unpromoted), late)) == ("ABORTED", "TOOK_TOO_LONG", 0.0)
    watched = ramp_orders.promoted(document, NOW + SECOND)
    assert decide(watched, Evidence(watched), late - 1) is None
    assert said(decide(watched, Evidence(watched), late))[:2] == ("PROMOTED", "WATCH_ENDED")


def test_a_ramp_that_is_over_shows_what_was_known_then_though_its_jobs_are_forgotten() -> None:
    document, jobs = ramp(), Jobs()
    for _ in range(30):
        jobs.good(4, document, on_ramp=False, seconds=1.0).good(1, document, seconds=1.1)
    evidence = recompute(document, jobs.bad(1, document).jobs, NOW)
    over = ramp_orders.aborted(document, NOW)
    over.summary.CopyFrom(summary_of(document, evidence))
    before, after = (ramp_status(over, each, NOW) for each in (evidence, Evidence(over)))
    assert (after.ramping, after.current, after.findings, after.served_percent) == (
        before.ramping, before.current, before.findings, before.served_percent,
    )  # fmt: skip
    assert (after.ramping.side.failures, after.current.side.jobs_resolved) == (1, 120)


def test_the_status_shows_both_sides_with_intervals_and_each_test_with_what_it_needs() -> None:
    document = ramp()
    jobs = Jobs()
    for _ in range(30):
        jobs.good(4, document, on_ramp=False, seconds=1.0).good(1, document, seconds=1.1)
    status = ramp_status(document, recompute(document, jobs.bad(1, document).jobs, NOW), NOW)
    assert (status.asked_percent, round(status.served_percent)) == (20.0, 21)
    assert (status.ramping.build, status.ramping.side.failures, status.current.side.jobs_resolved) == ("new", 1, 120)
    assert 0.0 < status.ramping.rate_low < status.ramping.rate < status.ramping.rate_high < 0.5
    findings = {found.test: found for found in status.findings}
    assert len(findings) == 8
    assert (findings[TESTS.RAMP_TEST_FAILURES].leads_to, findings[TESTS.RAMP_TEST_GUARD].leads_to) == (
        "rollback",
        "hold",
    )
    duration = findings[TESTS.RAMP_TEST_DURATION]
    assert duration.pairs == 30
    assert duration.ratio_low <= duration.ratio <= duration.ratio_high
    assert duration.ratio == pytest.approx(1.1)
    assert not findings[TESTS.RAMP_TEST_SSIM].HasField("ratio")
