"""Hostile files that take their time, and films cut off anywhere."""

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media.faults import Reason
from edgecode.workers.media.tools import MediaTools, find_tools
from tests.hostile.containers import CONTAINERS, endless, film
from tests.hostile.cut import CUTS, check_cut
from tests.hostile.meeting import meet
from tests.hostile.row import Hostile
from tests.hostile.table import HEAVY
from tests.integration.media.test_hostile_table import check


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> MediaTools:
    return find_tools(tmp_path_factory.mktemp("state"))


@pytest.mark.parametrize("row", HEAVY, ids=[row.name for row in HEAVY])
async def test_a_heavy_hostile_file_gets_what_the_table_says_within_its_bounds(
    tools: MediaTools, tmp_path: Path, row: Hostile
) -> None:
    source = tmp_path / "source"
    source.write_bytes(row.make())
    check(row, await meet(source, tmp_path, tools))


@pytest.mark.parametrize("container", CONTAINERS)
async def test_a_film_cut_off_at_any_of_20_points_gives_what_is_there_or_a_typed_user_fault(
    tools: MediaTools, tmp_path: Path, dice: random.Random, tell: Callable[[str], None], container: str
) -> None:
    whole = film(container)
    source = tmp_path / "source"
    ends = []
    for place in sorted(dice.sample(range(len(whole)), CUTS)):
        source.write_bytes(whole[:place])
        ends.append(check_cut(container, place, await meet(source, tmp_path, tools)))
    tell(f"{container}: {ends}")


async def test_a_file_that_uses_up_the_time_of_a_bare_decode_is_the_users(tools: MediaTools, tmp_path: Path) -> None:
    source = tmp_path / "source"
    endless(source, 300_000_000)
    hasty = dataclasses.replace(tools.limits, cpu_base_seconds=1.0, cpu_factor=0.0)
    met = await meet(source, tmp_path, dataclasses.replace(tools, limits=hasty))
    assert met.failure is not None
    assert (met.reason, met.failure.fault) == (Reason.TIMEOUT, media_pb2.FAULT_USER), met
    # With time enough there is a film in it.
    met = await meet(source, tmp_path, tools)
    assert (met.failure, met.frames) == (None, 30), met
