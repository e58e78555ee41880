"""A thumbnail is there long before the ladder."""

import pytest

from edgecode.v1 import asset_pb2, job_pb2
from tests.harness.api import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_thumbnail_is_published_before_half_of_the_ladders_time_is_over(
    api: Api, asset: asset_pb2.Asset
) -> None:
    job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="web"))
    at: dict[str, float] = {}
    async for update in api.jobs.WatchJob(job_pb2.WatchJobRequest(job_id=job.job_id)):
        event = update.event.event
        kind = event.WhichOneof("kind")
        if kind:
            said = getattr(event, kind)
            at[f"{kind} {getattr(said, 'task_id', '')}"] = update.event.event_time.ToNanoseconds() / 1e9
    published = at["artifact_published thumbnail-thumbnail"]
    began, ended = at["attempt_started transcode"], at["attempt_succeeded transcode"]
    assert published < began + (ended - began) / 2
