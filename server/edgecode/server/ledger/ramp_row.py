"""A job of a ramp as the ledger has it: a table of its own, since most jobs are in none."""

from dataclasses import dataclass
from enum import StrEnum


class RampOutcome(StrEnum):
    """What became of a job on the build that it was given to first."""

    OPEN = "OPEN"
    SUCCEEDED = "SUCCEEDED"
    # An attempt failed by our fault, or was lost, or called a source bad that another build then read.
    FAILED = "FAILED"
    # It ended, or moved away, without a word about its build.
    VOID = "VOID"


@dataclass(frozen=True, slots=True)
class RampJobRow:
    """One job that a ramp's share, or the watch after it, gave to one side.

    `last_sequence` is of the last event that told something. `assigned_pb` is its `JobAssigned`, `made` the measures of
    what it made as JSON, empty unless it succeeded.
    """

    job_id: str
    ramp_id: str
    build: str
    version_key: str
    outcome: str
    given_sequence: int
    begun_sequence: int
    begun_time_us: int
    ended_sequence: int
    ended_time_us: int
    last_sequence: int
    assigned_pb: bytes
    made: str
    expire_time_us: int
