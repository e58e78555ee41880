"""A process one of whose loops has failed does not go on without it."""

import sys

import pytest

from edgecode.core.settings import Settings
from tests.harness.process import Processes, environment

# Breaks a method of a part at its n-th call, then runs the process as `python -m` does.
PROGRAM = """
import importlib, inspect, runpy, sys
module, place, owner, method, n = sys.argv[1:]
owner = getattr(importlib.import_module(place), owner)
whole, calls = getattr(owner, method), []

def or_broken(*arguments):
    calls.append(None)
    if len(calls) == int(n):
        raise RuntimeError("broken by the test")
    return whole(*arguments)

async def later(*arguments):
    return await or_broken(*arguments)

setattr(owner, method, later if inspect.iscoroutinefunction(whole) else or_broken)
sys.argv[1:] = []
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    ("broken", "background"),
    [
        ("edgecode.server edgecode.server.fleet.own OwnInstance entry 2", "fleet-beat"),
        ("edgecode.server edgecode.server.watch LogFeed _follow 1", "log-feed"),
        ("edgecode.workers edgecode.core.fleet_beat FleetBeat _publish 2", "fleet-beat"),
    ],
)
async def test_a_process_with_a_broken_loop_ends_with_its_error(
    processes: Processes, settings: Settings, broken: str, background: str
) -> None:
    process = await processes.start("broken", sys.executable, "-c", PROGRAM, *broken.split(), env=environment(settings))
    failed = await process.event("background.failed")
    assert (failed["part"], "broken by the test" in failed["error"]) == (background, True)
    assert await process.exit() == 1
