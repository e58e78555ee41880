"""What must survive: servers killed between log, ledger and TASKS; the job completes once."""

import asyncio
import signal
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from grpc import aio

from edgecode.core import subjects
from edgecode.v1 import job_pb2
from tests.harness import clips
from tests.harness.eventually import eventually
from tests.harness.process import Processes
from tests.harness.system import QUICK, System

OUTPUTS = [clips.rendition(120), clips.thumbnail()]
TASKS = {"probe", "transcode", "thumbnail-thumbnail", "manifest"}
# In the order of a job's way; the first is right after the log has the job, before the client has its answer.
POINTS = (
    "server.after_create",
    "leader.before_commit",
    "leader.after_commit",
    "leader.before_decision",
    "leader.after_decision",
    "leader.before_task",
    "leader.after_task",
)
# At some points each life of the server goes one step further, at others none.
LIVES = 3


@pytest.fixture
async def system(processes: Processes, tmp_path: Path) -> AsyncIterator[System]:
    system = await System.start(processes, tmp_path, **QUICK)
    yield system
    await system.close()


async def completes_once(system: System, job_id: str) -> None:
    """The job succeeds; every task was done once, every output published once; nothing is left in the lanes."""
    await system.succeeded(job_id)
    tasks = await system.tasks(job_id)
    assert set(tasks) == TASKS
    for task in tasks.values():
        assert [attempt.state for attempt in task.attempts] == [job_pb2.Attempt.STATE_SUCCEEDED], task
    assert [a.file.output_id for a in await system.whole_artifacts(job_id)] == clips.ids(OUTPUTS)
    kinds = system.journal.kinds(job_id)
    assert (kinds["job_created"], kinds["job_assigned"], kinds["job_succeeded"]) == (1, 1, 1)
    assert kinds["artifact_published"] == len(clips.ids(OUTPUTS))
    assert kinds["task_scheduled"] == kinds["attempt_started"] == kinds["attempt_succeeded"] == len(TASKS)
    await eventually(lambda: no_task_left(system))


async def no_task_left(system: System) -> bool:
    """Whether TASKS is empty."""
    return (await system.bus.js.stream_info(subjects.TASKS)).state.messages == 0


async def create_despite_a_kill(system: System, request: job_pb2.CreateJobRequest) -> str:
    """Sends it to a server that may die of it; its answer, empty when none came."""
    try:
        return (await system.api.jobs.CreateJob(request)).job_id
    except aio.AioRpcError as error:
        if error.code() == grpc.StatusCode.UNAVAILABLE:
            return ""
        raise


@pytest.mark.parametrize("point", POINTS)
async def test_kill_9_of_the_server_at_each_point_between_log_ledger_and_tasks_and_the_job_completes_once(
    system: System, point: str
) -> None:
    request = job_pb2.CreateJobRequest(
        asset_id=await system.upload(clips.small()), outputs=OUTPUTS, request_id=uuid.uuid4().hex
    )
    assert await system.server.terminate() == 0
    await system.start_server(crash_at=point)
    answered = await create_despite_a_kill(system, request)
    assert not (answered and point == "server.after_create")
    assert await system.server.exit() == -signal.SIGKILL
    if point != "server.after_create":
        for _ in range(LIVES - 1):
            await system.start_server(crash_at=point, ready=False)
            assert await system.server.exit() == -signal.SIGKILL
    await system.start_server()
    again = await create_despite_a_kill(system, request)
    assert answered in {"", again}
    await completes_once(system, again)
    assert len((await system.api.jobs.ListJobs(job_pb2.ListJobsRequest())).jobs) == 1


async def test_kill_9_of_the_server_right_after_create_job_answered_and_the_job_completes_once(
    system: System,
) -> None:
    asset_id = await system.upload(clips.small())
    for _ in range(LIVES):
        job_id = await system.create(asset_id, OUTPUTS)
        assert await system.server.kill() == -signal.SIGKILL
        await system.start_server()
        await completes_once(system, job_id)


@pytest.mark.parametrize("point", ["upload.after_source", "upload.after_asset", "upload.after_job"])
async def test_kill_9_of_the_server_in_the_midst_of_a_finish_and_the_upload_makes_one_asset_and_one_job(
    system: System, point: str
) -> None:
    assert await system.server.terminate() == 0
    await system.start_server(crash_at=point)
    upload_id, data = uuid.uuid4().hex, clips.small()
    with pytest.raises(aio.AioRpcError) as caught:
        await system.api.upload(data, upload_id, preset="thumbnail")
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    assert await system.server.exit() == -signal.SIGKILL
    await system.start_server()
    asset = await system.resumed(data, upload_id)
    again = await system.resumed(data, upload_id)
    assert (again.asset_id, again.job_id) == (asset.asset_id, asset.job_id)
    await system.succeeded(asset.job_id)
    entries = await system.journal.whole()
    created = [entry for entry in entries if entry.event and entry.event.HasField("job_created")]
    assets = [entry for entry in entries if entry.event and entry.event.HasField("asset_created")]
    assert (len(created), len(assets)) == (1, 1)


async def test_two_servers_on_one_ledger_and_the_leader_killed_under_load_every_job_completes_once(
    system: System,
) -> None:
    second = await system.processes.server(system.settings.model_copy(update={"grpc_address": "127.0.0.1:0"}))
    asset_id = await system.upload(clips.small())
    job_ids = [await system.create(asset_id, OUTPUTS) for _ in range(4)]
    await system.journal.until_event("attempt_started", job_ids[0])
    assert await system.server.kill() == -signal.SIGKILL
    await second.event("leader.leads")
    await system.journal.until_event("job_succeeded", count=4)
    await system.start_server()
    await asyncio.gather(*(completes_once(system, job_id) for job_id in job_ids))
