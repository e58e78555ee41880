"""A real nats-server on a port and a folder of its own."""

import re
from pathlib import Path

from nats.aio.client import Client

from tests.harness.process import Process, Processes, tool

_LISTENING = re.compile(r"Listening for client connections on [^:]+:(\d+)")


async def round_trip(connection: Client) -> None:
    """Waits until the broker has read all that `connection` sent, and has sent it what came of that.

    nats-py writes the PING of a flush past the commands that still wait to be written (`Client._send_ping`); they are
    written before its answer comes, so the second one stands behind them.
    """
    await connection.flush()
    await connection.flush()


class Broker:
    """One nats-server; stopped or killed, it starts again on the same port and folder.

    Args:
        sync: `sync_interval`, as in its configuration.
    """

    def __init__(self, processes: Processes, folder: Path, sync: str = "always") -> None:
        self._processes = processes
        self._folder = folder
        self._sync = sync
        self._port = -1
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self._port}"

    @property
    def process(self) -> Process:
        assert self._process is not None, "start it first"
        return self._process

    async def start(self) -> None:
        """Returns when it takes connections."""
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "nats.conf"
        config.write_text(
            f'host: 127.0.0.1\nport: {self._port}\njetstream {{ store_dir: "{self._folder}", '
            f"sync_interval: {self._sync} }}\n",
            encoding="utf-8",
        )
        self._process = await self._processes.start("nats-server", tool("nats-server"), "-c", str(config))
        line = await self._process.line(lambda text: _LISTENING.search(text) is not None)
        match = _LISTENING.search(line)
        assert match is not None
        self._port = int(match[1])
        await self._process.line(lambda text: text.endswith("Server is ready"))

    async def kill(self) -> None:
        await self.process.kill()

    async def stop(self) -> None:
        await self.process.terminate()

    async def restart(self) -> None:
        """Kills it and starts it again on what it had stored."""
        await self.kill()
        await self.start()
