"""One broker, server and worker for all tests of the API: each test is a caller of its own."""

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from grpc import aio

from edgecode.core.bus import Bus, connect
from edgecode.core.settings import Settings
from edgecode.core.stamp import make_stamp
from edgecode.server.calls import CALLER, SEQUENCE
from edgecode.v1 import asset_pb2, fleet_pb2, job_pb2, route_pb2
from tests.harness.api import Api
from tests.harness.broker import Broker
from tests.harness.builds import build_of, stamp_of
from tests.harness.eventually import eventually
from tests.harness.played_worker import PlayedWorker
from tests.harness.process import Process, Processes

# A build of played workers.
PLAYED = build_of("c")


@dataclass
class Seen:
    """Who calls, and the sequence of what this client wrote last: it reads its own writes."""

    caller: str
    sequence: int = 0

    def named(self, details: aio.ClientCallDetails) -> aio.ClientCallDetails:
        """The call's details with both in its metadata, where the test has not put them itself."""
        given = tuple(details.metadata or ())
        known = {key for key, _ in given}
        own = [
            (key, value) for key, value in ((CALLER, self.caller), (SEQUENCE, str(self.sequence))) if key not in known
        ]
        return details._replace(metadata=aio.Metadata(*given, *own))  # type: ignore[attr-defined,no-any-return] # it is a named tuple

    async def after(self, call: Any) -> Any:
        """Remembers what the call wrote."""
        trailing = dict(await call.trailing_metadata())
        self.sequence = max(self.sequence, int(trailing.get(SEQUENCE, 0)))
        return call


class UnaryCalls(aio.UnaryUnaryClientInterceptor):
    """Names the caller, remembers and sends the sequence."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    async def intercept_unary_unary(self, continuation: Any, details: aio.ClientCallDetails, request: Any) -> Any:
        return await self._seen.after(await continuation(self._seen.named(details), request))


class Uploading(aio.StreamUnaryClientInterceptor):
    """The same for uploads, which `Api.upload` reads back."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    async def intercept_stream_unary(self, continuation: Any, details: aio.ClientCallDetails, requests: Any) -> Any:
        return await continuation(self._seen.named(details), requests)


@dataclass(frozen=True)
class Stack:
    """What runs, and how to reach it."""

    settings: Settings
    processes: Processes
    broker: Broker
    server: Process
    address: str

    @asynccontextmanager
    async def client(self, caller: str = "", address: str = "") -> AsyncIterator[Api]:
        """A client, by default of this stack's server and with a name of its own."""
        name = caller or f"test-{uuid.uuid4().hex[:12]}"
        seen = Seen(name)
        interceptors = [UnaryCalls(seen), Uploading(seen)]
        async with aio.insecure_channel(address or self.address, interceptors=interceptors) as channel:
            yield Api(channel)

    @asynccontextmanager
    async def another_server(self, **changed: Any) -> AsyncIterator[tuple[Process, Api]]:
        """A second server on the same broker and ledger, with settings of its own."""
        process = await self.processes.server(self.settings.model_copy(update=changed))
        try:
            async with self.client(address=(await process.ready())["grpc_address"]) as api:
                yield process, api
        finally:
            await process.terminate()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Started once."""
    folder = tmp_path_factory.mktemp("api")
    processes = Processes()
    try:
        yield await start_stack(processes, folder)
    finally:
        await processes.close()


async def start_stack(processes: Processes, folder: Path, *, worker: bool = True, **changed: Any) -> Stack:
    """Broker, server and, unless told otherwise, a worker."""
    broker = Broker(processes, folder / "nats")
    await broker.start()
    settings = Settings(
        environment="test",
        nats_url=broker.url,
        data_dir=folder / "data",
        grpc_address="127.0.0.1:0",
        metrics_address="",
        fleet_beat_seconds=1.0,
        fleet_ttl_seconds=6.0,
        fleet_grace_seconds=1.0,
        sweep_seconds=1.0,
        backoff_seconds=0.1,
        **({"stores": {"out": {"url": f"file://{folder}/out", "uses": ["export"]}}} | changed),
    )
    server = await processes.server(settings)
    if worker:
        await processes.worker(settings)
    return Stack(settings, processes, broker, server, (await server.ready())["grpc_address"])


@pytest_asyncio.fixture(loop_scope="session")
async def api(stack: Stack) -> AsyncIterator[Api]:
    """A client with a name of its own."""
    async with stack.client() as client:
        yield client


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def log_bus(stack: Stack) -> AsyncIterator[Bus]:
    """The test's own connection to the broker."""
    bus = await connect(stack.broker.url, make_stamp("test", "test"))
    yield bus
    await bus.close()


@pytest.fixture(scope="session")
def clip() -> bytes:
    """The real clip of the repository."""
    return resources.files("edgecode.cli").joinpath("data/bbb.mp4").read_bytes()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def asset(stack: Stack, clip: bytes) -> asset_pb2.Asset:
    """The clip, uploaded once."""
    async with stack.client("shared") as client:
        return await client.upload(clip, file_name="bbb.mp4", labels={"shelf": "shared"})


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def finished_job(stack: Stack, asset: asset_pb2.Asset) -> job_pb2.Job:
    """A thumbnail of the clip, made once."""
    async with stack.client("shared") as client:
        request = job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail", labels={"shelf": "shared"})
        job = await client.finished((await client.jobs.CreateJob(request)).job_id)
        assert job.state == job_pb2.Job.STATE_SUCCEEDED, job
        return job


@pytest.fixture
def unique() -> Callable[[], str]:
    """Ids nobody used."""
    return lambda: uuid.uuid4().hex


@pytest_asyncio.fixture(loop_scope="session")
async def played(stack: Stack, api: Api) -> AsyncIterator[PlayedWorker]:
    """A live worker of another build, which does nothing. It comes when the real worker's build is current."""
    await eventually(lambda: _current(api))
    worker = await PlayedWorker.connect(stack.settings.nats_url, stamp_of("worker", "c"))

    async def is_there() -> bool:
        reply = await api.fleet.ListInstances(fleet_pb2.ListInstancesRequest())
        return any(instance.stamp.build == PLAYED for instance in reply.instances)

    async with worker.beating():
        await eventually(is_there)
        yield worker
    await worker.leave()
    await worker.close()


async def _current(api: Api) -> str:
    return (await api.routes.GetRoute(route_pb2.GetRouteRequest())).current
