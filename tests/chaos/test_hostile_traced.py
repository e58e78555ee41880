"""Hostile files under strace: media children open nothing but their own folder and program, and call nobody."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.chaos.children_traced import Doings, interpreter, trace
from tests.hostile import scripts
from tests.hostile.containers import CONTAINERS, film
from tests.hostile.table import LIGHT

ROOT = Path(__file__).parents[2]
# An ffmpeg as careless as it can be.
CARELESS = ("-v", "quiet", "-protocol_whitelist", "file,http,tcp,data,concat,crypto,subfile", "-rw_timeout", "1000000")

# glibc's malloc reads it when a thread gives memory back (malloc-sysdep.h), which needs a file with much in it.
MALLOC = "/proc/sys/vm/overcommit_memory"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        yield listening


def called(listening: socket.socket) -> bool:
    try:
        listening.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def met(folder: Path, sources: list[bytes]) -> Doings:
    """What media children do for these sources."""
    folder.mkdir()
    for place, data in enumerate(sources):
        (folder / f"{place}.source").write_bytes(data)
    return trace(folder, [sys.executable, "-m", "tests.hostile.meet_all", str(folder)], ROOT)


@pytest.mark.timeout(900)
def test_no_hostile_file_makes_a_child_open_what_no_good_film_makes_it_open_or_call_anybody(
    tmp_path: Path, listener: socket.socket
) -> None:
    outside = tmp_path / "outside.ts"
    outside.write_bytes(film("MPEG-TS"))
    good = met(tmp_path / "good", [film(container) for container in CONTAINERS])
    port = listener.getsockname()[1]
    named = [scripts.script(kind, *scripts.TARGETS, path=outside, port=port) for kind in scripts.KINDS]
    hostile = met(tmp_path / "hostile", [*named, *(row.make() for row in LIGHT)])
    assert good.called == hostile.called == frozenset()
    assert not called(listener)
    allowed = good.opened | interpreter() | {f"{tmp_path / 'hostile'}/", MALLOC}
    assert hostile.beside(allowed) == set()
    assert hostile.children > len(named) + len(LIGHT)
    assert str(outside) not in hostile.opened


@pytest.mark.parametrize(("kind", "target"), [("ffconcat script", "path"), ("HLS playlist", "http")])
def test_a_careless_ffmpeg_is_seen_to_open_and_to_call(
    tmp_path: Path, listener: socket.socket, kind: str, target: str
) -> None:
    outside = tmp_path / "outside.ts"
    outside.write_bytes(film("MPEG-TS"))
    source = tmp_path / "source"
    source.write_bytes(scripts.script(kind, target, path=outside, port=listener.getsockname()[1]))
    options = ("-f", "concat", "-safe", "0") if "concat" in kind else ("-f", "hls", "-allowed_extensions", "ALL")
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), *CARELESS, *options, "-i", str(source), "-f", "null", "-"]
    careless = trace(tmp_path, ["sh", "-c", '"$@"; true', "sh", *ffmpeg], ROOT)
    if target == "path":
        assert str(outside) in careless.opened
    else:
        assert careless.called
        assert called(listener)
