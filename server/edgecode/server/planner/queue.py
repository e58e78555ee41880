"""What stands in each lane, of what TASKS holds and the ledger calls scheduled. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from edgecode.core.stamp import build_of_key
from edgecode.core.subjects import TaskSubject
from edgecode.server.ledger.rows import TaskRow


@dataclass(slots=True)
class Lane:
    """One lane.

    Attributes:
        task_class, priority, build: which one.
        waiting: tasks that no attempt has begun.
        taken: tasks that workers hold.
        oldest_age_seconds: since the scheduling of the one that waits longest, 0 without one.
    """

    task_class: str
    priority: str
    build: str
    waiting: int = 0
    taken: int = 0
    oldest_age_seconds: float = 0.0


def lanes_of(standing: Iterable[TaskSubject], scheduled: Iterable[TaskRow], now_us: int) -> tuple[Lane, ...]:
    """The lanes that hold anything; a task that waits for its backoff is in none."""
    since = {task.key: task.schedule_time_us for task in scheduled}
    lanes: dict[tuple[str, str, str], Lane] = {}
    for subject in standing:
        key = (subject.task_class, subject.priority, subject.build_key)
        lane = lanes.setdefault(key, Lane(subject.task_class, subject.priority, build_of_key(subject.build_key)))
        scheduled_us = since.get((subject.job_id, subject.task_id, subject.n))
        if scheduled_us is None:
            lane.taken += 1
        else:
            lane.waiting += 1
            lane.oldest_age_seconds = max(lane.oldest_age_seconds, (now_us - scheduled_us) / 1e6)
    return tuple(lanes.values())
