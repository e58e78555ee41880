"""What the folds of jobs and attempts share: who may still change what. Pure."""

from collections.abc import Iterable
from typing import Any

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import (
    FINISHED,
    AttemptRow,
    AttemptState,
    JobState,
    TaskRow,
    TaskState,
    replace,
)
from edgecode.v1 import event_pb2, media_pb2

_MADE = frozenset({TaskState.VERIFIED, TaskState.SUCCEEDED})


def is_open(record: JobRecord) -> bool:
    """Whether decisions other than the end after a cancel still count."""
    return record.job.state not in FINISHED and record.job.state != JobState.CANCELLING


def close_attempts(record: JobRecord, attempts: Iterable[AttemptRow], fact: Fact) -> None:
    """Refuses, from now on, what those of the attempts that still run may report."""
    for attempt in list(attempts):
        if attempt.state == AttemptState.RUNNING:
            record.attempts[attempt.attempt_id] = replace(attempt, state=AttemptState.REFUSED, end_time_us=fact.time_us)


def in_epoch(record: JobRecord, event: Any) -> bool:
    """Whether an event of an attempt is of the build the job is on now."""
    job = record.job
    return job.state not in FINISHED and bool(job.build) and event.epoch == job.epoch


FileName = tuple[str, str]


def name_of(file: media_pb2.ArtifactFile) -> FileName:
    """What names a file in its job: its output, and its name among that output's files."""
    return file.output_id, file.file_name


def published_files(record: JobRecord) -> set[FileName]:
    """Files that are artifacts. Each is one once, whichever attempt made it."""
    return {name_of(media_pb2.ArtifactFile.FromString(artifact.file_pb)) for artifact in record.artifacts.values()}


def result_of(attempt: AttemptRow) -> event_pb2.AttemptSucceeded:
    """What a succeeded attempt made."""
    return event_pb2.AttemptSucceeded.FromString(attempt.result_pb)


def failed_outputs(record: JobRecord, task: TaskRow) -> dict[str, media_pb2.Failure]:
    """Outputs that a task made, beside others, and that are not what was asked for; by id."""
    attempt = record.attempts.get(task.attempt_id)
    if not task.failure_pb or task.state not in _MADE or attempt is None:
        return {}
    return {each.output_id: each.failure for each in result_of(attempt).failed}


def enum_name(enum: EnumTypeWrapper, number: int) -> str:
    """`FAILED` of `STATE_FAILED = 2`; the bare number where a later build knows more of them."""
    try:
        return str(enum.Name(number)).removeprefix(str(enum.Name(0)).removesuffix("UNSPECIFIED"))
    except ValueError:
        return str(number)


def failure_columns(failure: media_pb2.Failure) -> dict[str, Any]:
    """The two columns that hold a failure."""
    return {"failure_reason": failure.reason, "failure_pb": failure.SerializeToString(deterministic=True)}
