"""What every function of this package works with, made once at the worker's start."""

import re
from dataclasses import dataclass
from pathlib import Path

from edgecode.v1 import media_pb2
from edgecode.workers.media.limits import Limits
from edgecode.workers.media.observed import Observe, unobserved
from edgecode.workers.media.sandbox import Sandbox
from edgecode.workers.media.toolchain import Toolchain, find_toolchain

# As media.proto has it. Checked here too: a path is made of it.
OUTPUT_ID = re.compile(r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class MediaTools:
    """The toolchain, the limits and the sandbox of one worker, and who is told of each child."""

    toolchain: Toolchain
    limits: Limits
    sandbox: Sandbox
    observe: Observe = unobserved


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


def output_path(scratch: Path, output_id: str, suffix: str) -> Path:
    """Where an output is written; its id is the file's name, so it must be one.

    Raises:
        ValueError: the id is not as the contract has it.
    """
    if not OUTPUT_ID.fullmatch(output_id):
        raise ValueError(f"output id {output_id!r} does not match {OUTPUT_ID.pattern}")
    return scratch / f"{output_id}{suffix}"


def find_tools(state_dir: Path, *, ffmpeg: Path | None = None, limits: Limits | None = None) -> MediaTools:
    """Finds the tools of this machine; blocks for about 0.3 s.

    Raises:
        MediaFailure: TOOLCHAIN_MISSING.
    """
    limits = limits or Limits()
    return MediaTools(find_toolchain(ffmpeg), limits, Sandbox(state_dir, stop_seconds=limits.stop_seconds))
