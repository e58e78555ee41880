"""The table of hostile files: each gets what the table says, for no more than the table says."""

import resource
from pathlib import Path

import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media.tools import MediaTools
from tests.hostile.containers import CONTAINERS, film
from tests.hostile.cut import check_cut
from tests.hostile.meeting import Met, meet
from tests.hostile.row import Hostile
from tests.hostile.table import LIGHT, ROWS


def check(row: Hostile, met: Met) -> None:
    assert met.reason == row.gets, met
    assert met.failure is None or met.failure.fault == media_pb2.FAULT_USER, met
    assert met.frames == row.frames, met
    assert met.cpu_seconds < row.cpu_seconds, met
    # A child counts as its own what the process held that started it.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert met.peak_bytes < max(row.mebibytes * 2**20, own + 2**20), met


@pytest.mark.parametrize("row", LIGHT, ids=[row.name for row in LIGHT])
async def test_a_hostile_file_gets_what_the_table_says_within_its_bounds(
    tools: MediaTools, scratch: Path, row: Hostile
) -> None:
    source = scratch / "source"
    source.write_bytes(row.make())
    check(row, await meet(source, scratch, tools))


@pytest.mark.parametrize("container", CONTAINERS)
async def test_a_film_cut_off_gives_what_is_there_or_a_typed_user_fault(
    tools: MediaTools, scratch: Path, container: str
) -> None:
    """At two points; at twenty more in the chaos target."""
    whole = film(container)
    source = scratch / "source"
    for place in (len(whole) // 3, len(whole) - 200):
        source.write_bytes(whole[:place])
        check_cut(container, place, await meet(source, scratch, tools))


def test_the_table_names_each_file_once() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
