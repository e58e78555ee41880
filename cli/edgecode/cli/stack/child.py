"""One run of one child process: started, ready, ended. Its output goes to its log file, line by line."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgecode.cli.stack.folder import DataFolder

WRAPPER = Path(__file__).with_name("die_with_parent.py")
LAST_LINES = 20

Facts = dict[str, str]
"""What a child says of itself when it is ready, such as its address."""
Readiness = Callable[[str], Facts | None]
"""Reads one line of a child's output; facts when it says that the child is ready."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, and what is added to our own environment."""

    argv: Sequence[str]
    environment: Mapping[str, str]


class Child:
    """One process; made by `start`, gone when `ended` is done.

    Attributes:
        ready: done with the child's facts once it has said so; cancelled when it ended before.
        ended: done with its exit code, negative for a signal, once it is gone and its output is read.
        last_lines: the end of its output, to show when it fails.
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process, readiness: Readiness) -> None:
        self.name = name
        self.pid = process.pid
        self.last_lines: list[str] = []
        self._process = process
        self._readiness = readiness
        self.ready: asyncio.Future[Facts] = asyncio.get_running_loop().create_future()
        self.ended: asyncio.Task[int]

    @classmethod
    async def start(cls, name: str, command: Command, readiness: Readiness, folder: DataFolder) -> "Child":
        """Starts it in a session of its own, so that Ctrl-C reaches only us, and records it in the folder."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(WRAPPER),
            str(os.getpid()),
            *command.argv,
            env={**os.environ, **command.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        child = cls(name, process, readiness)
        folder.record(name, child.pid)
        child.ended = asyncio.create_task(child._follow(folder), name=f"{name}-{child.pid}")
        return child

    async def ready_or_ended(self) -> None:
        """Returns when one of the two has come."""
        either: list[asyncio.Future[Any]] = [self.ready, self.ended]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)

    async def stop(self, grace_seconds: float) -> int:
        """SIGTERM, and SIGKILL to its group after the grace; returns its exit code."""
        if not self.ended.done():
            self._process.send_signal(signal.SIGTERM)
            await asyncio.wait([self.ended], timeout=grace_seconds)
        if not self.ended.done():
            self.kill()
        return await asyncio.shield(self.ended)

    def kill(self) -> None:
        """SIGKILL to its group, at once."""
        if self._process.returncode is None:
            # It may end by itself between the look and the kill.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    async def _follow(self, folder: DataFolder) -> int:
        assert self._process.stdout is not None
        rest = b""
        while chunk := await self._process.stdout.read(65536):
            folder.write_log(self.name, chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._read(line.decode("utf-8", "replace"))
        code = await self._process.wait()
        folder.forget(self.name)
        self.ready.cancel()
        return code

    def _read(self, line: str) -> None:
        self.last_lines = [*self.last_lines[1 - LAST_LINES :], line]
        if not self.ready.done() and (facts := self._readiness(line)) is not None:
            self.ready.set_result(facts)
