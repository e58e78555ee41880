"""What becomes of a source on the way that a worker's tasks take it, and what that costs."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecode.core import ladder
from edgecode.v1 import media_pb2
from edgecode.workers.media.child import Child, Exit
from edgecode.workers.media.faults import MediaFailure, Reason
from edgecode.workers.media.probe import probe
from edgecode.workers.media.sandbox import ChildLimits, Sandbox
from edgecode.workers.media.thumbnail import thumbnails
from edgecode.workers.media.tools import MediaTools
from edgecode.workers.media.transcode import transcode
from tests.integration.media.sources import THUMBNAIL, rung, tags_for

LINES = 36


class CountingSandbox(Sandbox):
    """Remembers the children that it started."""

    def __init__(self, state_dir: Path, *, stop_seconds: float = 0.5) -> None:
        super().__init__(state_dir, stop_seconds=stop_seconds)
        self.children: list[Child] = []

    async def start(self, argv: Sequence[str], *, cwd: Path, limits: ChildLimits) -> Child:
        child = await super().start(argv, cwd=cwd, limits=limits)
        self.children.append(child)
        return child


@dataclass(frozen=True, slots=True)
class Met:
    """How it ended.

    Attributes:
        failure: why there is nothing, where there is nothing.
        frames: of the rendition, where there is one; the thumbnail may fail all the same.
        cpu_seconds: of all children.
        peak_bytes: of the largest child; what the test itself held when it started one counts in (Linux says it so).
    """

    failure: media_pb2.Failure | None
    frames: int
    cpu_seconds: float
    peak_bytes: int

    @property
    def reason(self) -> Reason | None:
        """Of the failure."""
        return None if self.failure is None else Reason(self.failure.reason)


async def meet(source: Path, scratch: Path, tools: MediaTools) -> Met:
    """Probe, a rendition and a thumbnail; nothing of them is left.

    Raises:
        Whatever is no MediaFailure: a defect.
    """
    sandbox = CountingSandbox(scratch / "children")
    counted = dataclasses.replace(tools, sandbox=sandbox)
    failure, frames = None, 0
    try:
        info = await probe(source, scratch, counted)
        frames = await _rendition(source, info, scratch, counted)
        await thumbnails(source, info, THUMBNAIL, scratch, tags_for(tools, source), counted)
    except MediaFailure as failed:
        failure = failed.failure
    exits: list[Exit] = [await child.wait() for child in sandbox.children]
    left = _clear(scratch)
    assert frames or not left, (failure, left)
    cpu_seconds = sum(one.cpu_seconds for one in exits)
    return Met(failure, frames, cpu_seconds, max((one.peak_rss_bytes for one in exits), default=0))


async def _rendition(source: Path, info: media_pb2.MediaInfo, scratch: Path, tools: MediaTools) -> int:
    kept, _ = ladder.select([rung(LINES)], info)
    [made] = await transcode(source, info, kept, scratch, tags_for(tools, source), tools, lambda *_: None)
    return made.file.frames


def _clear(scratch: Path) -> list[Path]:
    """Removes what was made, whole or not, and returns it."""
    left = [path for path in scratch.iterdir() if path.suffix in {".mp4", ".jpg", ".fifo"}]
    for path in left:
        path.unlink()
    return left
