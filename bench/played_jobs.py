"""Jobs put into the log by hand: those of no-op tasks, for which the API has no request, and whole finished lives."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.contract import CONTRACT
from edgecode.core.log import Log
from edgecode.v1 import event_pb2

_DAY_SECONDS = 86_400
_UNITS_AT_ONCE = 64


def noop_job(tasks: int) -> Outgoing:
    """`job.created` of a job that consists of so many tasks of nothing."""
    return _message(_created(tasks), expected_last=0)


def finished_job(build: str) -> list[Outgoing]:
    """Every event of a job of one no-op task, as if all had happened; what the leader would decide is decided."""
    created = _created(1)
    task: dict[str, Any] = {"task_id": "noop-0", "n": 1, "epoch": 0}
    attempt: dict[str, Any] = {"attempt_id": uuid.uuid4().hex}
    events = [
        event_pb2.Event(job_assigned=event_pb2.JobAssigned(build=build, share_percent=100.0)),
        event_pb2.Event(task_scheduled=event_pb2.TaskScheduled(kind=event_pb2.TASK_KIND_NOOP, **task)),
        event_pb2.Event(attempt_started=event_pb2.AttemptStarted(**task, **attempt)),
        event_pb2.Event(attempt_succeeded=event_pb2.AttemptSucceeded(**task, **attempt)),
        event_pb2.Event(job_succeeded=event_pb2.JobSucceeded()),
    ]
    subject = subjects.job_events(created.job_id)
    first = _message(created, expected_last=0)
    rest = (
        Outgoing(subject, event.SerializeToString(), msg_id=uuid.uuid4().hex, ttl_seconds=_DAY_SECONDS)
        for event in events
    )
    return [first, *rest]


async def append_all(log: Log, units: Sequence[Sequence[Outgoing]]) -> None:
    """Appends them, some at a time."""
    todo = iter(units)

    async def keep_appending() -> None:
        for unit in todo:
            await log.append(unit)

    await asyncio.gather(*(keep_appending() for _ in range(_UNITS_AT_ONCE)))


def _created(tasks: int) -> event_pb2.JobCreated:
    created = event_pb2.JobCreated(
        job_id=str(uuid.uuid4()), caller="bench", request_id=uuid.uuid4().hex, attempt_budget=4, contract=CONTRACT,
        noop_tasks=tasks, priority=event_pb2.PRIORITY_NORMAL,
    )  # fmt: skip
    created.expire_time.FromDatetime(datetime.now(UTC) + timedelta(seconds=_DAY_SECONDS))
    return created


def _message(created: event_pb2.JobCreated, expected_last: int) -> Outgoing:
    return Outgoing(
        subjects.job_events(created.job_id), event_pb2.Event(job_created=created).SerializeToString(),
        msg_id=uuid.uuid4().hex, expected_last=expected_last, ttl_seconds=_DAY_SECONDS,
    )  # fmt: skip
