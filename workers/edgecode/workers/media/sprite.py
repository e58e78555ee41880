"""Sprite sheets: small pictures of keyframes at even distances, with the WebVTT file that says which is when."""

import hashlib
import math
from pathlib import Path

import ffmpeg

from edgecode.core import ladder
from edgecode.v1 import media_pb2
from edgecode.workers.media import jpeg, source_filters, sprite_index, verify
from edgecode.workers.media.clock import Clock
from edgecode.workers.media.diagnose import blaming, explain
from edgecode.workers.media.faults import Reason, ours
from edgecode.workers.media.ffmpeg_run import Run, run_ffmpeg
from edgecode.workers.media.invocation import compile_command, open_source
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.sprite_index import Grid
from edgecode.workers.media.tags import FileTags
from edgecode.workers.media.tools import MediaTools, Work, output_path

DEFAULT_QUALITY = 75
DEFAULT_SIDE = 5
MOST_SHEETS = 50
# JPEG ends at 65535; browsers refuse sooner.
LONGEST_SHEET_SIDE = 16_384
SHORTEST_INTERVAL_SECONDS = 1.0
VTT = "text/vtt"


async def sprite(  # noqa: PLR0917 - as of `transcode`
    source: Path,
    info: media_pb2.MediaInfo,
    output: media_pb2.OutputSpec,
    scratch: Path,
    tags: FileTags,
    tools: MediaTools,
) -> list[Rendered]:
    """Makes and verifies the sheets and the index of one output; arguments and errors as of `transcode`."""
    grid = plan_grid(output, info)
    paths = [output_path(scratch, output.output_id, f".{place + 1:03}.jpg") for place in range(grid.sheets)]
    work, wanted = Work(source, info, scratch, tools), tags.of_file(output.output_id)
    try:
        async with blaming(work):
            await _draw(work, output, grid, paths)
            for path in paths:
                jpeg.stamp(path, wanted)
            facts = await verify.read_facts(paths, scratch, tools)
            _judge(facts, grid, wanted)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise
    sheets = [
        Rendered(output.output_id, path, _sheet_file(output, path, found))
        for path, found in zip(paths, facts, strict=True)
    ]
    return [*sheets, _index(output, grid, paths, info, wanted)]


def _judge(facts: list[verify.Facts], grid: Grid, tags: dict[str, str]) -> None:
    wrong = [words for found in facts for words in verify.judge_image(found, *grid.sheet_size, tags)]
    if wrong:
        raise ours(Reason.VERIFICATION_FAILED, "a sprite sheet is not what was asked for", "\n".join(wrong))


def plan_grid(output: media_pb2.OutputSpec, info: media_pb2.MediaInfo) -> Grid:
    """What one output means for this source. Pure.

    Where more than 50 sheets would be needed the distances grow; where one is not filled, it is smaller.
    """
    spec = output.sprite
    width, height = ladder.size(output, info)
    columns = min(spec.columns or DEFAULT_SIDE, max(LONGEST_SHEET_SIDE // width, 1))
    rows = min(spec.rows or DEFAULT_SIDE, max(LONGEST_SHEET_SIDE // height, 1))
    seconds = _seconds(info)
    interval = spec.interval_seconds or max(seconds / 100, SHORTEST_INTERVAL_SECONDS)
    interval = max(interval, seconds / (MOST_SHEETS * columns * rows))
    count = min(max(math.ceil(seconds / interval - 1e-6), 1), MOST_SHEETS * columns * rows)
    if count < columns * rows:
        columns = min(columns, count)
        rows = -(-count // columns)
    return Grid(columns, rows, width, height, interval, count)


def _seconds(info: media_pb2.MediaInfo) -> float:
    return info.video.start_seconds + info.video.duration_seconds


async def _draw(work: Work, output: media_pb2.OutputSpec, grid: Grid, paths: list[Path]) -> None:
    """All sheets in one pass that decodes keyframes alone: a tenth of what all frames would cost."""
    await source_filters.write_cube(work.info, work.scratch)
    run = await _run(work, output, grid, paths)
    if run.ok and not any(path.exists() for path in paths):
        # Every keyframe is hidden, as where an edit list begins within the only group of pictures.
        run = await _run(work, output, grid, paths, keyframes_only=False)
    if not run.ok:
        raise await explain(run, work)
    missing = [path.name for path in paths if not path.exists()]
    if missing:
        raise ours(Reason.VERIFICATION_FAILED, f"ffmpeg made no {', '.join(missing[:3])}", run.words)


async def _run(
    work: Work, output: media_pb2.OutputSpec, grid: Grid, paths: list[Path], *, keyframes_only: bool = True
) -> Run:
    skip = {"skip_frame": "nokey"} if keyframes_only else {}
    node = open_source(work.source, work.tools, strict=False, **skip)
    stream = node[str(work.info.video.stream_index)]
    sheets = (
        source_filters.for_jpeg(stream, work.info, (grid.width, grid.height))
        # Each place gets the keyframe at or before its time; the first has none before it.
        .filter("fps", fps=f"1/{grid.interval_seconds:.6f}", start_time=0, round="up")
        .filter("tpad", stop=-1, stop_mode="clone")
        .filter("trim", end_frame=grid.count)
        .filter("tile", f"{grid.columns}x{grid.rows}")
    )
    options = jpeg.encoder(output.sprite.quality or DEFAULT_QUALITY) | {"fps_mode:v": "passthrough"}
    pattern = output_path(work.scratch, output.output_id, ".%03d.jpg")
    command = compile_command(ffmpeg.output(sheets, f"file:{pattern}", **options), work.tools, strict=False)
    seconds = work.info.duration_seconds
    return await run_ffmpeg(command, work.scratch, work.tools, source_seconds=seconds, clock=Clock(paths))


def _sheet_file(output: media_pb2.OutputSpec, path: Path, facts: verify.Facts) -> media_pb2.ArtifactFile:
    return verify.artifact_file(output.output_id, media_pb2.ARTIFACT_KIND_SPRITE, path, facts)


def _index(
    output: media_pb2.OutputSpec, grid: Grid, sheets: list[Path], info: media_pb2.MediaInfo, tags: dict[str, str]
) -> Rendered:
    path = output_path(sheets[0].parent, output.output_id, ".vtt")
    text = sprite_index.web_vtt(grid, [sheet.name for sheet in sheets], _seconds(info), tags)
    data = text.encode()
    path.write_bytes(data)
    file = media_pb2.ArtifactFile(
        output_id=output.output_id,
        kind=media_pb2.ARTIFACT_KIND_SPRITE_INDEX,
        file_name=path.name,
        content_type=VTT,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content_sha256=sprite_index.content_sha256(text),
        # One a picture, as on the sheets.
        width_pixels=grid.width,
        height_pixels=grid.height,
        frames=grid.count,
        duration_seconds=_seconds(info),
    )
    return Rendered(output.output_id, path, file)
