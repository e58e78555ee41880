"""What chaos needs: a whole system on a folder, and dice whose seed is printed."""

import os
import random
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.harness.process import Processes
from tests.harness.system import System

SEED_VARIABLE = "EDGECODE_CHAOS_SEED"
StartSystem = Callable[..., Awaitable[System]]


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Says something to whoever runs the tests, whether they pass or fail."""

    def say(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{text}\n")

    return say


@pytest.fixture
def dice(tell: Callable[[str], None]) -> random.Random:
    """Random, and the same again with the seed that is printed."""
    seed = int(os.environ.get(SEED_VARIABLE) or secrets.randbits(32))
    tell(f"{SEED_VARIABLE}={seed}")
    return random.Random(seed)


@pytest.fixture
async def start(processes: Processes, tmp_path: Path) -> AsyncIterator[StartSystem]:
    """Starts a system that ends with the test."""
    async with AsyncExitStack() as ends:

        async def begin(**options: Any) -> System:
            system = await System.start(processes, tmp_path, **options)
            ends.push_async_callback(system.close)
            return system

        yield begin
