"""Artifacts written to `output_uri` too: whole, under their names, the manifest last; a failure undoes nothing."""

import hashlib
import uuid
from pathlib import Path

import pytest

from edgecode.v1 import asset_pb2, job_pb2, media_pb2
from tests.harness.api import Api, refusal
from tests.integration.api.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
States = job_pb2.Export


def place(stack: Stack, name: str) -> tuple[str, Path]:
    """A URI in the store for exports, and its folder."""
    url = stack.settings.stores["out"].url
    return f"{url}/{name}", Path(url.removeprefix("file://")) / name


async def test_every_artifact_is_written_whole_under_its_name_and_the_manifest_last(
    api: Api, asset: asset_pb2.Asset, stack: Stack
) -> None:
    uri, folder = place(stack, f"films/{uuid.uuid4().hex}")
    request = job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail", output_uri=f"{uri}/")
    job = await api.finished((await api.jobs.CreateJob(request)).job_id)
    assert job.state == job_pb2.Job.STATE_SUCCEEDED, job
    artifacts = {each.file.file_name: each for each in await api.artifacts(job.job_id)}
    written = {path.name: path for path in folder.iterdir()}
    assert written.keys() == artifacts.keys() == {"thumbnail.jpg", "manifest.json"}
    for name, path in written.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == artifacts[name].file.sha256
    assert written["manifest.json"].stat().st_mtime_ns >= written["thumbnail.jpg"].stat().st_mtime_ns
    first, last = job.exports
    assert [(e.state, list(e.output_ids)) for e in (first, last)] == [
        (States.STATE_SUCCEEDED, ["thumbnail"]),
        (States.STATE_SUCCEEDED, ["manifest"]),
    ]
    (file,) = first.files
    assert (file.uri, file.artifact_id) == (f"{uri}/thumbnail.jpg", artifacts["thumbnail.jpg"].artifact_id)
    assert last.files[0].uri == f"{uri}/manifest.json"


@pytest.mark.parametrize("uri", ["s3://elsewhere/x", "file:///etc", "{out}", "{out}/../x", "{out}/a//b", "elsewhere"])
async def test_a_place_outside_the_stores_for_export_is_refused_by_field(
    api: Api, asset: asset_pb2.Asset, stack: Stack, uri: str
) -> None:
    given = uri.format(out=stack.settings.stores["out"].url)
    if uri == "{out}":
        given += "side"  # a neighbour whose name begins alike
    request = job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail", output_uri=given)
    found = await refusal(api.jobs.CreateJob(request))
    assert (found.reason, found.fields) == ("INVALID_FIELD", ("output_uri",))


async def test_a_failed_export_leaves_the_artifact_and_is_tried_again_on_request(
    stack: Stack, asset: asset_pb2.Asset
) -> None:
    uri, folder = place(stack, uuid.uuid4().hex)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"in the way")
    async with stack.another_server(attempt_budget=1) as (_, api):
        request = job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail", output_uri=uri)
        job = await api.finished((await api.jobs.CreateJob(request)).job_id)
        assert (job.state, job.failure.reason) == (job_pb2.Job.STATE_FAILED, "EXPORT_FAILED"), job
        assert job.failure.fault == media_pb2.FAULT_TRANSIENT
        assert job.outputs[0].state == job_pb2.Output.STATE_SUCCEEDED
        first, last = job.exports
        assert (first.state, first.failure.reason) == (States.STATE_FAILED, "EXPORT_FAILED")
        assert last.state == States.STATE_CANCELLED, "without all others there is no manifest"
        artifact = job.outputs[0].artifact_id
        assert await api.download(artifact)
        assert folder.read_bytes() == b"in the way"
        folder.unlink()
        await api.jobs.RetryJob(job_pb2.RetryJobRequest(job_id=job.job_id))
        job = await api.finished(job.job_id)
        assert job.state == job_pb2.Job.STATE_SUCCEEDED, job
        assert job.outputs[0].artifact_id == artifact, "nothing was made again"
        assert {path.name for path in folder.iterdir()} == {"thumbnail.jpg", "manifest.json"}
