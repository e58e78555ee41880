"""The lanes: what the stream TASKS holds, what it should hold, and its consumers. TASKS is an index of the ledger."""

import asyncio
from collections.abc import Iterable, Mapping

import structlog
from google.protobuf.timestamp_pb2 import Timestamp
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import APIError, NotFoundError

from edgecode.core import subjects
from edgecode.core.bus import SUBJECT_OCCUPIED, Bus, Outgoing
from edgecode.core.errors import Unavailable
from edgecode.core.group_writer import GroupWriter
from edgecode.core.settings import Settings
from edgecode.core.stamp import build_key
from edgecode.core.subjects import TaskSubject
from edgecode.server.ledger.port import JobRecord, Ledger
from edgecode.server.ledger.rows import FINISHED, TaskRow, TaskState
from edgecode.server.planner.moves import contract_of_job
from edgecode.server.planner.plan import stamp_message
from edgecode.server.planner.tasks import export_id, task_class
from edgecode.v1 import bus_pb2, event_pb2, media_pb2, stamp_pb2

log = structlog.get_logger()

_PRIORITY: dict[int, str] = {
    event_pb2.PRIORITY_HIGH: "high",
    event_pb2.PRIORITY_NORMAL: "normal",
    event_pb2.PRIORITY_LOW: "low",
}
# A pending task was moved to another build or is tried again: what stands under its last number is of before.
_NOT_TO_RUN = frozenset(
    {TaskState.PENDING, TaskState.SUCCEEDED, TaskState.VERIFIED, TaskState.DEAD, TaskState.CANCELLED}
)
_MAX_ACK_PENDING = 100_000
# What the broker says of a number in the stream under which nothing stands: acked since it was looked up.
_GONE = (10043, 10057)
_SEES_ALL_OUTPUTS = frozenset({"PROBE"})
_READS_ARTIFACTS = frozenset({"MANIFEST", "PACKAGE", "EXPORT"})


def task_subject(record: JobRecord, task: TaskRow) -> TaskSubject:
    """Where a scheduled task stands in TASKS."""
    return TaskSubject(
        task_class(task.kind),
        _PRIORITY.get(record.job.priority, "normal"),
        build_key(record.job.build),
        task.kind.lower(),
        record.job.job_id,
        task.task_id,
        task.n,
    )


def task_message(record: JobRecord, task: TaskRow, makers: Mapping[int, stamp_pb2.Stamp]) -> bus_pb2.TaskMessage:
    """All a worker needs to know of a task."""
    created = event_pb2.JobCreated.FromString(record.job.created_pb)
    wanted = set(task.output_ids.split(","))
    message = bus_pb2.TaskMessage(
        job_id=record.job.job_id,
        task_id=task.task_id,
        kind=f"TASK_KIND_{task.kind}",
        n=task.n,
        epoch=task.epoch,
        priority=created.priority,
        build=record.job.build,
        alone=bool(task.alone),
        asset_sha256=created.asset_sha256,
        asset_size_bytes=created.asset_size_bytes,
        expire_time=created.expire_time,
        output_uri=created.output_uri if task.kind == "EXPORT" else "",
        after_sequence=record.job.last_sequence,
        # The probe judges the source by all that is asked of it.
        outputs=[o for o in created.outputs if o.output_id in wanted or task.kind in _SEES_ALL_OUTPUTS],
        served_files=[file for file in created.served_files if file.output_id in wanted],
    )
    if record.job.source_pb:
        message.source.CopyFrom(media_pb2.MediaInfo.FromString(record.job.source_pb))
    if task.kind in _READS_ARTIFACTS:
        artifacts = sorted(record.artifacts.values(), key=lambda a: (a.output_id, a.artifact_id))
        if task.kind == "EXPORT":
            artifacts = [a for a in artifacts if export_id(a.task_id) == task.task_id]
        message.artifacts.extend(
            media_pb2.Artifact(
                artifact_id=a.artifact_id,
                job_id=a.job_id,
                task_id=a.task_id,
                attempt_id=a.attempt_id,
                file=media_pb2.ArtifactFile.FromString(a.file_pb),
                made_by=makers[a.stamp_id],
                digests=stamp_pb2.Digests(toolchain_digest=a.toolchain_digest, config_digest=a.config_digest),
                publish_time=_timestamp(a.publish_time_us),
            )
            for a in artifacts
        )
    return message


