"""Every state that a small model can come to, what goes wrong in one, and what can never come right from one. Pure."""

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

State = TypeVar("State", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Step(Generic[State]):
    """One thing that somebody may do. A `fault` need never happen, so nothing may depend on it."""

    name: str
    state: State
    fault: bool = False
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Explored:
    """What was found: of each wrong the names of the steps of one shortest way to it."""

    states: int
    wrongs: dict[str, list[str]] = field(default_factory=dict)


def explore(
    start: State,
    steps: Callable[[State], Iterator[Step[State]]],
    comes_right: Mapping[str, Callable[[State], bool]],
) -> Explored:
    """Breadth first through all states.

    Args:
        start: where it begins.
        steps: all that may happen in a state.
        comes_right: by the name of what is wrong otherwise: what must stay within reach of every state without a fault,
            which is the same as inevitable where every step that goes on being possible is taken some day.
    """
    ways: dict[State, tuple[State, str] | None] = {start: None}
    before: dict[State, list[State]] = {start: []}
    wrongs: dict[str, list[str]] = {}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        for step in steps(state):
            if step.wrong:
                wrongs.setdefault(step.wrong, [*_way(ways, state), step.name])
                continue
            if step.state not in ways:
                ways[step.state] = (state, step.name)
                before[step.state] = []
                waiting.append(step.state)
            if not step.fault:
                before[step.state].append(state)
    for name, right in comes_right.items():
        reaching = _reaching([state for state in ways if right(state)], before)
        stuck = next((state for state in ways if state not in reaching), None)
        if stuck is not None:
            wrongs[name] = _way(ways, stuck)
    return Explored(len(ways), wrongs)


def _way(ways: Mapping[State, tuple[State, str] | None], state: State) -> list[str]:
    names = []
    while (last := ways[state]) is not None:
        state, name = last
        names.append(name)
    return names[::-1]


def _reaching(right: list[State], before: Mapping[State, list[State]]) -> set[State]:
    """The states from which one of these can be come to."""
    reaching, waiting = set(right), list(right)
    while waiting:
        for state in before[waiting.pop()]:
            if state not in reaching:
                reaching.add(state)
                waiting.append(state)
    return reaching
