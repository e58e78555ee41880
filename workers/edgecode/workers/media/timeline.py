"""When the packets of one stream are shown, and what no order of time or clock allows."""

import itertools
from array import array
from fractions import Fraction
from typing import Any

# Rounding of containers, and streams that are muxed a little late, stay below these.
LONGEST_STEP_BACK_SECONDS = 1.0
LONGEST_STEP_BACK_OF_A_CLOCK_SECONDS = 0.1
# A container with a clock of its own, such as MPEG-TS, tells it ten times a second: this is another clock.
LONGEST_STEP_OF_A_CLOCK_SECONDS = 10.0


class Timeline:
    """Packets of one stream: how many are shown, and when.

    Attributes:
        shown: those that an edit list does not hide.
        hidden: those that it does.
        size_bytes: of those shown.
    """

    def __init__(self) -> None:
        self.times = array("q")
        self.shown = 0
        self.hidden = 0
        self.size_bytes = 0
        self._lead = 0
        self._tail = 0
        self._decoded_at: int | None = None
        self._step_back = 0
        self._step = 0

    def add(self, packet: Any) -> None:
        """Counts one packet; those an edit list hides are not shown."""
        self._follow(packet.dts)
        if packet.is_discard:
            self.hidden += 1
            return
        self.shown += 1
        self.size_bytes += packet.size
        time = packet.pts if packet.pts is not None else packet.dts
        if time is None and not self.times:
            # Some demuxers give no time before zero.
            self._lead += packet.duration or 0
        if time is not None:
            self.times.append(time)
            # With reordering a packet's duration is that of decoding; the last one's is as near as it gets.
            self._tail = packet.duration or self._tail

    def _follow(self, time: int | None) -> None:
        if time is None:
            return
        if self._decoded_at is not None:
            step = time - self._decoded_at
            self._step_back = max(self._step_back, -step)
            self._step = max(self._step, step)
        self._decoded_at = time

    def jump_seconds(self, time_base: Fraction, *, has_clock: bool) -> float | None:
        """The step of time that is no way of one clock, negative when it goes back; None when there is none."""
        back, forth = float(self._step_back * time_base), float(self._step * time_base)
        if back > (LONGEST_STEP_BACK_OF_A_CLOCK_SECONDS if has_clock else LONGEST_STEP_BACK_SECONDS):
            return -back
        return forth if has_clock and forth > LONGEST_STEP_OF_A_CLOCK_SECONDS else None

    def seconds(self, time_base: Fraction, origin: float) -> tuple[float, float]:
        """Start (against the container's) and length in seconds."""
        if not self.times:
            return 0.0, 0.0
        first = min(self.times) - self._lead
        length = max(self.times) + self._tail - first
        return max(float(first * time_base) - origin, 0.0), float(length * time_base)

    def bits_per_second(self, time_base: Fraction) -> int:
        """On average, of what is shown; 0 where there is no time."""
        _, length = self.seconds(time_base, 0.0)
        return round(self.size_bytes * 8 / length) if length else 0

    def is_variable(self, time_base: Fraction) -> bool:
        """Whether distances between frames differ by more than the container's rounding."""
        times = sorted(self.times)
        gaps = [after - before for before, after in itertools.pairwise(times)]
        return bool(gaps) and (max(gaps) - min(gaps)) * time_base > max(time_base, Fraction(11, 10_000))
