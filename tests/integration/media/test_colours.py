"""Colours come out as they were meant, whatever they were coded in: measured in RGB on flat patches."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media.faults import MediaFailure, Reason
from edgecode.workers.media.probe import probe
from edgecode.workers.media.thumbnail import thumbnails
from edgecode.workers.media.tone_map import nits_to_pq, pq_to_nits, roll_off
from edgecode.workers.media.tools import MediaTools
from tests.hostile.mp4 import box
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


def pq_greys(*nits: float) -> tuple[str, ...]:
    """Greys of so many nits in HDR10, side by side."""
    said = "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc:range=tv"
    flat = f"color=s=16x{SIDE}:r=25:d=0.2,format=yuv444p10le"
    inputs = ";".join(
        f"{flat},geq=lum={round(64 + 876 * nits_to_pq(light))}:cb=512:cr=512[{place}]"
        for place, light in enumerate(nits)
    )
    stack = f"{''.join(f'[{place}]' for place in range(len(nits)))}hstack={len(nits)},{said}"
    return ("-f", "lavfi", "-i", f"{inputs};{stack}", *X264)


async def test_the_light_of_hdr_is_kept_up_to_the_knee_and_rolled_off_above(
    tools: MediaTools, made: Make, scratch: Path
) -> None:
    source = made("greys.mp4", *pq_greys(5, 26, 203, 1000))
    info, (result,) = await run_ladder(source, scratch, tools, [BEST])
    assert (info.video.color_transfer, info.video.bits_per_component) == ("smpte2084", 10)
    greys = seen(tools, result.path, "bt709").values()
    # The knee of 203 of 1,000 nits stands at 87; white comes out where BT.2390's curve has it.
    assert [203 * (red / 255) ** 2.4 for red, _, _ in greys] == pytest.approx([5, 26, 159, 203], rel=0.05)


async def test_the_peak_is_what_the_stream_says_of_its_content_else_of_its_display(
    tools: MediaTools, made: Make, scratch: Path
) -> None:
    display = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(20000000,1)"
    for said, nits in ((f"max-cll=4000,400:{display}", 4000), (display, 2000)):
        grey = pq_greys(100, 203)[: -len(X264)]
        source = made(f"{nits}.mp4", *grey, "-pix_fmt", "yuv420p10le", "-c:v", "libx265", "-preset", "ultrafast",
                      "-x265-params", f"log-level=error:hdr10=1:{said}")  # fmt: skip
        assert (await probe(source, scratch, tools)).video.peak_nits == nits


def flagged(space: str) -> tuple[str, ...]:
    """A picture that says that its colours are coded so."""
    said = "setparams=colorspace={}:color_primaries=bt2020:color_trc=smpte2084"
    return ("-f", "lavfi", "-i", f"testsrc2=s=64x64:r=25:d=0.2,format=yuv420p10le,{said.format(space)}", *X264)


@pytest.mark.parametrize("space", ["ictcp", "ycgco", "smpte2085"])
async def test_colours_coded_in_a_way_that_is_not_read_are_refused(
    tools: MediaTools, made: Make, scratch: Path, space: str
) -> None:
    with pytest.raises(MediaFailure, match=f"coded as {space}; taken are bt2020c, bt2020nc, bt470bg") as refused:
        await probe(made(f"{space}.mp4", *flagged(space)), scratch, tools)
    assert (refused.value.reason, refused.value.failure.fault) == (Reason.UNSUPPORTED_COLORS, media_pb2.FAULT_USER)


def of_dolby_vision(source: Path, profile: int, like: int) -> Path:
    """The same HEVC with a configuration record that says so: the profile, and what the base layer is like."""
    data = bytearray(source.read_bytes())
    record = box(b"dvcC", bytes([1, 0, profile << 1, 1 << 3 | 0b101, like << 4]), bytes(19))
    place = 0
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"hvc1"):
        place = data.index(name, place)
        data[place - 4 : place] = (int.from_bytes(data[place - 4 : place], "big") + len(record)).to_bytes(4, "big")
    after = data.index(b"hvcC", place) - 4
    after += int.from_bytes(data[after : after + 4], "big")
    data[after:after] = record
    found = source.with_stem(f"{source.stem} {profile}.{like}")
    found.write_bytes(data)
    return found


async def test_dolby_vision_is_taken_by_its_base_layer_and_refused_where_that_is_of_its_own(
    tools: MediaTools, made: Make, scratch: Path
) -> None:
    x265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-tag:v", "hvc1")
    pictures = ("-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=0.2", "-f", "lavfi", "-i", "sine=d=0.2")
    source = made("hevc.mp4", *pictures, "-pix_fmt", "yuv420p10le", *x265, "-c:a", "aac")
    lone = of_dolby_vision(source, 5, 0)
    with pytest.raises(MediaFailure, match="Dolby Vision of profile 5 without a base layer") as refused:
        await probe(lone, scratch, tools)
    assert (refused.value.reason, refused.value.failure.fault) == (Reason.UNSUPPORTED_COLORS, media_pb2.FAULT_USER)
    assert (await probe(of_dolby_vision(source, 8, 1), scratch, tools)).video.frames == 5
    # Its sound is as good as any.
    assert len((await probe(lone, scratch, tools, sound_suffices=True)).audio) == 1


def test_the_curve_rises_everywhere_and_ends_at_white() -> None:
    levels = [roll_off(pq_to_nits(step / 200), 1000) for step in range(1, 150) if pq_to_nits(step / 200) <= 1000]
    assert levels == sorted(levels)
    assert roll_off(1000, 1000) == pytest.approx(203)
    assert roll_off(4000, 4000) == pytest.approx(203)
