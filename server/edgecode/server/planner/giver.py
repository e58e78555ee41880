"""Giving scheduled tasks to their lanes: each once while all goes well, and again what the lanes have lost."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from edgecode.core.crash import CrashPoints
from edgecode.core.errors import Unavailable
from edgecode.server.ledger.port import JobRecord, Ledger
from edgecode.server.ledger.projector import Projector
from edgecode.server.ledger.rows import JobState, TaskRow, TaskState
from edgecode.server.planner.lanes import Lanes
from edgecode.server.planner.queue import Lane, lanes_of

log = structlog.get_logger()


class TaskGiver:
    """The leader's hand that fills TASKS.

    Before its first look at TASKS it gives nothing: what the ledger calls scheduled then may stand there already, or
    have been done since.
    """

    def __init__(
        self,
        ledger: Ledger,
        projector: Projector,
        lanes: Lanes,
        crash: CrashPoints,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._ledger = ledger
        self._projector = projector
        self._lanes = lanes
        self._crash = crash
        self._spawn = spawn
        self.on_queue: Callable[[tuple[Lane, ...]], None] = lambda _lanes: None
        self._has_looked = False
        # True once the broker holds the task, false while it is on its way or waits for its time.
        self._given: dict[tuple[str, str, int], bool] = {}

    def forget(self) -> None:
        """Begins anew: another may have led meanwhile."""
        self._given.clear()
        self._has_looked = False

    def give(self, record: JobRecord) -> None:
        """Gives a job's scheduled tasks to their lanes when they are due."""
        if not self._has_looked or record.job.frozen or not self._may_run(record):
            return
        for task in record.tasks.values():
            if task.state != TaskState.SCHEDULED:
                self._given.pop(task.key, None)
            elif task.key not in self._given:
                self._given[task.key] = False
                self._spawn(self._give_one(task))

    async def _give_one(self, task: TaskRow) -> None:
        stored = False
        try:
            wait_seconds = task.not_before_time_us / 1e6 - time.time()
            if wait_seconds > 0:
                await asyncio.sleep(wait_seconds)  # backoff
            self._crash.at("leader.before_task")
            record = await self._projector.record(task.job_id)
            if record is not None and self._may_run(record) and _is_wanted(record, task):
                stored = await self._lanes.publish(record, task)
        except Unavailable as error:
            log.warning("leader.task_unknown", job_id=task.job_id, task_id=task.task_id, why=error.message)
        finally:
            self._given.pop(task.key, None)  # the next sweep asks again
            if stored:
                self._given[task.key] = True
        self._crash.at("leader.after_task")

    def _may_run(self, record: JobRecord) -> bool:
        """Whether the job runs, and not on a quarantined build: that has no lanes, and the job is about to leave it."""
        return record.job.state == JobState.RUNNING and self._projector.route.usable(record.job.build)

    async def refill(self, caught_up: Callable[[], Awaitable[bool]]) -> None:
        """Publishes what the ledger calls scheduled and TASKS lacks, deletes what it holds for nothing.

        What TASKS lacks may have been done: its outcome was in the log before its message went, so it is in the ledger
        that has folded the log's head of after the look at TASKS. What was on its way to TASKS then is not missing.

        Args:
            caught_up: waits for the fold to reach the log's head; false when it is too far behind.
        """
        before = {task.key: self._given.get(task.key) for task in await self._ledger.scheduled()}
        standing = await self._lanes.standing()
        await self._lanes.clear(standing)
        await self._lanes.free_stranded(standing)
        if not await caught_up():
            return
        held = {(s.job_id, s.task_id, s.n) for s in standing}
        known = set(self._given)
        scheduled = await self._ledger.scheduled()
        self.on_queue(lanes_of(standing, scheduled, time.time_ns() // 1000))
        # What was given while the ledger was read is not in what was read.
        given, self._given = self._given, {key: state for key, state in self._given.items() if key not in known}
        missing: set[str] = set()
        for task in scheduled:
            state = True if task.key in held else given.get(task.key)
            scheduled_since = task.key not in before and not self._has_looked
            unchanged = task.key in before and before[task.key] == state
            if task.key not in held and state is not False and (unchanged or scheduled_since):
                missing.add(task.job_id)
            elif state is not None:
                self._given[task.key] = state
        self._has_looked = True
        for job_id in missing:
            record = await self._projector.record(job_id)
            if record is not None:
                self.give(record)


def _is_wanted(record: JobRecord, task: TaskRow) -> bool:
    now = record.tasks.get(task.task_id)
    return now is not None and (now.key, now.state) == (task.key, task.state)
