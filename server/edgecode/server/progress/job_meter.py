"""Where one job stands: its tasks weighted by what they cost, its outputs kept from falling. Pure.

What an attempt reports is the truth about that attempt. What a job shows never falls: an attempt that begins again
leaves its outputs where they were until it has passed them, and `restarts` counts it. The remaining time follows the
attempt, so it jumps up when one begins again, as it must.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from edgecode.core import cost
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import TaskRow, TaskState
from edgecode.server.planner.tasks import PlannedTask, planned_tasks
from edgecode.v1 import bus_pb2, event_pb2, media_pb2

_DONE = frozenset({TaskState.VERIFIED, TaskState.SUCCEEDED})
_OVER = frozenset({*_DONE, TaskState.DEAD, TaskState.CANCELLED})


@dataclass(slots=True)
class _Task:
    """One task that was heard of: its latest report, the attempts it had, and how far any of them came."""

    latest: bus_pb2.Progress = field(default_factory=bus_pb2.Progress)
    attempts: list[str] = field(default_factory=list)
    highest: float = 0.0


@dataclass(frozen=True, slots=True)
class _Part:
    """One task of the plan, as the ledger has it."""

    planned: PlannedTask
    cost: float
    state: str


class JobMeter:
    """Takes reports and the ledger's record; gives what watchers see.

    Attributes:
        sequence: of the last event that the record had.
    """

    def __init__(self) -> None:
        self.sequence = 0
        self._tasks: dict[str, _Task] = {}
        self._outputs: dict[str, bus_pb2.OutputProgress] = {}
        self._parts: list[_Part] = []
        self._fraction = 0.0

    def plan(self, record: JobRecord) -> None:
        """Takes which tasks there are and how they stand. Before the probe is done nobody knows them."""
        if record.job.last_sequence < self.sequence:
            return
        self.sequence = record.job.last_sequence
        if not record.job.source_pb:
            return
        created = event_pb2.JobCreated.FromString(record.job.created_pb)
        info = media_pb2.MediaInfo.FromString(record.job.source_pb)
        specs = {spec.output_id: spec for spec in created.outputs}
        self._parts = [
            _Part(task, _cost(task, specs, info, created.asset_size_bytes), _state(record.tasks.get(task.task_id)))
            for task in planned_tasks(record)
        ]

    def take(self, progress: bus_pb2.Progress) -> None:
        """Takes a report; one of an attempt that another has followed is old news."""
        task = self._tasks.setdefault(progress.task_id, _Task())
        if progress.attempt_id not in task.attempts:
            task.attempts.append(progress.attempt_id)
        if progress.attempt_id != task.attempts[-1]:
            return
        task.latest = progress
        task.highest = max(task.highest, min(progress.fraction, 1.0))
        for output in progress.outputs:
            self._take_output(output, len(task.attempts) - 1)

    def _take_output(self, output: bus_pb2.OutputProgress, restarts: int) -> None:
        known = self._outputs.setdefault(output.output_id, bus_pb2.OutputProgress())
        highest = max(known.fraction, min(output.fraction, 1.0))
        known.CopyFrom(output)
        known.fraction, known.restarts = highest, restarts

    def shown(self, progress: bus_pb2.Progress) -> bus_pb2.Progress:
        """A report as watchers see it."""
        found = bus_pb2.Progress()
        found.CopyFrom(progress)
        del found.outputs[:]
        found.outputs.extend(self._outputs[output.output_id] for output in progress.outputs)
        task = self._tasks[progress.task_id]
        found.fraction = task.highest
        found.job.CopyFrom(self.job())
        return found

    def last(self) -> list[bus_pb2.Progress]:
        """The last report of each task that is not over."""
        over = {part.planned.task_id for part in self._parts if part.state in _OVER}
        return [task.latest for task_id, task in self._tasks.items() if task_id not in over]

    def job(self) -> bus_pb2.JobProgress:
        """The whole job; its outputs are those that were heard of and whose tasks are not over."""
        whole = sum(part.cost for part in self._parts)
        # Once all are done the quotient is exactly one: both sums are of the same numbers.
        done = sum(part.cost * self._highest(part) for part in self._parts)
        self._fraction = max(self._fraction, done / whole if whole > 0 else 0.0)
        running = [task.latest for task in self._running()]
        found = bus_pb2.JobProgress(
            fraction=self._fraction,
            speed_ratio=max((latest.speed_ratio for latest in running), default=0.0),
            outputs=[self._outputs[output.output_id] for latest in running for output in latest.outputs],
        )
        remaining = self._remaining_seconds()
        if remaining is not None:
            found.remaining_seconds = remaining
        return found

    def _highest(self, part: _Part) -> float:
        if part.state in _DONE:
            return 1.0
        task = self._tasks.get(part.planned.task_id)
        return task.highest if task is not None else 0.0

    def _running(self) -> list[_Task]:
        parts = [part for part in self._parts if part.state == TaskState.RUNNING]
        return [self._tasks[part.planned.task_id] for part in parts if part.planned.task_id in self._tasks]

    def _remaining_seconds(self) -> float | None:
        """The longest of what runs, then all that waits for it, at the pace of what runs."""
        waiting = [part for part in self._parts if part.state not in {*_OVER, TaskState.RUNNING}]
        over = {part.planned.task_id for part in self._parts if part.state in _OVER}
        if any(over.issuperset(part.planned.after) for part in waiting):
            return None
        paces, longest = list[float](), list[float]()
        for part in self._parts:
            latest = self._latest(part)
            if latest is not None and latest.HasField("remaining_seconds"):
                longest.append(latest.remaining_seconds)
                paces += _pace(part, latest)
        if not longest or not paces:
            return None
        return max(longest) + max(paces) * sum(part.cost for part in waiting)

    def _latest(self, part: _Part) -> bus_pb2.Progress | None:
        task = self._tasks.get(part.planned.task_id)
        return task.latest if task is not None and part.state == TaskState.RUNNING else None


def _pace(part: _Part, latest: bus_pb2.Progress) -> Iterable[float]:
    """Wall seconds for each second of cost; nothing from an attempt at its end."""
    left = part.cost * (1 - latest.fraction)
    return [latest.remaining_seconds / left] if left > 0 else []


def _cost(
    task: PlannedTask, specs: dict[str, media_pb2.OutputSpec], info: media_pb2.MediaInfo, source_bytes: int
) -> float:
    outputs = [specs[output_id] for output_id in task.output_ids if output_id in specs]
    return cost.task_seconds(task.kind, outputs, info, source_bytes)


def _state(row: TaskRow | None) -> str:
    return row.state if row is not None else TaskState.PENDING
