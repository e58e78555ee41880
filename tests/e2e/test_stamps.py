"""Stamps over whole lives: of processes that start, work, are killed and stop, each message is signed as they said."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edgecode.core import headers, subjects
from edgecode.core.stamp import stamp_from_proto
from edgecode.v1 import bus_pb2, fleet_pb2, job_pb2
from tests.harness import clips
from tests.harness.api import STAMP_KEYS, metadata_of
from tests.harness.process import Process, Processes
from tests.harness.recorder import Recorder
from tests.harness.system import QUICK, System, instance_of

SIGNED = ("service", "version", "revision", "instance", "environment", "build")


def first_line(process: Process) -> dict[str, Any]:
    """What a process of ours said of itself before all else."""
    line = process.events[0]
    assert (line["event"], process.lines[0][0]) == ("process.starting", "{")
    return {name: line[name] for name in SIGNED}


@pytest.fixture
async def system(processes: Processes, tmp_path: Path) -> AsyncIterator[System]:
    system = await System.start(processes, tmp_path, workers=0, **QUICK)
    yield system
    await system.close()


async def test_every_message_from_the_start_of_a_process_to_its_end_bears_the_stamp_of_its_first_log_line(
    system: System, processes: Processes
) -> None:
    recorder = await Recorder.listen(system.broker.url)
    assert await system.server.terminate() == 0
    await system.start_server()
    killed = await system.add_worker()
    asset_id = await system.upload(clips.long())
    job_id = await system.create(asset_id, preset="web")
    await system.until_encoding(job_id)
    assert await killed.kill() == -signal.SIGKILL
    heir = await system.add_worker()
    # Its entry expires, the loss is decided, the job goes on, and another is cancelled in mid-work.
    await system.journal.until_event("attempt_lost", job_id)
    await system.succeeded(job_id)
    cancelled = await system.create(asset_id, preset="web")
    await system.until_encoding(cancelled)
    await system.api.jobs.CancelJob(job_pb2.CancelJobRequest(job_id=cancelled))
    await system.finished(cancelled)
    call = system.api.fleet.GetBuildInfo(fleet_pb2.GetBuildInfoRequest())
    server, replied = first_line(system.server), await metadata_of(call)
    assert await heir.terminate() == 0
    assert await system.server.terminate() == 0
    heard = await recorder.heard()
    await recorder.close()

    lives = {line["instance"]: line for line in map(first_line, (system.server, killed, heir))}
    ours = [first_line(process) for process in processes.all if process.name.startswith("edgecode.")]
    known = {line["instance"]: line for line in ours}
    signers = set()
    for message in heard:
        origin = headers.read_origin(message.headers)
        signed = {name: getattr(origin.stamp, name) for name in SIGNED}
        assert signed == known[origin.stamp.instance], message.subject
        assert origin.path[-1] == headers.hop(origin.stamp), message.subject
        assert message.headers is not None
        assert message.headers[headers.MSG_ID], message.subject
        signers.add(origin.stamp.instance)
        if message.subject.startswith(subjects.ALL_FLEET.removesuffix(">")) and message.data:
            entry = bus_pb2.FleetEntry.FromString(message.data)
            assert stamp_from_proto(entry.stamp) == origin.stamp
            assert len(entry.digests.config_digest) == 64
    assert signers >= lives.keys()
    roots = {message.subject.partition(".")[0] for message in heard}
    assert roots >= {"event", "task", "$KV", "control", "wake", "progress"}
    for metadata in replied:
        assert [metadata[key] for key in STAMP_KEYS] == [server[key.removeprefix("edgecode-")] for key in STAMP_KEYS]


async def test_the_fleet_names_every_process_with_the_stamp_of_its_first_log_line(system: System) -> None:
    workers = [await system.add_worker() for _ in range(2)]
    known = {first_line(process)["instance"]: first_line(process) for process in (system.server, *workers)}
    instances = await system.instances()
    assert {i: {name: getattr(one.stamp, name) for name in SIGNED} for i, one in instances.items()} == known
    digests = {(one.digests.toolchain_digest, one.digests.config_digest) for one in instances.values()}
    assert {len(instances[await instance_of(worker)].digests.toolchain_digest) for worker in workers} == {64}
    assert len(digests) == 2, "two workers of one machine and one configuration are alike"
