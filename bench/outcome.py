"""What a row of the table says: a figure, its baseline of the same run, the ratio, the goal, met or missed."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """`at_least` and `at_most` bound the ratio, or the figure itself where there is no baseline."""

    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        parts = [f">= {self.at_least:g}"] if self.at_least is not None else []
        return " and ".join(parts + ([f"<= {self.at_most:g}"] if self.at_most is not None else []))


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line. Without a goal it is there to explain another.

    Attributes:
        figure: ours, the median of the rounds, in `unit`.
        baseline: of the same run, in the same unit; None where the goal is absolute.
        rounds: ours of every round, so that a reader sees the spread.
    """

    what: str
    figure: float
    unit: str
    rounds: Sequence[float] = ()
    baseline_name: str = ""
    baseline: float | None = None
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.baseline is None else self.figure / self.baseline

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.goal.holds(self.figure if self.ratio is None else self.ratio)

    def line(self) -> str:
        ours = f"{self.what}: {_short(self.figure)} {self.unit}"
        if self.baseline is not None:
            ours += f"; {self.baseline_name}: {_short(self.baseline)} {self.unit}; ratio {self.ratio:.3f}"
        if self.goal is None:
            return ours
        bound = self.goal if self.baseline is not None else f"{self.goal} {self.unit}"
        return f"{ours}; goal {bound}: {'met' if self.met else 'MISSED'}"

    def record(self) -> dict[str, Any]:
        goal = None if self.goal is None else asdict(self.goal)
        return asdict(self) | {"goal": goal, "ratio": self.ratio, "met": self.met}


@dataclass(frozen=True, slots=True)
class Effort:
    """How much to measure: `rounds` of each side, interleaved, of `scale` times the usual size each."""

    rounds: int
    scale: float

    def of(self, usual: int) -> int:
        return max(1, int(usual * self.scale))


Row = Callable[[Effort], Coroutine[Any, Any, list[Outcome]]]


def middle(values: Sequence[float]) -> float:
    """The median."""
    return float(median(values))


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
