"""What every function of this package works with, made once at the worker's start."""

from dataclasses import dataclass
from pathlib import Path

from edgecode.v1 import media_pb2
from edgecode.workers.media.limits import Limits
from edgecode.workers.media.sandbox import Sandbox
from edgecode.workers.media.toolchain import Toolchain, find_toolchain


@dataclass(frozen=True, slots=True)
class MediaTools:
    """The toolchain, the limits and the sandbox of one worker."""

    toolchain: Toolchain
    limits: Limits
    sandbox: Sandbox


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt's work on one source.

    Attributes:
        source: local file, absolute.
        info: what the probe found.
        scratch: folder of this attempt, absolute.
        tools: of this worker.
    """

    source: Path
    info: media_pb2.MediaInfo
    scratch: Path
    tools: MediaTools


def find_tools(state_dir: Path, *, ffmpeg: Path | None = None, limits: Limits | None = None) -> MediaTools:
    """Finds the tools of this machine; blocks for about 0.3 s.

    Raises:
        MediaFailure: TOOLCHAIN_MISSING.
    """
    limits = limits or Limits()
    return MediaTools(find_toolchain(ffmpeg), limits, Sandbox(state_dir, stop_seconds=limits.stop_seconds))
