"""Where one attempt stands: phases weighted by what they cost, each output by its own encoder. Pure; never falls."""

from collections import deque
from collections.abc import Mapping, Sequence

from edgecode.v1 import bus_pb2

# The pace is that of so long: what was slow at the beginning is soon forgotten, a short pause is not news.
WINDOW_SECONDS = 20.0
# Before it has encoded for so long nobody knows its pace.
SHORTEST_SECONDS = 1.0


class Meter:
    """Takes what an attempt reports; says what to publish.

    Args:
        phases: cost of each phase, at least one above 0.
        output_ids: what the attempt makes.
    """

    def __init__(self, phases: Mapping["bus_pb2.Phase", float], output_ids: Sequence[str]) -> None:
        self._phases = phases
        self._whole = sum(phases.values())
        self._phase = bus_pb2.PHASE_UNSPECIFIED
        self._outputs = {output_id: bus_pb2.OutputProgress(output_id=output_id) for output_id in output_ids}
        self._shares: dict[str, float] = {}
        self._encoded = 0.0
        self._fraction = 0.0
        self._pace: float | None = None
        self._window: deque[tuple[float, float]] = deque()

    def take(self, outputs: Sequence[bus_pb2.OutputProgress], phase: "bus_pb2.Phase", now: float) -> None:
        """Takes a report.

        Args:
            outputs: frames done and of how many, of those that have news; of sound, which has no frames, the share.
            phase: that the attempt is in; one that is over does not come back.
            now: seconds on a clock that only rises.
        """
        self._phase = max(phase, self._phase)
        for output in outputs:
            known = self._outputs.get(output.output_id)
            if known is not None and output.frames_total > 0:
                known.frames_total = output.frames_total
                known.frames_done = max(min(output.frames_done, output.frames_total), known.frames_done)
            share = _encoded(output)
            self._shares[output.output_id] = max(share, self._shares.get(output.output_id, 0.0))
        for output_id, known in self._outputs.items():
            known.fraction = max(known.fraction, self._at(self._shares.get(output_id, 0.0)))
        counted = [share for output_id, share in self._shares.items() if output_id in self._outputs]
        self._encoded = max(sum(counted) / len(counted) if counted else 0.0, self._encoded)
        self._fraction = max(self._fraction, self._at(self._encoded))
        if self._phase == bus_pb2.PHASE_ENCODING:
            self._set_pace(now)

    def finish(self) -> None:
        """All is done and recorded."""
        self._fraction, self._pace = 1.0, 0.0
        for output in self._outputs.values():
            output.frames_done, output.fraction = output.frames_total, 1.0

    def fill(self, progress: bus_pb2.Progress) -> None:
        """Writes phase, fractions and the remaining time into a message."""
        del progress.outputs[:]
        progress.outputs.extend(self._outputs.values())
        progress.phase = self._phase
        progress.fraction = self._fraction
        if self._pace is not None:
            progress.remaining_seconds = self._pace * self._whole * (1 - self._fraction)

    def _at(self, encoded: float) -> float:
        """Share of the whole attempt that is done, when of its encoding so much is."""
        if self._phase != bus_pb2.PHASE_ENCODING:
            encoded = 0.0
        before = sum(cost for phase, cost in self._phases.items() if phase < self._phase)
        return min((before + encoded * self._phases.get(self._phase, 0.0)) / self._whole, 1.0)

    def _set_pace(self, now: float) -> None:
        done = self._encoded * self._phases.get(bus_pb2.PHASE_ENCODING, 0.0)
        self._window.append((now, done))
        while now - self._window[0][0] > WINDOW_SECONDS:
            self._window.popleft()
        began, then = self._window[0]
        if now - began >= SHORTEST_SECONDS and done > then:
            self._pace = (now - began) / (done - then)


def _encoded(output: bus_pb2.OutputProgress) -> float:
    share = output.frames_done / output.frames_total if output.frames_total > 0 else output.fraction
    return min(max(share, 0.0), 1.0)
