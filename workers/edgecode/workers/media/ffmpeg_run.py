"""One run of ffmpeg under all its limits: how it ended, and where its clock stood."""

import asyncio
import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecode.workers.media.child import Exit
from edgecode.workers.media.clock import Clock, follow
from edgecode.workers.media.sandbox import ChildLimits
from edgecode.workers.media.tools import MediaTools


class Ending(enum.Enum):
    """What ended a run."""

    EXITED = enum.auto()
    STALLED = enum.auto()
    OUT_OF_TIME = enum.auto()


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run; `exit` is None when it was stopped by us."""

    ending: Ending
    exit: Exit | None
    frames: int

    @property
    def ok(self) -> bool:
        """Whether ffmpeg ended by itself and said it did well, which alone is not success."""
        return self.exit is not None and self.exit.code == 0

    @property
    def words(self) -> str:
        """The last words of ffmpeg."""
        return self.exit.stderr if self.exit is not None else ""


def _nothing() -> None:
    pass


async def run_ffmpeg(
    command: Sequence[str],
    scratch: Path,
    tools: MediaTools,
    *,
    source_seconds: float,
    clock: Clock,
    on_block: Callable[[], None] = _nothing,
) -> Run:
    """Runs a command in the sandbox until it ends, stalls or runs out of wall or CPU time.

    Cancelling it stops ffmpeg within `stop_seconds`.

    Args:
        command: with `-progress pipe:1`.
        scratch: its working folder.
        tools: of this worker.
        source_seconds: length of the source, which the limits follow.
        clock: fed by the run.
        on_block: called twice a second while the clock moves.
    """
    limits = tools.limits
    cpu_seconds = limits.cpu_seconds(source_seconds)
    allowed = ChildLimits(cpu_seconds, limits.memory_bytes, limits.max_output_bytes)
    with tools.observe("ffmpeg") as told:
        async with await tools.sandbox.start(command, cwd=scratch, limits=allowed) as child:
            try:
                async with asyncio.timeout(limits.wall_seconds(source_seconds)):
                    if not await follow(child.stdout, clock, limits.stall_seconds, on_block):
                        return Run(Ending.STALLED, None, clock.frames)
                    end = await child.wait()
            except TimeoutError:
                return Run(Ending.OUT_OF_TIME, None, clock.frames)
        told.exit, told.position_seconds, told.frames = end, clock.position_seconds, clock.frames
    out_of_time = end.code != 0 and end.cpu_seconds >= cpu_seconds
    return Run(Ending.OUT_OF_TIME if out_of_time else Ending.EXITED, end, clock.frames)
