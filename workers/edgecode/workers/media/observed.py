"""What is told of each child of the media work, to whoever listens."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from edgecode.workers.media.child import Exit


@dataclass(slots=True)
class ChildRun:
    """One child, filled in while it runs.

    Attributes:
        exit: how it ended, None when it was stopped by us.
        position_seconds: how far ffmpeg came in the source's time, 0 for other tools.
        frames: pictures of its first video encoder.
    """

    exit: Exit | None = None
    position_seconds: float = 0.0
    frames: int = 0

    @property
    def speed_ratio(self) -> float:
        """Source time against wall time, 0 where there is no clock."""
        return self.position_seconds / self.exit.wall_seconds if self.exit and self.exit.wall_seconds else 0.0


Observe = Callable[[str], AbstractContextManager[ChildRun]]
"""Entered with the tool's name (`ffmpeg`, `probe`, `verify`…) before a child starts, left when it is gone."""


@contextmanager
def unobserved(_tool: str) -> Iterator[ChildRun]:
    """Nobody listens."""
    yield ChildRun()
