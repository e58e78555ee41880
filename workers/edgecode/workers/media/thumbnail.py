"""A thumbnail: the keyframe at or before a time, found by seek, as JPEG with its stamp in a comment."""

from pathlib import Path

import ffmpeg

from edgecode.core import ladder
from edgecode.v1 import media_pb2
from edgecode.workers.media import jpeg, source_filters, verify
from edgecode.workers.media.clock import Clock
from edgecode.workers.media.diagnose import explain
from edgecode.workers.media.faults import Reason, ours
from edgecode.workers.media.ffmpeg_run import Run, run_ffmpeg
from edgecode.workers.media.invocation import compile_command, open_source
from edgecode.workers.media.tags import FileTags, to_comment
from edgecode.workers.media.tools import MediaTools, Work, output_path
from edgecode.workers.media.transcode import Rendered

DEFAULT_QUALITY = 85


async def thumbnail(  # noqa: PLR0917 - as of `transcode`
    source: Path,
    info: media_pb2.MediaInfo,
    output: media_pb2.OutputSpec,
    scratch: Path,
    tags: FileTags,
    tools: MediaTools,
) -> Rendered:
    """Makes and verifies one thumbnail; arguments and errors as of `transcode`."""
    path = output_path(scratch, output.output_id, ".jpg")
    bare = path.with_suffix(".bare.jpg")
    work = Work(source, info, scratch, tools)
    wanted = tags.of_file(output.output_id)
    try:
        await _shoot(work, output, bare)
        path.write_bytes(jpeg.with_comment(bare.read_bytes(), to_comment(wanted)))
        facts = (await verify.read_facts([path], scratch, tools))[0]
        _judge(facts, ladder.size(output, info), wanted)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        bare.unlink(missing_ok=True)
    file = verify.artifact_file(output.output_id, media_pb2.ARTIFACT_KIND_THUMBNAIL, path, facts)
    return Rendered(output.output_id, path, file)


def _judge(facts: verify.Facts, size: tuple[int, int], wanted: dict[str, str]) -> None:
    wrong = verify.judge_image(facts, *size, wanted)
    if wrong:
        raise ours(Reason.VERIFICATION_FAILED, "the thumbnail is not what was asked for", "\n".join(wrong))


async def _shoot(work: Work, output: media_pb2.OutputSpec, target: Path) -> None:
    await source_filters.write_cube(work.info, work.scratch)
    seconds = _seek_seconds(output.thumbnail, work.info)
    run = await _run(work, output, target, seconds)
    if run.ok and not _has_picture(target):
        # Some containers seek to places without a keyframe behind them; the first picture is always there.
        run = await _run(work, output, target, None)
    if run.ok and not _has_picture(target):
        # Every keyframe is hidden, as where an edit list begins within the only group of pictures.
        run = await _run(work, output, target, None, keyframes_only=False)
    if not run.ok:
        raise await explain(run, work)
    if not _has_picture(target):
        raise ours(Reason.VERIFICATION_FAILED, "ffmpeg made no picture and said it did well", run.words)


async def _run(
    work: Work, output: media_pb2.OutputSpec, target: Path, seconds: float | None, *, keyframes_only: bool = True
) -> Run:
    # Without accurate seek the first picture out is the keyframe itself; others are not even decoded.
    seek = {} if seconds is None else {"ss": f"{seconds:.6f}", "noaccurate_seek": None}
    skip = {"skip_frame": "nokey"} if keyframes_only else {}
    node = open_source(work.source, work.tools, strict=False, **skip, **seek)
    stream = node[str(work.info.video.stream_index)]
    picture = source_filters.for_jpeg(stream, work.info, ladder.size(output, work.info))
    options = {
        "c:v": "mjpeg",
        "q:v": quantiser(output.thumbnail.quality or DEFAULT_QUALITY),
        "flags:v": "+bitexact",
        "fflags": "+bitexact",
        "frames:v": 1,
        "threads:v": 1,
        "format": "mjpeg",
    }
    command = compile_command(ffmpeg.output(picture, f"file:{target}", **options), work.tools, strict=False)
    return await run_ffmpeg(
        command, work.scratch, work.tools, source_seconds=work.info.duration_seconds, clock=Clock([target])
    )


def _seek_seconds(spec: media_pb2.ThumbnailSpec, info: media_pb2.MediaInfo) -> float:
    """Where to seek, seconds from the file's start: within the video, so that beyond its end means its end."""
    video = info.video
    wanted = spec.time_seconds if spec.HasField("time_seconds") else info.duration_seconds / 10
    last = video.start_seconds + max(video.duration_seconds - 0.001, 0)
    return min(max(wanted, video.start_seconds), last)


def quantiser(quality: int) -> int:
    """The scale of ffmpeg, 2 (best) to 31 for a quality of 100 to 1."""
    return round(31 - (quality - 1) * 29 / 99)


def _has_picture(target: Path) -> bool:
    return target.exists() and target.stat().st_size > 0
