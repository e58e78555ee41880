"""Which filters a source's pictures go through before they are split."""

from pathlib import Path
from typing import Any

import ffmpeg
import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media.admission import COLOR_SPACES
from edgecode.workers.media.dolby_vision import lone_profile_of
from edgecode.workers.media.picture import SPACES
from edgecode.workers.media.source_filters import CUBE, MATRICES, for_jpeg, matrix_of, prepared, write_cube


def info(**video: Any) -> media_pb2.MediaInfo:
    return media_pb2.MediaInfo(
        video=media_pb2.VideoStream(**{"width_pixels": 1920, "height_pixels": 1080} | video)
    )  # fmt: skip


def graph(source: media_pb2.MediaInfo, make: Any = prepared) -> str:
    node = make(ffmpeg.input("x")["0"], source, (1280, 720))
    command: list[str] = ffmpeg.compile(ffmpeg.output(node, "y"))
    return command[command.index("-filter_complex") + 1]


def test_pictures_that_are_bt709_are_only_marked_so() -> None:
    marked = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709"
    for source in (info(color_space="bt709"), info()):
        assert graph(source) == f"[0:0]{marked}[s0]"


@pytest.mark.parametrize(
    ("source", "matrix"),
    [
        (info(color_space="smpte170m"), "smpte170m"),
        (info(color_space="bt470bg"), "smpte170m"),
        (info(color_space="bt2020c"), "bt2020"),
        (info(color_space="gbr"), "gbr"),
        (info(width_pixels=720, height_pixels=576), "smpte170m"),
        (info(width_pixels=720, height_pixels=1280), "bt709"),
        (info(width_pixels=960, height_pixels=720), "bt709"),
        (info(color_transfer="arib-std-b67"), "bt2020"),
        (info(width_pixels=640, height_pixels=480, color_primaries="bt2020"), "bt2020"),
    ],
)
def test_the_matrix_is_what_the_source_says_else_what_its_size_and_light_say(
    source: media_pb2.MediaInfo, matrix: str
) -> None:
    assert matrix_of(source) == matrix


def test_the_probe_takes_the_matrices_that_the_scaler_knows_and_rgb() -> None:
    assert {*MATRICES, "gbr"} == COLOR_SPACES
    assert set(SPACES.values()) > COLOR_SPACES


DUMP = """Input #0, mov,mp4,m4a,3gp,3g2,mj2, from '':
  Stream #0:0[0x1](und): Audio: aac (LC)
  Stream #0:1[0x2](und): Video: hevc (Main 10) (dvh1 / 0x31687664), yuv420p10le(tv), 64x64, 25 fps (default)
    Side data:
      DOVI configuration record: version: 1.0, profile: {profile}, level: 1, rpu flag: 1, el flag: 0, bl flag: 1, \
compatibility id: {like}, compression: 0
  Stream #0:2[0x3](und): Video: hevc
"""


@pytest.mark.parametrize(
    ("profile", "like", "index", "found"),
    [
        (5, 0, 1, 5),
        (5, 0, 2, None),
        (5, 0, 0, None),
        (8, 1, 1, None),
        (10, 0, 1, 10),
        (10, 1, 1, None),
        (7, 0, 1, None),
    ],
)
def test_only_dolby_vision_of_colours_of_its_own_stands_alone(
    profile: int, like: int, index: int, found: int | None
) -> None:
    assert lone_profile_of(DUMP.format(profile=profile, like=like), index) == found


def test_fields_go_first_and_stills_have_no_neighbours_to_take_them_from() -> None:
    source = info(interlaced=True, color_space="smpte170m")
    assert graph(source).startswith("[0:0]bwdif=deint=interlaced:mode=send_frame[s0];[s0]scale=")
    assert graph(source, for_jpeg).startswith("[0:0]estdif=deint=interlaced:mode=frame[s0];[s0]scale=")


@pytest.mark.parametrize(
    ("source", "is_needed"),
    [
        (info(color_transfer="smpte2084"), True),
        (info(color_transfer="arib-std-b67"), True),
        (info(color_primaries="smpte432", color_transfer="bt709"), True),
        (info(color_primaries="bt709", color_transfer="bt709"), False),
        (info(), False),
    ],
)
async def test_the_cube_stands_where_it_is_named_and_nowhere_else(
    source: media_pb2.MediaInfo, is_needed: bool, tmp_path: Path
) -> None:
    await write_cube(source, tmp_path)
    assert (CUBE in graph(source), (tmp_path / CUBE).exists()) == (is_needed, is_needed)


async def test_a_brighter_source_leaves_less_light_for_white(tmp_path: Path) -> None:
    texts = []
    for peak in (0, 400, 1000, 4000):
        await write_cube(info(color_transfer="smpte2084", peak_nits=peak), tmp_path)
        texts.append((tmp_path / CUBE).read_text(encoding="ascii"))
    unknown, dim, usual, bright = texts
    assert unknown == usual
    # The grey three fifths up PQ, some 245 nits.
    place = 1 + 19 * (1 + 33 + 33 * 33)
    assert _grey(dim, place) > _grey(usual, place) > _grey(bright, place) > 0.7


def _grey(text: str, place: int) -> float:
    red, green, blue = map(float, text.splitlines()[place].split())
    assert red == pytest.approx(green, abs=0.001) == pytest.approx(blue, abs=0.001)
    return red
