"""The way of a job through log, ledger, leader and lanes, step by step."""

from tests.harness.played_server import a_job, a_video
from tests.integration.protocol.conftest import StartServer, StartWorker


async def test_a_job_of_one_task_goes_from_created_to_succeeded(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    record = await server.record(job.job_id)
    assert (record.job.state, record.job.build, record.job.epoch) == ("RUNNING", worker.bus.stamp.build, 0)

    await (await worker.must_take()).finish()
    await server.settle()

    record = await server.record(job.job_id)
    assert record.job.state == "SUCCEEDED"
    assert await server.standing() == []


async def test_a_video_gets_one_artifact_per_output_and_a_manifest(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    job = a_video()
    await server.create(job)
    await server.settle()
    kinds = []
    while taken := await worker.take():
        kinds.append(taken.task.task_id)
        await taken.finish()
        await server.settle()
    assert kinds[0] == "probe"
    assert kinds[-1] == "manifest"
    record = await server.record(job.job_id)
    assert record.job.state == "SUCCEEDED"
    assert sorted(a.output_id for a in record.artifacts.values()) == ["360p", "720p", "manifest", "thumb"]
