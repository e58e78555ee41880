"""Jobs of a ramp are judged in the order in which they were assigned."""

from edgecode.server.routes.cohort import Cohort
from edgecode.server.routes.ramp_job import NOTHING, Outcome, RampJob

SECOND = 1_000_000


def job(number: int, *, on_ramp: bool = False, begun_us: int = 0) -> RampJob:
    return RampJob(
        str(number), str(number), on_ramp, 0.2, 0, 0, number, begun_sequence=1000 + number, begun_us=begun_us
    )


def settled(cohort: Cohort) -> list[tuple[str, Outcome]]:
    return [(member.job.job_id, member.outcome) for member in cohort.settled()]


def end(cohort: Cohort, number: int, outcome: Outcome = Outcome.SUCCEEDED) -> None:
    cohort.ended(str(number), outcome, NOTHING)


def test_an_open_job_holds_up_all_later_ones_and_no_earlier_one() -> None:
    cohort = Cohort(60 * SECOND)
    for number in (1, 2, 3, 4):
        cohort.given(job(number, on_ramp=number > 2))
    end(cohort, 4, Outcome.FAILED)
    end(cohort, 1)
    assert settled(cohort) == [("1", Outcome.SUCCEEDED)]
    assert (cohort.open, cohort.unjudged_on_ramp) == ({True: 1, False: 1}, 2)
    end(cohort, 3)
    assert settled(cohort) == []
    end(cohort, 2, Outcome.VOID)
    assert settled(cohort) == [("2", Outcome.VOID), ("3", Outcome.SUCCEEDED), ("4", Outcome.FAILED)]
    assert (cohort.open, cohort.unjudged_on_ramp) == ({True: 0, False: 0}, 0)


def test_a_job_counts_once_whatever_is_said_of_it_later() -> None:
    cohort = Cohort(60 * SECOND)
    assert cohort.given(job(1))
    assert not cohort.given(job(1))
    assert cohort.begun(job(1)) is not None
    assert cohort.begun(job(1)) is None
    assert cohort.ended("1", Outcome.FAILED, NOTHING) is not None
    assert cohort.ended("1", Outcome.SUCCEEDED, NOTHING) is None
    assert settled(cohort) == [("1", Outcome.FAILED)]
    assert not cohort.given(job(1))
    assert cohort.begun(job(1)) is None
    assert cohort.ended("2", Outcome.FAILED, NOTHING) is None


def test_a_job_that_runs_too_long_is_overdue_and_one_that_waits_is_not() -> None:
    cohort = Cohort(60 * SECOND)
    for number in (1, 2, 3):
        cohort.given(job(number))
    cohort.begun(job(2, begun_us=10 * SECOND))
    cohort.begun(job(3, begun_us=20 * SECOND))
    assert list(cohort.overdue(70 * SECOND)) == []
    found = []
    for job_id in cohort.overdue(80 * SECOND):
        cohort.ended(job_id, Outcome.FAILED, NOTHING)
        found.append(job_id)
    assert found == ["2"]
    assert list(cohort.overdue(80 * SECOND)) == []
