"""The fold: one event after another into the ledger's rows. Pure; it plans nothing and publishes nothing.

The rules come from the protocol's model: an event that comes too late, for a closed epoch or attempt, changes nothing
but the job's last sequence. So does a decision that names a build which the route, as folded at that place of the log,
quarantines: the leader finds the job as it was and plans again.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import (
    FINISHED,
    ArtifactRow,
    AssetRow,
    AttemptRow,
    AttemptState,
    JobRow,
    JobState,
    StampRow,
    TaskRow,
    TaskState,
)
from edgecode.v1 import event_pb2, media_pb2


@dataclass(frozen=True, slots=True)
class Fact:
    """One event with its place in the log. `quarantined` holds the builds that the route quarantines at that place."""

    sequence: int
    time_us: int
    stamp: StampRow
    path: str
    traceparent: str
    event: event_pb2.Event
    quarantined: frozenset[str] = frozenset()


def fold_asset(asset: AssetRow | None, fact: Fact) -> AssetRow | None:
    """The asset after one event of its subject."""
    kind = fact.event.WhichOneof("kind")
    if kind == "asset_created" and asset is None:
        created = fact.event.asset_created
        return AssetRow(
            asset_id=created.asset_id,
            upload_id=created.upload_id,
            job_id=created.job_id,
            caller=created.caller,
            file_name=created.file_name,
            size_bytes=created.size_bytes,
            sha256=created.sha256,
            crc32c=created.crc32c,
            labels=json.dumps(dict(created.labels), sort_keys=True),
            state="ACTIVE",
            create_time_us=fact.time_us,
            expire_time_us=created.expire_time.ToMicroseconds(),
            first_sequence=fact.sequence,
            last_sequence=fact.sequence,
            stamp_id=fact.stamp.stamp_id,
            frozen=0,
        )
    if asset is None:
        return None
    state = "DELETED" if kind == "asset_deleted" else asset.state
    return replace(asset, state=state, last_sequence=fact.sequence)


def new_record(fact: Fact) -> JobRecord:
    """The record that `job.created` makes."""
    created = fact.event.job_created
    return JobRecord(
        JobRow(
            job_id=created.job_id,
            asset_id=created.asset_id,
            state=JobState.QUEUED,
            preset=created.preset,
            priority=created.priority,
            caller=created.caller,
            request_id=created.request_id,
            labels=json.dumps(dict(created.labels), sort_keys=True),
            build="",
            epoch=0,
            route_revision=0,
            failure_reason="",
            failure_pb=b"",
            source_pb=b"",
            created_pb=created.SerializeToString(deterministic=True),
            create_time_us=fact.time_us,
            update_time_us=fact.time_us,
            end_time_us=0,
            expire_time_us=created.expire_time.ToMicroseconds(),
            first_sequence=fact.sequence,
            last_sequence=fact.sequence,
            stamp_id=fact.stamp.stamp_id,
            path=fact.path,
            traceparent=fact.traceparent,
            cancel_reason="",
            moved_for_last_attempt=0,
            frozen=0,
        )
    )


def fold_job(record: JobRecord | None, fact: Fact) -> tuple[JobRecord | None, bool]:
    """The record after one event of its subject, changed in place, and whether the event took effect.

    Events of a job that the ledger does not know (an orphan of one that expired) change nothing.
    """
    kind = fact.event.WhichOneof("kind")
    if record is None:
        return (new_record(fact), True) if kind == "job_created" else (None, False)
    handler = _HANDLERS.get(kind or "")
    took_effect = handler is not None and handler(record, getattr(fact.event, kind or ""), fact)
    if took_effect:
        record.job = replace(record.job, last_sequence=fact.sequence, update_time_us=fact.time_us)
    else:
        record.job = replace(record.job, last_sequence=fact.sequence)
    return record, took_effect


def is_open(record: JobRecord) -> bool:
    """Whether decisions other than the end after a cancel still count."""
    return record.job.state not in FINISHED and record.job.state != JobState.CANCELLING


def _cancel_requested(record: JobRecord, event: Any, fact: Fact) -> bool:
    if not is_open(record):
        return False
    record.job = replace(record.job, state=JobState.CANCELLING, cancel_reason=event.reason)
    return True


def _retry_requested(record: JobRecord, event: Any, fact: Fact) -> bool:
    dead = [
        task
        for task in record.tasks.values()
        if task.state in {TaskState.DEAD, TaskState.CANCELLED} and event.task_id in {"", task.task_id}
    ]
    if record.job.state != JobState.FAILED or not dead:
        return False
    for task in dead:
        record.tasks[task.task_id] = replace(
            task, state=TaskState.PENDING, spent=0, lost=0, alone=0, failure_reason="", failure_pb=b""
        )
    record.job = replace(
        record.job, state=JobState.RUNNING, failure_reason="", failure_pb=b"", end_time_us=0, moved_for_last_attempt=0
    )
    return True


def _deleted(record: JobRecord, event: Any, fact: Fact) -> bool:
    if record.job.state not in FINISHED or record.job.state == JobState.DELETED:
        return False
    record.job = replace(record.job, state=JobState.DELETED)
    record.artifacts = {}
    return True


def _assigned(record: JobRecord, event: Any, fact: Fact) -> bool:
    if not is_open(record) or record.job.build or event.build in fact.quarantined:
        return False
    record.job = replace(
        record.job, state=JobState.RUNNING, build=event.build, epoch=event.epoch, route_revision=event.route_revision
    )
    return True


def _reassigned(record: JobRecord, event: Any, fact: Fact) -> bool:
    job = record.job
    if not is_open(record) or not job.build or event.epoch != job.epoch + 1 or event.build in fact.quarantined:
        return False
    quarantine = event.reason == event_pb2.JobReassigned.REASON_BUILD_QUARANTINED
    for task in list(record.tasks.values()):
        if task.state != TaskState.SUCCEEDED and not _is_users_fault(task):
            # What failed on a quarantined build failed by that build: the good one starts with a whole budget.
            spent = (0, 0) if quarantine else (task.spent, task.lost)
            record.tasks[task.task_id] = replace(
                task, state=TaskState.PENDING, attempt_id="", spent=spent[0], lost=spent[1]
            )
    _close_attempts(record, record.attempts.values(), fact)
    moved = event.reason == event_pb2.JobReassigned.REASON_LAST_ATTEMPT_ELSEWHERE
    record.job = replace(
        job,
        build=event.build,
        epoch=event.epoch,
        route_revision=event.route_revision,
        moved_for_last_attempt=int(moved) or job.moved_for_last_attempt,
    )
    return True


def _is_users_fault(task: TaskRow) -> bool:
    return task.state == TaskState.DEAD and (
        media_pb2.Failure.FromString(task.failure_pb).fault == media_pb2.FAULT_USER
    )


def _scheduled(record: JobRecord, event: Any, fact: Fact) -> bool:
    job, task = record.job, record.tasks.get(event.task_id)
    if not is_open(record) or not job.build or event.epoch != job.epoch:
        return False
    if event.n != (task.n if task else 0) + 1 or (task and task.state not in {TaskState.PENDING, TaskState.WAITING}):
        return False
    record.tasks[event.task_id] = TaskRow(
        job_id=job.job_id,
        task_id=event.task_id,
        kind=event_pb2.TaskKind.Name(event.kind).removeprefix("TASK_KIND_"),
        state=TaskState.SCHEDULED,
        n=event.n,
        epoch=event.epoch,
        spent=task.spent if task else 0,
        lost=task.lost if task else 0,
        alone=int(event.alone),
        output_ids=",".join(event.output_ids),
        attempt_id="",
        schedule_time_us=fact.time_us,
        not_before_time_us=event.not_before_time.ToMicroseconds() if event.HasField("not_before_time") else 0,
        failure_reason=task.failure_reason if task else "",
        failure_pb=task.failure_pb if task else b"",
        expire_time_us=job.expire_time_us,
    )
    return True


def _dead(record: JobRecord, event: Any, fact: Fact) -> bool:
    task = record.tasks.get(event.task_id)
    if not is_open(record) or task is None or task.state != TaskState.WAITING:
        return False
    record.tasks[task.task_id] = replace(task, state=TaskState.DEAD, **_failure_columns(event.failure))
    return True


def _started(record: JobRecord, event: Any, fact: Fact) -> bool:
    task = record.tasks.get(event.task_id)
    if not _in_epoch(record, event) or task is None or event.attempt_id in record.attempts:
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


def _succeeded(record: JobRecord, event: Any, fact: Fact) -> bool:
    task, attempt = record.tasks.get(event.task_id), record.attempts.get(event.attempt_id)
    if not _in_epoch(record, event) or task is None or attempt is None:
        return False
    # A lost attempt may still win while its task is not done.
    if attempt.state not in {AttemptState.RUNNING, AttemptState.LOST}:
        return False
    if task.state not in {TaskState.SCHEDULED, TaskState.RUNNING, TaskState.WAITING}:
        _close_attempts(record, [attempt], fact)
        return False
    result = event.SerializeToString(deterministic=True)
    record.attempts[attempt.attempt_id] = replace(
        attempt, state=AttemptState.SUCCEEDED, end_time_us=fact.time_us, result_pb=result
    )
    _close_attempts(record, (a for a in record.attempts.values() if a.task_id == task.task_id), fact)
    state = TaskState.VERIFIED if event.files else TaskState.SUCCEEDED
    record.tasks[task.task_id] = replace(
        task, state=state, attempt_id=attempt.attempt_id, failure_reason="", failure_pb=b""
    )
    if event.HasField("source"):
        record.job = replace(record.job, source_pb=event.source.SerializeToString(deterministic=True))
    return True


def _failed(record: JobRecord, event: Any, fact: Fact) -> bool:
    return _end_attempt(record, event, fact, AttemptState.FAILED, event.failure)


def _lost(record: JobRecord, event: Any, fact: Fact) -> bool:
    reason = event_pb2.AttemptLost.Reason.Name(event.reason).removeprefix("REASON_")
    failure = media_pb2.Failure(
        reason=f"ATTEMPT_LOST_{reason}", message="the worker was lost in mid-attempt", fault=media_pb2.FAULT_OURS
    )
    return _end_attempt(record, event, fact, AttemptState.LOST, failure)


def _released(record: JobRecord, event: Any, fact: Fact) -> bool:
    return _end_attempt(record, event, fact, AttemptState.RELEASED, None)


def _end_attempt(
    record: JobRecord, event: Any, fact: Fact, state: AttemptState, failure: media_pb2.Failure | None
) -> bool:
    task, attempt = record.tasks.get(event.task_id), record.attempts.get(event.attempt_id)
    if not _in_epoch(record, event) or task is None or attempt is None or attempt.state != AttemptState.RUNNING:
        return False
    columns = _failure_columns(failure) if failure else {}
    fault = media_pb2.Fault.Name(failure.fault).removeprefix("FAULT_") if failure else ""
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


def _published(record: JobRecord, event: Any, fact: Fact) -> bool:
    task, attempt = record.tasks.get(event.task_id), record.attempts.get(event.attempt_id)
    if not is_open(record) or not _in_epoch(record, event) or task is None or attempt is None:
        return False
    if task.state != TaskState.VERIFIED or task.attempt_id != event.attempt_id:
        return False
    if event.made_by.build in fact.quarantined or event.artifact_id in record.artifacts:
        return False
    file = event.file
    record.artifacts[event.artifact_id] = ArtifactRow(
        artifact_id=event.artifact_id,
        job_id=record.job.job_id,
        task_id=task.task_id,
        attempt_id=attempt.attempt_id,
        output_id=file.output_id,
        kind=media_pb2.ArtifactKind.Name(file.kind).removeprefix("ARTIFACT_KIND_"),
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
    published = {a.output_id for a in record.artifacts.values() if a.attempt_id == attempt.attempt_id}
    if published >= {f.output_id for f in event_pb2.AttemptSucceeded.FromString(attempt.result_pb).files}:
        record.tasks[task.task_id] = replace(task, state=TaskState.SUCCEEDED)
    return True


def _job_succeeded(record: JobRecord, event: Any, fact: Fact) -> bool:
    return is_open(record) and _end_job(record, JobState.SUCCEEDED, None, fact)


def _job_failed(record: JobRecord, event: Any, fact: Fact) -> bool:
    return is_open(record) and _end_job(record, JobState.FAILED, event.failure, fact)


def _job_cancelled(record: JobRecord, event: Any, fact: Fact) -> bool:
    return record.job.state not in FINISHED and _end_job(record, JobState.CANCELLED, event.failure, fact)


def _end_job(record: JobRecord, state: JobState, failure: media_pb2.Failure | None, fact: Fact) -> bool:
    columns = _failure_columns(failure) if failure else {}
    record.job = replace(record.job, state=state, end_time_us=fact.time_us, **columns)
    _close_attempts(record, record.attempts.values(), fact)
    for task in list(record.tasks.values()):
        if task.state not in {TaskState.SUCCEEDED, TaskState.DEAD}:
            record.tasks[task.task_id] = replace(task, state=TaskState.CANCELLED)
    return True


def _close_attempts(record: JobRecord, attempts: Iterable[AttemptRow], fact: Fact) -> None:
    for attempt in list(attempts):
        if attempt.state == AttemptState.RUNNING:
            record.attempts[attempt.attempt_id] = replace(attempt, state=AttemptState.REFUSED, end_time_us=fact.time_us)


def _in_epoch(record: JobRecord, event: Any) -> bool:
    job = record.job
    return job.state not in FINISHED and bool(job.build) and event.epoch == job.epoch


def _failure_columns(failure: media_pb2.Failure) -> dict[str, Any]:
    return {"failure_reason": failure.reason, "failure_pb": failure.SerializeToString(deterministic=True)}


_HANDLERS: dict[str, Callable[[JobRecord, Any, Fact], bool]] = {
    "job_cancel_requested": _cancel_requested,
    "job_retry_requested": _retry_requested,
    "job_deleted": _deleted,
    "job_assigned": _assigned,
    "job_reassigned": _reassigned,
    "task_scheduled": _scheduled,
    "task_dead": _dead,
    "attempt_started": _started,
    "attempt_succeeded": _succeeded,
    "attempt_failed": _failed,
    "attempt_released": _released,
    "attempt_lost": _lost,
    "artifact_published": _published,
    "job_succeeded": _job_succeeded,
    "job_failed": _job_failed,
    "job_cancelled": _job_cancelled,
}
