"""Following jobs: their events in the log's order, progress beside, and waiting for the end."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

from edgecode.core import subjects
from edgecode.core.errors import InvalidRequest, Unavailable
from edgecode.core.log import Entry, Log
from edgecode.server.convert import event_message
from edgecode.server.filters import parse_filter
from edgecode.server.jobs.queries import JobQueries
from edgecode.server.jobs.standing import STANDING_FIELDS, matches
from edgecode.server.ledger.port import Condition
from edgecode.server.ledger.rows import FINISHED, JobState
from edgecode.server.progress.board import ProgressBoard
from edgecode.server.routes.shadow_job import is_shadow_id
from edgecode.server.watch import LogFeed
from edgecode.v1 import bus_pb2, event_pb2, job_pb2

_UNDER_WAY = frozenset({JobState.RUNNING, JobState.CANCELLING})
_ENDS = frozenset({"job_succeeded", "job_failed", "job_cancelled", "job_deleted"})
LONGEST_WAIT_SECONDS = 3600
DEFAULT_WAIT_SECONDS = 60
_REMEMBERED_JOBS = 10_000


class JobWatches:
    """Watches over the one feed of this server."""

    def __init__(self, feed: LogFeed, events: Log, queries: JobQueries, board: ProgressBoard) -> None:
        self._feed = feed
        self._events = events
        self._queries = queries
        self._board = board

    async def now(self, job_id: str) -> job_pb2.Job:
        """A job as it stands, with its progress while it runs.

        Raises:
            NotFound: `JOB_NOT_FOUND`.
            Unavailable: `LEDGER_BEHIND`.
        """
        record = await self._queries.record(job_id)
        job = await self._queries.message(record)
        if record.job.state in _UNDER_WAY and (progress := self._board.job(record)) is not None:
            job.progress.CopyFrom(progress)
        return job

    async def job(self, request: job_pb2.WatchJobRequest) -> AsyncIterator[job_pb2.WatchJobResponse]:
        """A job's events after a sequence, ending with its last one; resumes anywhere.

        Raises:
            NotFound: `JOB_NOT_FOUND`.
            Unavailable: `SERVER_DRAINING`, or `LEDGER_BEHIND`; resume after the last sequence seen.
            Exhausted: `WATCH_OVERRUN`.
        """
        shown = False
        async with aclosing(self._until_end(request.job_id, request.after_sequence)) as items:
            async for item in items:
                if isinstance(item, Entry):
                    if shown and _succeeds(item):
                        yield job_pb2.WatchJobResponse(progress=_whole(request.job_id))
                    yield job_pb2.WatchJobResponse(event=event_message(item))
                else:
                    shown = True
                    yield job_pb2.WatchJobResponse(progress=await self._board.shown(item))

    async def _until_end(self, job_id: str, after_sequence: int) -> AsyncGenerator[Entry | bus_pb2.Progress, None]:
        """Ends at a finished job's last event: not at an end that a retry follows, nor before a worker's late word."""
        end = await self._end(job_id)
        if end and end <= after_sequence:
            return
        async with aclosing(self._feed.job(job_id, after_sequence)) as items:
            async for item in items:
                yield item
                if not isinstance(item, Entry):
                    continue
                if _ends(item) or (end and item.sequence >= end):
                    end = await self._end(job_id)
                    if end and item.sequence >= end:
                        return
        raise _draining()

    async def _end(self, job_id: str) -> int:
        """Sequence of a finished job's last event, 0 while it is unfinished."""
        job = (await self._queries.record(job_id)).job
        return job.last_sequence if job.state in FINISHED else 0

    async def wait(self, request: job_pb2.WaitJobRequest) -> job_pb2.Job:
        """The job as it stands when it is finished or the timeout is over, whichever is first.

        Raises:
            InvalidRequest: the timeout is not 0 s to an hour.
            NotFound: `JOB_NOT_FOUND`.
            Unavailable: `SERVER_DRAINING`, or `LEDGER_BEHIND`.
        """
        seconds = wait_seconds(request)
        record = await self._queries.record(request.job_id)
        scope = asyncio.timeout(seconds)
        try:
            async with scope, aclosing(self._until_end(request.job_id, record.job.last_sequence)) as items:
                async for _ in items:
                    continue
        except TimeoutError:
            if not scope.expired():
                raise
        return await self.now(request.job_id)

    async def jobs(self, request: job_pb2.WatchJobsRequest) -> AsyncIterator[job_pb2.WatchJobsResponse]:
        """The events of every job that matches, after a sequence or from now on; does not end by itself.

        Jobs of shadows match nothing.

        Raises:
            InvalidRequest: `INVALID_FILTER`.
            Unavailable: `SERVER_DRAINING`.
            Exhausted: `WATCH_OVERRUN`.
        """
        matching = _Matching(self._events, parse_filter(request.filter, STANDING_FIELDS))
        after = request.after_sequence if request.HasField("after_sequence") else None
        async with aclosing(self._feed.jobs(after)) as items:
            async for item in items:
                if isinstance(item, Entry):
                    if await matching.entry(item):
                        yield job_pb2.WatchJobsResponse(event=event_message(item))
                elif request.include_progress and await matching.job(item.job_id):
                    yield job_pb2.WatchJobsResponse(progress=await self._board.shown(item))
        raise _draining()


