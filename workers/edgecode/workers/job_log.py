"""What an attempt says in its job's log, each word once."""

from typing import TypeVar

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.log import Log
from edgecode.core.telemetry import current_traceparent
from edgecode.v1 import event_pb2, media_pb2, stamp_pb2
from edgecode.workers.assignment import Assignment
from edgecode.workers.decisions import end_of_attempt
from edgecode.workers.make import Made

_Said = TypeVar(
    "_Said",
    event_pb2.AttemptStarted,
    event_pb2.AttemptSucceeded,
    event_pb2.AttemptFailed,
    event_pb2.AttemptReleased,
)


class JobLog:
    """Appends the events of one attempt, and reads the decisions that end it.

    Every append is repeated under one id until the broker has answered; past the job's expiry it raises SubjectExpired.
    """

    def __init__(self, log: Log, assignment: Assignment, attempt_id: str) -> None:
        self._log = log
        self._assignment = assignment
        self._task = assignment.task
        self._attempt_id = attempt_id
        self._subject = subjects.job_events(self._task.job_id)
        self._seen = self._task.after_sequence

    async def started(self, digests: stamp_pb2.Digests) -> None:
        """The attempt begins."""
        event = self._by_this(event_pb2.AttemptStarted(digests=digests))
        await self._append("started", event_pb2.Event(attempt_started=event))

    async def succeeded(self, made: Made) -> None:
        """All it made is in the store, but for outputs that are not what was asked for."""
        failed = [event_pb2.FailedOutput(output_id=output_id, failure=why) for output_id, why in made.failed.items()]
        event = event_pb2.AttemptSucceeded(source=made.source, files=made.files, exports=made.exports, failed=failed)
        event = self._by_this(event)
        await self._append("outcome", event_pb2.Event(attempt_succeeded=event))

    async def failed(self, failure: media_pb2.Failure) -> None:
        """It made nothing."""
        event = self._by_this(event_pb2.AttemptFailed(failure=failure))
        await self._append("outcome", event_pb2.Event(attempt_failed=event))

    async def released(self) -> None:
        """It is handed back."""
        event = self._by_this(event_pb2.AttemptReleased())
        await self._append("outcome", event_pb2.Event(attempt_released=event))

    async def end(self) -> str:
        """The decision that ended the attempt since the last look, empty when there is none.

        Raises:
            nats.errors.Error, TimeoutError: the broker did not say.
        """
        while (found := await self._log.next(self._subject, self._seen)) is not None:
            self._seen, event = found
            if reason := end_of_attempt(event, self._task.epoch):
                return reason
        return ""

    def _by_this(self, event: _Said) -> _Said:
        event.task_id, event.n, event.epoch = self._task.task_id, self._task.n, self._task.epoch
        event.attempt_id = self._attempt_id
        return event

    async def _append(self, word: str, event: event_pb2.Event) -> None:
        message = Outgoing(
            self._subject,
            event.SerializeToString(),
            path=self._assignment.origin.path,
            # Named here: appends of several attempts are stored as one group, in one span's context.
            traceparent=current_traceparent() or self._assignment.origin.traceparent,
            msg_id=f"{self._attempt_id}-{word}",
        )
        await self._log.append_surely(message, self._assignment.expire)
