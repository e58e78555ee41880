"""A worker played by hand on a real broker: it does one thing when told, or works on as a real one would."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from nats.aio.msg import Msg

from edgecode.core import bus as core_bus
from edgecode.core import subjects
from edgecode.core.bus import Bus, Incoming, Outgoing, Stored
from edgecode.core.lifecycle import end
from edgecode.core.log import Log
from edgecode.core.pull import ConsumerGone, Puller
from edgecode.core.stamp import Stamp, stamp_to_proto
from edgecode.v1 import bus_pb2, event_pb2, media_pb2, stamp_pb2

SOURCE = media_pb2.MediaInfo(
    format="mov,mp4,m4a,3gp,3g2,mj2",
    duration_seconds=5.0,
    video=media_pb2.VideoStream(codec="h264", display_width_pixels=1280, display_height_pixels=720, frames=125),
)
# A busy machine may hold up this process, its broker, or both.
_ACK_SECONDS = 20.0
_SEEN_LATE_SECONDS = 0.02
_LANES = [(c, p) for p in subjects.PRIORITIES for c in subjects.CLASSES]


def made_files(task: bus_pb2.TaskMessage) -> list[media_pb2.ArtifactFile]:
    """What a worker would have made of a task, without bytes behind it; of each job something else."""
    kinds = {
        event_pb2.TASK_KIND_TRANSCODE: media_pb2.ARTIFACT_KIND_RENDITION,
        event_pb2.TASK_KIND_THUMBNAIL: media_pb2.ARTIFACT_KIND_THUMBNAIL,
        event_pb2.TASK_KIND_MANIFEST: media_pb2.ARTIFACT_KIND_MANIFEST,
    }
    manifest = task.kind == event_pb2.TASK_KIND_MANIFEST
    outputs = ["manifest"] if manifest else [output.output_id for output in task.outputs]
    return [
        media_pb2.ArtifactFile(output_id=name, kind=kinds[task.kind], sha256=made, content_sha256=made, size_bytes=1)
        for name, made in ((name, f"{name}-{task.job_id}") for name in outputs)
    ]


@dataclass(slots=True)
class Taken:
    """A task in a worker's hands. Every outcome is appended as a real worker does, under an id of its own."""

    log: Log
    message: Msg
    incoming: Incoming
    task: bus_pb2.TaskMessage
    attempt_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    async def start(self) -> Stored:
        digests = stamp_pb2.Digests(toolchain_digest="t" * 64, config_digest="c" * 64)
        return await self._append("started", event_pb2.AttemptStarted(**self._names(), digests=digests))

    async def succeed(self) -> Stored:
        event = event_pb2.AttemptSucceeded(**self._names())
        if self.task.kind == event_pb2.TASK_KIND_PROBE:
            event.source.CopyFrom(SOURCE)
        elif self.task.kind != event_pb2.TASK_KIND_NOOP:
            event.files.extend(made_files(self.task))
        return await self._append("succeeded", event)

    async def fail(self, fault: media_pb2.Fault = media_pb2.FAULT_OURS, reason: str = "BROKEN") -> Stored:
        failure = media_pb2.Failure(reason=reason, message="it broke", fault=fault)
        return await self._append("failed", event_pb2.AttemptFailed(**self._names(), failure=failure))

    async def release(self) -> Stored:
        return await self._append("released", event_pb2.AttemptReleased(**self._names()))

    async def ack(self) -> None:
        """Returns when the broker has taken it."""
        await self.message.ack_sync(timeout=_ACK_SECONDS)

    async def finish(self) -> None:
        """All a worker does of a task that goes well."""
        await self.start()
        await self.succeed()
        await self.ack()

    def _names(self) -> dict[str, Any]:
        task = self.task
        return {"task_id": task.task_id, "n": task.n, "epoch": task.epoch, "attempt_id": self.attempt_id}

    async def _append(self, what: str, event: Any) -> Stored:
        return await self.log.append_surely(
            Outgoing(
                subjects.job_events(self.task.job_id),
                _attempt(what, event).SerializeToString(),
                path=self.incoming.origin.path,
                traceparent=self.incoming.origin.traceparent,
                msg_id=f"{self.attempt_id}-{what}",
            ),
            self.task.expire_time.ToDatetime(tzinfo=UTC),
        )


