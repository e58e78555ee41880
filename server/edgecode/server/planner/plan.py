"""Planning: what a job's folded state, the route and the fleet call for next. Pure.

A plan is made one decision at a time, each folded into a copy of the record before the next is sought, so that what the
leader appends as one batch is what the fold will accept. The decisions of one plan stand or fall together: they are
appended with the job's last sequence as expectation.
"""

import uuid
from collections import Counter
from collections.abc import Iterator

from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold import fold_job
from edgecode.server.ledger.fold_rules import FileName, name_of, published_files, result_of
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import (
    FINISHED,
    AttemptState,
    JobState,
    StampRow,
    TaskRow,
    TaskState,
)
from edgecode.server.planner.moves import (
    budget_of_job,
    is_users_fault,
    leave_quarantined,
    reassign,
    wants_another_opinion,
)
from edgecode.server.planner.situation import Situation
from edgecode.server.planner.tasks import PlannedTask, planned_tasks
from edgecode.server.routes.assignment import choose
from edgecode.v1 import event_pb2, media_pb2, stamp_pb2

_MAX_DECISIONS = 500
_MAX_BACKOFF_SECONDS = 60.0
# What an export waits for is a store of somebody else.
_EXPORT_PATIENCE = 16
_MARGIN_BEATS = 4
_ALONE_AFTER_LOSSES = 2
_SECOND_US = 1_000_000
# The namespace of artifact ids, the same for all releases.
_NAMESPACE = uuid.UUID("0c4d8b0e-93c7-5d5e-8f0a-6b1f6f0a4a11")


class PlanRefused(Exception):
    """The fold would ignore a planned decision: a defect of ours, which must not be appended again and again."""


def plan(record: JobRecord, situation: Situation) -> list[event_pb2.Event]:
    """All decisions the job calls for now, in order; none if there is nothing to decide.

    Raises:
        PlanRefused: plan and fold disagree.
    """
    copy = record.copy()
    decisions: list[event_pb2.Event] = []
    while len(decisions) < _MAX_DECISIONS:
        decision = next(_decisions(copy, situation), None)
        if decision is None:
            return decisions
        fact = Fact(
            copy.job.job_id,
            copy.job.last_sequence,
            situation.now_us,
            situation.own_stamp,
            copy.job.path,
            "",
            decision,
            situation.route.quarantined,
        )
        _, took_effect = fold_job(copy, fact)
        if not took_effect:
            raise PlanRefused(f"the fold refuses {decision} for {copy.job}")
        decisions.append(decision)
    return decisions


