"""An attempt that is asked to end while the broker has not yet taken its first word."""

import asyncio
from datetime import datetime

from edgecode.core import subjects
from edgecode.core.blobs import Blobs
from edgecode.core.bus import Bus, Outgoing, Stored
from edgecode.core.crash import CrashPoints
from edgecode.core.log import Log
from edgecode.core.pull import Puller
from edgecode.core.settings import Settings
from edgecode.core.telemetry import Tracer
from edgecode.v1 import stamp_pb2
from edgecode.workers.assignment import read_assignment
from edgecode.workers.attempt import Attempt, Ended
from edgecode.workers.child_telemetry import ChildTelemetry
from edgecode.workers.media.tools import find_tools
from edgecode.workers.metrics import WorkerMetrics
from edgecode.workers.parts import Parts
from edgecode.workers.scratch import Scratch
from edgecode.workers.slots import Slots
from tests.harness.stand_in import NOOP, StandIn, kind


class SlowLog(Log):
    """Appends when it is let."""

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus)
        self.asked, self.let = asyncio.Event(), asyncio.Event()

    async def append_surely(self, message: Outgoing, expire: datetime | None = None) -> Stored:
        self.asked.set()
        await self.let.wait()
        return await super().append_surely(message, expire)


def parts_of(bus: Bus, log: Log, settings: Settings) -> Parts:
    scratch = Scratch(settings.scratch, bus.stamp.instance)
    scratch.open()
    tracer = Tracer(bus.stamp)
    return Parts(
        bus=bus,
        log=log,
        blobs=Blobs(settings.blobs),
        tools=find_tools(scratch.children),
        digests=stamp_pb2.Digests(),
        scratch=scratch,
        slots=Slots({"light": 1}),
        settings=settings,
        tracer=tracer,
        children=ChildTelemetry(tracer, WorkerMetrics(bus.stamp)),
        crash=CrashPoints(),
    )


async def test_an_attempt_asked_to_end_before_its_start_is_stored_does_no_work(
    lead: StandIn, bus: Bus, settings: Settings
) -> None:
    task = await lead.give(lead.task(NOOP))
    puller = Puller(bus, subjects.TASKS, subjects.lane_consumer(bus.stamp.build_key, "light", "normal"))
    await puller.start()
    (message,) = await puller.pull(1, expires_seconds=10)
    slow = SlowLog(bus)
    attempt = Attempt(read_assignment(message), message, parts_of(bus, slow, settings))
    running = asyncio.create_task(attempt.run())
    await slow.asked.wait()
    attempt.stop("job_cancelled")
    slow.let.set()
    assert await asyncio.wait_for(running, 10) is Ended.STOPPED
    found = await lead.log([subjects.job_events(task.job_id)])
    assert [kind(entry) for entry in found] == ["attempt_started"]
    await lead.until_tasks_left(0)
