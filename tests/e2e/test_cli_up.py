"""`edgecode up` as its user starts and stops it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from edgecode.cli.stack.ports import free_port
from tests.harness.process import Processes
from tests.harness.up_on_folder import UpOnFolder, recorded, working_in


async def varz(monitor_url: str) -> dict[str, Any]:
    """What a nats-server says of itself."""
    reader, writer = await asyncio.open_connection(*monitor_url.removeprefix("http://").split(":"))
    writer.write(b"GET /varz HTTP/1.0\r\n\r\n")
    await writer.drain()
    found = json.loads((await reader.read()).partition(b"\r\n\r\n")[2])
    writer.close()
    await writer.wait_closed()
    assert isinstance(found, dict)
    return found


@pytest.fixture
def up(processes: Processes, tmp_path: Path) -> UpOnFolder:
    return UpOnFolder(processes, tmp_path / "data")


async def test_up_starts_all_syncs_each_message_refuses_a_second_owner_and_stops_in_order(
    up: UpOnFolder, processes: Processes
) -> None:
    process, ready = await up.start()
    assert set(recorded(up.folder)) == {"nats-server", "server", "worker-1", "worker-2"}
    assert (await varz(ready["monitor_url"]))["jetstream"]["config"]["sync_always"] is True
    second = await up.begin()
    assert await second.exit() == 1
    assert f"(pid {process.pid})" in second.output
    await up.finish(ready, await up.submit(ready, "--thumbnail", "180"))
    assert await process.terminate() == 0
    stopped = [event["child"] for event in process.events if event["event"] == "child.stopped"]
    assert set(stopped[:2]) == {"worker-1", "worker-2"}
    assert stopped[2:] == ["server", "nats-server"]
    codes = {event["text"] for event in process.events if event["event"] == "child.stopped"}
    assert codes == {"exit status 0"}
    assert working_in(up.folder) == {}


async def test_a_taken_port_is_named_with_the_way_out(up: UpOnFolder) -> None:
    port = free_port()
    listener = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", port)
    process = await up.begin("--nats-port", str(port))
    assert await process.exit() == 1
    assert f"port {port} is taken" in process.output
    assert "--nats-port 0" in process.output
    listener.close()
    await listener.wait_closed()