def _timestamp(time_us: int) -> Timestamp:
    stamp = Timestamp()
    stamp.FromMicroseconds(time_us)
    return stamp


class Lanes:
    """Fills and clears TASKS, and makes the consumers that workers bind."""

    def __init__(self, bus: Bus, ledger: Ledger, settings: Settings) -> None:
        self._bus = bus
        self._ledger = ledger
        self._settings = settings
        self._writer = GroupWriter(bus)
        self._made: set[str] = set()
        self._closed: set[str] = set()
        self._forgotten: set[str] = set()
        self._to_wake: set[str] = set()

    async def publish(self, record: JobRecord, task: TaskRow) -> bool:
        """Gives a scheduled task to its lane, then wakes the lane's workers; false when its subject is taken.

        Each publish has a fresh `Nats-Msg-Id`: ids survive ack and purge, a constant one would lose the second
        scheduling.

        Raises:
            Unavailable: the broker did not answer; the sweep asks again.
        """
        subject = task_subject(record, task)
        stamps = await self._ledger.stamps([a.stamp_id for a in record.artifacts.values()])
        message = task_message(record, task, {i: stamp_message(row) for i, row in stamps.items()})
        outgoing = Outgoing(
            str(subject),
            message.SerializeToString(),
            path=tuple(record.job.path.split(",")),
            traceparent=record.job.traceparent,
            contract=contract_of_job(record),
        )
        try:
            await self._writer.write([outgoing])
        except APIError as error:
            if error.err_code == SUBJECT_OCCUPIED:
                return False
            raise Unavailable("TASKS_UNAVAILABLE", f"TASKS refused {subject}: {error.description}") from error
        await self._wake(subjects.wake(subject.task_class, subject.build_key))
        return True

    async def _wake(self, subject: str) -> None:
        """Wakes the workers of a lane once for all tasks that the broker stored in the same moment."""
        self._to_wake.add(subject)
        await asyncio.sleep(0)
        if subject in self._to_wake:
            self._to_wake.discard(subject)
            await self._bus.publish(Outgoing(subject, b""))

    async def standing(self) -> list[TaskSubject]:
        """What TASKS holds. A message under any other subject is deleted: no worker could know what it asks."""
        found: list[TaskSubject] = []
        for text in await self._subjects():
            try:
                found.append(TaskSubject.parse(text))
            except ValueError:
                log.warning("lanes.foreign", subject=text)
                await self._delete(text)
        return found

    async def _subjects(self) -> set[str]:
        found: set[str] = set()
        while True:
            request = f'{{"subjects_filter": "{subjects.ALL_TASKS}", "offset": {len(found)}}}'.encode()
            reply = await self._bus.js._api_request(f"$JS.API.STREAM.INFO.{subjects.TASKS}", request, timeout=10.0)  # noqa: SLF001 the library reads no second page
            page = reply["state"].get("subjects") or {}
            found |= page.keys()
            if not page or len(found) >= int(reply.get("total") or 0):
                return found

    async def clear(self, standing: Iterable[TaskSubject]) -> int:
        """Deletes every message whose job is finished or unknown, whose task is done, or whose n is below the ledger's.

        Never one above the ledger's. Only for a leader that has folded up to the log's head.
        """
        known = list(standing)
        numbers = await self._ledger.task_numbers([(s.job_id, s.task_id) for s in known])
        unwanted = [s for s in known if is_unwanted(s.n, numbers.get((s.job_id, s.task_id)))]
        for subject in unwanted:
            await self._delete(str(subject))
            log.info("lanes.cleared", subject=str(subject))
        return len(unwanted)

    async def free_stranded(self, standing: Iterable[TaskSubject]) -> int:
        """Deletes messages that stand in a lane whose consumer has forgotten them; the next sweep publishes them again.

        A consumer that has nothing to deliver and waits for no ack will never deliver what still stands in its lane: so
        after a purge of a subject (see `_delete`) by an operator, and of a consumer whose filter was widened or which
        was replaced. It must have been so in two sweeps, for a message may go between the two looks of one.
        """
        by_lane: dict[str, list[TaskSubject]] = {}
        for subject in standing:
            lane = subjects.lane_consumer(subject.build_key, subject.task_class, subject.priority)
            by_lane.setdefault(lane, []).append(subject)
        forgotten: set[str] = set()
        for lane, held in by_lane.items():
            try:
                info = await self._bus.js.consumer_info(subjects.TASKS, lane)
            except NotFoundError:
                continue  # of a build without workers: made when one comes
            if not info.num_pending and not info.num_ack_pending:
                forgotten |= {str(subject) for subject in held}
        stranded = forgotten & self._forgotten
        self._forgotten = forgotten - stranded
        for text in stranded:
            log.warning("lanes.stranded", subject=text)
            await self._delete(text)
        return len(stranded)

    async def _delete(self, subject: str) -> None:
        """Deletes what stands under a subject, by its number in the stream; nothing where nothing stands.

        Never by a purge of the subject. Of a lane that has other messages under way, nats-server (2.15) then counts the
        deliveries up to the purged one as acknowledged; the next ack moves the floor over them, and at the next
        `ack_wait` their messages are dropped from what it redelivers: they stand, and nobody ever gets them.
        """
        try:
            standing = await self._bus.js.get_last_msg(subjects.TASKS, subject)
            await self._bus.js.delete_msg(subjects.TASKS, standing.seq or 0)
        except NotFoundError:
            return
        except APIError as error:
            if error.err_code not in _GONE:
                raise

    async def ensure(self, builds: Iterable[str]) -> list[str]:
        """Makes the consumers of live builds; returns the builds whose consumers were new."""
        new = [build for build in builds if build not in self._made]
        for build in new:
            key = build_key(build)
            await asyncio.gather(*(self._ensure_one(key, c, p) for c in subjects.CLASSES for p in subjects.PRIORITIES))
            self._made.add(build)
        return new

    async def _ensure_one(self, key: str, task_class_: str, priority: str) -> None:
        name = subjects.lane_consumer(key, task_class_, priority)
        await self._bus.js.add_consumer(
            subjects.TASKS,
            ConsumerConfig(
                name=name,
                durable_name=name,
                filter_subject=subjects.lane_filter(key, task_class_, priority),
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=self._settings.ack_wait_seconds,
                max_deliver=-1,
                max_ack_pending=_MAX_ACK_PENDING,
            ),
        )

    async def close(self, builds: Iterable[str]) -> list[str]:
        """Takes their lanes from these builds, with all that stands in them, and from no others any more.

        Returns the builds that had not lost them yet.

        The consumers go first: nobody takes anything any more, and what nats-server does to the others of a lane when
        one message of it is purged (see `_delete`) goes with them.
        """
        wanted = set(builds)
        new = sorted(wanted - self._closed)
        # Another may ask the same meanwhile.
        self._closed = self._closed & wanted | set(new)
        try:
            for build in new:
                await self._close_build(build_key(build))
                self._made.discard(build)
        except BaseException:
            self._closed -= set(new)
            raise
        return new

    async def _close_build(self, key: str) -> None:
        lanes = [subjects.lane_consumer(key, c, p) for c in subjects.CLASSES for p in subjects.PRIORITIES]
        await asyncio.gather(*(self._close_one(lane) for lane in lanes))
        await self._bus.js.purge_stream(subjects.TASKS, subject=subjects.build_filter(key))

    async def _close_one(self, lane: str) -> None:
        try:
            await self._bus.js.delete_consumer(subjects.TASKS, lane)
        except NotFoundError:
            return

    def forget(self) -> None:
        """Makes the next `ensure` and `close` look again: the broker may have lost consumers, or got others."""
        self._made.clear()
        self._closed.clear()


def is_unwanted(n: int, known: tuple[str, str, int] | None) -> bool:
    """Whether a message numbered n is not wanted, given (job state, task state, task n) of the ledger."""
    if known is None:
        return True
    job_state, task_state, ledger_n = known
    return job_state in FINISHED or n < ledger_n or (n == ledger_n and task_state in _NOT_TO_RUN)
