"""Which times one clock can have told, and what a file says of its own length."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from edgecode.workers.media.admission import Refused, check_clock, check_rate
from edgecode.workers.media.boxes import begins_as_mp4, index_first
from edgecode.workers.media.cut_short import is_cut_short, is_index_cut
from edgecode.workers.media.faults import Reason
from edgecode.workers.media.timeline import Timeline

MILLISECOND = Fraction(1, 1000)


@dataclass
class Packet:
    dts: int | None
    pts: int | None
    duration: int = 40
    size: int = 100
    is_discard: bool = False


def timeline(times: Sequence[int | None]) -> Timeline:
    line = Timeline()
    for time in times:
        line.add(Packet(time, time))
    return line


@pytest.mark.parametrize(
    ("times", "unclocked", "clocked"),
    [
        ([0, 40, 80], None, None),
        ([0, 40, 20, 80], None, None),
        ([0, 2000, 1500], None, -0.5),
        ([0, 2000, 900], -1.1, -1.1),
        ([0, 40, 10_000], None, None),
        ([0, 40, 36_000_000], None, 35_999.96),
        ([0, None, 40, None], None, None),
        ([], None, None),
    ],
)
def test_a_step_that_no_one_clock_takes_is_found(
    times: list[int | None], unclocked: float | None, clocked: float | None
) -> None:
    line = timeline(times)
    assert line.jump_seconds(MILLISECOND, has_clock=False) == pytest.approx(unclocked)
    assert line.jump_seconds(MILLISECOND, has_clock=True) == pytest.approx(clocked)


def test_a_jump_is_refused_with_its_length() -> None:
    with pytest.raises(Refused) as caught:
        check_clock("video", timeline([0, 4000, 0]), MILLISECOND, has_clock=False)
    assert caught.value.args[0] == Reason.TIMESTAMPS_DISORDERED
    assert "-4.000 s" in caught.value.args[1]


@pytest.mark.parametrize(("packets", "seconds", "refused"), [(600, 1.0, False), (601, 1.0, True), (300, 0.0, False)])
def test_packets_are_counted_against_the_time_they_fill(packets: int, seconds: float, *, refused: bool) -> None:
    line = timeline(range(packets))
    if not refused:
        check_rate("video", line, seconds, 300)
        return
    with pytest.raises(Refused) as caught:
        check_rate("video", line, seconds, 300)
    assert caught.value.args[0] == Reason.FRAMES_EXCEEDED


def test_packets_that_an_edit_list_hides_do_not_count_against_the_time_of_those_it_shows() -> None:
    line = timeline(range(30))
    for time in range(10_000):
        line.add(Packet(time + 30, time + 30, is_discard=True))
    check_rate("video", line, 0.0, 300)
    assert (line.shown, line.hidden) == (30, 10_000)


def box(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


MP4 = box(b"ftyp", b"isom") + box(b"moov", bytes(9)) + box(b"mdat", bytes(50))
LONG = box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"mdat", 16 + 30) + bytes(30) + box(b"moov", bytes(4))
AVI = b"RIFF" + struct.pack("<I", 96) + b"AVI " + bytes(92)


@pytest.mark.parametrize("whole", [MP4, LONG, AVI], ids=["mp4", "64-bit lengths", "avi"])
def test_a_file_is_cut_short_where_its_own_lengths_go_beyond_its_end(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "film"
    path.write_bytes(whole)
    assert not is_cut_short(path)
    assert not is_index_cut(path)
    path.write_bytes(whole[:-1])
    assert is_cut_short(path)
    assert is_index_cut(path) == (whole == LONG)


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_an_avi_whose_length_was_never_filled_in_is_not_cut_short(tmp_path: Path, length: int) -> None:
    path = tmp_path / "film"
    path.write_bytes(b"RIFF" + struct.pack("<I", length) + b"AVI " + bytes(92))
    assert not is_cut_short(path)


@pytest.mark.parametrize("content", [b"", b"\0", b"RIFF", bytes(100), b"\0\0\0\1ftyp", b"a letter, not a film"])
def test_what_is_no_such_file_is_not_cut_short(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film"
    path.write_bytes(content)
    assert not is_cut_short(path)
    assert not index_first(path)


def test_boxes_tell_what_stands_first(tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(MP4)
    assert (begins_as_mp4(path), index_first(path)) == (True, True)
    path.write_bytes(LONG)
    assert (begins_as_mp4(path), index_first(path)) == (True, False)
