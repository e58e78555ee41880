"""Writing jobs into the log: create (idempotent), cancel, retry, delete. A reply means: the broker has stored it."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.crash import CrashPoints
from edgecode.core.errors import AlreadyExists, Conflict, Exhausted, FailedPrecondition, NotFound, Unavailable
from edgecode.core.lifecycle import Background
from edgecode.core.log import Log, ttl_seconds
from edgecode.server.ledger.port import JobRecord, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import FINISHED, JobState
from edgecode.v1 import event_pb2

log = structlog.get_logger()

# The namespace of job ids: a version 5 UUID of caller and request id (RFC 9562), the same for all releases.
_NAMESPACE = uuid.UUID("6f1e9b0e-2f0b-5b0c-9d55-3f3f1a0f8e21")
_TRIES = 3


def job_id_of(caller: str, request_id: str) -> str:
    """The id of the job that this caller's request makes; an empty request id gets a random one."""
    return str(uuid.uuid5(_NAMESPACE, f"{caller}\0{request_id}")) if request_id else str(uuid.uuid4())


class JobWriter:
    """Appends what clients ask for. Decisions are the leader's."""

    def __init__(self, events: Log, ledger: Ledger, reads: Reads, queue: "QueueGauge", crash: CrashPoints) -> None:
        self._events = events
        self._ledger = ledger
        self._reads = reads
        self._queue = queue
        self._crash = crash

    async def create(self, created: event_pb2.JobCreated) -> tuple[event_pb2.JobCreated, int]:
        """Accepts a job; the same request of the same caller is accepted once (AIP-155).

        Returns what stands in the log, with its sequence where this call wrote it, else that of the subject's last
        event.

        Raises:
            AlreadyExists: `REQUEST_ID_REUSED`: the id was used for another request.
            Exhausted: `QUEUE_FULL`.
            Unavailable: the broker did not answer; the same request may be sent again.
        """
        self._queue.check()
        subject = subjects.job_events(created.job_id)
        payload = event_pb2.Event(job_created=created).SerializeToString(deterministic=True)
        expire = created.expire_time.ToDatetime(UTC)
        for _ in range(_TRIES):
            message = Outgoing(
                subject,
                payload,
                msg_id=uuid.uuid4().hex,
                expected_last=0,
                ttl_seconds=ttl_seconds(expire, datetime.now(UTC), first=True),
                contract=created.contract,
            )
            stored = await self._store_first(message)
            self._crash.at("server.after_create")
            if stored is not None:
                self._queue.added()
                return created, stored
            # Read first: what another call creates meanwhile is above it, and must not be purged as an orphan.
            last = await self._events.last_sequence(subject)
            first = await self._events.first(subject)
            if first is not None and first.WhichOneof("kind") == "job_created":
                return _same(first.job_created, created), await self._events.last_sequence(subject)
            if first is not None:
                # A worker's late event outlived the expired job: an orphan.
                await self._events.purge(subject, last)
        raise Unavailable("BROKER_UNAVAILABLE", "the job could not be stored; send it again", retry_after_seconds=1.0)

    async def _store_first(self, message: Outgoing) -> int | None:
        """Sequence of the stored event, None where the subject has events or the answer is a duplicate's."""
        try:
            stored = (await self._events.append([message]))[0]
        except Conflict:
            return None
        return None if stored.duplicate else stored.sequence

    async def cancel(self, job_id: str, reason: str, caller: str, etag_matches: "EtagCheck") -> JobRecord:
        """Asks for the end of an unfinished job; a job being cancelled stays so.

        Raises:
            NotFound: `JOB_NOT_FOUND`.
            FailedPrecondition: `JOB_FINISHED`.
            Conflict: `ETAG_MISMATCH`.
        """
        event = event_pb2.Event(job_cancel_requested=event_pb2.JobCancelRequested(reason=reason, caller=caller))

        def check(record: JobRecord) -> bool:
            if record.job.state in FINISHED:
                raise FailedPrecondition("JOB_FINISHED", f"job {job_id} is {record.job.state}: nothing to cancel")
            return record.job.state != JobState.CANCELLING

        return await self._request(job_id, event, check, etag_matches)

    async def retry(self, job_id: str, task_id: str, caller: str, etag_matches: "EtagCheck") -> JobRecord:
        """Asks to try again what is dead of a failed job.

        Raises:
            FailedPrecondition: `JOB_NOT_FAILED`, `TASK_NOT_DEAD`, or `JOB_IS_SHADOW`.
        """
        event = event_pb2.Event(job_retry_requested=event_pb2.JobRetryRequested(task_id=task_id, caller=caller))

        def check(record: JobRecord) -> bool:
            if record.job.shadow_id:
                raise FailedPrecondition(
                    "JOB_IS_SHADOW", f"job {job_id} is a shadow's: it is over, and what it made may be swept"
                )
            if record.job.state != JobState.FAILED:
                raise FailedPrecondition(
                    "JOB_NOT_FAILED", f"job {job_id} is {record.job.state}: only a failed job is tried again"
                )
            task = record.tasks.get(task_id)
            if task_id and (task is None or task.state != "DEAD"):
                raise FailedPrecondition("TASK_NOT_DEAD", f"job {job_id} has no dead task {task_id!r}")
            if all(task.state != "DEAD" for task in record.tasks.values()):
                raise FailedPrecondition(
                    "TASK_NOT_DEAD", f"what failed of job {job_id} was made and judged: the same bytes would come again"
                )
            return True

        return await self._request(job_id, event, check, etag_matches)

    async def delete(self, job_id: str, caller: str, etag_matches: "EtagCheck") -> JobRecord:
        """Hides a finished job and gives its artifacts to the sweep.

        Raises:
            FailedPrecondition: `JOB_UNFINISHED`.
        """
        event = event_pb2.Event(job_deleted=event_pb2.JobDeleted(caller=caller))

        def check(record: JobRecord) -> bool:
            if record.job.state not in FINISHED:
                raise FailedPrecondition("JOB_UNFINISHED", f"job {job_id} is {record.job.state}: cancel it first")
            return True

        return await self._request(job_id, event, check, etag_matches)

    async def _request(
        self, job_id: str, event: event_pb2.Event, check: Callable[[JobRecord], bool], etag_matches: "EtagCheck"
    ) -> JobRecord:
        """Appends a request to a job as it stands now; when the job moved meanwhile, looks again."""
        subject = subjects.job_events(job_id)
        while True:
            await self._reads.settled(subject)
            record = await self._ledger.record(job_id)
            if record is None or record.job.state == JobState.DELETED:
                raise NotFound("JOB_NOT_FOUND", f"no job {job_id}")
            if record.job.frozen:
                raise FailedPrecondition(
                    "JOB_FROZEN", f"job {job_id} has an event of a later build, which this one cannot read: upgrade it"
                )
            etag_matches(record)
            if not check(record):
                return record
            try:
                await self._append(record, event)
            except Conflict:
                continue
            await self._reads.settled(subject)
            after = await self._ledger.record(job_id)
            return after or record

    async def _append(self, record: JobRecord, event: event_pb2.Event) -> Sequence[object]:
        expire = datetime.fromtimestamp(record.job.expire_time_us / 1e6, UTC)
        message = Outgoing(
            subjects.job_events(record.job.job_id),
            event.SerializeToString(deterministic=True),
            path=(),
            msg_id=uuid.uuid4().hex,
            expected_last=record.job.last_sequence,
            ttl_seconds=ttl_seconds(expire, datetime.now(UTC)),
        )
        return await self._events.append([message])


