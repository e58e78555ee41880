"""Builds that are alive and take nothing: workers played by hand, which only beat."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.stack import Stack
from edgecode.core.bus import Bus, connect
from edgecode.core.stamp import make_stamp
from tests.harness.builds import stamp_of
from tests.harness.played_worker import PlayedWorker


@asynccontextmanager
async def connected(stack: Stack) -> AsyncIterator[Bus]:
    """The benchmark's own connection."""
    bus = await connect(stack.broker.url, make_stamp("server", "bench"))
    yield bus
    await bus.close()


@asynccontextmanager
async def idle_worker(stack: Stack, letter: str) -> AsyncIterator[None]:
    """A worker of the build of this letter."""
    worker = await PlayedWorker.connect(stack.broker.url, stamp_of("worker", letter))
    try:
        async with worker.beating():
            yield
    finally:
        await worker.close()
