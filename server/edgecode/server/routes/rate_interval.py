"""Intervals for a rate and for a median that hold at every look, not only at one. Pure.

A value lies outside where the data are `1/level` times likelier under the mixture of all rates (a uniform prior).
"""

import math
from collections.abc import Callable, Sequence

LEVEL = 0.05
_HALVINGS = 50


def _log_beta(happened: int, observed: int) -> float:
    return math.lgamma(happened + 1) + math.lgamma(observed - happened + 1) - math.lgamma(observed + 2)


def _log_likelihood(happened: int, observed: int, rate: float) -> float:
    yes = happened * math.log(rate) if happened else 0.0
    no = (observed - happened) * math.log1p(-rate) if observed > happened else 0.0
    return yes + no


def rate_interval(observed: int, happened: int, level: float = LEVEL) -> tuple[float, float]:
    """Lowest and highest rate that the counts allow; (0, 1) where nothing was observed."""
    if not observed:
        return 0.0, 1.0
    most_likely = _log_beta(happened, observed) + math.log(level)

    def allowed(rate: float) -> bool:
        return _log_likelihood(happened, observed, rate) > most_likely

    middle = happened / observed
    low = _edge(allowed, middle, 0.0) if happened else 0.0
    high = _edge(allowed, middle, 1.0) if happened < observed else 1.0
    return low, high


def _edge(allowed: Callable[[float], bool], inside: float, outside: float) -> float:
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if allowed(middle) else (inside, middle)
    return outside


def median_interval(ordered: Sequence[float], level: float = LEVEL) -> tuple[float, float] | None:
    """Lowest and highest median that a sorted sample allows; None where it is too small to tell."""
    n = len(ordered)
    limit = -math.log(level) - n * math.log(2.0)
    below = next((k for k in range(n // 2 + 1) if _log_beta(k, n) < limit), 0)
    return (ordered[below - 1], ordered[n - below]) if below else None
