"""The fold: one event after another into the ledger's rows. Pure; it plans nothing and publishes nothing.

The rules come from the protocol's model: an event that comes too late, for a closed epoch or attempt, changes nothing
but the job's last sequence. So does a decision that names a build which the route, as folded at that place of the log,
quarantines: the leader finds the job as it was and plans again.
"""

import json
from collections.abc import Callable
from typing import Any

from edgecode.server.ledger import fold_attempt
from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold_ramp import fold_ramp
from edgecode.server.ledger.fold_rules import close_attempts, enum_name, failure_columns, is_open
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import (
    EXPIRY_MARGIN_US,
    FINISHED,
    JobRow,
    JobState,
    TaskRow,
    TaskState,
    replace,
)
from edgecode.v1 import event_pb2, media_pb2


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
            shadow_id=created.shadow_id,
        )
    )


def fold_job(record: JobRecord | None, fact: Fact) -> tuple[JobRecord | None, bool]:
    """The record after one event of its subject, changed in place, and whether the event took effect.

    Events of a job that the ledger does not know (an orphan of one that expired) change nothing. A job of the same id
    may come again when the first is over; what the first left behind goes with it.
    """
    kind = fact.event.WhichOneof("kind")
    over = record is None or record.job.expire_time_us - EXPIRY_MARGIN_US <= fact.time_us
    if over and kind == "job_created" and fact.event.job_created.job_id == fact.name:
        return new_record(fact), True
    if record is None:
        return None, False
    handler = _HANDLERS.get(kind or "")
    took_effect = handler is not None and handler(record, getattr(fact.event, kind or ""), fact)
    if took_effect:
        fold_ramp(record, kind or "", fact)
    # A message that is none of ours may have come after an event that is read only now.
    last = max(record.job.last_sequence, fact.sequence)
    update_time_us = fact.time_us if took_effect else record.job.update_time_us
    record.job = replace(record.job, last_sequence=last, update_time_us=update_time_us)
    return record, took_effect


def _cancel_requested(record: JobRecord, event: Any, fact: Fact) -> bool:
    if not is_open(record):
        return False
    record.job = replace(record.job, state=JobState.CANCELLING, cancel_reason=event.reason)
    return True


def _retry_requested(record: JobRecord, event: Any, fact: Fact) -> bool:
    tasks = record.tasks.values()
    dead = [t for t in tasks if t.state == TaskState.DEAD and event.task_id in {"", t.task_id}]
    if record.job.state != JobState.FAILED or not dead:
        return False
    # What was never run to its end, because the job ended before, is wanted again too.
    for task in [*dead, *(t for t in tasks if t.state == TaskState.CANCELLED)]:
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
    if not is_open(record) or record.job.build or not event.build or event.build in fact.quarantined:
        return False
    record.job = replace(
        record.job, state=JobState.RUNNING, build=event.build, epoch=event.epoch, route_revision=event.route_revision
    )
    return True


def _is_users_fault(task: TaskRow) -> bool:
    return task.state == TaskState.DEAD and (
        media_pb2.Failure.FromString(task.failure_pb).fault == media_pb2.FAULT_USER
    )


def _reassigned(record: JobRecord, event: Any, fact: Fact) -> bool:
    job = record.job
    if not is_open(record) or not job.build or not event.build or event.build in fact.quarantined:
        return False
    if event.epoch != job.epoch + 1:
        return False
    # What failed on a quarantined build failed by that build: the good one starts with a whole budget.
    quarantine = event.reason == event_pb2.JobReassigned.REASON_BUILD_QUARANTINED
    for task in list(record.tasks.values()):
        if _stays_at_reassignment(task, quarantine):
            continue
        spent, lost = (0, 0) if quarantine else (task.spent, task.lost)
        record.tasks[task.task_id] = replace(task, state=TaskState.PENDING, attempt_id="", spent=spent, lost=lost)
    close_attempts(record, record.attempts.values(), fact)
    moved = event.reason == event_pb2.JobReassigned.REASON_LAST_ATTEMPT_ELSEWHERE
    record.job = replace(
        job,
        build=event.build,
        epoch=event.epoch,
        route_revision=event.route_revision,
        moved_for_last_attempt=0 if quarantine else int(moved) or job.moved_for_last_attempt,
    )
    return True


def _stays_at_reassignment(task: TaskRow, quarantine: bool) -> bool:
    if task.state == TaskState.DEAD:
        return not quarantine or _is_users_fault(task)
    return task.state == TaskState.SUCCEEDED


def _scheduled(record: JobRecord, event: Any, fact: Fact) -> bool:
    job, task = record.job, record.tasks.get(event.task_id)
    if not is_open(record) or not job.build or event.epoch != job.epoch:
        return False
    if event.n != (task.n if task else 0) + 1 or (task and task.state not in {TaskState.PENDING, TaskState.WAITING}):
        return False
    record.tasks[event.task_id] = TaskRow(
        job_id=job.job_id,
        task_id=event.task_id,
        kind=enum_name(event_pb2.TaskKind, event.kind),
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
    record.tasks[task.task_id] = replace(task, state=TaskState.DEAD, **failure_columns(event.failure))
    return True


def _job_succeeded(record: JobRecord, event: Any, fact: Fact) -> bool:
    return is_open(record) and _end_job(record, JobState.SUCCEEDED, None, fact)


def _job_failed(record: JobRecord, event: Any, fact: Fact) -> bool:
    return is_open(record) and _end_job(record, JobState.FAILED, event.failure, fact)


def _job_cancelled(record: JobRecord, event: Any, fact: Fact) -> bool:
    return record.job.state not in FINISHED and _end_job(record, JobState.CANCELLED, event.failure, fact)


def _end_job(record: JobRecord, state: JobState, failure: media_pb2.Failure | None, fact: Fact) -> bool:
    columns = failure_columns(failure) if failure else {}
    record.job = replace(record.job, state=state, end_time_us=fact.time_us, **columns)
    close_attempts(record, record.attempts.values(), fact)
    for task in list(record.tasks.values()):
        if task.state not in {TaskState.SUCCEEDED, TaskState.DEAD}:
            record.tasks[task.task_id] = replace(task, state=TaskState.CANCELLED)
    return True


_HANDLERS: dict[str, Callable[[JobRecord, Any, Fact], bool]] = {
    "job_cancel_requested": _cancel_requested,
    "job_retry_requested": _retry_requested,
    "job_deleted": _deleted,
    "job_assigned": _assigned,
    "job_reassigned": _reassigned,
    "task_scheduled": _scheduled,
    "task_dead": _dead,
    "attempt_started": fold_attempt.started,
    "attempt_succeeded": fold_attempt.succeeded,
    "attempt_failed": fold_attempt.failed,
    "attempt_released": fold_attempt.released,
    "attempt_lost": fold_attempt.lost,
    "artifact_published": fold_attempt.published,
    "job_succeeded": _job_succeeded,
    "job_failed": _job_failed,
    "job_cancelled": _job_cancelled,
}
