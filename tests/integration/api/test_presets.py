"""Presets of one's own: revisions that never change, made once, read wherever a job names them."""

import asyncio
from typing import Any

import grpc
import pytest

from edgecode.v1 import asset_pb2, job_pb2, media_pb2
from tests.harness.api import Api, refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


def rung(lines: int) -> media_pb2.OutputSpec:
    return media_pb2.OutputSpec(output_id="small", rendition=media_pb2.RenditionSpec(height_pixels=lines))


def asked(preset: str, lines: int = 240, **fields: Any) -> job_pb2.CreatePresetRequest:
    return job_pb2.CreatePresetRequest(preset=preset, title="Small", outputs=[rung(lines)], **fields)


async def test_each_revision_stays_as_it_was_and_jobs_say_which_they_were_made_by(api: Api) -> None:
    first = await api.jobs.CreatePreset(asked("kept"))
    second = await api.jobs.CreatePreset(asked("kept", 144, after_revision=1, retention_seconds=100_000))
    assert (first.revision, second.revision, second.created_by.service) == (1, 2, "server")
    assert first.outputs[0].rendition.video_codec == media_pb2.VIDEO_CODEC_H264, "every default is spelled out"
    latest = await api.jobs.GetPreset(job_pb2.GetPresetRequest(preset="kept"))
    old = await api.jobs.GetPreset(job_pb2.GetPresetRequest(preset="kept@1"))
    assert (latest.outputs, old.outputs) == (second.outputs, first.outputs)
    assert old.create_time.ToMicroseconds() <= latest.create_time.ToMicroseconds()

    asset = await api.upload(b"not a video")
    old_job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="kept@1"))
    new_job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="kept"))
    assert (old_job.preset, old_job.preset_revision, new_job.preset_revision) == ("kept", 1, 2)
    assert [output.spec for output in old_job.outputs] == list(first.outputs)
    assert new_job.expire_time.seconds - new_job.create_time.seconds in range(99_990, 100_010)
    read = await api.jobs.GetJob(job_pb2.GetJobRequest(job_id=new_job.job_id))
    assert (read.preset, read.preset_revision) == ("kept", 2)


async def test_an_upload_may_name_a_preset_of_ones_own(api: Api) -> None:
    await api.jobs.CreatePreset(asked("uploaded"))
    asset = await api.upload(b"no video", preset="uploaded@1")
    job = await api.jobs.GetJob(job_pb2.GetJobRequest(job_id=asset.job_id))
    assert (job.preset, job.preset_revision) == ("uploaded", 1)
    assert isinstance(asset, asset_pb2.Asset)


async def test_the_same_request_makes_one_revision(api: Api) -> None:
    request = asked("once", request_id="r1")
    first, again = await api.jobs.CreatePreset(request), await api.jobs.CreatePreset(request)
    assert (first.revision, again.revision) == (1, 1)
    refused = await refusal(api.jobs.CreatePreset(asked("once", 360, request_id="r1")))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")
    other = await api.jobs.CreatePreset(request, metadata=(("edgecode-caller", "somebody-else"),))
    assert other.revision == 2, "ids are the caller's own"


async def test_of_writers_at_once_each_makes_a_revision_or_is_told(api: Api) -> None:
    made = await asyncio.gather(
        *(api.jobs.CreatePreset(asked("contended", 100 + 2 * number)) for number in range(4)), return_exceptions=True
    )
    revisions = [preset.revision for preset in made if isinstance(preset, job_pb2.Preset)]
    assert sorted(revisions) == list(range(1, len(revisions) + 1))
    assert revisions, "somebody wins"
    late = await refusal(api.jobs.CreatePreset(asked("contended", after_revision=0)))
    assert (late.code, late.reason) == (grpc.StatusCode.ABORTED, "PRESET_MOVED")


async def test_validate_only_makes_nothing_and_says_what_would_be(api: Api) -> None:
    proposed = await api.jobs.CreatePreset(asked("proposed", validate_only=True))
    assert (proposed.revision, proposed.outputs[0].rendition.crf) == (1, 23)
    refused = await refusal(api.jobs.GetPreset(job_pb2.GetPresetRequest(preset="proposed")))
    assert refused.reason == "PRESET_NOT_FOUND"