def retention_deadline_us(record: JobRecord) -> int:
    """When an unfinished job is given up: a little before its events expire."""
    job = record.job
    return job.expire_time_us - min(60 * _SECOND_US, (job.expire_time_us - job.create_time_us) // 10)


def look_again_us(record: JobRecord) -> int:
    """When a job with nothing to decide must be looked at again though nothing happened."""
    if any(attempt.state == AttemptState.RUNNING for attempt in record.attempts.values()):
        return 0
    return retention_deadline_us(record)


def _decisions(record: JobRecord, situation: Situation) -> Iterator[event_pb2.Event]:
    job = record.job
    if job.state in FINISHED or job.frozen:
        return
    if job.state == JobState.CANCELLING:
        reason = job.cancel_reason or "cancelled by the client"
        yield _cancelled("CANCELLED", reason)
        return
    if situation.now_us >= retention_deadline_us(record):
        yield _cancelled("RETENTION_REACHED", "the job was not finished within its retention")
        return
    if job.shadow_id not in {"", situation.route.shadow_id}:
        yield _cancelled("SHADOW_STOPPED", "the shadow it belongs to is over")
        return
    if not job.build:
        yield from _assign(record, situation)
        return
    if job.build in situation.route.quarantined:
        yield from leave_quarantined(record, situation)
        return  # nothing else is planned on a quarantined build
    # Before the job moves what it lost is counted and what is over is dead: a move opens neither again.
    yield from _lost_attempts(record, situation)
    yield from _dead(record, situation)
    yield from reassign(record, situation)
    tasks = planned_tasks(record)
    for task in tasks:
        yield from _task(record, task, situation)
    yield from _end(record, tasks)


def _cancelled(reason: str, message: str) -> event_pb2.Event:
    failure = media_pb2.Failure(reason=reason, message=message, fault=media_pb2.FAULT_USER)
    return event_pb2.Event(job_cancelled=event_pb2.JobCancelled(failure=failure))


def _assign(record: JobRecord, situation: Situation) -> Iterator[event_pb2.Event]:
    created = event_pb2.JobCreated.FromString(record.job.created_pb)
    choice = choose(situation.route, created, situation.workers)
    if choice is not None:
        yield event_pb2.Event(job_assigned=choice.assigned(situation.route))


def _lost_attempts(record: JobRecord, situation: Situation) -> Iterator[event_pb2.Event]:
    reasons = event_pb2.AttemptLost.Reason
    margin_us = int(_MARGIN_BEATS * situation.settings.fleet_beat_seconds * _SECOND_US)
    for attempt in record.attempts.values():
        task = record.tasks[attempt.task_id]
        if attempt.state != AttemptState.RUNNING or task.state != TaskState.RUNNING:
            continue
        instance = situation.instance(attempt)
        if task.attempt_id != attempt.attempt_id:
            reason = reasons.REASON_ANOTHER_STARTED
        elif situation.workers.has_left(instance):
            reason = reasons.REASON_INSTANCE_LEFT
        elif situation.workers.dropped(instance, attempt.attempt_id, attempt.start_time_us, margin_us):
            reason = reasons.REASON_NOT_WORKED_ON
        else:
            continue
        yield event_pb2.Event(
            attempt_lost=event_pb2.AttemptLost(
                task_id=attempt.task_id, n=attempt.n, epoch=attempt.epoch, attempt_id=attempt.attempt_id, reason=reason
            )
        )


def _task(record: JobRecord, planned: PlannedTask, situation: Situation) -> Iterator[event_pb2.Event]:
    task = record.tasks.get(planned.task_id)
    if task is None or task.state == TaskState.PENDING:
        if all(_is_done(record, other, partly=_wants_part(planned)) for other in planned.after):
            yield _scheduled(record, planned, situation)
    elif task.state == TaskState.WAITING:
        yield _scheduled(record, planned, situation)
    elif task.state == TaskState.VERIFIED:
        yield from _publish(record, task, situation)


def _is_done(record: JobRecord, task_id: str, *, partly: bool = False) -> bool:
    """Whether a task made all its outputs as they were asked for; or, `partly`, any."""
    task = record.tasks.get(task_id)
    return task is not None and task.state == TaskState.SUCCEEDED and (partly or not task.failure_pb)


def _has_failed(task: TaskRow | None, *, partly: bool = False) -> bool:
    """Whether it is dead, or made outputs that are not what was asked for: nothing will change that."""
    if task is None:
        return False
    return task.state == TaskState.DEAD or (task.state == TaskState.SUCCEEDED and bool(task.failure_pb) and not partly)


def _wants_part(planned: PlannedTask) -> bool:
    """Exports take what is published; what is made of outputs needs them all."""
    return planned.kind == event_pb2.TASK_KIND_EXPORT


def _dead(record: JobRecord, situation: Situation) -> Iterator[event_pb2.Event]:
    budget = budget_of_job(record)
    for task in record.tasks.values():
        if task.state != TaskState.WAITING or wants_another_opinion(task, record, situation):
            continue
        if is_users_fault(task) or task.spent >= budget:
            failure = media_pb2.Failure.FromString(task.failure_pb)
            yield event_pb2.Event(task_dead=event_pb2.TaskDead(task_id=task.task_id, failure=failure))


def _scheduled(record: JobRecord, planned: PlannedTask, situation: Situation) -> event_pb2.Event:
    task = record.tasks.get(planned.task_id)
    spent, lost = (task.spent, task.lost) if task else (0, 0)
    event = event_pb2.TaskScheduled(
        task_id=planned.task_id,
        kind=planned.kind,
        n=(task.n if task else 0) + 1,
        epoch=record.job.epoch,
        alone=lost >= _ALONE_AFTER_LOSSES,
        output_ids=planned.output_ids,
    )
    if spent:
        patience = _EXPORT_PATIENCE if planned.kind == event_pb2.TASK_KIND_EXPORT else 1
        wait_seconds = min(situation.settings.backoff_seconds * patience * 2 ** (spent - 1), _MAX_BACKOFF_SECONDS)
        event.not_before_time.FromMicroseconds(situation.now_us + int(wait_seconds * _SECOND_US))
    return event_pb2.Event(task_scheduled=event)


def _publish(record: JobRecord, task: TaskRow, situation: Situation) -> Iterator[event_pb2.Event]:
    attempt = record.attempts[task.attempt_id]
    maker = situation.stamps[attempt.stamp_id]
    published = published_files(record)
    files = result_of(attempt).files
    alone = Counter(file.output_id for file in files)
    for file in files:
        if name_of(file) not in published:
            # The id of an output's only file is older than outputs of several.
            name = (file.output_id, "") if alone[file.output_id] == 1 else name_of(file)
            yield event_pb2.Event(
                artifact_published=event_pb2.ArtifactPublished(
                    artifact_id=artifact_id(record.job.job_id, attempt.attempt_id, name),
                    task_id=task.task_id,
                    epoch=attempt.epoch,
                    attempt_id=attempt.attempt_id,
                    file=file,
                    made_by=stamp_message(maker),
                    digests=stamp_pb2.Digests(
                        toolchain_digest=attempt.toolchain_digest, config_digest=attempt.config_digest
                    ),
                )
            )


def artifact_id(job_id: str, attempt_id: str, name: FileName) -> str:
    """The id an artifact gets, a function of what it is; the file name is empty for the only file of an output."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(filter(None, (job_id, attempt_id, *name)))))


def stamp_message(row: StampRow) -> stamp_pb2.Stamp:
    """A stamp for the wire."""
    return stamp_pb2.Stamp(
        service=row.service,
        version=row.version,
        revision=row.revision,
        dirty=bool(row.dirty),
        instance=row.instance,
        environment=row.environment,
        build=row.build,
    )


def _end(record: JobRecord, tasks: list[PlannedTask]) -> Iterator[event_pb2.Event]:
    if all(_is_done(record, task.task_id) for task in tasks):
        yield event_pb2.Event(job_succeeded=event_pb2.JobSucceeded())
        return
    rows = [record.tasks.get(task.task_id) for task in tasks]
    failed = [row for row in rows if row is not None and _has_failed(row)]
    blocked: set[str] = set()
    for task in tasks:
        if blocked.intersection(task.after) or _is_blocked(record, task):
            blocked.add(task.task_id)
    unsettled = [
        task
        for task, row in zip(tasks, rows, strict=True)
        if task.task_id not in blocked and (row is None or row.state not in {TaskState.SUCCEEDED, TaskState.DEAD})
    ]
    if failed and not unsettled:
        failure = media_pb2.Failure.FromString(failed[0].failure_pb)
        yield event_pb2.Event(job_failed=event_pb2.JobFailed(failure=failure))


def _is_blocked(record: JobRecord, task: PlannedTask) -> bool:
    return any(_has_failed(record.tasks.get(other), partly=_wants_part(task)) for other in task.after)
