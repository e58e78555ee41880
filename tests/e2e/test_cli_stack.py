"""How children are kept, with a real nats-server: restarted, stopped, and never left behind or doubled."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edgecode.cli.stack.child import Command
from edgecode.cli.stack.folder import LOG_BYTES, DataFolder, FolderInUse
from edgecode.cli.stack.nats import find_nats_server, nats_command, nats_readiness
from edgecode.cli.stack.ports import free_port, is_free
from edgecode.cli.stack.stack import read_ready
from edgecode.cli.stack.supervised import Event, StartFailed, Supervised
from tests.harness.process import Processes

OWNER = """
import asyncio, sys
from pathlib import Path
from edgecode.cli.stack.folder import DataFolder
from edgecode.cli.stack.nats import find_nats_server, nats_command, nats_readiness
from edgecode.cli.stack.supervised import Supervised

async def main():
    folder = DataFolder(Path(sys.argv[1]))
    folder.claim()
    port = int(sys.argv[2])
    nats = Supervised("nats-server", nats_command(find_nats_server(), folder.path / "nats", port),
                      nats_readiness(port), folder, lambda event: None)
    await nats.start()
    print("pid", nats.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


class Seen:
    """Events of one child, to be waited for."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, kind: str, count: int = 1) -> None:
        async with asyncio.timeout(30):
            while sum(event.kind == kind for event in self.events) < count:
                self._news.clear()
                await self._news.wait()

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def python(script: str) -> Command:
    return Command([sys.executable, "-c", script], {})


async def wait_gone(pid: int, seconds: float = 2.0) -> None:
    """Waits for the end of a process that is no child of ours."""
    try:
        ended = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(ended, over.set)
    try:
        async with asyncio.timeout(seconds):
            await over.wait()
    finally:
        asyncio.get_running_loop().remove_reader(ended)
        os.close(ended)


def test_a_folder_has_one_owner_and_the_second_is_told_who(folder: DataFolder) -> None:
    assert folder.claim() == []
    with pytest.raises(FolderInUse, match=str(os.getpid())):
        DataFolder(folder.path).claim()
    folder.release()
    second = DataFolder(folder.path)
    second.claim()
    second.release()


def test_the_folder_is_its_owners_alone(folder: DataFolder) -> None:
    folder.claim()
    assert folder.path.stat().st_mode & 0o077 == 0
    folder.release()


def test_what_a_killed_owner_left_is_killed_and_a_stranger_with_an_old_pid_is_not(folder: DataFolder) -> None:
    folder.claim()
    with (
        subprocess.Popen(["sleep", "600"], start_new_session=True) as left,
        subprocess.Popen(["sleep", "600"], start_new_session=True) as stranger,
    ):
        folder.record("left", left.pid)
        (folder.path / "run" / "stranger.json").write_text(json.dumps({"pid": stranger.pid, "start": "another time"}))
        folder.release()
        next_owner = DataFolder(folder.path)
        try:
            assert next_owner.claim() == [left.pid]
            assert left.wait(timeout=5) == -signal.SIGKILL
            assert stranger.poll() is None
        finally:
            next_owner.release()
            left.kill()
            stranger.kill()
    assert list((folder.path / "run").iterdir()) == []


async def test_a_killed_owner_takes_its_broker_along_and_the_folder_starts_again(
    processes: Processes, folder: DataFolder
) -> None:
    port = free_port()
    owner = await processes.start("owner", sys.executable, "-c", OWNER, str(folder.path), str(port))
    pid = int((await owner.line(lambda text: text.startswith("pid "))).split()[1])
    await owner.kill()
    await wait_gone(pid)
    again = await processes.start("owner", sys.executable, "-c", OWNER, str(folder.path), str(port))
    new = int((await again.line(lambda text: text.startswith("pid "))).split()[1])
    assert new != pid
    await again.kill()
    await wait_gone(new)


async def test_a_killed_broker_starts_again_on_its_port_and_stops_cleanly_when_told(folder: DataFolder) -> None:
    folder.claim()
    seen, port = Seen(), free_port()
    command = nats_command(find_nats_server(), folder.path / "nats", port)
    nats = Supervised("nats-server", command, nats_readiness(port), folder, seen)
    facts = await nats.start()
    assert facts["nats_url"] == f"nats://127.0.0.1:{port}"
    assert nats.pid is not None
    os.kill(nats.pid, signal.SIGKILL)
    await seen.until("ready", 2)
    assert not is_free(port)
    await nats.stop(10)
    await nats.stop(10)
    assert seen.kinds == ["starting", "ready", "ended", "starting", "ready", "stopped"]
    assert seen.events[-1].text == "exit status 0"
    assert is_free(port)
    folder.release()


async def test_the_broker_syncs_each_acknowledged_message_and_listens_on_loopback_only(folder: DataFolder) -> None:
    folder.claim()
    port = free_port()
    command = nats_command(find_nats_server(), folder.path / "nats", port)
    nats = Supervised("nats-server", command, nats_readiness(port), folder, Seen())
    facts = await nats.start()
    reader, writer = await asyncio.open_connection(*facts["monitor_url"].removeprefix("http://").split(":"))
    writer.write(b"GET /varz HTTP/1.0\r\n\r\n")
    await writer.drain()
    varz = json.loads((await reader.read()).partition(b"\r\n\r\n")[2])
    writer.close()
    assert varz["jetstream"]["config"]["sync_always"] is True
    assert varz["host"] == varz["http_host"] == "127.0.0.1"
    await nats.stop(10)
    folder.release()


async def test_a_child_that_ends_before_it_is_ready_is_an_error_with_its_last_words(folder: DataFolder) -> None:
    folder.claim()
    script = "import sys; print('{\"event\": \"x\"}'); sys.exit('edgecode server: the ledger is ahead of the log')"
    child = Supervised("server", lambda _facts: python(script), read_ready, folder, Seen())
    with pytest.raises(StartFailed, match="the ledger is ahead of the log") as error:
        await child.start()
    assert "exit status 1" in str(error.value)
    assert '"event"' not in str(error.value)
    await child.stop(1)
    folder.release()


async def test_a_child_that_keeps_ending_is_started_ever_more_slowly(folder: DataFolder) -> None:
    folder.claim()
    seen = Seen()
    script = 'print(\'{"event": "process.ready"}\')'
    child = Supervised("worker-1", lambda _facts: python(script), read_ready, folder, seen)
    await child.start()
    await seen.until("ended", 3)
    await child.stop(1)
    waits = [event.text.partition("again in ")[2] for event in seen.events if event.kind == "ended"]
    assert waits[:3] == ["0.1 s", "0.2 s", "0.4 s"]
    assert child.pid is None
    folder.release()


async def test_a_child_that_ignores_sigterm_is_killed_after_its_grace(folder: DataFolder) -> None:
    folder.claim()
    seen = Seen()
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        'print(\'{"event": "process.ready"}\', flush=True); time.sleep(600)'
    )
    child = Supervised("worker-1", lambda _facts: python(script), read_ready, folder, seen)
    await child.start()
    await child.stop(0.2)
    assert seen.events[-1].text == "killed by SIGKILL"
    folder.release()


def test_only_a_line_of_process_ready_is_read_as_ready() -> None:
    assert read_ready('{"event": "process.ready", "grpc_address": "127.0.0.1:5", "pid": 3}') == {
        "grpc_address": "127.0.0.1:5"
    }
    for line in ("process.ready", '{"event": "x", "text": "process.ready"}', '["process.ready"]', "", "{process.ready"):
        assert read_ready(line) is None


async def test_a_child_that_is_just_starting_again_when_all_is_stopped_is_ended_too(folder: DataFolder) -> None:
    folder.claim()
    seen, stops, runs = Seen(), [], 0
    ends, lasts = (
        f'print(\'{{"event": "process.ready"}}\', flush=True); {rest}' for rest in ("", "import time; time.sleep(60)")
    )

    def command(_facts: dict[str, str]) -> Command:
        nonlocal runs
        runs += 1
        if runs == 2:
            # While the second process is being made only the first, which is gone, can be told to stop.
            stops.append(asyncio.create_task(child.stop(5)))
        return python(ends if runs == 1 else lasts)

    child = Supervised("worker-1", command, read_ready, folder, seen)
    await child.start()
    await seen.until("starting", 2)
    await asyncio.wait_for(asyncio.gather(*stops), 10)
    assert runs == 2
    assert child.pid is None
    folder.release()


async def test_a_full_disk_costs_lines_of_a_log_and_ends_no_child(folder: DataFolder) -> None:
    folder.claim()
    (folder.logs / "worker-1.log").symlink_to("/dev/full")
    seen = Seen()
    script = 'print(\'{"event": "process.ready"}\', flush=True); import time; time.sleep(60)'
    child = Supervised("worker-1", lambda _facts: python(script), read_ready, folder, seen)
    await child.start()
    assert seen.kinds == ["starting", "ready"]
    await child.stop(5)
    folder.release()


def test_a_log_that_has_grown_gives_way_while_its_child_runs(folder: DataFolder) -> None:
    folder.claim()
    for letter in (b"a", b"b", b"c"):
        folder.write_log("worker-1", letter * (LOG_BYTES + 1))
    assert (folder.logs / "worker-1.log").read_bytes()[:1] == b"c"
    assert (folder.logs / "worker-1.log.1").read_bytes()[:1] == b"b"
    folder.release()
