"""`edgecode up` killed, stopped, started again, with a job in the middle."""

import os
import shutil
import signal
from functools import partial
from pathlib import Path

import pytest

from tests.harness.process import Process, Processes
from tests.harness.up_on_folder import UpOnFolder, recorded, working_in


@pytest.fixture
def up(processes: Processes, tmp_path: Path) -> UpOnFolder:
    return UpOnFolder(processes, tmp_path / "data")


async def test_kill_9_of_up_in_mid_job_and_up_again_works_with_no_second_nats_server(up: UpOnFolder) -> None:
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


async def test_sigterm_in_the_middle_is_a_clean_stop_and_the_job_goes_on_at_the_next_start(up: UpOnFolder) -> None:
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


async def test_each_child_that_is_killed_starts_again_and_work_goes_on(up: UpOnFolder) -> None:
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


async def test_a_broker_older_than_the_ledger_is_refused_with_what_to_do_and_the_rebuild_does_it(
    up: UpOnFolder, processes: Processes, tmp_path: Path
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
