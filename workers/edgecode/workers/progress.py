"""How far an attempt is: core NATS, a few times a second, never falling."""

import asyncio
import contextlib
import time
from collections.abc import Sequence

from edgecode.core import cost, subjects
from edgecode.core.bus import Bus, Outgoing
from edgecode.core.errors import Unavailable
from edgecode.core.lifecycle import Background
from edgecode.v1 import bus_pb2, event_pb2
from edgecode.workers.assignment import Assignment
from edgecode.workers.meter import Meter

SHORTEST_PAUSE_SECONDS = 0.2


class ProgressReport:
    """Publishes the latest progress of one attempt, a few times a second; nothing for a task without outputs.

    There are at most five a second, and one at once for each new phase: it may be over before the pause is.
    """

    def __init__(self, bus: Bus, assignment: Assignment, attempt_id: str) -> None:
        task = assignment.task
        self._bus = bus
        self._path = assignment.origin.path
        self._subject = subjects.progress(task.job_id, task.task_id)
        self._latest = bus_pb2.Progress(
            job_id=task.job_id, task_id=task.task_id, attempt_id=attempt_id, epoch=task.epoch
        )
        phases = cost.task_phases(task.kind, task.outputs, task.source, task.asset_size_bytes)
        self._meter = Meter(phases, [output.output_id for output in task.outputs])
        # The probe is told of all outputs and makes none.
        self._makes_outputs = bool(task.outputs) and task.kind != event_pb2.TASK_KIND_PROBE
        self._news = asyncio.Event()
        self._turn = asyncio.Event()
        self._phase = bus_pb2.PHASE_UNSPECIFIED
        self._background = Background("progress")
        self._started = False

    def report(
        self,
        outputs: Sequence[bus_pb2.OutputProgress],
        speed_ratio: float,
        phase: "bus_pb2.Phase" = bus_pb2.PHASE_ENCODING,
        /,
    ) -> None:
        """Takes the phase and the frames of outputs that have news; never blocks."""
        if not self._makes_outputs:
            return
        self._meter.take(outputs, phase, time.monotonic())
        self._meter.fill(self._latest)
        self._latest.speed_ratio = speed_ratio
        self._news.set()
        if phase != self._phase:
            self._phase = phase
            self._turn.set()
        if not self._started:
            self._started = True
            self._background.start(self._publish_forever())

    async def finish(self) -> None:
        """Says that all outputs are done, and no more."""
        await self.stop()
        if self._makes_outputs:
            self._meter.finish()
            self._meter.fill(self._latest)
            self._latest.speed_ratio = 0.0
            await self._publish()

    async def stop(self) -> None:
        """Ends it without a last word; twice is legal."""
        await self._background.stop()

    async def _publish_forever(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            self._turn.clear()
            await self._publish()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SHORTEST_PAUSE_SECONDS):
                    await self._turn.wait()

    async def _publish(self) -> None:
        # Nobody misses progress that a lost connection did not take.
        with contextlib.suppress(Unavailable):
            await self._bus.publish(Outgoing(self._subject, self._latest.SerializeToString(), path=self._path))
