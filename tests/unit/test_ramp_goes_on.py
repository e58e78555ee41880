"""What an operator decided in spite of a finding stays decided, and what was said is not said again."""

from edgecode.server.routes import ramp_orders
from edgecode.server.routes.evidence import recompute
from edgecode.server.routes.ramp_job import Outcome
from edgecode.server.routes.ramp_status import ramp_status
from edgecode.server.routes.ramp_waits import waits_for
from edgecode.v1 import ramp_pb2
from tests.harness.ramp_jobs import NOW, SECOND, TESTS, Jobs, ramp, said, unlike


def held_for(jobs: Jobs, document: ramp_pb2.RampDocument, reason: str) -> ramp_pb2.RampDocument:
    held = jobs.decide(document)
    assert said(held)[:2] == ("HELD", reason)
    assert held is not None
    return held


def test_a_ramp_that_was_held_as_slower_goes_on_when_it_is_resumed_and_is_held_by_new_jobs_alone() -> None:
    document = ramp(min_jobs=1_000)
    jobs = unlike(document, seconds=5.0)
    resumed = ramp_orders.resumed(held_for(jobs, document, "SLOWER"), NOW)
    assert jobs.decide(resumed) is None
    assert jobs.good(30, resumed, on_ramp=False, seconds=1.0).decide(resumed) is None
    for _ in range(20):
        jobs.good(1, resumed, on_ramp=False, seconds=1.0).good(1, resumed, seconds=5.0)
    again = held_for(jobs, resumed, "SLOWER")
    assert again.verdict.pairs == 20


def test_jobs_from_before_a_resumption_say_nothing_in_the_round_after_it() -> None:
    document = ramp(min_jobs=1_000)
    jobs = unlike(document, seconds=5.0)
    resumed = ramp_orders.resumed(held_for(jobs, document, "SLOWER"), NOW)
    jobs.good(1, resumed, on_ramp=False, seconds=1.0)
    for _ in range(20):
        jobs.good(1, document, on_ramp=False, seconds=1.0).good(1, document, seconds=5.0)
    assert jobs.decide(resumed) is None
    assert recompute(resumed, jobs.jobs, NOW).pairs[TESTS.RAMP_TEST_DURATION].pairs == 0


def test_a_ramp_that_the_guard_held_goes_on_when_it_is_resumed() -> None:
    document = ramp_orders.advanced(ramp(min_jobs=1_000), NOW)
    jobs = Jobs().bad(4, document)
    held = held_for(jobs, document, "FAILS_MORE_OFTEN")
    assert held.verdict.test == TESTS.RAMP_TEST_GUARD
    for order in (ramp_orders.resumed, ramp_orders.advanced):
        assert jobs.decide(order(held, NOW)) is None


def test_a_build_that_is_slower_on_purpose_is_watched_without_a_word() -> None:
    document = ramp(min_jobs=1_000)
    jobs = unlike(document, seconds=5.0)
    watched = ramp_orders.promoted(held_for(jobs, document, "SLOWER"), NOW)
    assert jobs.decide(watched) is None
    assert jobs.good(50, watched, seconds=5.0).decide(watched) is None


def test_a_build_whose_last_jobs_before_its_promotion_show_it_to_be_slower_is_watched_without_a_word() -> None:
    document = ramp_orders.advanced(ramp(min_jobs=4), NOW)
    jobs = Jobs().good(4, document, seconds=5.0)
    watched = jobs.decide(document, 61)
    assert said(watched)[0] == "WATCHING"
    assert watched is not None
    for _ in range(20):
        jobs.good(1, document, on_ramp=False, seconds=1.0).good(1, document, seconds=5.0)
    assert jobs.decide(watched, 62) is None


def test_hold_and_tell_says_each_of_two_things_once() -> None:
    document = ramp(hold_and_tell=True)
    jobs = Jobs()
    for _ in range(20):
        jobs.good(1, document, on_ramp=False, frames_ratio=1.0, pixels_ratio=0.25)
        jobs.good(1, document, frames_ratio=0.9, pixels_ratio=0.06)
    said_of, after = [], jobs.decide(document)
    while after is not None:
        said_of.append(after.reason)
        assert len(said_of) < 9
        document, after = after, jobs.decide(after)
    assert sorted(said_of[:2]) == ["FRAMES_MISSING", "PICTURES_SMALLER"]
    assert said_of[2:] == ["HELD_WITHOUT_VERDICT"]


