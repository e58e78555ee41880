"""`edgecode up` as its user runs it: killed, stopped, started again, with a job in the middle."""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from edgecode.cli.stack.ports import free_port
from tests.harness.process import Process, Processes

CLIP = Path(__file__).resolve().parents[2] / "cli/edgecode/cli/data/bbb.mp4"
# As by default, but a process that is gone is missed sooner.
QUICK = {
    "EDGECODE_FLEET_TTL_SECONDS": "4",
    "EDGECODE_FLEET_GRACE_SECONDS": "1",
    "EDGECODE_FLEET_BEAT_SECONDS": "1",
    "EDGECODE_SWEEP_SECONDS": "1",
    "EDGECODE_ACK_WAIT_SECONDS": "5",
    "EDGECODE_BACKOFF_SECONDS": "0.1",
}


class Up:
    """One `edgecode up` on a folder of this test's own."""

    def __init__(self, processes: Processes, folder: Path) -> None:
        self._processes = processes
        self.folder = folder

    async def begin(self, *arguments: str) -> Process:
        """Starts it, not awaited."""
        return await self._processes.edgecode(
            "up", "--data-dir", str(self.folder), "--grpc-address", "127.0.0.1:0", "--metrics-address", "",
            "--output", "json", *(arguments or ("--nats-port", "0")), env=QUICK,
        )  # fmt: skip

    async def start(self) -> tuple[Process, dict[str, Any]]:
        """Starts it; the process, and what it says when everything is ready."""
        process = await self.begin()
        return process, await process.event("up.ready")

    async def edgecode(self, ready: Mapping[str, Any], *arguments: str) -> Process:
        """A client of it, ended."""
        client = await self._processes.edgecode(*arguments, env={"EDGECODE_SERVER": str(ready["grpc_address"])})
        await client.exit(120)
        return client

    async def submit(self, ready: Mapping[str, Any], *arguments: str) -> str:
        """Submits the clip; the job's id."""
        client = await self.edgecode(ready, "job", "submit", str(CLIP), "--output", "json", *arguments)
        assert await client.exit() == 0, client.output
        job_id = json.loads(client.output)["job_id"]
        assert isinstance(job_id, str)
        return job_id

    async def until_encoding(self, ready: Mapping[str, Any], job_id: str) -> None:
        """Returns when the job's ladder is being encoded."""
        watch = await self._processes.edgecode(
            "job", "watch", job_id, "--output", "json", env={"EDGECODE_SERVER": str(ready["grpc_address"])}
        )
        await watch.line(lambda text: '"progress"' in text and '"720p"' in text)
        await watch.kill()

    async def finish(self, ready: Mapping[str, Any], job_id: str) -> dict[str, Any]:
        """Waits for the job's success; the job."""
        client = await self.edgecode(ready, "job", "wait", job_id, "--timeout", "100", "--output", "json")
        assert await client.exit() == 0, client.output
        found = json.loads(client.output)
        assert isinstance(found, dict)
        return found

    async def artifacts(self, ready: Mapping[str, Any], job_id: str) -> list[dict[str, Any]]:
        """What the job published."""
        client = await self.edgecode(ready, "artifact", "list", "--job", job_id, "--output", "json")
        found = json.loads(client.output)["artifacts"]
        assert isinstance(found, list)
        return found


