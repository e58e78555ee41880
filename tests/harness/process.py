"""Real processes of ours and of others: started, awaited by what they log, frozen, killed, and never left behind."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from edgecode.core.crash import VARIABLE as CRASH_VARIABLE
from edgecode.core.settings import Settings

READY = "process.ready"
# Longer than any start on a busy machine with two cores; what is awaited comes in a second or two.
PATIENCE_SECONDS = 60.0

_Item = TypeVar("_Item")


def tool(name: str) -> str:
    """Path of a program that a wheel brought beside this interpreter, or that is on PATH."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    assert found is not None, f"{name} is not installed: make venv-test"
    return found


def environment(settings: Settings, crash_at: str = "") -> dict[str, str]:
    """What a process needs to have these settings: one variable for each that was set."""
    values = settings.model_dump(mode="json", include=settings.model_fields_set)
    found = {f"EDGECODE_{name.upper()}": _spelled(value) for name, value in values.items() if value is not None}
    return found | ({CRASH_VARIABLE: crash_at} if crash_at else {})


def _spelled(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


class Ended(AssertionError):
    """A process ended while something was still expected of it."""


class Process:
    """One process, whose output is read line by line.

    Attributes:
        lines: all it has written, standard output and error together.
        events: the lines that are JSON objects, as our processes log them.
        ended: done with the exit code, negative for a signal, when it is gone and all its output is read.
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self.pid = process.pid
        self.lines: list[str] = []
        self.events: list[dict[str, Any]] = []
        self._process = process
        self._news = asyncio.Event()
        self._over = False
        self.ended = asyncio.create_task(self._follow())

    @classmethod
    async def start(
        cls, name: str, argv: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> "Process":
        """Starts it in a session of its own. On Linux it dies with the test run, however that ends."""
        ours = {key: value for key, value in os.environ.items() if not key.startswith("EDGECODE_")}
        leash = ("setpriv", "--pdeathsig", "KILL", "--") if sys.platform == "linux" else ()
        process = await asyncio.create_subprocess_exec(
            *leash,
            *argv,
            env={**ours, **(env or {})},
            cwd=cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        return cls(name, process)

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    async def line(self, wanted: Callable[[str], bool], seconds: float = PATIENCE_SECONDS) -> str:
        """The first line, past or to come, that is wanted.

        Raises:
            Ended: the process ended without it.
            TimeoutError: it took too long.
        """
        return await self._find(self.lines, wanted, seconds)

    async def event(self, name: str, seconds: float = PATIENCE_SECONDS, **fields: object) -> dict[str, Any]:
        """The first log line, past or to come, with this event and these fields; raises as `line`."""
        wanted = {"event": name, **fields}
        return await self._find(self.events, lambda found: wanted.items() <= found.items(), seconds)

    async def ready(self, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The line with which a process of ours says that it serves; raises as `line`."""
        return await self.event(READY, seconds)

    async def _find(self, items: list[_Item], wanted: Callable[[_Item], bool], seconds: float) -> _Item:
        seen = 0
        try:
            async with asyncio.timeout(seconds):
                while True:
                    news = self._news
                    for item in items[seen:]:
                        if wanted(item):
                            return item
                    seen = len(items)
                    if self._over:
                        raise Ended(f"{self.name} ended with {self._process.returncode}:\n{self._tail()}")
                    await news.wait()
        except TimeoutError as error:
            raise TimeoutError(f"{self.name} did not say it within {seconds} s:\n{self._tail()}") from error

    def _tail(self) -> str:
        return "\n".join(self.lines[-40:])

    def send(self, number: signal.Signals) -> None:
        """A signal to the process itself; none when it is gone."""
        if self._process.returncode is None:
            self._process.send_signal(number)

    def freeze(self) -> None:
        """SIGSTOP; returns when it stands still, until when it may have answered somebody."""
        self.send(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def thaw(self) -> None:
        """SIGCONT."""
        self.send(signal.SIGCONT)

    async def kill(self) -> int:
        """SIGKILL to the process alone: what it started must see to its own end."""
        self.send(signal.SIGKILL)
        return await self.ended

    async def terminate(self, seconds: float = PATIENCE_SECONDS) -> int:
        """SIGTERM; the exit code, or TimeoutError."""
        self.send(signal.SIGTERM)
        return await self.exit(seconds)

    async def exit(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Its exit code when it ends by itself, or TimeoutError."""
        await asyncio.wait([self.ended], timeout=seconds)
        if not self.ended.done():
            raise TimeoutError(f"{self.name} did not end within {seconds} s:\n{self._tail()}")
        return self.ended.result()

    async def _follow(self) -> int:
        assert self._process.stdout is not None
        rest = b""
        try:
            while chunk := await self._process.stdout.read(1 << 16):
                *lines, rest = (rest + chunk).split(b"\n")
                self._take(lines)
            self._take([rest] if rest else [])
            return await self._process.wait()
        finally:
            self._over = True
            self._tell()

    def _take(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            text = line.decode("utf-8", "replace")
            self.lines.append(text)
            if text.startswith("{"):
                self.events.append(_parse(text))
        self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


def _parse(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


class Processes:
    """Starts the processes of one test, and ends what still runs when it is over.

    Args:
        environment: what all of them get beside what they are given.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self.all: list[Process] = []
        self._environment = environment or {}

    async def start(
        self, name: str, *argv: str, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> Process:
        """Any program."""
        process = await Process.start(name, argv, env={**self._environment, **(env or {})}, cwd=cwd)
        self.all.append(process)
        return process

    async def launch(self, module: str, settings: Settings, crash_at: str = "") -> Process:
        """A process of ours (`edgecode.workers`, `edgecode.server`), not awaited."""
        return await self.start(module, sys.executable, "-m", module, env=environment(settings, crash_at))

    async def worker(self, settings: Settings, crash_at: str = "") -> Process:
        """A worker that is ready."""
        process = await self.launch("edgecode.workers", settings, crash_at)
        await process.ready()
        return process

    async def server(self, settings: Settings, crash_at: str = "") -> Process:
        """A server that is ready."""
        process = await self.launch("edgecode.server", settings, crash_at)
        await process.ready()
        return process

    async def edgecode(self, *arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Process:
        """The command `edgecode`, not awaited."""
        return await self.start(f"edgecode {arguments[0]}", tool("edgecode"), *arguments, env=env, cwd=cwd)

    async def close(self) -> None:
        """SIGKILL to every process group of this test."""
        for process in self.all:
            if not process.ended.done():
                process.thaw()
                os.killpg(process.pid, signal.SIGKILL)
        await asyncio.gather(*(process.ended for process in self.all))
