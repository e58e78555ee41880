"""All hostile files through a whole system: one worker meets them, stays what it was, and does the next job."""

import asyncio
from pathlib import Path

import pytest

from edgecode.v1 import fleet_pb2, job_pb2, media_pb2
from tests.chaos.settled import finished_once, verified_artifacts
from tests.harness import clips
from tests.harness.pids import descendants
from tests.harness.process import Processes
from tests.harness.system import QUICK, System, instance_of
from tests.hostile.row import Hostile
from tests.hostile.table import ROWS

OUTPUTS = [clips.rendition(36), clips.thumbnail(36)]
AT_ONCE = 3
# What a worker may hold more after a hundred jobs than after one.
GROWTH_BYTES = 64 * 2**20


def resident(pid: int) -> int:
    """Bytes of memory."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) * 1024


async def good(system: System) -> str:
    """The job of a good film."""
    job_id = await system.create(await system.upload(clips.small()), OUTPUTS)
    await system.succeeded(job_id)
    await verified_artifacts(system, job_id, clips.ids(OUTPUTS))
    return job_id


async def check(system: System, row: Hostile) -> str:
    """The job of a hostile file ends as the table says, tried once where it is the user's fault."""
    job_id = await system.create(await system.upload(row.make(), file_name="film.mp4"), OUTPUTS)
    job = await system.finished(job_id, 600)
    if row.gets is None:
        assert job.state == job_pb2.Job.STATE_SUCCEEDED, (row.name, job)
        await verified_artifacts(system, job_id, clips.ids(OUTPUTS))
        return job_id
    assert (job.failure.reason, job.failure.fault) == (row.gets, media_pb2.FAULT_USER), (row.name, job.failure)
    failed = [
        attempt
        for task in (await system.tasks(job_id)).values()
        for attempt in task.attempts
        if attempt.state == job_pb2.Attempt.STATE_FAILED
    ]
    assert {attempt.failure.fault for attempt in failed} == {media_pb2.FAULT_USER}, (row.name, failed)
    return job_id


@pytest.mark.timeout(900)
async def test_one_worker_meets_all_hostile_files_is_unharmed_and_does_the_next_job(
    processes: Processes, tmp_path: Path
) -> None:
    system = await System.start(processes, tmp_path, workers=1, **QUICK)
    worker = system.workers[0]
    first = await good(system)
    before = resident(worker.pid)
    rows = iter(ROWS)

    async def feed() -> list[str]:
        return [await check(system, row) for row in rows]

    jobs = [job_id for some in await asyncio.gather(*(feed() for _ in range(AT_ONCE))) for job_id in some]
    assert len(jobs) == len(ROWS)
    await finished_once(system, [first, *jobs])
    await good(system)
    assert not worker.ended.done()
    assert set(await system.instances()) >= {await instance_of(worker)}
    assert descendants(worker.pid) == set()
    assert resident(worker.pid) < before + GROWTH_BYTES
    builds = (await system.api.fleet.ListBuilds(fleet_pb2.ListBuildsRequest())).builds
    assert [build.failures_last_day for build in builds] == [0] * len(builds)
    assert not [event for event in worker.events if event.get("event") == "host.attempt_broke"]
    assert await worker.terminate() == 0
    await system.close()
