"""What must survive: the disk for artifacts is full; nothing half is published, and with room all goes on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edgecode.v1 import asset_pb2, job_pb2, media_pb2
from tests.chaos.settled import finished_once, verified_artifacts
from tests.chaos.small_disk import Inside, SmallDisk
from tests.harness import clips
from tests.harness.api import chunks, refusal
from tests.harness.process import Processes
from tests.harness.system import QUICK, System

OUTPUTS = [clips.rendition(240), clips.thumbnail()]
AMPLE_BYTES = 64 << 20
# For a thumbnail with its statement, and far less than the rendition.
FREE_BYTES = 128 << 10


def source() -> bytes:
    """Noise of two seconds: it is quickly encoded, and to more than a megabyte."""
    noise = ("-vf", "noise=alls=60:allf=t+u", "-crf", "30")
    return clips.made("noise.mp4", *clips.pictures(), *noise, *clips.H264, *clips.FASTSTART)


@dataclass(frozen=True, slots=True)
class Full:
    """A system whose store has one source and hardly any room."""

    system: System
    disk: SmallDisk
    asset_id: str


async def start(processes: Processes, inside: Inside, disk: SmallDisk, folder: Path, budget: int) -> Full:
    system = await System.start(
        inside, folder, **QUICK, blobs_url=f"file://{disk.folder}", attempt_budget=budget, workers=1
    )
    asset_id = await system.upload(source())
    await disk.leave(FREE_BYTES)
    return Full(system, disk, asset_id)


@pytest.fixture
async def disk(processes: Processes, tmp_path: Path) -> SmallDisk:
    return await SmallDisk.mount(processes, tmp_path / "store", AMPLE_BYTES)


@pytest.fixture
async def inside(disk: SmallDisk) -> AsyncIterator[Inside]:
    started = Inside(disk)
    yield started
    await started.close()


async def nothing_half(full: Full, job_id: str) -> None:
    """Of the rendition there is neither an artifact, nor a file, nor a piece of one; the thumbnail is whole."""
    published = await full.system.api.artifacts(job_id)
    assert {artifact.file.output_id for artifact in published} <= {"thumbnail"}
    for artifact in published:
        await full.system.api.download(artifact.artifact_id)
    assert [name for name in full.disk.files() if name.startswith(f"artifacts/{job_id}/transcode/")] == []


@pytest.mark.timeout(120)
async def test_on_a_full_disk_a_job_fails_with_that_reason_and_tried_again_with_room_it_succeeds(
    processes: Processes, inside: Inside, disk: SmallDisk, tmp_path: Path
) -> None:
    full = await start(processes, inside, disk, tmp_path / "system", budget=2)
    system = full.system
    job_id = await system.create(full.asset_id, OUTPUTS)
    job = await system.finished(job_id)
    assert (job.state, job.failure.reason, job.failure.fault) == (
        job_pb2.Job.STATE_FAILED,
        "NO_SPACE",
        media_pb2.FAULT_TRANSIENT,
    )
    assert [output.state for output in job.outputs] == [
        job_pb2.Output.STATE_FAILED,
        job_pb2.Output.STATE_SUCCEEDED,
    ]
    transcode = (await system.tasks(job_id))["transcode"]
    assert [attempt.failure.reason for attempt in transcode.attempts] == ["NO_SPACE", "NO_SPACE"]
    await nothing_half(full, job_id)

    await disk.resize(AMPLE_BYTES)
    await system.api.jobs.RetryJob(job_pb2.RetryJobRequest(job_id=job_id))
    await system.journal.until_event("job_succeeded", job_id)
    await verified_artifacts(system, job_id, clips.ids(OUTPUTS), disk.seen)
    assert system.journal.kinds(job_id)["artifact_published"] == len(clips.ids(OUTPUTS))
    await system.close()


@pytest.mark.timeout(120)
async def test_on_a_full_disk_jobs_wait_while_their_budget_lasts_and_go_on_when_there_is_room(
    processes: Processes, inside: Inside, disk: SmallDisk, tmp_path: Path
) -> None:
    full = await start(processes, inside, disk, tmp_path / "system", budget=20)
    system = full.system
    job_ids = [await system.create(full.asset_id, OUTPUTS) for _ in range(2)]
    for job_id in job_ids:
        await system.journal.until_event("attempt_failed", job_id, count=2, task_id="transcode")
        job = await system.api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job_id))
        assert job.state == job_pb2.Job.STATE_RUNNING
        reasons = {attempt.failure.reason for attempt in (await system.tasks(job_id))["transcode"].attempts}
        assert reasons <= {"NO_SPACE", ""}
        assert "NO_SPACE" in reasons
        assert {artifact.file.output_id for artifact in await system.api.artifacts(job_id)} <= {"thumbnail"}
    await disk.resize(AMPLE_BYTES)
    for job_id in job_ids:
        await system.succeeded(job_id)
        await verified_artifacts(system, job_id, clips.ids(OUTPUTS), disk.seen)
    await finished_once(system, job_ids)
    await system.close()


@pytest.mark.timeout(120)
async def test_on_a_full_disk_an_upload_is_refused_with_that_reason_and_finishes_when_there_is_room(
    processes: Processes, inside: Inside, disk: SmallDisk, tmp_path: Path
) -> None:
    full = await start(processes, inside, disk, tmp_path / "system", budget=4)
    api = full.system.api
    data = clips.long()
    refused = await refusal(api.assets.UploadAsset(chunks(data, "one", file_name="long.mp4")))
    assert refused.reason == "STORE_FULL"
    assert refused.retry_seconds is not None
    assets = (await api.assets.ListAssets(asset_pb2.ListAssetsRequest())).assets
    assert [asset.asset_id for asset in assets] == [full.asset_id]

    await disk.resize(AMPLE_BYTES)
    stored = await api.assets.QueryUpload(asset_pb2.QueryUploadRequest(upload_id="one"))
    reply = await api.assets.UploadAsset(chunks(data, "one", start=stored.committed_bytes, file_name="long.mp4"))
    assert (reply.asset.size_bytes, reply.asset.sha256) == (len(data), clips.sha256(data))
    job_id = await full.system.create(reply.asset.asset_id, [clips.thumbnail()])
    await full.system.succeeded(job_id)
    await full.system.close()
