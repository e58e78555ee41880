"""Thumbnails: keyframes found by seek, as JPEG with the stamp in a comment."""

from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from edgecode.core import ladder
from edgecode.v1 import media_pb2
from edgecode.workers.media import jpeg, source_filters, verify
from edgecode.workers.media.clock import Clock
from edgecode.workers.media.diagnose import blaming, explain
from edgecode.workers.media.faults import Reason, ours
from edgecode.workers.media.ffmpeg_run import Run, run_ffmpeg
from edgecode.workers.media.invocation import compile_command, open_source
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.tags import FileTags
from edgecode.workers.media.tools import MediaTools, Work, output_path

DEFAULT_QUALITY = 85
# How many keyframes a choice is made of, and over which time they may lie.
SCENE_KEYFRAMES = 8
SCENE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture to take: where it goes, from where to seek, and how far a better one may lie."""

    path: Path
    seconds: float
    reach_seconds: float


async def thumbnails(  # noqa: PLR0917 - as of `transcode`
    source: Path,
    info: media_pb2.MediaInfo,
    output: media_pb2.OutputSpec,
    scratch: Path,
    tags: FileTags,
    tools: MediaTools,
) -> list[Rendered]:
    """Makes and verifies all pictures of one output; arguments and errors as of `transcode`."""
    work = Work(source, info, scratch, tools)
    shots = plan_shots(output, info, scratch)
    wanted = tags.of_file(output.output_id)
    try:
        async with blaming(work):
            for shot in shots:
                await _shoot(work, output, shot)
                jpeg.stamp(shot.path, wanted)
            paths = [shot.path for shot in shots]
            facts = await verify.read_facts(paths, scratch, tools)
            for found in facts:
                _judge(found, ladder.size(output, info), wanted)
    except BaseException:
        for shot in shots:
            shot.path.unlink(missing_ok=True)
        raise
    kind = media_pb2.ARTIFACT_KIND_THUMBNAIL
    return [
        Rendered(output.output_id, path, verify.artifact_file(output.output_id, kind, path, found))
        for path, found in zip(paths, facts, strict=True)
    ]


def _judge(facts: verify.Facts, size: tuple[int, int], wanted: dict[str, str]) -> None:
    wrong = verify.judge_image(facts, *size, wanted)
    if wrong:
        raise ours(Reason.VERIFICATION_FAILED, "the thumbnail is not what was asked for", "\n".join(wrong))


def plan_shots(output: media_pb2.OutputSpec, info: media_pb2.MediaInfo, scratch: Path) -> list[Shot]:
    """Where to take each picture. Several stand in the middle of equal parts of the source. Pure."""
    spec, video = output.thumbnail, info.video
    count = max(spec.count, 1)
    if count == 1:
        seconds = spec.time_seconds if spec.HasField("time_seconds") else info.duration_seconds / 10
        return [Shot(output_path(scratch, output.output_id, ".jpg"), _within(seconds, info), SCENE_SECONDS)]
    part = video.duration_seconds / count
    digits = max(len(str(count)), 2)
    return [
        Shot(
            output_path(scratch, output.output_id, f".{place + 1:0{digits}}.jpg"),
            _within(video.start_seconds + part * (place + 0.5), info),
            min(part / 2, SCENE_SECONDS),
        )
        for place in range(count)
    ]


def _within(seconds: float, info: media_pb2.MediaInfo) -> float:
    """Where to seek, seconds from the file's start: within the video, so that beyond its end means its end."""
    video = info.video
    last = video.start_seconds + max(video.duration_seconds - 0.001, 0)
    return min(max(seconds, video.start_seconds), last)


async def _shoot(work: Work, output: media_pb2.OutputSpec, shot: Shot) -> None:
    await source_filters.write_cube(work.info, work.scratch)
    run = await _run(work, output, shot, shot.seconds)
    if run.ok and not _pictures(shot):
        # Some containers seek to places without a keyframe behind them; the first picture is always there.
        run = await _run(work, output, shot, None)
    if run.ok and not _pictures(shot):
        # Every keyframe is hidden, as where an edit list begins within the only group of pictures.
        run = await _run(work, output, shot, None, keyframes_only=False)
    if not run.ok:
        raise await explain(run, work)
    pictures = _pictures(shot)
    if not pictures:
        raise ours(Reason.VERIFICATION_FAILED, "ffmpeg made no picture and said it did well", run.words)
    # Of pictures of one size and quality the largest file is the one with most to see: neither black nor blurred nor
    # in mid-fade. Of equals the first.
    best = max(pictures, key=lambda path: path.stat().st_size)
    best.rename(shot.path)
    for other in pictures:
        other.unlink(missing_ok=True)


async def _run(
    work: Work, output: media_pb2.OutputSpec, shot: Shot, seconds: float | None, *, keyframes_only: bool = True
) -> Run:
    # Without accurate seek the first picture out is the keyframe itself; others are not even decoded.
    seek: dict[str, str | None] = {} if seconds is None else {"ss": f"{seconds:.6f}", "noaccurate_seek": None}
    chosen = output.thumbnail.best_scene
    if chosen:
        seek["t"] = f"{max(shot.reach_seconds, 0.001):.6f}"
    skip = {"skip_frame": "nokey"} if keyframes_only else {}
    node = open_source(work.source, work.tools, strict=False, **skip, **seek)
    stream = node[str(work.info.video.stream_index)]
    picture = source_filters.for_jpeg(stream, work.info, ladder.size(output, work.info))
    options = jpeg.encoder(output.thumbnail.quality or DEFAULT_QUALITY) | {
        "frames:v": SCENE_KEYFRAMES if chosen else 1,
        # A picture a file, each at whatever time it stands.
        "fps_mode:v": "passthrough",
    }
    pattern = _pattern(shot)
    command = compile_command(ffmpeg.output(picture, f"file:{pattern}", **options), work.tools, strict=False)
    return await run_ffmpeg(
        command, work.scratch, work.tools, source_seconds=work.info.duration_seconds, clock=Clock([shot.path])
    )


def _pattern(shot: Shot) -> Path:
    return shot.path.with_suffix(".bare-%d.jpg")


def _pictures(shot: Shot) -> list[Path]:
    names = (Path(str(_pattern(shot)) % place) for place in range(1, SCENE_KEYFRAMES + 1))
    return [path for path in names if path.exists() and path.stat().st_size > 0]
