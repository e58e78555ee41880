"""A shadow's rendition against the served one: each frame meets its own, and what cannot be measured does no harm."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgecode.core.blobs import Blobs
from edgecode.v1 import bus_pb2, event_pb2, media_pb2
from edgecode.workers.media.likeness import Pair, likeness
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.tools import MediaTools
from edgecode.workers.tasks import transcode
from edgecode.workers.tasks.work import Work
from tests.integration.media.sources import AAC, CLIP, H264, PICTURES, SOUND, run_ladder, tags_for

Make = Callable[..., Path]
VP9 = media_pb2.RenditionSpec(video_codec="VIDEO_CODEC_VP9", container="CONTAINER_WEBM")
KEY = "artifacts/served/transcode/an-attempt/144p.mp4"


def output(crf: int, lines: int = 144, base: media_pb2.RenditionSpec | None = None) -> media_pb2.OutputSpec:
    spec = media_pb2.RenditionSpec(height_pixels=lines, crf=crf, speed="ultrafast")
    spec.MergeFrom(base or media_pb2.RenditionSpec())
    return media_pb2.OutputSpec(output_id="144p", rendition=spec)


async def made_of(source: Path, scratch: Path, tools: MediaTools, wanted: media_pb2.OutputSpec) -> Rendered:
    folder = scratch / f"crf{wanted.rendition.crf}-{wanted.rendition.height_pixels}"
    folder.mkdir()
    _, [made] = await run_ladder(source, folder, tools, [wanted])
    return made


async def measured(own: Rendered, served: Rendered, scratch: Path, tools: MediaTools) -> media_pb2.Quality:
    pair = Pair("144p", own.path, served.path, min(own.file.duration_seconds, served.file.duration_seconds))
    return await likeness(pair, scratch, tools)


# By name: what the source is made of, what is made of it, and how many of its frames are to be compared.
ASTRAY: dict[str, tuple[tuple[str, ...], media_pb2.RenditionSpec | None, int]] = {
    "steady.mp4": ((*PICTURES, *SOUND, *H264, *AAC), None, 90),
    "late.mp4": (("-itsoffset", "0.7", *PICTURES, *SOUND, *H264, *AAC), None, 90),
    "varying.mp4": ((*PICTURES, "-vf", "select='not(mod(n,7))+gt(n,60)'", "-fps_mode", "vfr", *H264), None, 38),
    "for webm.mp4": ((*PICTURES, *SOUND, *H264, *AAC), VP9, 90),
}


@pytest.mark.parametrize("name", ASTRAY)
async def test_a_file_is_wholly_like_itself_whatever_its_times(
    tools: MediaTools, made: Make, scratch: Path, name: str
) -> None:
    arguments, spec, frames = ASTRAY[name]
    own = await made_of(made(name, *arguments), scratch, tools, output(30, base=spec))
    found = await measured(own, own, scratch, tools)
    # One frame that met its neighbour would be far from 1: the pictures move all the time.
    assert (found.metric, found.mean, found.min) == (media_pb2.QUALITY_METRIC_SSIM, 1.0, 1.0), found
    assert found.frames_compared == pytest.approx(frames, abs=2)


async def test_samples_behind_the_last_picture_count_nothing(tools: MediaTools, made: Make, scratch: Path) -> None:
    own = await made_of(made("steady.mp4", *ASTRAY["steady.mp4"][0]), scratch, tools, output(30))
    # Five of two seconds each: the first is among the three seconds that there are.
    found = await likeness(Pair("144p", own.path, own.path, 15.0), scratch, tools)
    assert (found.mean, found.frames_compared) == (1.0, 60)


async def test_the_coarser_the_less_like(tools: MediaTools, scratch: Path) -> None:
    served, close, coarse = [await made_of(CLIP, scratch, tools, output(crf)) for crf in (23, 26, 45)]
    likes = [await measured(each, served, scratch, tools) for each in (served, close, coarse)]
    assert likes[0].mean == 1.0
    assert 0.9 < likes[1].mean < 0.999
    assert likes[2].mean < likes[1].mean - 0.05
    assert await measured(close, served, scratch, tools) == likes[1], "the same is measured twice the same"


class Shadow:
    """A shadow's task on a worker: its own way of encoding, and a store with what was served."""

    def __init__(self, scratch: Path, tools: MediaTools, info: media_pb2.MediaInfo) -> None:
        self.folder = scratch / "attempt"
        self.blobs = Blobs(f"file://{scratch}/blobs")
        self._info = info
        self._tools = tools

    async def renders(self, spec: media_pb2.OutputSpec, served: media_pb2.ArtifactFile) -> media_pb2.ArtifactFile:
        """What comes out of its task; nothing else is left behind."""
        task = bus_pb2.TaskMessage(
            kind=event_pb2.TASK_KIND_TRANSCODE, outputs=[spec], source=self._info, served_files=[served]
        )
        work = Work(
            task=task,
            source=self.folder / "source",
            scratch=self.folder / "work",
            tags=tags_for(self._tools, CLIP),
            tools=self._tools,
            on_progress=lambda *_: None,
            blobs=self.blobs,
            stores={},
        )
        work.scratch.mkdir(parents=True)
        work.source.symlink_to(CLIP)
        [one] = (await transcode.run(work)).files
        assert {path.name for path in self.folder.rglob("*")} == {"source", "work", one.path.name}
        one.path.unlink()
        work.scratch.rmdir()
        work.source.unlink()
        return one.file


async def test_a_shadow_notes_how_like_the_served_file_its_own_is_and_leaves_it_out_where_it_cannot(
    tools: MediaTools, scratch: Path
) -> None:
    info, [served] = await run_ladder(CLIP, scratch, tools, [output(23)])
    data = served.path.read_bytes()
    shadow = Shadow(scratch, tools, info)
    file = served.file
    file.blob_key = KEY

    def other(**fields: Any) -> media_pb2.ArtifactFile:
        changed = media_pb2.ArtifactFile()
        changed.CopyFrom(file)
        changed.MergeFrom(media_pb2.ArtifactFile(**fields))
        return changed

    assert not (await shadow.renders(output(35), file)).HasField("served_likeness"), "the job was deleted"
    await shadow.blobs.put(KEY, data)
    found = await shadow.renders(output(35), file)
    assert 0.5 < found.served_likeness.mean < 0.98
    assert found.served_likeness.frames_compared > 100
    assert found.content_sha256 != file.content_sha256
    same = await shadow.renders(output(23), file)
    assert same.content_sha256 == file.content_sha256
    # What needs no look, and what a look cannot be had at.
    garbage = b"no film" * 1000
    await shadow.blobs.put(f"{KEY}.txt", garbage)
    cases = [
        same,
        await shadow.renders(output(35, 96), file),
        await shadow.renders(output(35), other(sha256="0" * 64)),
        await shadow.renders(output(35), other(blob_key=f"{KEY}.txt", sha256=hashlib.sha256(garbage).hexdigest())),
        await shadow.renders(output(35), other(output_id="another")),
    ]
    assert [each.HasField("served_likeness") for each in cases] == [False] * len(cases)
    assert all(each.content_sha256 for each in cases), "it fails at nothing"
