"""A TCP proxy between a client and a server that shows what passes, and can let nothing pass any more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FRAME_HEADER_BYTES = 9
_PREFACE_BYTES = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")


class Way:
    """What passed in one direction of one connection, and when it ended."""

    def __init__(self) -> None:
        self.seen = bytearray()
        self.ended = asyncio.Event()


class Proxy:
    """Forwards connections to `target` until `blackhole`; then it still reads, and forwards nothing.

    Attributes:
        address: `host:port` to connect to.
        up: of each connection, from client to server.
        down: of each connection, from server to client.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self._passing = True
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.address = ""
        self.up: list[Way] = []
        self.down: list[Way] = []

    @classmethod
    @asynccontextmanager
    async def to(cls, target: str) -> AsyncIterator["Proxy"]:
        """One that listens."""
        proxy = cls(target)
        server = await asyncio.start_server(proxy._connected, "127.0.0.1", 0)
        proxy.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield proxy
        finally:
            server.close()
            for writer in proxy._writers:
                writer.close()
            await asyncio.gather(*proxy._tasks)

    def blackhole(self) -> None:
        """From now on each side is to the other as a machine that lost its power: open, and silent."""
        self._passing = False

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = self._target.rpartition(":")
        to_server, from_server = (await asyncio.open_connection(host, int(port)))[::-1]
        self._writers += [writer, to_server]
        self.up.append(Way())
        self.down.append(Way())
        for source, sink, way in ((reader, to_server, self.up[-1]), (from_server, writer, self.down[-1])):
            task = asyncio.create_task(self._forward(source, sink, way))
            self._tasks.add(task)

    async def _forward(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: Way) -> None:
        try:
            while data := await source.read(1 << 16):
                way.seen += data
                if self._passing:
                    sink.write(data)
        except ConnectionError:
            pass
        way.ended.set()
        if self._passing:
            sink.close()


def frames(seen: bytes, preface: bool = False) -> list[tuple[int, int]]:
    """Type and flags of the HTTP/2 frames in what passed, in order; `preface` where a client's begins it."""
    found: list[tuple[int, int]] = []
    at = _PREFACE_BYTES if preface else 0
    while at + FRAME_HEADER_BYTES <= len(seen):
        found.append((seen[at + 3], seen[at + 4]))
        at += FRAME_HEADER_BYTES + int.from_bytes(seen[at : at + 3], "big")
    return found