class _Matching:
    """Which jobs a filter means; decided once per job, since it speaks of what never changes."""

    def __init__(self, events: Log, conditions: Sequence[Condition]) -> None:
        self._events = events
        self._conditions = conditions
        self._known: OrderedDict[str, bool] = OrderedDict()

    async def entry(self, entry: Entry) -> bool:
        job_id = entry.subject.rpartition(".")[2]
        if entry.event is not None and entry.event.HasField("job_created") and not is_shadow_id(job_id):
            return self._remember(job_id, entry.event.job_created)
        return await self.job(job_id)

    async def job(self, job_id: str) -> bool:
        if is_shadow_id(job_id):
            return False
        if not self._conditions:
            return True
        if job_id not in self._known:
            first = await self._events.first(subjects.job_events(job_id))
            return self._remember(job_id, first.job_created if first is not None else event_pb2.JobCreated())
        self._known.move_to_end(job_id)
        return self._known[job_id]

    def _remember(self, job_id: str, created: event_pb2.JobCreated) -> bool:
        self._known[job_id] = matches(self._conditions, created)
        while len(self._known) > _REMEMBERED_JOBS:
            self._known.popitem(last=False)
        return self._known[job_id]


def _ends(entry: Entry) -> bool:
    return entry.event is not None and entry.event.WhichOneof("kind") in _ENDS


def _succeeds(entry: Entry) -> bool:
    return entry.event is not None and entry.event.HasField("job_succeeded")


def _whole(job_id: str) -> bus_pb2.Progress:
    """What a watch that showed progress ends with."""
    return bus_pb2.Progress(job_id=job_id, job=bus_pb2.JobProgress(fraction=1.0, remaining_seconds=0.0))


def _draining() -> Unavailable:
    return Unavailable(
        "SERVER_DRAINING",
        "this server is stopping; resume after the last sequence you saw, at another or this one started again",
        retry_after_seconds=0.5,
    )


def wait_seconds(request: job_pb2.WaitJobRequest) -> float:
    """The timeout asked for; 60 s where none is.

    Raises:
        InvalidRequest: it is not 0 s to an hour.
    """
    if not request.HasField("timeout"):
        return DEFAULT_WAIT_SECONDS
    seconds = request.timeout.seconds + request.timeout.nanos / 1e9
    if not 0 <= seconds <= LONGEST_WAIT_SECONDS:
        raise InvalidRequest.field("timeout", f"must be 0 s to {LONGEST_WAIT_SECONDS} s, and is {seconds:g} s")
    return seconds