def working_in(folder: Path) -> dict[int, str]:
    """Processes that name the folder on their command line or in their environment: pid to command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                environment = (entry / "environ").read_bytes().decode("utf-8", "replace")
            except OSError:
                # Gone meanwhile, or another user's.
                continue
            if str(folder) in command or f"EDGECODE_DATA_DIR={folder}" in environment:
                found[int(entry.name)] = command
    return found


def recorded(folder: Path) -> dict[str, int]:
    """The children of the folder: name to pid."""
    return {entry.stem: json.loads(entry.read_bytes())["pid"] for entry in (folder / "run").glob("*.json")}


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
def up(processes: Processes, tmp_path: Path) -> Up:
    return Up(processes, tmp_path / "data")


async def test_up_starts_all_syncs_each_message_refuses_a_second_owner_and_stops_in_order(
    up: Up, processes: Processes
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


async def test_kill_9_of_up_in_mid_job_and_up_again_works_with_no_second_nats_server(up: Up) -> None:
    process, ready = await up.start()
    job_id = await up.submit(ready, "--preset", "web")
    await up.until_encoding(ready, job_id)
    before = working_in(up.folder)
    os.kill(process.pid, signal.SIGKILL)
    again, ready = await up.start()
    assert not set(before) & set(working_in(up.folder))
    brokers = [command for command in working_in(up.folder).values() if "nats-server.conf" in command]
    assert len(brokers) == 1
    job = await up.finish(ready, job_id)
    assert job["state"] == "STATE_SUCCEEDED"
    outputs = [each["file"]["output_id"] for each in await up.artifacts(ready, job_id)]
    assert sorted(outputs) == ["360p", "480p", "720p", "manifest", "thumbnail"]
    assert await again.terminate() == 0


async def test_sigterm_in_the_middle_is_a_clean_stop_and_the_job_goes_on_at_the_next_start(up: Up) -> None:
    process, ready = await up.start()
    job_id = await up.submit(ready, "--preset", "web")
    await up.until_encoding(ready, job_id)
    assert await process.terminate() == 0
    codes = {event["text"] for event in process.events if event["event"] == "child.stopped"}
    assert codes == {"exit status 0"}
    assert working_in(up.folder) == {}
    again, ready = await up.start()
    assert (await up.finish(ready, job_id))["state"] == "STATE_SUCCEEDED"
    assert await again.terminate() == 0


async def test_each_child_that_is_killed_starts_again_and_work_goes_on(up: Up) -> None:
    process, ready = await up.start()
    for name in ("worker-1", "server", "nats-server"):
        pid = recorded(up.folder)[name]
        os.kill(pid, signal.SIGKILL)
        ended = await process.event("child.ended", child=name)
        assert "SIGKILL" in ended["text"]
        await process.line(partial(_ready_twice, process, name))
    job_id = await up.submit(ready, "--thumbnail", "180")
    assert (await up.finish(ready, job_id))["state"] == "STATE_SUCCEEDED"
    assert await process.terminate() == 0


def _ready_twice(process: Process, name: str, _line: str) -> bool:
    found = [event for event in process.events if event.get("event") == "child.ready" and event.get("child") == name]
    return len(found) == 2


async def test_a_taken_port_is_named_with_the_way_out(up: Up) -> None:
    port = free_port()
    listener = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", port)
    process = await up.begin("--nats-port", str(port))
    assert await process.exit() == 1
    assert f"port {port} is taken" in process.output
    assert "--nats-port 0" in process.output
    listener.close()
    await listener.wait_closed()


async def test_a_broker_older_than_the_ledger_is_refused_with_what_to_do_and_the_rebuild_does_it(
    up: Up, processes: Processes, tmp_path: Path
) -> None:
    process, ready = await up.start()
    first = await up.submit(ready, "--thumbnail", "180")
    await up.finish(ready, first)
    assert await process.terminate() == 0
    shutil.copytree(up.folder / "nats/store", tmp_path / "older")
    process, ready = await up.start()
    lost = await up.submit(ready, "--thumbnail", "180")
    await up.finish(ready, lost)
    assert await process.terminate() == 0
    shutil.rmtree(up.folder / "nats/store")
    shutil.copytree(tmp_path / "older", up.folder / "nats/store")

    refused = await up.begin()
    assert await refused.exit() == 1
    assert "edgecode ledger rebuild" in refused.output
    assert working_in(up.folder) == {}
    rebuild = await processes.edgecode("ledger", "rebuild", "--data-dir", str(up.folder))
    assert await rebuild.exit() == 0, rebuild.output
    process, ready = await up.start()
    assert (await up.finish(ready, first))["state"] == "STATE_SUCCEEDED"
    gone = await up.edgecode(ready, "job", "show", lost)
    assert await gone.exit() == 1
    assert "JOB_NOT_FOUND" in gone.output
    assert await process.terminate() == 0
