"""The adapters of the ledger, each tried by the same suite."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from edgecode.server.ledger.open import ledger_of
from edgecode.server.ledger.port import Ledger

# Named by what its URL begins with; a new adapter is one more line here.
ADAPTERS: dict[str, Callable[[Path], str]] = {"sqlite": lambda folder: f"sqlite://{folder / 'ledger.sqlite'}"}


@pytest.fixture(params=sorted(ADAPTERS))
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    return ADAPTERS[request.param](tmp_path)


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncIterator[Ledger]:
    """An open ledger."""
    async with AsyncExitStack() as ends:
        opened = ledger_of(ledger_url)
        await opened.open()
        ends.push_async_callback(opened.close)
        yield opened
