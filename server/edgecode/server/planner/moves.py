"""When a job leaves its build: quarantine, a dead lane, a last attempt, a source only one build calls bad. Pure."""

from collections.abc import Iterator

from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import TaskRow, TaskState
from edgecode.server.planner.situation import Situation
from edgecode.v1 import event_pb2, media_pb2

_REASONS = event_pb2.JobReassigned.Reason


def contract_of_job(record: JobRecord) -> int:
    """The smallest contract a worker must read to be given the job's tasks."""
    return event_pb2.JobCreated.FromString(record.job.created_pb).contract


def budget_of_job(record: JobRecord) -> int:
    """How many attempts of a task may fail or be lost."""
    return event_pb2.JobCreated.FromString(record.job.created_pb).attempt_budget


def is_users_fault(task: TaskRow) -> bool:
    """Whether the last failure of the task is the user's."""
    return bool(task.failure_pb) and media_pb2.Failure.FromString(task.failure_pb).fault == media_pb2.FAULT_USER


def leave_quarantined(record: JobRecord, situation: Situation) -> Iterator[event_pb2.Event]:
    """A job on a quarantined build goes to the current one, as soon as there is one that reads it."""
    route = situation.route
    if route.usable(route.current) and not situation.workers.misreads(route.current, contract_of_job(record)):
        yield _reassigned(record, situation, route.current, _REASONS.REASON_BUILD_QUARANTINED)


def reassign(record: JobRecord, situation: Situation) -> Iterator[event_pb2.Event]:
    """The other reasons to leave a build."""
    route, job, workers = situation.route, record.job, situation.workers
    if job.shadow_id:
        return  # on another build it would tell of that one
    contract = contract_of_job(record)
    elsewhere = route.current != job.build and route.usable(route.current)
    if elsewhere and workers.lacks(job.build, contract) and route.current in workers.builds(contract):
        yield _reassigned(record, situation, route.current, _REASONS.REASON_BUILD_HAS_NO_WORKER)
    elif any(wants_another_opinion(task, record, situation) for task in record.tasks.values()):
        yield _reassigned(record, situation, route.current, _REASONS.REASON_USERS_FAULT_ELSEWHERE)
    elif not job.moved_for_last_attempt and any(_on_last_attempt(task, record) for task in record.tasks.values()):
        other = _another_build(record, situation, contract)
        if other:
            yield _reassigned(record, situation, other, _REASONS.REASON_LAST_ATTEMPT_ELSEWHERE)


def wants_another_opinion(task: TaskRow, record: JobRecord, situation: Situation) -> bool:
    """Whether a ramping build calls the source bad: that is final only when the current build says so too."""
    route = situation.route
    return (
        task.state == TaskState.WAITING
        and is_users_fault(task)
        and record.job.build == route.ramping
        and route.usable(route.current)
        and route.current in situation.workers.builds(contract_of_job(record))
    )


def _reassigned(
    record: JobRecord, situation: Situation, build: str, reason: event_pb2.JobReassigned.Reason
) -> event_pb2.Event:
    return event_pb2.Event(
        job_reassigned=event_pb2.JobReassigned(
            build=build, route_revision=situation.route.revision, epoch=record.job.epoch + 1, reason=reason
        )
    )


def _on_last_attempt(task: TaskRow, record: JobRecord) -> bool:
    return task.state == TaskState.WAITING and 0 < task.spent == budget_of_job(record) - 1


def _another_build(record: JobRecord, situation: Situation, contract: int) -> str:
    """The current build, a former one, or any live one: one that is ramping last."""
    live, route = situation.workers.builds(contract), situation.route
    candidates = sorted((route.current, *route.former, *sorted(live, reverse=True)), key=lambda b: b == route.ramping)
    return next((b for b in candidates if b in live and b != record.job.build and route.usable(b)), "")
