"""One child process: its own session, bounded output, an exit with its costs, and a stop that always ends it."""

import asyncio
import functools
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from edgecode.workers.media.leftovers import record

# The last words of a tool are what explains its end.
STDERR_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Exit:
    """How a child ended.

    Attributes:
        code: exit status, or minus the signal's number.
        stderr: the last 16 KiB of what it said.
        cpu_seconds: user and system time.
        peak_rss_bytes: most memory it held.
        wall_seconds: from start to end.
    """

    code: int
    stderr: str
    cpu_seconds: float
    peak_rss_bytes: int
    wall_seconds: float


class Child:
    """A running child, made by `Sandbox.start`. Leaving its `async with` block kills what still runs of its group.

    Attributes:
        pid: of the child, which leads its own session and process group.
        stdout: what it writes; end of file when it ends.
    """

    def __init__(self, process: subprocess.Popen[bytes], stop_seconds: float) -> None:
        self.pid = process.pid
        self.stdout = asyncio.StreamReader()
        self._process = process
        self._stop_seconds = stop_seconds
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._gone = False
        self._exit: asyncio.Future[tuple[int, float, int]] = asyncio.get_running_loop().create_future()
        self._tasks: list[asyncio.Task[None]] = []
        self._transports: list[asyncio.BaseTransport] = []
        self._stderr = bytearray()

    @classmethod
    async def start(
        cls, argv: Sequence[str], *, cwd: Path, env: dict[str, str], state_dir: Path, stop_seconds: float
    ) -> "Child":
        """Starts `argv` in a new session. The calling thread must live as long: its end is the parent's death.

        Raises:
            OSError: the program cannot be started.
        """
        process = subprocess.Popen(  # noqa: ASYNC220 - milliseconds, and the parent-death signal needs this very thread
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
        child = cls(process, stop_seconds)
        try:
            entry = record(state_dir, process.pid)
        except OSError:
            # A full disk, say. What is not recorded does not run.
            process.kill()
            process.communicate()
            raise
        threading.Thread(target=child._reap, args=(asyncio.get_running_loop(), entry), daemon=True).start()
        try:
            await child._connect()
        except BaseException:
            await child.stop()
            raise
        return child

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        words = asyncio.StreamReader()
        for pipe, reader in ((self._process.stdout, self.stdout), (self._process.stderr, words)):
            protocol = functools.partial(asyncio.StreamReaderProtocol, reader)
            transport, _ = await loop.connect_read_pipe(protocol, pipe)
            self._transports.append(transport)
        self._tasks.append(asyncio.create_task(self._listen(words)))

    async def _listen(self, words: asyncio.StreamReader) -> None:
        while chunk := await words.read(4096):
            self._stderr += chunk
            del self._stderr[:-STDERR_BYTES]

    def _reap(self, loop: asyncio.AbstractEventLoop, entry: Path) -> None:
        """Waits in a thread of its own: only `wait4` tells what the child cost, and asyncio does not call it."""
        tell: Callable[[], None]
        try:
            tell = functools.partial(self._exit.set_result, self._wait())
            entry.unlink(missing_ok=True)
        except Exception as error:  # noqa: BLE001 - whoever waits for the end must hear of it
            tell = functools.partial(self._exit.set_exception, error)
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell)

    def _wait(self) -> tuple[int, float, int]:
        if hasattr(os, "waitid"):
            # The zombie holds the group's number while what the child itself may have started is killed.
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
            self._signal(signal.SIGKILL)
        with self._lock:
            _, status, usage = os.wait4(self.pid, 0)
            self._gone = True
        self._process.returncode = os.waitstatus_to_exitcode(status)
        # Kilobytes on Linux, bytes on macOS.
        peak = usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
        return self._process.returncode, usage.ru_utime + usage.ru_stime, peak

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            if not self._gone:
                try:
                    os.killpg(self.pid, number)
                except (ProcessLookupError, PermissionError):
                    # macOS says so of a group of zombies; there is nothing left to stop.
                    return

    async def wait(self) -> Exit:
        """Waits for the end; cancelling it stops nothing."""
        code, cpu_seconds, peak = await asyncio.shield(self._exit)
        wall = time.monotonic() - self._started
        # Its words end with it, unless something that left its session still holds the pipe.
        await asyncio.wait(self._tasks, timeout=1)
        return Exit(code, self._stderr.decode("utf-8", "replace"), cpu_seconds, peak, wall)

    async def stop(self) -> None:
        """SIGTERM to the group, SIGKILL after `stop_seconds`; returns when the child is gone."""
        self._signal(signal.SIGTERM)
        # A stopped process gets no SIGTERM before it goes on.
        self._signal(signal.SIGCONT)
        try:
            await asyncio.wait([self._exit], timeout=self._stop_seconds)
        finally:
            self._signal(signal.SIGKILL)
        await asyncio.shield(self._exit)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            if not self._exit.done():
                await self.stop()
        finally:
            for task in self._tasks:
                task.cancel()
            for transport in self._transports:
                transport.close()
