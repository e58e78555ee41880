"""One hostile file: how it is made, what it gets, and what it may cost to find that out."""

from collections.abc import Callable
from dataclasses import dataclass

from edgecode.workers.media.faults import Reason


@dataclass(frozen=True, slots=True)
class Hostile:
    """A row of the table.

    Attributes:
        name: what it is, as the documents show it.
        make: its bytes.
        gets: the reason with which it is refused; None when its pictures can be had, and are.
        frames: of each output, where there is one.
        cpu_seconds: of all children together.
        mebibytes: that the largest of them held.
        heavy: left to the chaos target.
    """

    name: str
    make: Callable[[], bytes]
    gets: Reason | None
    frames: int = 0
    cpu_seconds: float = 5.0
    mebibytes: int = 256
    heavy: bool = False
