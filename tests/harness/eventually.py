"""Waiting for what another process does and tells nobody."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

_Found = TypeVar("_Found")
_STEP_SECONDS = 0.05


async def eventually(probe: Callable[[], Awaitable[_Found | None]], seconds: float = 20.0) -> _Found:
    """The first truthy answer of `probe`; TimeoutError when there is none in time."""
    async with asyncio.timeout(seconds):
        while not (found := await probe()):  # noqa: ASYNC110 another process has no event to await
            await asyncio.sleep(_STEP_SECONDS)
    return found
