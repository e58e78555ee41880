"""Keepalive as docs/limits.md has it: who is silent is asked, who does not answer is dropped, who asks is answered."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import grpc
import pytest
import pytest_asyncio
from grpc import aio

from edgecode.cli import api as command
from edgecode.cli.reach import Reach
from edgecode.core.lifecycle import end
from edgecode.core.stamp import build_info
from edgecode.v1 import fleet_pb2, job_pb2
from tests.harness.api import Api
from tests.harness.process import Processes
from tests.harness.proxy import FRAME_HEADER_BYTES, Proxy, frames
from tests.integration.api.conftest import start_stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The least that a server can be set to.
SILENCE_SECONDS = 10
BUSY_SECONDS = 3
PING, GOAWAY, ACK = 6, 7, 1
_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
_QUESTION = bytes((0, 0, 8, PING, 0, 0, 0, 0, 0)) + b"question"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def waits(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, "asyncio.Task[Any]"]]:
    """What each test looks at has begun, all at once: there is little to do but wait."""
    processes = Processes()
    tasks: dict[str, asyncio.Task[Any]] = {}
    try:
        folder = tmp_path_factory.mktemp("keepalive")
        stack = await start_stack(processes, folder, worker=False, keepalive_seconds=SILENCE_SECONDS)
        for name, wait in (("dead", _dead_client), ("pings", _pinging_client), ("server", _dead_server)):
            tasks[name] = asyncio.create_task(wait(stack.address))
        yield tasks
    finally:
        await end(tasks.values())
        await processes.close()


async def test_a_silent_client_is_asked_and_dropped_when_it_does_not_answer_in_half_that_time(
    waits: dict[str, "asyncio.Task[Any]"],
) -> None:
    seconds, alive = await waits["dead"]
    assert SILENCE_SECONDS <= seconds < 1.5 * SILENCE_SECONDS + BUSY_SECONDS
    asked, answered, ended = alive
    assert (PING, 0) in asked
    assert (PING, ACK) in answered
    assert not ended


async def _dead_client(address: str) -> tuple[float, tuple[list[tuple[int, int]], list[tuple[int, int]], bool]]:
    """Seconds until the server hung up on a client that vanished, and what passed to and from another meanwhile."""
    async with (
        Proxy.to(address) as alive,
        Proxy.to(address) as dead,
        aio.insecure_channel(alive.address) as one,
        aio.insecure_channel(dead.address) as other,
    ):
        for channel in (one, other):
            await Api(channel).fleet.GetStatus(fleet_pb2.GetStatusRequest())
        dead.blackhole()
        began, before = time.monotonic(), len(alive.down[0].seen)
        async with asyncio.timeout(3 * SILENCE_SECONDS):
            await dead.down[0].ended.wait()
        seconds = time.monotonic() - began
        down, up = bytes(alive.down[0].seen[before:]), bytes(alive.up[0].seen)
        return seconds, (frames(down), frames(up, preface=True), alive.down[0].ended.is_set())


async def test_a_client_may_ping_every_10_s_without_a_call_and_is_told_when_it_does_so_too_often(
    waits: dict[str, "asyncio.Task[Any]"],
) -> None:
    # After the first, two are too early, which is forgiven; the third such is not.
    assert await waits["pings"] == [PING, PING, PING, "silence", PING, GOAWAY]


async def _pinging_client(address: str) -> list[int | str]:
    """Types of the frames that answer pings."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(_HELLO)

    async def ping() -> int:
        writer.write(_QUESTION)
        async with asyncio.timeout(SILENCE_SECONDS):
            while True:
                header = await reader.readexactly(FRAME_HEADER_BYTES)
                await reader.readexactly(int.from_bytes(header[:3], "big"))
                if (header[3], header[4]) == (PING, ACK) or header[3] == GOAWAY:
                    return header[3]

    answers: list[int | str] = [await ping() for _ in range(3)]
    await asyncio.sleep(SILENCE_SECONDS + 0.1)  # what is documented as long enough
    answers += ["silence", await ping(), await ping()]
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return answers


async def test_a_watch_of_the_command_ends_when_the_server_falls_silent(
    waits: dict[str, "asyncio.Task[Any]"],
) -> None:
    status, seconds = await waits["server"]
    assert status is grpc.StatusCode.UNAVAILABLE
    assert SILENCE_SECONDS <= seconds < 1.5 * SILENCE_SECONDS + BUSY_SECONDS


async def _dead_server(address: str) -> tuple[grpc.StatusCode, float]:
    """How a watch of the command ends after the server has vanished, and after how many seconds."""
    async with Proxy.to(address) as proxy:
        api = command.connect(Reach(proxy.address), "me", build_info(), silence_seconds=SILENCE_SECONDS)
        await asyncio.to_thread(api.fleet.GetStatus, fleet_pb2.GetStatusRequest())
        watch = api.jobs.WatchJobs(job_pb2.WatchJobsRequest())
        await asyncio.to_thread(watch.initial_metadata)  # the server answers a watch at once with these
        proxy.blackhole()
        began = time.monotonic()
        async with asyncio.timeout(3 * SILENCE_SECONDS):
            status = await asyncio.to_thread(_end, watch)
        seconds = time.monotonic() - began
        await asyncio.to_thread(api.close)
        return status, seconds


def _end(watch: Any) -> grpc.StatusCode:
    """The status with which a stream ends by itself."""
    try:
        for _ in watch:
            pass
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK
