"""Colours come out as they were meant, whatever they were coded in: measured in RGB on flat patches."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media.thumbnail import thumbnails
from edgecode.workers.media.tone_map import nits_to_pq, pq_to_nits, roll_off
from edgecode.workers.media.tools import MediaTools
from tests.integration.media.sources import THUMBNAIL, ffmpeg, run_ladder, tags_for

Make = Callable[..., Path]
COLOURS = {"red": (192, 32, 32), "green": (32, 160, 32), "blue": (48, 48, 200), "grey": (128, 128, 128)}
SIDE = 64
# Of 255. ffmpeg's zscale takes BT.709 for the camera's curve, we for the display's: a wide gamut made by it is 10 off.
APART = 12
BEST = media_pb2.OutputSpec(output_id="best", rendition=media_pb2.RenditionSpec(height_pixels=SIDE, crf=4))
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "1")
HD = "scale=1280:64:flags=neighbor"
NOTHING = "setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown"
ALL_BT709 = (
    "scale=out_color_matrix=bt709,format=yuv444p,"
    "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
)
# How the patches are coded, and what is said of it.
CODED = {
    "bt709 said.mp4": "scale=out_color_matrix=bt709,format=yuv444p,setparams=colorspace=bt709",
    "bt601 said.mp4": "scale=out_color_matrix=smpte170m,format=yuv444p,setparams=colorspace=smpte170m",
    "bt601 for a small size that says nothing.avi": f"scale=out_color_matrix=smpte170m,format=yuv444p,{NOTHING}",
    "bt709 for a large size that says nothing.avi": f"{HD},scale=out_color_matrix=bt709,format=yuv444p,{NOTHING}",
    "full range.mp4": "scale=out_color_matrix=bt709:out_range=pc,format=yuv444p,setparams=colorspace=bt709:range=pc",
    "bt2020 without hdr.mp4": f"{ALL_BT709},zscale=p=bt2020:m=bt2020nc:t=bt2020-10,format=yuv444p10le",
}


def patches(name: str) -> tuple[str, ...]:
    """Four patches side by side, coded so."""
    inputs = ";".join(
        f"color=0x{r:02x}{g:02x}{b:02x}:s=16x{SIDE}:r=25:d=0.2,format=rgb24[{name}]"
        for name, (r, g, b) in COLOURS.items()
    )
    stacked = f"{inputs};{''.join(f'[{name}]' for name in COLOURS)}hstack={len(COLOURS)}"
    return ("-f", "lavfi", "-i", stacked, "-vf", CODED[name], *X264)


def seen(tools: MediaTools, path: Path, matrix: str) -> dict[str, tuple[int, ...]]:
    """The middle of each patch in RGB, as a player that knows the matrix shows it."""
    graph = f"scale=flags=full_chroma_int:in_color_matrix={matrix},format=rgb24,scale=4:1:flags=neighbor"
    raw = path.with_suffix(".rgb")
    ffmpeg(tools, "-i", path, "-frames:v", "1", "-vf", graph, "-f", "rawvideo", raw)
    data = raw.read_bytes()
    return {name: tuple(data[3 * place : 3 * place + 3]) for place, name in enumerate(COLOURS)}


def near(found: dict[str, tuple[int, ...]], apart: int) -> list[str]:
    """The patches that are further apart from what they were than so many steps of 255."""
    return [
        f"{name} is {found[name]}, not {wanted}"
        for name, wanted in COLOURS.items()
        if max(abs(a - b) for a, b in zip(found[name], wanted, strict=True)) > apart
    ]


@pytest.mark.parametrize("name", CODED)
async def test_renditions_and_thumbnails_show_the_colours_that_were_meant(
    tools: MediaTools, made: Make, scratch: Path, name: str
) -> None:
    source = made(name, *patches(name))
    info, (result,) = await run_ladder(source, scratch, tools, [BEST])
    assert near(seen(tools, result.path, "bt709"), APART) == []
    [shot] = await thumbnails(source, info, THUMBNAIL, scratch, tags_for(tools, source), tools)
    assert near(seen(tools, shot.path, "smpte170m"), APART) == []


def pq_grey(nits: float) -> tuple[str, ...]:
    """A grey of so many nits in HDR10."""
    level = round(64 + 876 * nits_to_pq(nits))
    said = "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc:range=tv"
    grey = f"color=s={SIDE}x{SIDE}:r=25:d=0.2,format=yuv444p10le,geq=lum={level}:cb=512:cr=512,{said}"
    return ("-f", "lavfi", "-i", grey, *X264)


@pytest.mark.parametrize("nits", [5, 26, 100, 203, 1000])
async def test_the_light_of_hdr_is_kept_up_to_the_knee_and_rolled_off_above(
    tools: MediaTools, made: Make, scratch: Path, nits: float
) -> None:
    source = made(f"{nits} nits.mp4", *pq_grey(nits))
    info, (result,) = await run_ladder(source, scratch, tools, [BEST])
    assert (info.video.color_transfer, info.video.bits_per_component) == ("smpte2084", 10)
    shown = 203 * (seen(tools, result.path, "bt709")["red"][0] / 255) ** 2.4
    # The knee of 203 of 1,000 nits stands at 87.
    wanted = nits if nits < 87 else {100: 99.4, 203: 159.0, 1000: 203.0}[int(nits)]
    assert shown == pytest.approx(wanted, rel=0.05)


def test_the_curve_rises_everywhere_and_ends_at_white() -> None:
    levels = [roll_off(pq_to_nits(step / 200), 1000) for step in range(1, 150) if pq_to_nits(step / 200) <= 1000]
    assert levels == sorted(levels)
    assert roll_off(1000, 1000) == pytest.approx(203)
    assert roll_off(4000, 4000) == pytest.approx(203)
