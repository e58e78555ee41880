"""Second builds, made once for the run, and a system whose workers are of several builds."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from demos.rollout.second_build import SecondBuild, make_build
from demos.rollout.variants import Variant
from edgecode.core.lifecycle import end
from tests.harness.eventually import eventually
from tests.harness.process import Process, Processes, environment
from tests.harness.system import QUICK, System

MakeBuild = Callable[[Variant], SecondBuild]
StartSystem = Callable[..., Awaitable[System]]
AddWorker = Callable[[System, SecondBuild], Awaitable[Process]]


@pytest.fixture(scope="session")
def second_build(tmp_path_factory: pytest.TempPathFactory) -> MakeBuild:
    """Clones, changes, commits, builds and installs."""
    made: dict[str, SecondBuild] = {}

    def make(variant: Variant) -> SecondBuild:
        if variant.name not in made:
            made[variant.name] = make_build(variant, tmp_path_factory.mktemp(variant.name))
        return made[variant.name]

    return make


@pytest.fixture
def processes() -> Processes:
    """Ended with the test, by `start`."""
    return Processes()


@pytest.fixture
async def ends() -> AsyncIterator[AsyncExitStack]:
    """What is started ends with the test."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def start(processes: Processes, tmp_path: Path, ends: AsyncExitStack) -> StartSystem:
    """Starts a system with one worker of this tree's build, which becomes current."""

    async def begin(**options: object) -> System:
        ends.push_async_callback(processes.close)
        system = await System.start(processes, tmp_path, **(QUICK | {"light_slots": 3} | options))
        ends.push_async_callback(system.close)
        return system

    return begin


@pytest.fixture
async def add_worker(processes: Processes, ends: AsyncExitStack) -> AddWorker:
    """Adds a worker of another build, which the server sees; started again whenever it ends, as a supervisor does."""

    async def launch(system: System, build: SecondBuild) -> Process:
        env = environment(system.settings.model_copy(update={"scratch_dir": build.installed.parent / "scratch"}))
        return await processes.start(
            build.variant.name, sys.executable, "-m", "edgecode.workers", env=env | build.environment
        )

    async def add(system: System, build: SecondBuild) -> Process:
        process = await launch(system, build)
        stamp = await process.ready()
        assert stamp["build"] == build.build, stamp

        async def is_seen() -> bool:
            return stamp["instance"] in await system.instances()

        await eventually(is_seen)

        async def supervise(now: Process) -> None:
            while True:
                await asyncio.wait([now.ended])  # whose end others await too
                now = await launch(system, build)

        watch = asyncio.create_task(supervise(process))

        async def stop() -> None:
            await end([watch])

        ends.push_async_callback(stop)
        return process

    return add
