"""Thumbnails in numbers and by choice, sprite sheets and their index, judged by what is to be seen on them."""

import re
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media import sprite_index
from edgecode.workers.media.inspect_file import read_tags
from edgecode.workers.media.probe import probe
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.sprite import plan_grid, sprite
from edgecode.workers.media.thumbnail import thumbnails
from edgecode.workers.media.tools import MediaTools
from tests.integration.media.sources import CLIP, tags_for

# A second of each colour, each second beginning with a keyframe.
COLOURS = ("black", "red", "lime", "blue", "white", "yellow")
LEVELS = {"black": 16, "red": 81, "lime": 145, "blue": 41, "white": 235, "yellow": 210}
CUE = re.compile(r"(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)\n")


@pytest.fixture
def colours(made: Callable[..., Path]) -> Path:
    inputs = [part for colour in COLOURS for part in ("-f", "lavfi", "-i", f"color={colour}:s=320x180:r=10:d=1")]
    joined = "".join(f"[{place}]" for place in range(len(COLOURS))) + f"concat=n={len(COLOURS)}"
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p")
    return made("colours.mp4", *inputs, "-filter_complex", joined, *codec)


def luma(path: Path, left: int = 0, top: int = 0, width: int = 0, height: int = 0) -> float:
    """Mean brightness of a part of a picture, in TV levels."""
    with av.open(str(path)) as container:
        plane = next(container.decode(video=0)).planes[0]
        data, stride, width, height = bytes(plane), plane.line_size, width or plane.width, height or plane.height
    # Without its edges, where JPEG mixes neighbours.
    rows = (data[y * stride + left + 4 : y * stride + left + width - 4] for y in range(top + 4, top + height - 4))
    return sum(map(sum, rows)) / ((width - 8) * (height - 8)) * 219 / 255 + 16


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def colour_at(level: float) -> str:
    return min(LEVELS, key=lambda name: abs(LEVELS[name] - level))


async def shots(source: Path, scratch: Path, tools: MediaTools, **spec: object) -> list[Rendered]:
    output = media_pb2.OutputSpec(output_id="shot", thumbnail=media_pb2.ThumbnailSpec(**spec))  # type: ignore[arg-type]
    info = await probe(source, scratch, tools)
    return await thumbnails(source, info, output, scratch, tags_for(tools, source), tools)


async def sheets(source: Path, scratch: Path, tools: MediaTools, **spec: object) -> list[Rendered]:
    output = media_pb2.OutputSpec(output_id="sheet", sprite=media_pb2.SpriteSpec(**spec))  # type: ignore[arg-type]
    info = await probe(source, scratch, tools)
    return await sprite(source, info, output, scratch, tags_for(tools, source), tools)


async def test_several_thumbnails_stand_at_even_distances(colours: Path, scratch: Path, tools: MediaTools) -> None:
    made = await shots(colours, scratch, tools, count=3, height_pixels=90)
    assert [one.path.name for one in made] == ["shot.01.jpg", "shot.02.jpg", "shot.03.jpg"]
    assert [colour_at(luma(one.path)) for one in made] == ["red", "blue", "yellow"]
    assert len({one.file.content_sha256 for one in made}) == 3
    again = await shots(colours, scratch, tools, count=3, height_pixels=90)
    assert [one.file for one in again] == [one.file for one in made]


async def test_the_best_scene_is_the_keyframe_that_shows_most(
    made: Callable[..., Path], scratch: Path, tools: MediaTools
) -> None:
    source = made(
        "fade.mp4", "-f", "lavfi", "-i", "color=black:s=320x180:r=10:d=2", "-f", "lavfi", "-i",
        "testsrc2=s=320x180:r=10:d=2", "-filter_complex", "concat=n=2",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p",
    )  # fmt: skip
    [plain] = await shots(source, scratch, tools, time_seconds=0)
    assert luma(plain.path) == pytest.approx(16, abs=2)
    [best] = await shots(source, scratch, tools, time_seconds=0, best_scene=True)
    assert luma(best.path) > 60
    assert names_in(scratch) == ["shot.jpg"], "the others are gone"