def _attempt(what: str, event: Any) -> event_pb2.Event:
    kinds: dict[str, Any] = {f"attempt_{what}": event}
    return event_pb2.Event(**kinds)


class PlayedWorker:
    """One worker. It beats when told; what it works on it says only if told."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.log = Log(bus)
        self.taken = 0
        self._pullers: dict[str, Puller] = {}
        self._wake = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    @classmethod
    async def connect(cls, url: str, stamp: Stamp) -> "PlayedWorker":
        """A connected worker that nobody has heard of yet."""
        return cls(await core_bus.connect(url, stamp))

    @property
    def instance(self) -> str:
        return self.bus.stamp.instance

    async def beat(self, *attempt_ids: str, contract: int = 1) -> None:
        """Says that it is alive, and what it works on."""
        entry = bus_pb2.FleetEntry(
            stamp=stamp_to_proto(self.bus.stamp),
            contract_min=1,
            contract_max=contract,
            attempt_ids=attempt_ids,
        )
        entry.beat_time.GetCurrentTime()
        await self.bus.publish(Outgoing(self._key, entry.SerializeToString()))

    @contextlib.asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Beats once a second while the block runs, as a worker does that has nothing to do."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(1.0)
                await self.beat()

        await self.beat()
        beats = asyncio.create_task(beat())
        try:
            yield
        finally:
            await end([beats])

    async def leave(self) -> None:
        """Takes its entry away, as one that ends in good order."""
        await self.bus.publish(Outgoing(self._key, b""), extra={"KV-Operation": "DEL"})

    @property
    def _key(self) -> str:
        return subjects.fleet_key("worker", self.instance)

    async def take(self) -> Taken | None:
        """The next task of its build's lanes that is there now; it looks twice, as a worker does."""
        found = await self._look()
        if found is None:
            await asyncio.sleep(_SEEN_LATE_SECONDS)  # the broker tells nobody when a consumer knows what is stored
            found = await self._look()
        if found is None:
            return None
        incoming = core_bus.receive(found)
        self.taken += 1
        return Taken(self.log, found, incoming, bus_pb2.TaskMessage.FromString(incoming.payload))

    async def _look(self) -> Msg | None:
        for lane in _LANES:
            if found := await self._pull(*lane):
                return found
        return None

    async def must_take(self) -> Taken:
        """The task that must be there."""
        taken = await self.take()
        assert taken is not None, "no task in the lanes"
        return taken

    async def _pull(self, task_class: str, priority: str) -> Msg | None:
        name = subjects.lane_consumer(self.bus.stamp.build_key, task_class, priority)
        if name not in self._pullers:
            self._pullers[name] = Puller(self.bus, subjects.TASKS, name)
            await self._pullers[name].start()
        try:
            return next(iter(await self._pullers[name].pull(1)), None)
        except ConsumerGone:
            return None  # the lane is not there yet

    async def work(self) -> None:
        """From now on beats, takes what comes and does it well."""

        async def on_wake(_: Incoming) -> None:
            self._wake.set()

        for task_class in subjects.CLASSES:
            await self.bus.subscribe(subjects.wake(task_class, self.bus.stamp.build_key), on_wake)
        self._work = asyncio.create_task(self._work_on())

    async def _work_on(self) -> None:
        while True:
            self._wake.clear()
            await self.beat()
            while taken := await self.take():
                await taken.finish()
            # Lanes that are made while it looks wake nobody.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), 0.2)

    async def close(self) -> None:
        """Vanishes, as if killed; raises what its work ended with before."""
        if self._work is not None and not self._work.done():
            await end([self._work])
            self._work = None
        await self.bus.close()
        if self._work is not None:
            self._work.result()
