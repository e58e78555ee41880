"""Runs a child that answers once, on its standard output, within a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecode.workers.media.child import Child, Exit
from edgecode.workers.media.sandbox import ChildLimits
from edgecode.workers.media.tools import MediaTools

# Our own children answer in kilobytes; more is a child gone wrong.
ANSWER_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child wrote and how it ended; `exit` is None when it took too long or said too much, and was stopped."""

    output: bytes
    exit: Exit | None

    @property
    def ok(self) -> bool:
        """Whether it ended by itself and well."""
        return self.exit is not None and self.exit.code == 0

    @property
    def stderr(self) -> str:
        """Its last words, or that it had none."""
        return self.exit.stderr if self.exit is not None else "stopped: its time ran out, or its answer had no end"


def reading_limits(tools: MediaTools, source: Path) -> tuple[float, ChildLimits]:
    """Wall seconds and limits of a child that reads a file once: a slow disk gives 20 MB/s."""
    limits = tools.limits
    seconds = limits.probe_seconds + source.stat().st_size / 20_000_000
    return seconds, ChildLimits(int(seconds), limits.memory_bytes, limits.max_output_bytes)


async def ask_python(module: str, arguments: Sequence[str], source: Path, scratch: Path, tools: MediaTools) -> Answer:
    """Runs one of our modules on a source."""
    seconds, limits = reading_limits(tools, source)
    with tools.observe(module.rpartition(".")[2].removesuffix("_child")) as told:
        child = await tools.sandbox.start_python(module, arguments, cwd=scratch, limits=limits)
        answer = await collect(child, seconds)
        told.exit = answer.exit
    return answer


async def ask(argv: Sequence[str], source: Path, scratch: Path, tools: MediaTools) -> Answer:
    """Runs a tool on a source."""
    seconds, limits = reading_limits(tools, source)
    return await collect(await tools.sandbox.start(argv, cwd=scratch, limits=limits), seconds)


async def collect(child: Child, seconds: float) -> Answer:
    """All a child says until it ends, or until the time has passed and it is stopped."""
    output = bytearray()
    async with child:
        try:
            async with asyncio.timeout(seconds):
                while (chunk := await child.stdout.read(65536)) and len(output) <= ANSWER_BYTES:
                    output += chunk
                return Answer(bytes(output), None if len(output) > ANSWER_BYTES else await child.wait())
        except TimeoutError:
            return Answer(bytes(output), None)
