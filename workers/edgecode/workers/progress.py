"""How far an attempt is: core NATS, a few times a second, never falling."""

import asyncio
import contextlib
from collections.abc import Sequence

from edgecode.core import subjects
from edgecode.core.bus import Bus, Outgoing
from edgecode.core.errors import Unavailable
from edgecode.core.lifecycle import Background
from edgecode.v1 import bus_pb2
from edgecode.workers.assignment import Assignment

SHORTEST_PAUSE_SECONDS = 0.2


class ProgressReport:
    """Publishes the latest progress of one attempt, at most five times a second."""

    def __init__(self, bus: Bus, assignment: Assignment, attempt_id: str) -> None:
        task = assignment.task
        self._bus = bus
        self._path = assignment.origin.path
        self._subject = subjects.progress(task.job_id, task.task_id)
        self._latest = bus_pb2.Progress(
            job_id=task.job_id, task_id=task.task_id, attempt_id=attempt_id, epoch=task.epoch
        )
        self._fractions: dict[str, float] = {}
        self._news = asyncio.Event()
        self._background = Background("progress")
        self._started = False

    def report(self, outputs: Sequence[bus_pb2.OutputProgress], speed_ratio: float) -> None:
        """Takes the state of all outputs; never blocks."""
        del self._latest.outputs[:]
        for output in outputs:
            fraction = max(output.fraction, self._fractions.get(output.output_id, 0.0))
            self._fractions[output.output_id] = fraction
            self._latest.outputs.add(
                output_id=output.output_id,
                frames_done=output.frames_done,
                frames_total=output.frames_total,
                fraction=fraction,
            )
        self._latest.speed_ratio = speed_ratio
        self._news.set()
        if not self._started:
            self._started = True
            self._background.start(self._publish_forever())

    async def finish(self, output_ids: Sequence[str]) -> None:
        """Says that all outputs are done, and no more; nothing for a task without outputs."""
        await self.stop()
        if not output_ids:
            return
        known = {output.output_id: output for output in self._latest.outputs}
        for output_id in output_ids:
            output = known.get(output_id) or self._latest.outputs.add(output_id=output_id)
            output.frames_done = output.frames_total
            output.fraction = 1.0
        await self._publish()

    async def stop(self) -> None:
        """Ends it without a last word; twice is legal."""
        await self._background.stop()

    async def _publish_forever(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self._publish()
            await asyncio.sleep(SHORTEST_PAUSE_SECONDS)

    async def _publish(self) -> None:
        # Nobody misses progress that a lost connection did not take.
        with contextlib.suppress(Unavailable):
            await self._bus.publish(Outgoing(self._subject, self._latest.SerializeToString(), path=self._path))
