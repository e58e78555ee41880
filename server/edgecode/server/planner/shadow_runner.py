"""The leader's hand on the shadow: repeats the jobs that it chooses, and ends what repeats a job nobody keeps any more.

Which jobs those are, and the ids of what repeats them, follow from ledger and route alone, so a second leader creates
nothing twice. Nothing here touches the job that is repeated.
"""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import structlog

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.contract import SHADOWS
from edgecode.core.errors import Conflict, Unavailable
from edgecode.core.log import Log, ttl_seconds
from edgecode.server.fleet.view import FleetView
from edgecode.server.ledger.port import Condition, Find, JobRecord, Ledger
from edgecode.server.ledger.projector import Projector
from edgecode.server.ledger.rows import FINISHED, JobRow, JobState
from edgecode.server.routes.route import LEADER
from edgecode.server.routes.shadow_job import is_chosen, repeated, shadow_job_id
from edgecode.server.routes.shadow_pairs import original_of
from edgecode.server.routes.shadow_waits import MOST_OPEN
from edgecode.v1 import event_pb2

log = structlog.get_logger()

_LOOK_SECONDS = 2.0
_SHORTEST_PAUSE_SECONDS = 0.05
# Jobs that are remembered as chosen while there is no room for them.
_MOST_WANTED = 1000
# Jobs that a new leader looks through for those that ended while nobody led.
_LOOKED_BACK = 1000
_UNWANTED = frozenset({JobState.CANCELLING, JobState.CANCELLED, JobState.DELETED})


class ShadowRunner:
    """Runs the shadow that the route holds, while this server leads."""

    def __init__(self, projector: Projector, ledger: Ledger, fleet: FleetView, events: Log) -> None:
        self._projector = projector
        self._ledger = ledger
        self._fleet = fleet
        self._events = events
        self._wanted: dict[str, None] = {}
        self._open = 0
        self._looked = 0.0
        self._looked_back = False
        self._news = asyncio.Event()

    def forget(self) -> None:
        """Begins anew: another may have led meanwhile."""
        self._wanted.clear()
        self._looked = 0.0
        self._looked_back = False

    def notice(self, record: JobRecord) -> None:
        """Takes note of a job that the leader looks at, as it does at every one that moved."""
        route, job_id = self._projector.route, record.job.job_id
        if not route.shadow_id or not is_chosen(record, route):
            self._wanted.pop(job_id, None)
        elif len(self._wanted) < _MOST_WANTED:
            self._wanted[job_id] = None
            self._news.set()

    async def run(self, caught_up: Callable[[], Awaitable[bool]]) -> None:
        """Repeats jobs as they end, and looks at those that repeat others now and then."""
        while not await caught_up():
            continue  # what ended before this server led is not in its ledger yet
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), _LOOK_SECONDS)
            self._news.clear()
            await self.look()
            await asyncio.sleep(_SHORTEST_PAUSE_SECONDS)

    async def look(self) -> None:
        """One look: repeats what is chosen, as far as there is room, and ends what repeats an unwanted job."""
        if not self._projector.route.shadow_id:
            self.forget()
            return
        try:
            if not self._looked_back:
                await self._look_back()
            if time.monotonic() - self._looked >= _LOOK_SECONDS:
                await self._tend()
            for job_id in list(self._wanted)[: max(0, MOST_OPEN - self._open)]:
                await self._repeat(job_id)
        except Unavailable as error:
            log.warning("shadow.append_unknown", why=error.message)  # the next look asks again

    async def _look_back(self) -> None:
        """Finds what ended while nobody led, or while there was no room; the newest only, where that is much."""
        route = self._projector.route
        made = {row.job_id for row in await self._newest(Condition("shadow_id", "=", route.shadow_id))}
        for state in (JobState.SUCCEEDED, JobState.FAILED):
            for row in await self._newest(Condition("state", "=", state.value), Condition("shadow_id", "=", "")):
                record = JobRecord(row)
                if is_chosen(record, route) and shadow_job_id(row.job_id, route.shadow_id) not in made:
                    self.notice(record)
        self._looked_back = True

    async def _newest(self, *conditions: Condition) -> Sequence[JobRow]:
        return await self._ledger.find(JobRow, Find(conditions, "create_time_us", descending=True, limit=_LOOKED_BACK))

    async def _repeat(self, job_id: str) -> None:
        record = await self._projector.record(job_id)
        route = self._projector.route
        if record is None or route.shadow is None or not is_chosen(record, route):
            self._wanted.pop(job_id, None)
            return
        job = repeated(record, route.shadow, datetime.now(UTC))
        workers = self._fleet.workers()
        if workers.misreads(route.shadow.build, job.contract):
            self._wanted.pop(job_id, None)  # it would keep the place of one that can be repeated
            return
        if route.shadow.build not in workers.builds(job.contract):
            return
        if await self._projector.record(job.job_id) is None and await self._create(job, record.job):
            self._open += 1
        self._wanted.pop(job_id, None)

    async def _create(self, job: event_pb2.JobCreated, original: JobRow) -> bool:
        """Appends the first event; false where another leader has."""
        expire = job.expire_time.ToDatetime(UTC)
        message = Outgoing(
            subjects.job_events(job.job_id),
            event_pb2.Event(job_created=job).SerializeToString(deterministic=True),
            path=tuple(original.path.split(",")),
            traceparent=original.traceparent,
            msg_id=uuid.uuid4().hex,
            expected_last=0,
            ttl_seconds=ttl_seconds(expire, datetime.now(UTC), first=True),
            contract=SHADOWS,
        )
        try:
            await self._events.append([message])
        except Conflict:
            return False
        log.info("shadow.job_created", job_id=job.job_id)
        return True

    async def _tend(self) -> None:
        """Counts the unfinished ones; ends those whose original was deleted, or tried again and cancelled."""
        rows = await self._unfinished()
        self._open, self._looked = len(rows), time.monotonic()
        for row in rows:
            original = await self._projector.record(original_of(row))
            if row.state != JobState.CANCELLING and (original is None or original.job.state in _UNWANTED):
                await self._cancel(row)

    async def _unfinished(self) -> Sequence[JobRow]:
        over = [Condition("state", "!=", state.value) for state in sorted(FINISHED)]
        wanted = [Condition("shadow_id", "=", self._projector.route.shadow_id), *over]
        return await self._ledger.find(JobRow, Find(wanted, "create_time_us"))

    async def _cancel(self, row: JobRow) -> None:
        asked = event_pb2.JobCancelRequested(reason="the job it repeats is cancelled or deleted", caller=LEADER)
        expire = datetime.fromtimestamp(row.expire_time_us / 1e6, UTC)
        message = Outgoing(
            subjects.job_events(row.job_id),
            event_pb2.Event(job_cancel_requested=asked).SerializeToString(deterministic=True),
            msg_id=uuid.uuid4().hex,
            expected_last=row.last_sequence,
            ttl_seconds=ttl_seconds(expire, datetime.now(UTC)),
        )
        with contextlib.suppress(Conflict):  # it moved: the next look asks again
            await self._events.append([message])
