"""The fold of what attempts report, and of what is published of it. Pure."""

from typing import Any

from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold_rules import (
    close_attempts,
    enum_name,
    failure_columns,
    in_epoch,
    is_open,
    name_of,
    published_files,
    result_of,
)
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import ArtifactRow, AttemptRow, AttemptState, TaskRow, TaskState, replace
from edgecode.v1 import event_pb2, media_pb2


def started(record: JobRecord, event: Any, fact: Fact) -> bool:
    """A worker began; a second attempt beside the first is accepted, the planner calls the first one lost."""
    task = record.tasks.get(event.task_id)
    if not in_epoch(record, event) or task is None or event.attempt_id in record.attempts:
        return False
    if task.state not in {TaskState.SCHEDULED, TaskState.RUNNING}:
        return False
    record.tasks[task.task_id] = replace(task, state=TaskState.RUNNING, attempt_id=event.attempt_id)
    record.attempts[event.attempt_id] = AttemptRow(
        job_id=record.job.job_id,
        task_id=event.task_id,
        attempt_id=event.attempt_id,
        epoch=event.epoch,
        n=event.n,
        state=AttemptState.RUNNING,
        stamp_id=fact.stamp.stamp_id,
        toolchain_digest=event.digests.toolchain_digest,
        config_digest=event.digests.config_digest,
        start_time_us=fact.time_us,
        end_time_us=0,
        failure_reason="",
        fault="",
        failure_pb=b"",
        result_pb=b"",
        expire_time_us=record.job.expire_time_us,
    )
    return True


def succeeded(record: JobRecord, event: Any, fact: Fact) -> bool:
    """A worker has what the task asked for. A lost attempt may still win while its task is not done."""
    task, attempt = record.tasks.get(event.task_id), record.attempts.get(event.attempt_id)
    if not in_epoch(record, event) or task is None or attempt is None:
        return False
    if attempt.state not in {AttemptState.RUNNING, AttemptState.LOST}:
        return False
    if task.state not in {TaskState.SCHEDULED, TaskState.RUNNING, TaskState.WAITING}:
        close_attempts(record, [attempt], fact)
        return False
    if failure := _incomplete(task, event):
        return _end_attempt(record, event, fact, AttemptState.FAILED, failure)
    result = event.SerializeToString(deterministic=True)
    record.attempts[attempt.attempt_id] = replace(
        attempt, state=AttemptState.SUCCEEDED, end_time_us=fact.time_us, result_pb=result
    )
    close_attempts(record, (a for a in record.attempts.values() if a.task_id == task.task_id), fact)
    state = TaskState.VERIFIED if event.files else TaskState.SUCCEEDED
    columns = failure_columns(event.failed[0].failure) if event.failed else {"failure_reason": "", "failure_pb": b""}
    record.tasks[task.task_id] = replace(task, state=state, attempt_id=attempt.attempt_id, **columns)
    if event.HasField("source"):
        record.job = replace(record.job, source_pb=event.source.SerializeToString(deterministic=True))
    return True


def _incomplete(task: TaskRow, event: Any) -> media_pb2.Failure | None:
    """Why a result is none: a worker that says it succeeded must have made all it was asked for, and nothing else."""
    asked = set(filter(None, task.output_ids.split(",")))
    made = {file.output_id for file in event.files}
    failed = {each.output_id for each in event.failed}
    names = {name_of(file) for file in event.files}
    if len(names) < len(event.files):
        message = f"the worker reported {len(event.files)} files under {len(names)} names"
        return media_pb2.Failure(reason="RESULT_INCOMPLETE", message=message, fault=media_pb2.FAULT_OURS)
    whole = {"PROBE": event.HasField("source"), "EXPORT": bool(event.exports)}
    if made | failed == asked and made.isdisjoint(failed) and whole.get(task.kind, True):
        return None
    message = f"the worker was asked for {sorted(asked)} and reported {sorted(made)}, failed {sorted(failed)}"
    return media_pb2.Failure(reason="RESULT_INCOMPLETE", message=message, fault=media_pb2.FAULT_OURS)


def failed(record: JobRecord, event: Any, fact: Fact) -> bool:
    """A worker failed."""
    return _end_attempt(record, event, fact, AttemptState.FAILED, event.failure)


def lost(record: JobRecord, event: Any, fact: Fact) -> bool:
    """The leader gave an attempt up."""
    reason = enum_name(event_pb2.AttemptLost.Reason, event.reason)
    failure = media_pb2.Failure(
        reason=f"ATTEMPT_LOST_{reason}", message="the worker was lost in mid-attempt", fault=media_pb2.FAULT_OURS
    )
    return _end_attempt(record, event, fact, AttemptState.LOST, failure)


def released(record: JobRecord, event: Any, fact: Fact) -> bool:
    """A draining worker hands its task back: that costs nothing."""
    return _end_attempt(record, event, fact, AttemptState.RELEASED, None)


def _end_attempt(
    record: JobRecord, event: Any, fact: Fact, state: AttemptState, failure: media_pb2.Failure | None
) -> bool:
    task, attempt = record.tasks.get(event.task_id), record.attempts.get(event.attempt_id)
    if not in_epoch(record, event) or task is None or attempt is None or attempt.state != AttemptState.RUNNING:
        return False
    columns = failure_columns(failure) if failure else {}
    fault = enum_name(media_pb2.Fault, failure.fault) if failure else ""
    record.attempts[attempt.attempt_id] = replace(
        attempt, state=state, end_time_us=fact.time_us, fault=fault, **columns
    )
    current = task.state == TaskState.RUNNING and task.attempt_id == attempt.attempt_id
    counts = failure is not None and task.state in {TaskState.RUNNING, TaskState.SCHEDULED}
    record.tasks[task.task_id] = replace(
        task,
        state=TaskState.WAITING if current else task.state,
        spent=task.spent + int(counts),
        lost=task.lost + int(counts and state == AttemptState.LOST),
        **(columns if current else {}),
    )
    return True


def published(record: JobRecord, event: Any, fact: Fact) -> bool:
    """A verified file became an artifact, once whichever attempt made it."""
    task, attempt = record.tasks.get(event.task_id), record.attempts.get(event.attempt_id)
    if not is_open(record) or not in_epoch(record, event) or task is None or attempt is None:
        return False
    if task.state != TaskState.VERIFIED or task.attempt_id != event.attempt_id:
        return False
    if event.made_by.build in fact.quarantined or name_of(event.file) in published_files(record):
        return False
    file = event.file
    record.artifacts[event.artifact_id] = ArtifactRow(
        artifact_id=event.artifact_id,
        job_id=record.job.job_id,
        task_id=task.task_id,
        attempt_id=attempt.attempt_id,
        output_id=file.output_id,
        kind=enum_name(media_pb2.ArtifactKind, file.kind),
        sha256=file.sha256,
        content_sha256=file.content_sha256,
        size_bytes=file.size_bytes,
        build=event.made_by.build,
        stamp_id=attempt.stamp_id,
        toolchain_digest=event.digests.toolchain_digest,
        config_digest=event.digests.config_digest,
        publish_time_us=fact.time_us,
        expire_time_us=record.job.expire_time_us,
        file_pb=file.SerializeToString(deterministic=True),
    )
    if published_files(record) >= {name_of(f) for f in result_of(attempt).files}:
        record.tasks[task.task_id] = replace(task, state=TaskState.SUCCEEDED)
    return True
