"""Whether what a ramping build makes is worse than what the current one makes, by pairs of like jobs. Pure."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass

from edgecode.server.routes.odds_test import ANY_EXCESS, log_e_of
from edgecode.server.routes.rate_interval import median_interval

# Values of one side that wait for the other, by stratum.
_WAITING = 64
# The share of the newest pairs that intervals are made of.
_KEPT_PAIRS = 2_000


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ramping to current: the median over the pairs, and the interval it lies in; None where too few pairs tell."""

    median: float
    low: float | None
    high: float | None


class PairTest:
    """A sign test that may be looked at after each pair.

    Each value of the one side is paired with the newest waiting value of the other in the same stratum. Which values
    meet depends on the order alone, so if the builds are alike each is the worse one of its pair with a chance of a
    half; worse by less than `tolerance` does not count as worse.

    Args:
        tolerance: a factor, such as 1.25.
        larger_is_worse: else smaller is.
    """

    def __init__(self, tolerance: float, *, larger_is_worse: bool) -> None:
        self._tolerance = math.log(tolerance)
        self._sign = 1.0 if larger_is_worse else -1.0
        self._waiting: defaultdict[tuple[str, bool], deque[float]] = defaultdict(lambda: deque(maxlen=_WAITING))
        self._ratios: deque[float] = deque(maxlen=_KEPT_PAIRS)
        self.pairs = 0
        self.worse = 0

    def take(self, stratum: str, value: float, *, on_ramp: bool) -> None:
        """One job's value, above 0 in any unit; 0 means unknown."""
        if value <= 0.0:
            return
        others = self._waiting[stratum, not on_ramp]
        if not others:
            self._waiting[stratum, on_ramp].append(math.log(value))
            return
        ratio = (math.log(value) - others.pop()) * (1.0 if on_ramp else -1.0)
        worse = self._sign * ratio > self._tolerance
        self._ratios.append(ratio)
        self.pairs += 1
        self.worse += worse

    @property
    def log_e(self) -> float:
        """Natural logarithm of the e-value for "worse"."""
        return log_e_of(self.pairs, self.worse, 0.5, ANY_EXCESS)

    @property
    def ratio(self) -> Ratio | None:
        """How the sides compare; None without a pair."""
        if not self._ratios:
            return None
        ordered = sorted(self._ratios)
        interval = median_interval(ordered)
        low, high = (math.exp(interval[0]), math.exp(interval[1])) if interval else (None, None)
        return Ratio(math.exp(ordered[len(ordered) // 2]), low, high)
