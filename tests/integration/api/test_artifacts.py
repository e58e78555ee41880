"""Artifacts: listed, read, downloaded from any offset; their statements too."""

import hashlib
import json

import grpc
import pytest

from edgecode.v1 import job_pb2, media_pb2
from tests.harness.api import Api, refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def picture_of(api: Api, job: job_pb2.Job) -> media_pb2.Artifact:
    request = job_pb2.ListArtifactsRequest(filter=f"job_id = {job.job_id} AND kind = THUMBNAIL")
    (artifact,) = (await api.jobs.ListArtifacts(request)).artifacts
    return artifact


async def test_an_artifact_names_its_maker_and_its_digests(api: Api, finished_job: job_pb2.Job) -> None:
    artifact = await picture_of(api, finished_job)
    assert artifact == await api.jobs.GetArtifact(job_pb2.GetArtifactRequest(artifact_id=artifact.artifact_id))
    assert finished_job.outputs[0].artifact_id == artifact.artifact_id
    assert (artifact.made_by.service, artifact.made_by.build) == ("worker", finished_job.build)
    assert artifact.digests.toolchain_digest
    assert artifact.digests.config_digest
    assert artifact.file.content_sha256 != artifact.file.sha256


async def test_a_download_gives_the_bytes_of_the_digest_from_any_offset(api: Api, finished_job: job_pb2.Job) -> None:
    artifact = await picture_of(api, finished_job)
    whole = await api.download(artifact.artifact_id)
    assert (len(whole), hashlib.sha256(whole).hexdigest()) == (artifact.file.size_bytes, artifact.file.sha256)
    for offset in (1, 1000, len(whole) - 1, len(whole)):
        assert await api.download(artifact.artifact_id, offset_bytes=offset) == whole[offset:]


async def test_the_statement_beside_an_artifact_names_its_digest(api: Api, finished_job: job_pb2.Job) -> None:
    artifact = await picture_of(api, finished_job)
    statement = json.loads(await api.download(artifact.artifact_id, statement=True))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"][0]["digest"]["sha256"] == artifact.file.sha256


async def test_a_place_outside_an_artifact_is_refused_with_its_size(api: Api, finished_job: job_pb2.Job) -> None:
    artifact = await picture_of(api, finished_job)
    beyond = job_pb2.DownloadArtifactRequest(
        artifact_id=artifact.artifact_id, offset_bytes=artifact.file.size_bytes + 1
    )
    found = await refusal(api.jobs.DownloadArtifact(beyond))
    assert (found.code, found.reason) == (grpc.StatusCode.OUT_OF_RANGE, "OFFSET_BEYOND_END")
    assert found.metadata["size_bytes"] == str(artifact.file.size_bytes)
    before = job_pb2.DownloadArtifactRequest(artifact_id=artifact.artifact_id, offset_bytes=-1)
    assert (await refusal(api.jobs.DownloadArtifact(before))).fields == ("offset_bytes",)


async def test_blobs_in_a_folder_have_no_signed_url_and_the_refusal_says_what_to_do(
    api: Api, finished_job: job_pb2.Job
) -> None:
    artifact = await picture_of(api, finished_job)
    request = job_pb2.SignArtifactUrlRequest(artifact_id=artifact.artifact_id)
    found = await refusal(api.jobs.SignArtifactUrl(request))
    assert (found.code, found.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "STORE_CANNOT_SIGN")
    assert "DownloadArtifact" in found.message


async def test_ids_of_jobs_are_no_artifacts(api: Api, finished_job: job_pb2.Job) -> None:
    for call in (
        api.jobs.GetArtifact(job_pb2.GetArtifactRequest(artifact_id=finished_job.job_id)),
        api.jobs.DownloadArtifact(job_pb2.DownloadArtifactRequest(artifact_id=finished_job.job_id)),
    ):
        found = await refusal(call)
        assert (found.code, found.reason) == (grpc.StatusCode.NOT_FOUND, "ARTIFACT_NOT_FOUND")


async def test_artifacts_are_filtered_on_documented_fields(api: Api, finished_job: job_pb2.Job) -> None:
    artifact = await picture_of(api, finished_job)
    job = f"job_id = {finished_job.job_id}"
    for restriction, found in (
        (f"sha256 = {artifact.file.sha256}", 1),
        (f"content_sha256 = {artifact.file.content_sha256}", 1),
        (f'build = "{artifact.made_by.build}"', 2),
        ('build = "0.0.1+g000000000000"', 0),
        ("output_id = thumbnail", 1),
        ("kind = ARTIFACT_KIND_MANIFEST", 1),
        ("publish_time > 2020-01-01T00:00:00Z", 2),
    ):
        reply = await api.jobs.ListArtifacts(job_pb2.ListArtifactsRequest(filter=f"{job} AND {restriction}"))
        assert len(reply.artifacts) == found, restriction
