"""The adapters of the ledger and of the blob store, each tried by the same suite."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from edgecode.core.blobs import Blobs
from edgecode.server.ledger.open import ledger_of
from edgecode.server.ledger.port import Ledger
from tests.harness.postgres import Postgres
from tests.harness.process import Processes
from tests.harness.s3 import S3Server


@pytest.fixture(params=["postgresql", "sqlite"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path / 'ledger.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database(str(tmp_path))


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncIterator[Ledger]:
    """An open ledger."""
    async with AsyncExitStack() as ends:
        opened = ledger_of(ledger_url)
        await opened.open()
        ends.push_async_callback(opened.close)
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def s3(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[S3Server]:
    """A server for all tests; each has a prefix of its own."""
    processes = Processes()
    try:
        server = await S3Server.start(processes, tmp_path_factory.mktemp("s3"))
        with pytest.MonkeyPatch.context() as patch:
            for name, value in server.environment.items():
                patch.setenv(name, value)
            yield server
    finally:
        await processes.close()


@pytest.fixture(params=["file", "s3"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store."""
    if request.param == "file":
        return f"file://{tmp_path / 'blobs'}"
    server: S3Server = request.getfixturevalue("s3")
    return server.url()


@pytest.fixture
def blobs(store_url: str) -> Blobs:
    """The store, open."""
    return Blobs(store_url)
