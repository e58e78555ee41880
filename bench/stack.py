"""A broker, a server and workers of their own, as real processes on free ports, for one side of a comparison."""

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edgecode.core.settings import Settings
from tests.harness.broker import Broker
from tests.harness.process import Process, Processes

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
# Where DESIGN.md says "default settings"; the other is what nats-server does unasked.
SYNC_ALWAYS = "always"
SYNC_TWO_MINUTES = "2m"


class Stack:
    """Used in `async with`; what it started is gone afterwards."""

    def __init__(self, sync: str = SYNC_ALWAYS, **settings: Any) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="edgecode-bench-")
        self._processes = Processes()
        self._more = settings
        self.folder = Path(self._folder.name)
        self.broker = Broker(self._processes, self.folder / "nats", sync)
        self._server: Process | None = None
        self.address = ""

    async def __aenter__(self) -> Self:
        await self.broker.start()
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._processes.close()
        self._folder.cleanup()

    @property
    def settings(self) -> Settings:
        """Defaults but for places and ports."""
        return Settings(
            environment="bench", nats_url=self.broker.url, data_dir=self.folder / "data", grpc_address="127.0.0.1:0",
            metrics_address="", **self._more,
        )  # fmt: skip

    @property
    def server(self) -> Process:
        assert self._server is not None, "start it first"
        return self._server

    async def start_server(self, module: str = "edgecode.server") -> None:
        """The product's, or one of bench/ with a part of it left out."""
        self._server = await self._processes.launch(module, self.settings)
        self.address = str((await self._server.ready())["grpc_address"])

    async def start_worker(self, module: str = "edgecode.workers") -> Process:
        """A worker that is ready."""
        worker = await self._processes.launch(module, self.settings)
        await worker.ready()
        return worker

    async def start(self, name: str, *argv: str, env: dict[str, str] | None = None) -> Process:
        """Any other program."""
        return await self._processes.start(name, *argv, env=env)

    def cpu_seconds(self) -> float:
        """Used so far by server and broker."""
        return cpu_seconds(self.server.pid) + cpu_seconds(self.broker.process.pid)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_bytes(pid: int) -> int:
    """RSS of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1]) * _PAGE
