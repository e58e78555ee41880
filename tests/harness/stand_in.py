"""A stand-in for the leader: makes streams and lanes, gives tasks to workers, reads what they log."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nats.js.api import AckPolicy, ConsumerConfig

from edgecode.core import streams, subjects
from edgecode.core.blobs import Blobs, source_key
from edgecode.core.bus import Bus, Incoming, Outgoing
from edgecode.core.log import Entry
from edgecode.core.log_reader import LogReader
from edgecode.core.settings import Settings
from edgecode.core.stamp import build_key
from edgecode.core.subjects import TaskSubject
from edgecode.v1 import bus_pb2, event_pb2, media_pb2

PROBE, TRANSCODE = event_pb2.TASK_KIND_PROBE, event_pb2.TASK_KIND_TRANSCODE
THUMBNAIL, MANIFEST = event_pb2.TASK_KIND_THUMBNAIL, event_pb2.TASK_KIND_MANIFEST
NOOP = event_pb2.TASK_KIND_NOOP

_PRIORITIES = {"high": event_pb2.PRIORITY_HIGH, "normal": event_pb2.PRIORITY_NORMAL, "low": event_pb2.PRIORITY_LOW}


class StandIn:
    """Plays the leader for one build."""

    def __init__(self, bus: Bus, settings: Settings, build: str) -> None:
        self.bus = bus
        self.build = build
        self._settings = settings
        self._key = build_key(build)
        self._entries: dict[str, bus_pb2.FleetEntry] = {}
        self._news = asyncio.Event()

    async def open(self) -> None:
        """Makes the streams and the lanes of the build, and listens to the fleet."""
        await self.bus.subscribe(subjects.ALL_FLEET, self._on_entry)
        await streams.ensure(self.bus, self._settings)
        for task_class in subjects.CLASSES:
            for priority in subjects.PRIORITIES:
                await self._open_lane(task_class, priority)

    async def _open_lane(self, task_class: str, priority: str) -> None:
        name = subjects.lane_consumer(self._key, task_class, priority)
        await self.bus.js.add_consumer(
            subjects.TASKS,
            ConsumerConfig(
                name=name,
                durable_name=name,
                filter_subject=subjects.lane_filter(self._key, task_class, priority),
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=self._settings.ack_wait_seconds,
                max_deliver=-1,
            ),
        )

    async def store_source(self, path: Path, sha256: str) -> None:
        """Puts a file where workers look for sources."""
        await Blobs(self._settings.blobs).put_file(source_key(sha256), path)

    def task(
        self,
        kind: event_pb2.TaskKind = NOOP,
        *,
        job_id: str = "",
        task_id: str = "",
        n: int = 1,
        epoch: int = 0,
        alone: bool = False,
        sha256: str = "",
        source: media_pb2.MediaInfo | None = None,
        outputs: Sequence[media_pb2.OutputSpec] = (),
        artifacts: Sequence[media_pb2.Artifact] = (),
        life_seconds: float = 3600,
        after_sequence: int = 0,
    ) -> bus_pb2.TaskMessage:
        """A task, of a job of its own unless one is named."""
        message = bus_pb2.TaskMessage(
            job_id=job_id or str(uuid.uuid4()),
            task_id=task_id or event_pb2.TaskKind.Name(kind).removeprefix("TASK_KIND_").lower(),
            kind=kind,
            n=n,
            epoch=epoch,
            alone=alone,
            build=self.build,
            asset_sha256=sha256,
            source=source,
            outputs=outputs,
            artifacts=artifacts,
            after_sequence=after_sequence,
        )
        message.expire_time.FromDatetime(datetime.now(UTC) + timedelta(seconds=life_seconds))
        return message

    def subject(self, task: bus_pb2.TaskMessage, priority: str = "normal") -> TaskSubject:
        """Where a task stands in TASKS."""
        name = event_pb2.TaskKind.Name(task.kind).removeprefix("TASK_KIND_").lower()
        task_class = "encode" if task.kind == TRANSCODE else "light"
        return TaskSubject(task_class, priority, self._key, name, task.job_id, task.task_id, task.n)

    async def give(self, task: bus_pb2.TaskMessage, priority: str = "normal") -> bus_pb2.TaskMessage:
        """Gives a task to its lane and wakes the lane's workers."""
        task.priority = _PRIORITIES[priority]
        subject = self.subject(task, priority)
        await self.bus.store(Outgoing(str(subject), task.SerializeToString()))
        await self.bus.publish(Outgoing(subjects.wake(subject.task_class, self._key), b""))
        return task

    async def decide(self, job_id: str, event: event_pb2.Event) -> int:
        """Appends a decision to a job's log; returns its sequence."""
        stored = await self.bus.store(Outgoing(subjects.job_events(job_id), event.SerializeToString()))
        return stored.sequence

    async def route(self, quarantined: Sequence[str] = ()) -> None:
        """Changes the route, as the leader or an operator does."""
        changed = event_pb2.RouteChanged(service="worker", current=self.build, quarantined=quarantined)
        event = event_pb2.Event(route_changed=changed).SerializeToString()
        await self.bus.store(Outgoing(subjects.route_events("worker"), event))

    async def control(self, instance: str, control: bus_pb2.Control) -> None:
        """Tells one worker something."""
        await self.bus.publish(Outgoing(subjects.control(instance), control.SerializeToString()))

    async def tasks_left(self) -> int:
        """How many messages TASKS holds, those under way included."""
        return (await self.bus.js.stream_info(subjects.TASKS)).state.messages

    async def until_tasks_left(self, count: int, seconds: float = 30.0) -> None:
        """Returns when TASKS holds so many: an ack has no answer to wait for, so this asks again and again."""
        async with asyncio.timeout(seconds):
            while await self.tasks_left() != count:  # noqa: ASYNC110 - the broker has no event for it
                await asyncio.sleep(0.02)

    async def log(self, filters: Sequence[str] = (subjects.ALL_EVENTS,)) -> list[Entry]:
        """All that is in the log now."""
        reader = LogReader(self.bus, 0, filters)
        last = (await self.bus.js.stream_info(subjects.EVENTS)).state.last_seq
        found = [entry async for entries in reader.history(last) for entry in entries]
        await reader.close()
        return found

    async def until(
        self,
        is_enough: Callable[[list[Entry]], bool],
        filters: Sequence[str] = (subjects.ALL_EVENTS,),
        seconds: float = 60.0,
    ) -> list[Entry]:
        """The log from its beginning, as soon as it is enough.

        Raises:
            TimeoutError: it was not in time.
        """
        reader = LogReader(self.bus, 0, filters)
        found: list[Entry] = []
        try:
            async with asyncio.timeout(seconds):
                async for entries in reader.batches():
                    found += entries
                    if is_enough(found):
                        break
        except TimeoutError as error:
            raise TimeoutError(f"after {seconds} s the log is {[kind(e) for e in found]}") from error
        finally:
            await reader.close()
        return found

    async def until_event(self, job_id: str, name: str, count: int = 1, seconds: float = 60.0) -> list[Entry]:
        """A job's log, as soon as it has so many events of a kind."""
        return await self.until(
            lambda found: [kind(e) for e in found].count(name) >= count, [subjects.job_events(job_id)], seconds
        )

    async def _on_entry(self, incoming: Incoming) -> None:
        self._entries[incoming.subject.rpartition(".")[2]] = bus_pb2.FleetEntry.FromString(incoming.payload)
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def fleet(
        self, instance: str, wanted: Callable[[bus_pb2.FleetEntry], bool] = lambda entry: True, seconds: float = 10.0
    ) -> bus_pb2.FleetEntry:
        """The latest entry of one worker, as soon as there is one that is wanted."""
        async with asyncio.timeout(seconds):
            while True:
                news, entry = self._news, self._entries.get(instance)
                if entry is not None and wanted(entry):
                    return entry
                await news.wait()


def kind(entry: Entry) -> str:
    """Which event an entry holds."""
    return (entry.event.WhichOneof("kind") if entry.event is not None else None) or ""
