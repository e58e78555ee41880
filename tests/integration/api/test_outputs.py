"""Jobs of every kind of output, from the request to the artifacts, and again: the same content."""

from collections.abc import Sequence

import pytest
from google.protobuf import text_format

from edgecode.server.jobs.built_in import BUILT_IN
from edgecode.v1 import job_pb2, media_pb2
from tests.harness.api import Api, refusal
from tests.harness.clips import FASTSTART, H264, made, pictures

pytestmark = pytest.mark.asyncio(loop_scope="session")

SINE = ("-f", "lavfi", "-i", "sine=d=2:r=48000")
ALL = (
    "output_id: '240p' rendition { height_pixels: 240 speed: 'ultrafast' gop_seconds: 1 }",
    "output_id: '120p' rendition { height_pixels: 120 speed: 'ultrafast' gop_seconds: 1 }",
    "output_id: 'clip' rendition { height_pixels: 120 container: CONTAINER_MKV trim { end_seconds: 1 } }",
    "output_id: 'sound' audio { loudness {} }",
    "output_id: 'shots' thumbnail { height_pixels: 120 count: 2 }",
    "output_id: 'sheet' sprite { interval_seconds: 1 }",
    "output_id: 'pack' package { output_ids: ['240p', '120p', 'sound'] segment_seconds: 1 }",
)


def specs(*texts: str) -> list[media_pb2.OutputSpec]:
    return [text_format.Parse(text, media_pb2.OutputSpec()) for text in texts]


def source() -> bytes:
    return made("sounding.mp4", *pictures(), *SINE, *H264, "-c:a", "aac", *FASTSTART)


async def run(api: Api, data: bytes, outputs: Sequence[media_pb2.OutputSpec] = (), preset: str = "") -> job_pb2.Job:
    asset = await api.upload(data, file_name="source")
    request = job_pb2.CreateJobRequest(asset_id=asset.asset_id, outputs=outputs, preset=preset)
    return await api.finished((await api.jobs.CreateJob(request)).job_id)


async def content(api: Api, job: job_pb2.Job) -> dict[str, str]:
    assert job.state == job_pb2.Job.STATE_SUCCEEDED, job
    return {one.file.file_name: one.file.content_sha256 for one in await api.artifacts(job.job_id)}


async def test_every_kind_of_output_is_made_published_and_the_same_again(api: Api) -> None:
    job = await run(api, source(), specs(*ALL))
    found = await content(api, job)
    assert set(found) == {
        "240p.mp4", "120p.mp4", "clip.mkv", "sound.m4a", "shots.01.jpg", "shots.02.jpg", "sheet.001.jpg", "sheet.vtt",
        "pack.240p.video.mp4", "pack.120p.video.mp4", "pack.sound.audio.1.mp4", "pack.240p.video.m3u8",
        "pack.120p.video.m3u8", "pack.sound.audio.1.m3u8", "pack.m3u8", "pack.mpd", "manifest.json",
    }  # fmt: skip
    files = {one.artifact_id: one.file.file_name for one in await api.artifacts(job.job_id)}
    outputs = {output.spec.output_id: output for output in job.outputs}
    assert [files[one] for one in outputs["shots"].artifact_ids] == ["shots.01.jpg", "shots.02.jpg"]
    assert files[outputs["pack"].artifact_id] == "pack.m3u8"
    assert files[outputs["sheet"].artifact_id] == "sheet.vtt"
    assert len(outputs["pack"].artifact_ids) == 8
    again = await run(api, source(), specs(*ALL))
    assert await content(api, again) == found


@pytest.mark.parametrize("preset", sorted(BUILT_IN))
async def test_a_preset_twice_gives_the_same_content(api: Api, preset: str) -> None:
    first, second = [await content(api, await run(api, source(), preset=preset)) for _ in range(2)]
    assert first == second
    assert len(first) > 1


async def test_a_source_of_sound_alone_gets_sound_and_its_package(api: Api) -> None:
    data = made("tone.wav", *SINE)
    job = await run(api, data, specs("output_id: 'a' audio {}", "output_id: 'p' package {}"))
    assert set(await content(api, job)) == {
        "a.m4a", "p.a.audio.1.mp4", "p.a.audio.1.m3u8", "p.m3u8", "p.mpd", "manifest.json",
    }  # fmt: skip
    refused = await run(api, data, specs("output_id: 'a' audio {}", "output_id: 't' thumbnail {}"))
    assert refused.failure.reason == "NO_VIDEO_STREAM"


async def test_a_watermark_is_an_asset_of_its_own(api: Api) -> None:
    picture = made("mark.png", "-f", "lavfi", "-i", "color=white:s=64x32", "-frames:v", "1")
    mark = await api.upload(picture, file_name="mark.png")
    spec = "output_id: 'v' rendition {{ height_pixels: 120 speed: 'ultrafast' {} }}"
    marked = spec.format(f"watermark {{ asset_id: '{mark.asset_id}' height_ratio: 0.5 }}")
    plain, with_mark = [
        (await content(api, await run(api, source(), specs(text))))["v.mp4"] for text in (spec.format(""), marked)
    ]
    assert plain != with_mark


async def test_a_watermark_that_is_no_asset_names_its_field(api: Api) -> None:
    asset = await api.upload(source(), file_name="source")
    absent = "00000000-0000-5000-8000-000000000000"
    text = f"output_id: 'v' rendition {{ height_pixels: 120 watermark {{ asset_id: '{absent}' }} }}"
    found = await refusal(api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, outputs=specs(text))))
    assert found.reason == "ASSET_NOT_FOUND"
    assert found.fields == ("outputs[0].rendition.watermark.asset_id",)
