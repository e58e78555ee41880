"""One job of a ramp as its verdict sees it. A row of the ledger, folded from the job's events."""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


class Outcome(enum.StrEnum):
    """What became of a job on the build that it was given to first."""

    OPEN = "OPEN"
    SUCCEEDED = "SUCCEEDED"
    # A first attempt of a task failed by our fault, or was lost, or is overdue.
    FAILED = "FAILED"
    # Cancelled, deleted, refused for the user's fault, or moved away before anything failed: says nothing of the build.
    VOID = "VOID"


class Moment(enum.IntEnum):
    """What can happen to a job of a ramp, each once."""

    GIVEN = 1
    BEGUN = 2
    ENDED = 3


@dataclass(frozen=True, slots=True)
class Made:
    """What a job that succeeded made; 0 where it is not known.

    Attributes:
        stratum: jobs that may be compared: same outputs asked for, sources of like size.
        seconds: of its attempts that succeeded, together.
        size_ratio: bytes made to bytes of the source.
        frames_ratio: frames made to frames that were to be made.
        pixels_ratio: pixels of its pictures' sizes to those of the source.
        distortion: 1 - SSIM against the source, the mean of its outputs.
    """

    stratum: str = ""
    seconds: float = 0.0
    size_ratio: float = 0.0
    frames_ratio: float = 0.0
    distortion: float = 0.0
    pixels_ratio: float = 0.0


NOTHING = Made()


@dataclass(frozen=True, slots=True)
class RampJob:
    """A job that the share of a ramp gave to one of its builds, or the current build got in the watch after it.

    Attributes:
        key: what it was assigned by.
        on_ramp: the ramping build got it, or, in the watch, the promoted one.
        share: of the ramping build then, 0 to 1; 0 while it was held, 1 in the watch.
        step: of the ramp then; in the watch the number of steps.
        round: of the ramp then.
        given_sequence: of `job.assigned`; jobs are judged in this order.
        begun_sequence: of the first `attempt.started` on that build, 0 until then.
        ended_sequence: of the event that made the outcome, 0 until then.
    """

    job_id: str
    key: str
    on_ramp: bool
    share: float
    step: int
    round: int
    given_sequence: int
    begun_sequence: int = 0
    begun_us: int = 0
    ended_sequence: int = 0
    ended_us: int = 0
    outcome: Outcome = Outcome.OPEN
    made: Made = NOTHING


def in_order(jobs: Iterable[RampJob], through_sequence: int | None = None) -> Iterator[tuple[Moment, RampJob]]:
    """All that happened to the jobs, in the log's order, up to a place of the log or its end."""
    moments = [
        (sequence, moment, job)
        for job in jobs
        for sequence, moment in (
            (job.given_sequence, Moment.GIVEN),
            (job.begun_sequence, Moment.BEGUN),
            (job.ended_sequence, Moment.ENDED),
        )
        if sequence and (through_sequence is None or sequence <= through_sequence)
    ]
    moments.sort(key=lambda found: found[:2])
    return ((moment, job) for _, moment, job in moments)
