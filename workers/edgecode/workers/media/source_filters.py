"""What is done to a source's pictures once, before they are split into renditions: fields, brightness, colours.

After it they are progressive, of BT.709's colours and marked so, whatever they came as. Rotation is ffmpeg's own to
apply; size, square pixels and bits are each rendition's.
"""

import asyncio
from pathlib import Path
from typing import Any

from edgecode.v1 import media_pb2
from edgecode.workers.media import tone_map
from edgecode.workers.media.invocation import SCALER

# Beside the media, where ffmpeg runs: a name without anything a filter's argument would have to quote.
CUBE = "tone-map.cube"
HDR = frozenset({"smpte2084", "arib-std-b67"})
# What a source mastered on an unknown display is taken for.
USUAL_PEAK_NITS = 1000.0
# Wider than BT.709's, to be brought into it.
WIDE = frozenset({"bt2020", "smpte431", "smpte432"})
# As the scaler calls the matrices; what it does not know is taken for what size says.
MATRICES = {
    "bt709": "bt709",
    "bt470bg": "smpte170m",
    "smpte170m": "smpte170m",
    "smpte240m": "smpte240m",
    "fcc": "fcc",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}
# From so many on, pictures that say nothing are BT.709: as players take them.
HD_WIDTH, HD_LINES = 1280, 720


def is_hdr(info: media_pb2.MediaInfo) -> bool:
    """Whether the pictures are brighter than BT.709 knows."""
    return info.video.color_transfer in HDR


def needs_cube(info: media_pb2.MediaInfo) -> bool:
    """Whether colours are brought into BT.709 by a cube."""
    return is_hdr(info) or info.video.color_primaries in WIDE


async def write_cube(info: media_pb2.MediaInfo, scratch: Path) -> None:
    """Puts the cube that `prepared` names into the folder that ffmpeg runs in, where one is needed."""
    if not needs_cube(info):
        return
    primaries = "smpte432" if info.video.color_primaries in {"smpte431", "smpte432"} else "bt2020"
    text = await asyncio.to_thread(tone_map.cube, info.video.color_transfer, primaries, _peak_nits(info))
    (scratch / CUBE).write_text(text, encoding="ascii")


def _peak_nits(info: media_pb2.MediaInfo) -> float:
    if info.video.color_transfer == "arib-std-b67":
        return tone_map.HLG_PEAK_NITS
    if info.video.color_transfer != "smpte2084":
        return 0.0
    said = info.video.peak_nits
    # Ten steps, so that like sources share a cube.
    return min(max(round(said, -1), 210.0), 10_000.0) if said else USUAL_PEAK_NITS


def prepared(video: Any, info: media_pb2.MediaInfo, size: tuple[int, int], *, still: bool = False) -> Any:
    """The pictures of a stream of ffmpeg-python's graph, progressive and of BT.709; arguments as of its two parts."""
    return to_bt709(progressive(video, info, still=still), info, size)


def for_jpeg(video: Any, info: media_pb2.MediaInfo, size: tuple[int, int]) -> Any:
    """Single keyframes as JPEG has them: of the size, BT.601, full range. Arguments as of `prepared`."""
    video = prepared(video, info, size, still=True)
    jfif = {"in_color_matrix": "bt709", "out_color_matrix": "bt601", "out_range": "pc"}
    return video.filter("scale", *size, flags=SCALER, **jfif).filter("setsar", 1).filter("format", "yuvj420p")


def progressive(video: Any, info: media_pb2.MediaInfo, *, still: bool = False) -> Any:
    """One picture for each, without fields; pictures that are not marked to have some pass as they are.

    Args:
        video: as decoded, upright.
        info: what the probe found.
        still: single keyframes, which have no neighbours to take the other field from.
    """
    if not info.video.interlaced:
        return video
    if still:
        return video.filter("estdif", mode="frame", deint="interlaced")
    return video.filter("bwdif", mode="send_frame", deint="interlaced")


def to_bt709(video: Any, info: media_pb2.MediaInfo, size: tuple[int, int]) -> Any:
    """BT.709's colours and brightness, marked so.

    Args:
        video: of the source's colours.
        info: what the probe found.
        size: the largest that is made of the pictures; the cube works at it.
    """
    if needs_cube(info):
        video = _through_cube(video, info, size)
    elif (matrix := matrix_of(info)) != "bt709":
        options = {} if matrix == "gbr" else {"in_color_matrix": matrix}
        video = video.filter("scale", flags=SCALER, out_color_matrix="bt709", **options)
    return video.filter("setparams", color_primaries="bt709", color_trc="bt709", colorspace="bt709")


def _through_cube(video: Any, info: media_pb2.MediaInfo, size: tuple[int, int]) -> Any:
    options = {} if info.video.color_space == "gbr" else {"in_color_matrix": matrix_of(info)}
    return (
        video.filter("scale", *size, flags=SCALER, out_range="pc", **options)
        .filter("format", "gbrp10le")
        .filter("lut3d", file=CUBE, interp="tetrahedral")
        .filter("scale", flags=SCALER, out_color_matrix="bt709", out_range="tv")
        .filter("format", "yuv420p")
    )


def matrix_of(info: media_pb2.MediaInfo) -> str:
    """How colours are coded, as the scaler calls it; `gbr` for none. What a source does not say, its size does."""
    video = info.video
    if video.color_space == "gbr":
        return "gbr"
    if video.color_space in MATRICES:
        return MATRICES[video.color_space]
    if is_hdr(info) or video.color_primaries == "bt2020":
        return "bt2020"
    large = max(video.width_pixels, video.height_pixels) >= HD_WIDTH or video.height_pixels >= HD_LINES
    return "bt709" if large else "smpte170m"
