"""A thumbnail's failure is its own."""

from edgecode.v1 import media_pb2
from tests.harness.played_server import a_video
from tests.integration.protocol.conftest import StartServer, StartWorker


async def test_a_thumbnail_fails_alone(start_server: StartServer, start_worker: StartWorker) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    job = a_video()
    await server.create(job)
    await server.settle()
    while taken := await worker.take():
        if taken.task.task_id.startswith("thumbnail"):
            await taken.start()
            await taken.fail(media_pb2.FAULT_USER, "NO_KEYFRAME")
            await taken.ack()
        else:
            await taken.finish()
        await server.settle()

    record = await server.record(job.job_id)
    assert {artifact.output_id for artifact in record.artifacts.values()} == {"720p", "360p"}
    states = {task_id: task.state for task_id, task in record.tasks.items()}
    assert states.pop("thumbnail-thumb") == "DEAD"
    assert states == {"probe": "SUCCEEDED", "transcode": "SUCCEEDED"}
    assert record.job.state == "FAILED"