async def test_a_sheet_shows_each_keyframe_at_its_time_and_the_index_says_which(
    colours: Path, scratch: Path, tools: MediaTools
) -> None:
    made = await sheets(colours, scratch, tools, columns=2, rows=2, height_pixels=36)
    assert [one.path.name for one in made] == ["sheet.001.jpg", "sheet.002.jpg", "sheet.vtt"]
    assert [(one.file.width_pixels, one.file.height_pixels) for one in made] == [(128, 72), (128, 72), (64, 36)]
    text = made[-1].path.read_text()
    assert text.startswith("WEBVTT\n\nNOTE {")
    cues = CUE.findall(text)
    assert [cue[:2] for cue in cues] == [(f"00:00:0{s}.000", f"00:00:0{s + 1}.000") for s in range(6)]
    seen = [colour_at(luma(scratch / name, *map(int, place))) for _, _, name, *place in cues]
    assert seen == list(COLOURS)


async def test_sheets_are_stamped_and_the_same_again(colours: Path, scratch: Path, tools: MediaTools) -> None:
    made = await sheets(colours, scratch, tools)
    found = await read_tags(made[0].path, scratch, tools)
    assert found["edgecode-output-id"] == "sheet"
    assert '"edgecode-output-id":"sheet"' in made[-1].path.read_text()
    again = await sheets(colours, scratch, tools)
    assert [one.file for one in again] == [one.file for one in made]


async def test_another_stamp_changes_the_index_and_not_its_content() -> None:
    grid = sprite_index.Grid(2, 2, 64, 36, 1.0, 3)
    texts = [sprite_index.web_vtt(grid, ["a.jpg"], 3.0, {"edgecode-version": version}) for version in ("1", "2")]
    assert texts[0] != texts[1]
    assert len({sprite_index.content_sha256(text) for text in texts}) == 1
    assert sprite_index.content_sha256(texts[0]) != sprite_index.content_sha256(texts[0].replace("a.jpg", "b.jpg"))


async def test_the_clip_gives_one_small_sheet(scratch: Path, tools: MediaTools) -> None:
    made = await sheets(CLIP, scratch, tools)
    assert [one.file.kind for one in made] == [media_pb2.ARTIFACT_KIND_SPRITE, media_pb2.ARTIFACT_KIND_SPRITE_INDEX]
    assert (made[0].file.width_pixels, made[0].file.height_pixels) == (5 * 160, 2 * 90)
    assert made[-1].file.frames == 6


@pytest.mark.parametrize(
    ("seconds", "spec", "expected"),
    [
        (0.04, {}, (1, 1, 1, 1.0)),
        (60.0, {}, (5, 5, 60, 1.0)),
        (3600.0, {}, (5, 5, 100, 36.0)),
        (3600.0, {"interval_seconds": 0.1}, (5, 5, 1250, 2.88)),
        (10.0, {"interval_seconds": 2.0, "columns": 20, "rows": 20}, (5, 1, 5, 2.0)),
        (10.0, {"height_pixels": 2160, "columns": 20, "rows": 20}, (4, 3, 10, 1.0)),
    ],
)
def test_the_grid_follows_the_spec_and_the_source(
    seconds: float, spec: dict[str, float], expected: tuple[int, int, int, float]
) -> None:
    video = media_pb2.VideoStream(
        display_width_pixels=3840, display_height_pixels=2160, duration_seconds=seconds, frames=1
    )
    output = media_pb2.OutputSpec(output_id="s", sprite=media_pb2.SpriteSpec(**spec))  # type: ignore[arg-type]
    grid = plan_grid(output, media_pb2.MediaInfo(video=video, duration_seconds=seconds))
    assert (grid.columns, grid.rows, grid.count, round(grid.interval_seconds, 6)) == expected
    assert grid.sheets <= 50
