"""A read waits for what its caller may know of, and no longer than it may."""

from pathlib import Path

import grpc
import pytest

from edgecode.v1 import asset_pb2, job_pb2
from tests.harness.api import Api, refusal
from tests.harness.process import Processes
from tests.integration.api.conftest import start_stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_while_nobody_folds_writes_are_taken_and_reads_say_when_to_come_back(tmp_path: Path) -> None:
    processes = Processes()
    try:
        stack = await start_stack(processes, tmp_path, worker=False)
        async with stack.another_server() as (_, api):
            own = await api.upload(b"abc")
            await api.assets.GetAsset(asset_pb2.GetAssetRequest(asset_id=own.asset_id))
            stack.server.freeze()
            job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=own.asset_id, preset="web"))
            found = await refusal(api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job.job_id)))
            assert (found.code, found.reason) == (grpc.StatusCode.UNAVAILABLE, "LEDGER_BEHIND")
            assert (found.retry_seconds, int(found.metadata["sequence"])) == (1.0, job.sequence)
            stack.server.thaw()
            assert (await api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job.job_id))).job_id == job.job_id
    finally:
        await processes.close()


async def test_an_artifact_can_be_read_as_soon_as_a_watch_has_named_it(api: Api, asset: asset_pb2.Asset) -> None:
    job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail"))
    named = 0
    async for update in api.jobs.WatchJob(job_pb2.WatchJobRequest(job_id=job.job_id)):
        if update.event.event.HasField("artifact_published"):
            artifact_id = update.event.event.artifact_published.artifact_id
            found = await api.jobs.GetArtifact(job_pb2.GetArtifactRequest(artifact_id=artifact_id))
            assert found.job_id == job.job_id
            named += 1
    assert named == 2


async def test_every_read_of_one_job_has_seen_what_its_own_writes_did(api: Api, asset: asset_pb2.Asset) -> None:
    for _ in range(10):
        job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail"))
        assert (await api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job.job_id))).sequence >= job.sequence
        cancelled = await api.jobs.CancelJob(job_pb2.CancelJobRequest(job_id=job.job_id))
        assert cancelled.state in {job_pb2.Job.STATE_CANCELLING, job_pb2.Job.STATE_CANCELLED}
        assert (await api.finished(job.job_id)).state == job_pb2.Job.STATE_CANCELLED


async def test_a_list_with_the_sequence_of_an_upload_has_the_asset(api: Api) -> None:
    for number in range(10):
        asset = await api.upload(f"number {number}".encode())
        listed = await api.assets.ListAssets(
            asset_pb2.ListAssetsRequest(filter=f"caller = {asset.caller}"),
            metadata=(("edgecode-sequence", str(asset.sequence)),),
        )
        assert asset.asset_id in {found.asset_id for found in listed.assets}
