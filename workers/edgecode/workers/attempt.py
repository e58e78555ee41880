"""One try of a task: started, worked, uploaded, recorded, and only then acknowledged."""

import asyncio
import enum
import uuid
from collections.abc import Coroutine
from typing import Any, TypeVar

import nats.errors
import structlog
from nats.aio.msg import Msg
from opentelemetry.trace import SpanKind, StatusCode

from edgecode.core.log import SubjectExpired
from edgecode.workers.assignment import Assignment
from edgecode.workers.faults import failure_of
from edgecode.workers.job_log import JobLog
from edgecode.workers.make import make
from edgecode.workers.parts import Parts
from edgecode.workers.progress import ProgressReport
from edgecode.workers.tasks.kinds import KINDS

log = structlog.get_logger()

_Value = TypeVar("_Value")


class Ended(enum.StrEnum):
    """How an attempt ended, as logs and metrics call it."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RELEASED = "released"
    STOPPED = "stopped"
    EXPIRED = "expired"


class Attempt:
    """One try of one task. `stop` and `release` end it early; whatever happens, `run` returns."""

    def __init__(self, assignment: Assignment, message: Msg, parts: Parts) -> None:
        self.assignment = assignment
        self.attempt_id = uuid.uuid4().hex
        self._task = assignment.task
        self._kind = KINDS[assignment.task.kind]
        self._message = message
        self._parts = parts
        self._job_log = JobLog(parts.log, assignment, self.attempt_id)
        self._ask: Ended | None = None
        self._doing: asyncio.Task[Any] | None = None
        self._log = log.bind(job_id=self._task.job_id, task_id=self._task.task_id, attempt_id=self.attempt_id)
        if assignment.origin.trace_id:
            # Not all it says is said within its span.
            self._log = self._log.bind(trace_id=assignment.origin.trace_id)

    @property
    def kind(self) -> str:
        """Name of the task's kind."""
        return self._kind.name

    def stop(self, reason: str) -> None:
        """Ends it because the log decided so: nothing more is published, the task is acknowledged."""
        self._end(Ended.STOPPED, reason)

    def release(self) -> None:
        """Ends it so that another worker can do it from the start."""
        self._end(Ended.RELEASED, "drain")

    def _end(self, ask: Ended, reason: str) -> None:
        if self._ask is None:
            self._log.info("attempt.asked_to_end", ask=ask, reason=reason)
            self._ask = ask
            if self._doing is not None:
                self._doing.cancel()

    def redelivered(self, message: Msg) -> None:
        """Takes over the newest delivery of its task: the broker hears no beat and no ack of an older one."""
        self._log.warning("attempt.redelivered", deliveries=message.metadata.num_delivered)
        self._message = message

    async def run(self) -> Ended:
        """Does it all, and returns how it ended."""
        attributes = {
            "messaging.system": "nats",
            "edgecode.job_id": self._task.job_id,
            "edgecode.task_id": self._task.task_id,
            "edgecode.attempt_id": self.attempt_id,
        }
        name = f"attempt {self._kind.name}"
        origin = self.assignment.origin
        with self._parts.tracer.span(name, SpanKind.CONSUMER, origin=origin, attributes=attributes) as span:
            ended = await self._to_its_end()
            span.set_attribute("edgecode.attempt.outcome", ended.value)
            if ended is Ended.FAILED:
                span.set_status(StatusCode.ERROR)
            self._log.info("attempt.ended", kind=self._kind.name, how=ended, n=self._task.n, epoch=self._task.epoch)
        return ended

    async def _to_its_end(self) -> Ended:
        try:
            return await self._go_through()
        except SubjectExpired as error:
            self._log.warning("attempt.expired", why=str(error))
            await self._message.ack()
            return Ended.EXPIRED

    async def _go_through(self) -> Ended:
        if self._task.alone:
            await self._unless_asked(self._parts.slots.nothing_beside())
        if self._ask is not None:
            return await self._end_unstarted()
        await self._job_log.started(self._parts.digests)
        self._parts.crash.at("worker.after_started")
        ended = await self._work_and_record()
        self._parts.crash.at("worker.after_outcome")
        await self._message.ack()
        return ended

    async def _end_unstarted(self) -> Ended:
        if self._ask is Ended.RELEASED:
            await self._message.nak()
            return Ended.RELEASED
        await self._message.ack()
        return Ended.STOPPED

    async def _work_and_record(self) -> Ended:
        """Works, and records the outcome. The task is acknowledged after that, released or not.

        The leader answers each outcome with a new scheduling under a new number or with none at all, so the message
        of this one is of no more use.
        """
        progress = ProgressReport(self._parts.bus, self.assignment, self.attempt_id)
        try:
            made = await self._unless_asked(make(self._task, self.attempt_id, self._parts, progress.report))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is the outcome of the attempt
            failure = failure_of(error)
            self._log.warning("attempt.failed", reason=failure.reason, words=failure.message, exc_info=error)
            self._parts.crash.at("worker.before_outcome")
            await self._job_log.failed(failure)
            return Ended.FAILED
        finally:
            await progress.stop()
        if made is None:
            return await self._record_end()
        self._parts.crash.at("worker.before_outcome")
        await self._job_log.succeeded(made)
        await progress.finish()
        return Ended.SUCCEEDED

    async def _record_end(self) -> Ended:
        if self._ask is Ended.RELEASED:
            await self._job_log.released()
            return Ended.RELEASED
        return Ended.STOPPED

    async def _unless_asked(self, work: Coroutine[Any, Any, _Value]) -> _Value | None:
        """What the work returns; None when the attempt was asked to end before: then the work is cancelled and over."""
        if self._ask is not None:  # while there was nothing to cancel yet
            work.close()
            return None
        doing = asyncio.create_task(work)
        self._doing = doing
        try:
            await asyncio.wait((doing,))
        finally:
            doing.cancel()
            self._doing = None
        if not doing.cancelled():
            return doing.result()
        return None

    async def beat(self) -> None:
        """Keeps the task ours at the broker, and looks for decisions that a lost control message would have told.

        Called by the host every `beat_seconds`; never raises for a broker that is away.
        """
        try:
            await self._message.in_progress()
            reason = await self._job_log.end()
        except (nats.errors.Error, TimeoutError) as error:
            self._log.warning("attempt.beat_missed", why=repr(error))
            return
        if reason:
            self.stop(reason)