EtagCheck = Callable[[JobRecord], None]
"""Raises Conflict when the client's etag is not the record's."""


def _same(standing: event_pb2.JobCreated, wanted: event_pb2.JobCreated) -> event_pb2.JobCreated:
    if standing.request != wanted.request:
        raise AlreadyExists(
            "REQUEST_ID_REUSED",
            f"request_id {wanted.request_id!r} was used for another request, which made job {standing.job_id}; "
            "use a new id",
            metadata={"job_id": standing.job_id},
        )
    return standing


class QueueGauge:
    """How many jobs are unfinished, counted by the ledger now and then and by what was added since."""

    def __init__(self, ledger: Ledger, limit_jobs: int, refresh_seconds: float = 1.0) -> None:
        self._ledger = ledger
        self._limit = limit_jobs
        self._refresh_seconds = refresh_seconds
        self._unfinished = 0
        self._background = Background("queue-gauge")

    @property
    def failed(self) -> asyncio.Future[BaseException] | None:
        """See `Watched`."""
        return self._background.failed

    async def start(self) -> None:
        """Counts, and goes on counting."""
        self._unfinished = await self._ledger.count_unfinished()
        self._background.start(self._count())

    async def stop(self) -> None:
        """Stops counting; twice is legal."""
        await self._background.stop()

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(self._refresh_seconds)
            try:
                self._unfinished = await self._ledger.count_unfinished()
            except Exception as error:  # noqa: BLE001 - whichever database it is: a gauge that ends would fill up by `added` alone
                log.warning("queue.not_counted", why=repr(error))

    @property
    def unfinished(self) -> int:
        """How many, as far as is known."""
        return self._unfinished

    def added(self) -> None:
        """One more."""
        self._unfinished += 1

    def check(self) -> None:
        """Refuses beyond the limit.

        Raises:
            Exhausted: `QUEUE_FULL`.
        """
        if self._unfinished >= self._limit:
            raise Exhausted(
                "QUEUE_FULL",
                f"{self._unfinished} jobs are unfinished, the limit is {self._limit}; try again later",
                metadata={"limit": str(self._limit)},
                retry_after_seconds=10.0,
            )
