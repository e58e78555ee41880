"""A picture over the video: where it goes, how large, and whether it can be read at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from edgecode.core.frame_shape import FrameShape
from edgecode.v1 import media_pb2
from edgecode.workers.media.clock import Clock
from edgecode.workers.media.faults import Reason, users
from edgecode.workers.media.ffmpeg_run import run_ffmpeg
from edgecode.workers.media.invocation import SCALER, compile_command
from edgecode.workers.media.tools import MediaTools, Work

DEFAULT_HEIGHT_RATIO = 0.1
DEFAULT_MARGIN_RATIO = 0.03
# Of such a picture only: no decoder and no container beside these.
FORMATS = "png_pipe,jpeg_pipe"
DECODERS = "png,mjpeg"
_LEFT = {media_pb2.Watermark.CORNER_TOP_LEFT, media_pb2.Watermark.CORNER_BOTTOM_LEFT}
_TOP = {media_pb2.Watermark.CORNER_TOP_LEFT, media_pb2.Watermark.CORNER_TOP_RIGHT}


@dataclass(frozen=True, slots=True)
class Mark:
    """A picture at its place.

    Attributes:
        path: the file.
        lines: its height in the output, even pixels.
        x, y: its left and top as ffmpeg's `overlay` reckons them: W, H of the output, w, h of the picture.
        opacity: above 0 to 1.
    """

    path: Path
    lines: int
    x: str
    y: str
    opacity: float


def plan_mark(spec: media_pb2.RenditionSpec, shape: FrameShape, marks: Mapping[str, Path]) -> Mark | None:
    """The mark of a rendition, None without one. Pure."""
    if not spec.HasField("watermark"):
        return None
    wanted = spec.watermark
    lines = max(round(shape.height * (wanted.height_ratio or DEFAULT_HEIGHT_RATIO) / 2) * 2, 2)
    ratio = wanted.margin_ratio if wanted.HasField("margin_ratio") else DEFAULT_MARGIN_RATIO
    margin = round(shape.height * ratio)
    x = str(margin) if wanted.corner in _LEFT else f"W-w-{margin}"
    y = str(margin) if wanted.corner in _TOP else f"H-h-{margin}"
    if wanted.corner == media_pb2.Watermark.CORNER_CENTER:
        x, y = "(W-w)/2", "(H-h)/2"
    return Mark(marks[wanted.asset_sha256], lines, x, y, wanted.opacity or 1.0)


def open_mark(path: Path, tools: MediaTools) -> Any:
    """The picture as a node of ffmpeg-python's graph."""
    return ffmpeg.input(
        f"file:{path}",
        protocol_whitelist="file",
        format_whitelist=FORMATS,
        codec_whitelist=DECODERS,
        max_pixels=tools.limits.max_pixels,
        threads=1,
        err_detect="explode",
    )


def over(video: Any, picture: Any, mark: Mark) -> Any:
    """The video with the mark over it, for as long as it lasts."""
    shown = picture.filter("scale", -2, mark.lines, flags=SCALER).filter("format", "yuva444p")
    if mark.opacity < 1:
        shown = shown.filter("lut", a=f"val*{mark.opacity:.4f}")
    # A mark wider than the output is cut at its edges, as one that does not fit its place is.
    return ffmpeg.filter([video, shown], "overlay", mark.x, mark.y, format="auto", eof_action="repeat")


async def check_marks(paths: Sequence[Path], work: Work) -> None:
    """Decodes each picture once.

    Raises:
        MediaFailure: WATERMARK_UNREADABLE, the user's, when one is no picture.
    """
    for path in paths:
        output = ffmpeg.output(open_mark(path, work.tools)["v:0"], "-", format="null", **{"frames:v": 1})
        command = compile_command(output, work.tools, strict=True)
        run = await run_ffmpeg(command, work.scratch, work.tools, source_seconds=0.0, clock=Clock())
        if not run.ok or run.frames != 1:
            raise users(Reason.WATERMARK_UNREADABLE, "the watermark is no PNG or JPEG within the limits", run.words)
