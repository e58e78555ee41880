"""Servers and workers played on a real broker."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from edgecode.core.settings import Settings
from tests.harness.builds import stamp_of
from tests.harness.played_server import PlayedServer
from tests.harness.played_worker import PlayedWorker

StartServer = Callable[..., Awaitable[PlayedServer]]
StartWorker = Callable[..., Awaitable[PlayedWorker]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Without backoff, so that what is scheduled is due."""
    return settings.model_copy(update={"backoff_seconds": 0.0, "sweep_seconds": 5.0})


# Played workers beat once: on a slow machine a test may last longer than they would be thought alive.
PATIENT = {"fleet_ttl_seconds": 60.0}


@pytest.fixture
async def ends() -> AsyncIterator[AsyncExitStack]:
    """What is started ends with the test."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def start_server(settings: Settings, ends: AsyncExitStack) -> StartServer:
    """Starts servers that share one ledger unless told otherwise."""

    async def start(file: str = "ledger.sqlite", letter: str = "a", **options: Any) -> PlayedServer:
        own = settings.model_copy(update=options.pop("settings", {}))
        server = await PlayedServer.start(own, stamp_of("server", letter), file, **options)
        ends.push_async_callback(server.close)
        return server

    return start


@pytest.fixture
def start_worker(settings: Settings, ends: AsyncExitStack) -> StartWorker:
    """Starts workers; the letter names the build."""

    async def start(letter: str = "b", *seen_by: PlayedServer, version: str = "0.1.0") -> PlayedWorker:
        stamp = replace(stamp_of("worker", letter), version=version)
        worker = await PlayedWorker.connect(settings.nats_url, stamp)
        ends.push_async_callback(worker.close)
        await worker.beat()
        for server in seen_by:
            await server.sees(worker.instance)
        return worker

    return start
