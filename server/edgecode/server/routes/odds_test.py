"""An e-process for "this happens more often than it should": the one test under every verdict on a build. Pure.

Each observation has a chance `p` that the event happens if all is well, known before one looks. The e-value is the mean
over odds ratios rho of the product of `rho^c / (rho*p + 1 - p)`, with c = 1 where it happened. If all is well its
expectation never exceeds 1 however the chances change, so by Ville's inequality it reaches `1/alpha` with a probability
of at most alpha, however often one looks (Lindon and Malek, NeurIPS 2022, for counts; the form with rho is our own).
"""

import math
from collections.abc import Iterable

_HIGHEST_RATIO = 200.0
_COUNT = 32


def ratios(lowest: float) -> tuple[float, ...]:
    """Odds ratios from `lowest` to 200, evenly spread on a logarithmic scale: the middles of that many equal parts."""
    span = math.log(_HIGHEST_RATIO / lowest)
    return tuple(lowest * math.exp(span * (i + 0.5) / _COUNT) for i in range(_COUNT))


ANY_EXCESS = ratios(1.0)
# For rates that are themselves estimates: what is not twice as bad is not looked for.
DOUBLED = ratios(2.0)
# For a record that an incident may put out of date, where more time shows more.
FIVEFOLD = ratios(5.0)


class OddsTest:
    """The logarithms of the products, one per odds ratio: an observation costs the same whenever it comes."""

    __slots__ = ("_gains", "_logs", "_ratios")

    def __init__(self, over: tuple[float, ...] = ANY_EXCESS) -> None:
        self._ratios = over
        self._gains = [math.log(ratio) for ratio in over]
        self._logs = [0.0] * len(over)

    def observe(self, chance: float, *, happened: bool) -> None:
        """Takes one observation. A chance of 0 or 1 tells nothing."""
        if not 0.0 < chance < 1.0:
            return
        self._logs = [
            log - math.log1p((ratio - 1.0) * chance) for log, ratio in zip(self._logs, self._ratios, strict=True)
        ]
        if happened:
            self._logs = [log + gain for log, gain in zip(self._logs, self._gains, strict=True)]

    @property
    def log_e(self) -> float:
        """Natural logarithm of the e-value."""
        return _log_mean(self._logs)


def log_e_of(observed: int, happened: int, chance: float, over: tuple[float, ...]) -> float:
    """The same for observations of one chance, from their counts alone."""
    return _log_mean([happened * math.log(r) - observed * math.log1p((r - 1.0) * chance) for r in over])


def _log_mean(logs: Iterable[float]) -> float:
    found = list(logs)
    highest = max(found)
    return highest + math.log(math.fsum(math.exp(log - highest) for log in found) / len(found))
