"""What a process and all it started use: CPU so far, and the most memory they held at once. Linux."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.stack import resident_bytes

_TICKS = os.sysconf("SC_CLK_TCK")
_PAUSE_SECONDS = 0.03


def tree_cpu_seconds(pid: int) -> float:
    """User and system time of a process and of all children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def descendants(pid: int) -> Iterator[int]:
    """Its children and theirs, as far as they still run."""
    try:
        lists = [task.joinpath("children").read_text("ascii") for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return
    for child in map(int, " ".join(lists).split()):
        yield child
        yield from descendants(child)


class PeakMemory:
    """Used in `with`: looks 30 times a second at how much memory the descendants of a process hold together.

    Args:
        pid: of the process.
        itself: it counts too.

    Attributes:
        bytes: RSS of all of them at the worst moment seen; pages they share count for each.
    """

    def __init__(self, pid: int, *, itself: bool = False) -> None:
        self._pid = pid
        self._itself = itself
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.bytes = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_PAUSE_SECONDS):
            family = [*descendants(self._pid), *([self._pid] if self._itself else [])]
            self.bytes = max(self.bytes, sum(map(_resident, family)))


def _resident(pid: int) -> int:
    try:
        return resident_bytes(pid)
    except OSError:
        # It has just ended.
        return 0
