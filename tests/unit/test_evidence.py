"""What the jobs of a ramp say, and that it follows from the log."""

import dataclasses
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from edgecode.server.routes.evidence import Evidence, recompute
from edgecode.server.routes.findings import findings
from edgecode.server.routes.ramp import REASONS, decide, started
from edgecode.server.routes.ramp_job import Made, Moment, Outcome, RampJob
from edgecode.server.routes.ramp_policy import filled
from edgecode.v1 import ramp_pb2
from tests.harness.ramp_flow import Flow, Ride, Simulation

RECORD = ramp_pb2.RecordedRate(jobs=1_000, failures=10)
NOW = 1_000_000_000


def document() -> ramp_pb2.RampDocument:
    return started("r", "new", "old", filled(ramp_pb2.RampPolicy(steps_percent=[20, 90])), recorded=RECORD, now_us=NOW)


def job(number: int, *, on_ramp: bool = False, fails: bool = False, key: str = "") -> RampJob:
    outcome = Outcome.FAILED if fails else Outcome.SUCCEEDED
    name = str(number)
    return RampJob(
        name, key or name, on_ramp, 0.2, 0, 0, number, number + 1000, NOW + number, number + 2000, NOW + number, outcome
    )


def numbers(evidence: Evidence, of: ramp_pb2.RampDocument) -> object:
    """All that a verdict rests upon."""
    return (
        [
            (found.test, found.log_e, found.decides, found.reference_rate, found.pairs)
            for found in findings(of, evidence)
        ],
        evidence.ramping.message(),
        evidence.current.message(),
        evidence.resolved_in_step,
        evidence.given_in_step,
        evidence.open_on_ramp,
        evidence.through_sequence,
    )


def at_a_place(ride: Ride) -> None:
    assert numbers(ride.evidence, ride.document) == numbers(
        recompute(ride.document, ride.jobs, 0, ride.evidence.through_sequence), ride.document
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 250))
def test_a_leader_that_begins_anywhere_finds_the_same_from_the_rows(seed: int, jobs: int) -> None:
    flow = Flow(steps=(20, 50), step_jobs=10, jobs=jobs, current_fails=0.1, ramping_fails=0.2, behind=30, key_share=0.2)
    simulation = Simulation(flow, seed)
    looks = iter(range(1, 1_000_000))

    def look(ride: Ride) -> bool:
        if next(looks) % 40 == 0:
            at_a_place(ride)
        return False

    at_a_place(simulation.run(look))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_a_verdict_can_be_recomputed_from_the_log_up_to_the_place_it_names(seed: int) -> None:
    ride = Simulation(Flow(steps=(25,), jobs=800, ramping_fails=0.4, behind=20), seed).run()
    assert ride.rolled_back
    for said in ride.verdicts:
        evidence = recompute(said, ride.jobs, said.state_time.ToMicroseconds(), said.verdict.through_sequence)
        before = ramp_pb2.RampDocument()
        before.CopyFrom(said)
        before.state, before.held = ramp_pb2.RAMP_STATE_RAMPING, False
        if said.held:
            # It is told of since.
            assert before.told.pop() == said.verdict.test
        if said is not ride.verdicts[0]:
            before.state, before.held = ramp_pb2.RAMP_STATE_HELD, True
        again = decide(before, evidence, said.state_time.ToMicroseconds())
        assert again is not None
        assert (again.state, again.reason) == (said.state, REASONS[said.verdict.test])
        assert again.verdict == said.verdict


def test_a_key_s_first_failure_counts_and_no_other_on_either_side() -> None:
    jobs = [job(n, on_ramp=n % 2 == 0, fails=True, key="one customer") for n in range(1, 40)]
    evidence = recompute(document(), jobs, NOW)
    assert (evidence.current.failures, evidence.ramping.failures) == (1, 0)
    assert (evidence.current.resolved, evidence.ramping.resolved) == (20, 19)


def test_what_says_nothing_of_its_build_is_left_out_and_holds_nothing_up() -> None:
    void = dataclasses.replace(job(1, on_ramp=True), outcome=Outcome.VOID)
    evidence = recompute(document(), [void, job(2, on_ramp=True, fails=True)], NOW)
    assert (evidence.ramping.resolved, evidence.ramping.failures) == (1, 1)


def test_an_overdue_job_has_failed_though_it_succeeds_later() -> None:
    overdue_us = int(document().policy.overdue_seconds * 1_000_000)
    late = dataclasses.replace(job(1, on_ramp=True), ended_us=NOW + overdue_us + 2)
    assert recompute(document(), [late], NOW + overdue_us + 3).ramping.failures == 1
    running = dataclasses.replace(late, ended_sequence=0, outcome=Outcome.OPEN)
    evidence = recompute(document(), [running], NOW + overdue_us)
    assert (evidence.ramping.failures, evidence.open_on_ramp) == (0, 1)
    evidence.until(NOW + overdue_us + 2)
    assert (evidence.ramping.failures, evidence.open_on_ramp) == (1, 0)
    evidence.take(Moment.ENDED, late)
    assert (evidence.ramping.failures, evidence.ramping.resolved) == (1, 1)


def test_only_jobs_that_the_share_gave_to_either_build_are_compared() -> None:
    made = Made("s", seconds=1.0)
    for share in (0.0, 1.0):
        first = dataclasses.replace(job(1, on_ramp=True), made=made)
        jobs = [first, dataclasses.replace(job(2), made=made, share=share)]
        assert recompute(document(), jobs, NOW).pairs[ramp_pb2.RAMP_TEST_DURATION].pairs == 0
        jobs[1] = dataclasses.replace(jobs[1], share=0.2)
        assert recompute(document(), jobs, NOW).pairs[ramp_pb2.RAMP_TEST_DURATION].pairs == 1


def test_only_jobs_of_like_sources_and_outputs_are_compared() -> None:
    large, small = Made("1080p", seconds=9.0), Made("144p", seconds=1.0)
    jobs = [dataclasses.replace(job(1, on_ramp=True), made=large), dataclasses.replace(job(2), made=small)]
    assert recompute(document(), jobs, NOW).pairs[ramp_pb2.RAMP_TEST_DURATION].pairs == 0


def test_the_tests_by_pairs_share_their_level() -> None:
    policy = document().policy
    found = findings(document(), recompute(document(), [], NOW))
    by_pairs = [finding.alpha for finding in found if finding.test in recompute(document(), [], NOW).pairs]
    assert len(by_pairs) == 6
    assert math.isclose(sum(by_pairs), policy.further_alpha)


def test_jobs_given_while_the_build_was_held_say_nothing_of_it_nor_of_the_share_it_was_served() -> None:
    jobs = [dataclasses.replace(job(n, fails=True), share=0.0) for n in range(1, 50)]
    evidence = recompute(document(), jobs, NOW)
    assert evidence.share_test.log_e == 0.0
    assert not evidence.given_in_step
