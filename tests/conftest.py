"""Fixtures of every test: a real broker, a stamped connection to it, settings, and real processes."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from edgecode.core.bus import Bus, connect
from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp, make_stamp
from tests.harness.broker import Broker
from tests.harness.postgres import Postgres
from tests.harness.process import Processes
from tests.harness.stores import blobs_url, environment_of


def pytest_configure() -> None:
    """Commands write into pipes here: a width that a runner of tests exports is not theirs.

    A shell that started the tests in the background had SIGINT ignored, which processes inherit: ours must hear it.
    No test of values is timed: a machine that others use too may stand still for a second.
    """
    untimed = hypothesis_settings(deadline=None, suppress_health_check=(HealthCheck.too_slow,))
    hypothesis_settings.register_profile("untimed", untimed)
    hypothesis_settings.load_profile("untimed")
    os.environ.pop("COLUMNS", None)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def stamp() -> Stamp:
    """Of the test itself, which is one more process on the bus."""
    return make_stamp("test", "test")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for all tests of this run; each takes a database of its own."""
    with Postgres() as server:
        yield server


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[Processes]:
    """Starts real processes; those still running at the end are killed."""
    started = Processes(environment_of(tmp_path))
    yield started
    await started.close()


@pytest.fixture
async def nats_server(processes: Processes, tmp_path: Path) -> Broker:
    """A nats-server of this test's own, every acknowledged message synced."""
    broker = Broker(processes, tmp_path / "nats")
    await broker.start()
    return broker


@pytest.fixture
async def bus(nats_server: Broker, stamp: Stamp) -> AsyncIterator[Bus]:
    """A connection of the test."""
    connected = await connect(nats_server.url, stamp)
    yield connected
    await connected.close()


@pytest.fixture
def settings(nats_server: Broker, tmp_path: Path) -> Settings:
    """Settings of this test's processes: own broker and folder, free ports, and a quicker fleet."""
    return Settings(
        environment="test",
        nats_url=nats_server.url,
        data_dir=tmp_path / "data",
        blobs_url=blobs_url(tmp_path / "data"),
        grpc_address="127.0.0.1:0",
        metrics_address="",
        fleet_beat_seconds=1.0,
        fleet_ttl_seconds=4.0,
        fleet_grace_seconds=1.0,
        sweep_seconds=1.0,
        backoff_seconds=0.1,
    )
