"""Exports: where a job's artifacts may also be written, and how far that has come."""

from collections.abc import Iterator

from edgecode.core.errors import Violation
from edgecode.core.named_stores import find_place, roots
from edgecode.core.settings import Settings
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import JobState, TaskRow, TaskState
from edgecode.server.planner.tasks import PlannedTask, planned_tasks
from edgecode.v1 import event_pb2, job_pb2, media_pb2

_STATES = {
    TaskState.RUNNING: job_pb2.Export.STATE_RUNNING,
    TaskState.SUCCEEDED: job_pb2.Export.STATE_SUCCEEDED,
    TaskState.DEAD: job_pb2.Export.STATE_FAILED,
    TaskState.CANCELLED: job_pb2.Export.STATE_CANCELLED,
}


def check_output_uri(uri: str, settings: Settings) -> Iterator[Violation]:
    """What is at fault with an `output_uri`: it must lie in a store that is configured for export."""
    if uri and find_place(settings.stores, "export", f"{uri.rstrip('/')}/file") is None:
        allowed = ", ".join(roots(settings.stores, "export")) or "none: the operator configured no store for export"
        yield Violation("output_uri", f"must begin with one of {allowed}")


def exports_of(record: JobRecord, created: event_pb2.JobCreated) -> list[job_pb2.Export]:
    """How far the exports of a job have come; none of a job without `output_uri`, or before its probe."""
    if not created.output_uri:
        return []
    planned = {task.task_id: task for task in planned_tasks(record)}
    return [_export(task, planned, record) for task in planned.values() if task.kind == event_pb2.TASK_KIND_EXPORT]


def _export(task: PlannedTask, planned: dict[str, PlannedTask], record: JobRecord) -> job_pb2.Export:
    row = record.tasks.get(task.task_id)
    export = job_pb2.Export(
        task_id=task.task_id, state=_state(row, record), output_ids=planned[task.after[0]].output_ids
    )
    if row is not None and row.state == TaskState.SUCCEEDED:
        result = event_pb2.AttemptSucceeded.FromString(record.attempts[row.attempt_id].result_pb)
        export.files.extend(result.exports)
    elif row is not None and row.state == TaskState.DEAD:
        export.failure.CopyFrom(media_pb2.Failure.FromString(row.failure_pb))
    return export


def _state(row: TaskRow | None, record: JobRecord) -> job_pb2.Export.State:
    if row is not None:
        return _STATES.get(TaskState(row.state), job_pb2.Export.STATE_PENDING)
    over = record.job.state in {JobState.FAILED, JobState.CANCELLED, JobState.DELETED}
    return job_pb2.Export.STATE_CANCELLED if over else job_pb2.Export.STATE_PENDING