async def test_each_fault_names_its_field(api: Api) -> None:
    for request, field in (
        (asked("Bad"), "preset"),
        (asked("a@1"), "preset"),
        (job_pb2.CreatePresetRequest(preset="ok"), "outputs"),
        (job_pb2.CreatePresetRequest(preset="ok", title="x" * 257, outputs=[rung(240)]), "title"),
        (asked("ok", 241), "outputs[0].rendition.height_pixels"),
        (asked("ok", retention_seconds=1), "retention_seconds"),
        (asked("ok", after_revision=-1), "after_revision"),
        (asked("ok", request_id="x" * 256), "request_id"),
    ):
        refused = await refusal(api.jobs.CreatePreset(request))
        assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (field,))


async def test_what_is_built_in_never_changes(api: Api) -> None:
    refused = await refusal(api.jobs.CreatePreset(asked("web")))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "PRESET_BUILT_IN")
    assert (await api.jobs.GetPreset(job_pb2.GetPresetRequest(preset="web@1"))).built_in
    for unknown in ("web@2", "cinema", "web@", "a@0", "../etc"):
        refused = await refusal(api.jobs.GetPreset(job_pb2.GetPresetRequest(preset=unknown)))
        assert (refused.code, refused.reason, refused.fields) == (
            grpc.StatusCode.NOT_FOUND,
            "PRESET_NOT_FOUND",
            ("preset",),
        )


async def test_presets_are_listed_in_pages_the_latest_of_each_or_all(api: Api) -> None:
    for lines in (240, 144):
        await api.jobs.CreatePreset(asked("listed", lines))
    found: list[tuple[str, int]] = []
    token = ""
    while True:
        page = await api.jobs.ListPresets(job_pb2.ListPresetsRequest(page_size=2, page_token=token))
        found += [(preset.preset, preset.revision) for preset in page.presets]
        if not (token := page.next_page_token):
            break
    assert found == sorted(found)
    assert {("adaptive", 1), ("archive", 1), ("audio", 1), ("thumbnail", 1), ("web", 1), ("listed", 2)} <= set(found)
    assert ("listed", 1) not in found
    every = await api.jobs.ListPresets(job_pb2.ListPresetsRequest(all_revisions=True, page_size=1000))
    assert ("listed", 1) in [(preset.preset, preset.revision) for preset in every.presets]


async def test_validate_only_of_a_job_plans_it_exactly_once_an_earlier_job_has_looked(
    api: Api, finished_job: job_pb2.Job
) -> None:
    fresh = await api.upload(b"never looked at")
    request = job_pb2.CreateJobRequest(asset_id=fresh.asset_id, preset="web", validate_only=True)
    unknown = (await api.jobs.CreateJob(request)).plan
    known = (
        await api.jobs.CreateJob(
            job_pb2.CreateJobRequest(asset_id=finished_job.asset_id, preset="web", validate_only=True)
        )
    ).plan
    assert (unknown.source_known, known.source_known) == (False, True)
    assert [task.task_id for task in known.tasks] == ["probe", "thumbnail-thumbnail", "transcode", "manifest"]
    assert known.skipped_output_ids, "the source is smaller than the top rung"
    assert known.cpu_seconds > 0


async def test_a_watermark_that_is_no_asset_is_refused_with_the_preset_and_with_each_job_of_it(
    api: Api, asset: asset_pb2.Asset
) -> None:
    mark = await api.upload(b"a picture")
    marked = rung(120)
    marked.rendition.watermark.asset_id = mark.asset_id
    request = job_pb2.CreatePresetRequest(preset="marked", outputs=[marked], request_id="marked-1")
    made = await api.jobs.CreatePreset(request)
    job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="marked", request_id="j"))
    await api.jobs.CancelJob(job_pb2.CancelJobRequest(job_id=job.job_id))
    await api.assets.DeleteAsset(asset_pb2.DeleteAssetRequest(asset_id=mark.asset_id))

    # What was accepted stays so.
    assert (await api.jobs.CreatePreset(request)).revision == made.revision
    again = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="marked", request_id="j"))
    assert again.job_id == job.job_id

    request.request_id = "marked-2"
    refused = await refusal(api.jobs.CreatePreset(request))
    assert (refused.reason, refused.fields) == ("ASSET_DELETED", ("outputs[0].rendition.watermark.asset_id",))
    of_job = await refusal(api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="marked@1")))
    assert (of_job.reason, of_job.fields) == ("ASSET_DELETED", ("preset",))
    assert "marked@1 cannot be used, for its outputs[0].rendition.watermark.asset_id: " in of_job.message
    of_upload = await refusal(api.upload(b"bytes", preset="marked"))
    assert (of_upload.reason, of_upload.fields) == ("ASSET_DELETED", ("preset",))
