"""The fast guard of a ramp."""

import math

import pytest

from edgecode.server.routes.cohort import Member
from edgecode.server.routes.guard import Guard, recorded_rate
from edgecode.server.routes.ramp_job import Outcome, RampJob

LIMIT, ALPHA_LIMIT = math.log(4_000), math.log(100)


class Told:
    """A guard, told of jobs one after another."""

    def __init__(self, jobs: int = 5_000, failures: int = 50) -> None:
        self.guard, self._number = Guard(jobs, failures), 0

    def job(
        self, *, fails: bool = False, on_ramp: bool = True, share: float = 0.2, key: str = "", step: int = 0
    ) -> Member:
        self._number += 1
        outcome = Outcome.FAILED if fails else Outcome.SUCCEEDED
        name = str(self._number)
        member = Member(RampJob(name, key or name, on_ramp, share, step, 0, self._number), begun=True, outcome=outcome)
        self.guard.begun(member)
        return member

    def jobs(self, count: int, **told: bool | float | str) -> None:
        for _ in range(count):
            self.guard.ended(self.job(**told))  # type: ignore[arg-type]


@pytest.mark.parametrize(("jobs", "failures"), [(5_000, 50), (100, 5), (20, 0), (0, 0)])
def test_a_build_that_fails_at_every_job_is_found_within_ten_whatever_is_known_of_the_other(
    jobs: int, failures: int
) -> None:
    told = Told(jobs, failures)
    told.jobs(10, fails=True)
    assert told.guard.log_e >= LIMIT
    assert told.guard.log_e_beside >= ALPHA_LIMIT


def test_the_record_counts_as_bad_as_it_may_be() -> None:
    assert recorded_rate(0, 0) == 0.25
    assert 0.05 < recorded_rate(100, 0) < 0.1
    assert 0.01 < recorded_rate(5_000, 50) < 0.02
    assert recorded_rate(10, 9) == 0.25


def test_a_key_counts_its_first_failure_only() -> None:
    told = Told()
    told.jobs(50, fails=True, key="one customer")
    assert (told.guard.failed_jobs, told.guard.begun_jobs) == (1, 1)
    assert told.guard.log_e < LIMIT


def test_what_is_under_way_counts_as_good() -> None:
    told = Told()
    members = [told.job(fails=True) for _ in range(200)]
    before = told.guard.log_e
    assert before < 0
    for member in members:
        told.guard.ended(member)
    assert told.guard.log_e > before + LIMIT


def test_an_incident_that_hits_both_sides_raises_what_it_compares_with_as_long_as_it_lasts() -> None:
    told = Told()
    usual = told.guard.reference
    told.jobs(100, on_ramp=False)
    told.jobs(10, fails=True, on_ramp=False)
    assert told.guard.reference > 0.25
    told.jobs(5, fails=True)
    told.jobs(10)
    assert told.guard.log_e >= LIMIT
    assert told.guard.log_e_beside < ALPHA_LIMIT
    told.jobs(1_000, on_ramp=False)
    assert told.guard.reference == pytest.approx(usual)


def test_an_incident_that_is_over_stays_among_the_jobs_of_both_sides() -> None:
    told = Told()
    told.jobs(10, fails=True, on_ramp=False)
    told.jobs(10, fails=True)
    told.jobs(90, on_ramp=False)
    told.jobs(60)
    assert told.guard.log_e >= LIMIT
    told.jobs(25, on_ramp=False)
    assert told.guard.log_e_beside < ALPHA_LIMIT


@pytest.mark.parametrize("good_first", [0, 30])
def test_one_failure_of_the_current_build_hides_a_build_that_fails_ten_times_as_often_for_a_short_while_only(
    good_first: int,
) -> None:
    told = Told()
    told.jobs(good_first, on_ramp=False)
    told.jobs(1, fails=True, on_ramp=False)
    for _ in range(30):
        told.jobs(1, fails=True, share=0.9)
        told.jobs(9, share=0.9)
        told.jobs(1, on_ramp=False, share=0.9)
    assert told.guard.log_e >= LIMIT
    assert told.guard.log_e_beside >= ALPHA_LIMIT


def test_it_begins_anew_with_each_step() -> None:
    told = Told()
    old = told.job(fails=True, step=0)
    told.jobs(200, step=0)
    assert told.guard.log_e < -1
    told.jobs(1, step=1)
    assert told.guard.begun_jobs == 1
    told.guard.ended(old)
    assert told.guard.failed_jobs == 0


def test_since_a_hold_it_compares_with_what_the_current_build_did_then() -> None:
    told = Told()
    told.jobs(6, fails=True, share=0.9)
    assert told.guard.rate_since_held == 0.0
    told.jobs(200, on_ramp=False, share=0.0)
    well, told = told.guard.log_e_since_held, Told()
    told.jobs(6, fails=True, share=0.9)
    told.jobs(100, on_ramp=False, share=0.0)
    told.jobs(100, on_ramp=False, share=0.0, fails=True)
    assert told.guard.log_e_since_held < math.log(100) < well


def test_in_the_watch_only_the_record_counts() -> None:
    told = Told()
    told.jobs(20, on_ramp=False, fails=True)
    told.jobs(6, fails=True, share=1.0, step=4)
    assert told.guard.log_e_watched >= math.log(1_000)
    assert told.guard.log_e_beside < ALPHA_LIMIT
