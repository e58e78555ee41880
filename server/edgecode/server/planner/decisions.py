"""Decisions on their way into the log: each view of a job is decided upon once, some hundred jobs at a time."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from opentelemetry.trace import Span

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.crash import CrashPoints
from edgecode.core.errors import Conflict, Unavailable
from edgecode.core.log import Log, ttl_seconds
from edgecode.core.telemetry import traceparent_of
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import JobRow
from edgecode.server.planner.telemetry import LeaderTelemetry
from edgecode.v1 import event_pb2

log = structlog.get_logger()

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]

# Enough for some batches of the log's writer; more would only be older when they are stored.
_MOST_AT_ONCE = 256


class Decisions:
    """Appends what was planned for jobs, with the last sequence of each as expectation.

    Until the fold has passed what was appended, a look at the job would plan the same again. That is refused, and with
    it the whole batch that it would be stored in, whose other jobs are then stored one by one: so the view that was
    decided upon is kept until then.
    """

    def __init__(self, events: Log, crash: CrashPoints, telemetry: LeaderTelemetry, spawn: Spawn) -> None:
        self._events = events
        self._crash = crash
        self._telemetry = telemetry
        self._spawn = spawn
        # The job's last sequence that was decided upon, and where its decisions ended in the log, 0 while unknown.
        self._views: dict[str, tuple[int, int]] = {}
        self._writes: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._room.set()

    def forget(self) -> None:
        """Begins anew: another may have led meanwhile."""
        self._views.clear()

    def are_made(self, job_id: str, last_sequence: int, folded: int) -> bool:
        """Whether this view of a job was decided upon, and the fold, which stands at `folded`, has yet to see how."""
        view, stored = self._views.get(job_id, (0, 0))
        if view < last_sequence or 0 < stored <= folded:
            self._views.pop(job_id, None)
            return False
        return view == last_sequence

    async def room(self) -> None:
        """Waits until few enough are on their way: who looks at all jobs decides no faster than the log takes."""
        await self._room.wait()

    def append(self, record: JobRecord, decisions: Sequence[event_pb2.Event]) -> None:
        """Begins to append them; they stand or fall together."""
        job = record.job
        self._views[job.job_id] = (job.last_sequence, 0)
        span = self._telemetry.decision(job, decisions)
        task = self._spawn(self._append(job, _messages(job, decisions, span), span))
        self._writes.add(task)
        task.add_done_callback(self._written)
        if len(self._writes) >= _MOST_AT_ONCE:
            self._room.clear()

    def _written(self, task: asyncio.Task[None]) -> None:
        self._writes.discard(task)
        if len(self._writes) < _MOST_AT_ONCE:
            self._room.set()

    async def _append(self, job: JobRow, messages: Sequence[Outgoing], span: Span | None) -> None:
        stored = 0
        try:
            self._crash.at("leader.before_decision")
            stored = (await self._events.append(messages))[-1].sequence
            self._crash.at("leader.after_decision")
        except Conflict:
            # A later event is on its way to the fold, which looks again.
            log.debug("leader.plans_again", job_id=job.job_id)
        except Unavailable as error:
            log.warning("leader.append_unknown", job_id=job.job_id, why=error.message)  # the next sweep looks again
        finally:
            self._note(job, stored)
            if span is not None:
                span.set_attribute("edgecode.sequence", stored)  # 0: another event was first, and it is decided anew
                span.end()

    def _note(self, job: JobRow, stored: int) -> None:
        if self._views.get(job.job_id) == (job.last_sequence, 0):
            if stored:
                self._views[job.job_id] = (job.last_sequence, stored)
            else:
                del self._views[job.job_id]


def _messages(job: JobRow, decisions: Sequence[event_pb2.Event], span: Span | None) -> list[Outgoing]:
    ttl = ttl_seconds(datetime.fromtimestamp(job.expire_time_us / 1e6, UTC), datetime.now(UTC))
    return [
        Outgoing(
            subjects.job_events(job.job_id),
            decision.SerializeToString(),
            path=tuple(job.path.split(",")),
            traceparent=traceparent_of(span) if span else job.traceparent,
            msg_id=uuid.uuid4().hex,
            expected_last=None if number else job.last_sequence,
            ttl_seconds=ttl,
        )
        for number, decision in enumerate(decisions)
    ]