def test_hold_and_tell_says_of_a_promoted_build_what_e_did_not_say_and_that_once() -> None:
    document = ramp(hold_and_tell=True)
    jobs = Jobs().bad(4, document)
    watched = ramp_orders.promoted(held_for(jobs, document, "FAILS_MORE_OFTEN"), NOW)
    assert jobs.decide(watched) is None
    told = jobs.bad(6, watched).decide(watched)
    assert told is not None
    assert (said(told)[0], told.verdict.test) == ("WATCHING", TESTS.RAMP_TEST_WATCH)
    assert jobs.bad(6, told).decide(told) is None


def test_what_failed_before_the_promotion_does_not_count_in_the_watch() -> None:
    document = ramp_orders.advanced(ramp(min_jobs=1_000), NOW)
    jobs = Jobs().then(40, document, Outcome.SUCCEEDED).bad(8, document)
    watched = ramp_orders.promoted(document, NOW)
    after = jobs.decide(watched)
    assert after is None or after.verdict.test != TESTS.RAMP_TEST_WATCH


def test_the_status_of_a_watch_shows_that_the_build_has_all_jobs() -> None:
    watched = ramp_orders.promoted(ramp(), NOW)
    jobs = Jobs().good(3, watched)
    status = ramp_status(watched, recompute(watched, jobs.jobs, NOW), NOW + SECOND)
    assert (status.asked_percent, status.served_percent) == (100.0, 100.0)


def test_a_promotion_in_mid_ramp_because_the_other_build_died_says_that_there_was_no_verdict() -> None:
    watched = ramp_orders.overtaken(ramp(), "new", frozenset(), NOW, "CURRENT_HAS_NO_WORKER")
    said = ramp_status(watched, recompute(watched, [], NOW), NOW, {"old"}).waits_for
    assert said[1] == "promoted in mid-ramp, without a verdict: old had no live worker"


def test_a_watched_build_that_fails_with_nothing_to_go_back_to_says_so_first() -> None:
    watched = ramp_orders.promoted(ramp(), NOW)
    told = ramp_orders.promoted(ramp(hold_and_tell=True), NOW)
    evidence = recompute(watched, Jobs().bad(12, watched).jobs, NOW)
    said = ramp_status(watched, evidence, NOW, {"old"}).waits_for
    assert said[0].startswith("to be rolled back (FAILS_MORE_OFTEN), and no good build is alive")
    for nothing in (ramp_status(watched, evidence, NOW), ramp_status(told, evidence, NOW, {"old"})):
        assert "no good build" not in "".join(nothing.waits_for)


def test_a_ramp_that_lacks_workers_says_of_which_build_first() -> None:
    document, nothing = ramp(), Jobs()
    evidence = recompute(document, nothing.jobs, NOW)
    assert "no worker" not in "".join(ramp_status(document, evidence, NOW).waits_for)
    for build, whose in (("new", "ramping"), ("old", "current")):
        first = ramp_status(document, evidence, NOW, {build}).waits_for[0]
        assert first.startswith(f"no worker of the {whose} build {build} ")
    watched = ramp_orders.promoted(document, NOW)
    assert ramp_status(watched, evidence, NOW, {"old"}).waits_for[0].startswith("no worker of old is alive")
    assert "no worker" not in "".join(ramp_status(ramp_orders.aborted(document, NOW), evidence, NOW, {"new"}).waits_for)


def test_an_incident_that_hits_both_builds_is_named_where_the_guard_would_hold_but_for_it() -> None:
    document = ramp(min_jobs=1_000)
    named = "it fails far more often than the current build did, and so far not more than that does now"
    alone = Jobs().bad(3, document)
    assert named not in waits_for(document, recompute(document, alone.jobs, NOW), NOW)
    both = Jobs().bad(30, document, on_ramp=False).bad(3, document)
    assert both.decide(document) is None
    assert named in waits_for(document, recompute(document, both.jobs, NOW), NOW)
