"""Quality asked for stands in the artifact; an output below what was asked fails alone, once."""

import json

import grpc
import pytest

from edgecode.v1 import job_pb2, media_pb2
from tests.harness import clips
from tests.harness.api import Api, refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


def measured(output_id: str, crf: int, least: float = 0.0) -> media_pb2.OutputSpec:
    asked = media_pb2.QualitySpec(min_quality=least, sample_count=2, sample_seconds=0.5)
    spec = media_pb2.RenditionSpec(height_pixels=240, crf=crf)
    return media_pb2.OutputSpec(output_id=output_id, rendition=spec, quality=asked)


async def finished(api: Api, *outputs: media_pb2.OutputSpec) -> job_pb2.Job:
    asset = await api.upload(clips.small())
    job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, outputs=outputs))
    return await api.finished(job.job_id)


async def attempts(api: Api, job_id: str, task_id: str) -> list[job_pb2.Attempt]:
    reply = await api.jobs.ListTasks(job_pb2.ListTasksRequest(filter=f"job_id = {job_id}"))
    return [attempt for task in reply.tasks if task.task_id == task_id for attempt in task.attempts]


async def test_what_was_measured_stands_in_the_artifact_and_in_the_manifest(api: Api) -> None:
    job = await finished(api, measured("good", 15, 0.9), clips.rendition(120))
    assert job.state == job_pb2.Job.STATE_SUCCEEDED
    files = {artifact.file.output_id: artifact for artifact in await api.artifacts(job.job_id)}
    (found,) = files["good"].file.quality
    assert found.metric == media_pb2.QUALITY_METRIC_SSIM
    assert 0.9 < found.min <= found.mean < 1
    assert 28 <= found.frames_compared <= 32
    assert not files["120p"].file.quality
    manifest = json.loads(await api.download(files["manifest"].artifact_id))
    (entry,) = (each for each in manifest["artifacts"] if each["output_id"] == "good")
    assert entry["quality"] == [
        {"metric": "SSIM", "mean": found.mean, "min": found.min, "frames_compared": found.frames_compared}
    ]


async def test_an_output_below_what_was_asked_fails_once_and_the_others_are_published(api: Api) -> None:
    job = await finished(api, measured("coarse", 51, 0.99), measured("fine", 15, 0.9))
    assert (job.state, job.failure.reason) == (job_pb2.Job.STATE_FAILED, "QUALITY_TOO_LOW")
    coarse, fine = job.outputs
    assert (coarse.state, coarse.failure.reason) == (job_pb2.Output.STATE_FAILED, "QUALITY_TOO_LOW")
    assert coarse.failure.fault == media_pb2.FAULT_USER
    assert not coarse.artifact_id
    assert (fine.state, fine.failure.reason) == (job_pb2.Output.STATE_SUCCEEDED, "")
    assert [artifact.file.output_id for artifact in await api.artifacts(job.job_id)] == ["fine"]
    assert len(await attempts(api, job.job_id, "transcode")) == 1
    found = await refusal(api.jobs.RetryJob(job_pb2.RetryJobRequest(job_id=job.job_id)))
    assert (found.code, found.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "TASK_NOT_DEAD")


async def test_where_no_output_is_good_enough_the_task_is_dead_after_one_attempt(api: Api) -> None:
    job = await finished(api, measured("coarse", 51, 0.99))
    assert (job.state, job.failure.reason) == (job_pb2.Job.STATE_FAILED, "QUALITY_TOO_LOW")
    (attempt,) = await attempts(api, job.job_id, "transcode")
    assert attempt.state == job_pb2.Attempt.STATE_FAILED
