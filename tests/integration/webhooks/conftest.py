"""One broker, server and receiver; no worker: a job that is cancelled has events enough."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from grpc import aio

from edgecode.core.settings import Settings
from edgecode.v1 import job_pb2, webhook_pb2
from tests.harness.api import Api
from tests.harness.broker import Broker
from tests.harness.process import Process, Processes
from tests.harness.receiver import ReceiverProcess

# Quick, and allowed to reach this machine.
WEBHOOKS: dict[str, Any] = {
    "webhook_allow_http": True,
    "webhook_networks": ["127.0.0.0/8"],
    "webhook_backoff_seconds": 0.2,
    "webhook_timeout_seconds": 1.0,
    "sweep_seconds": 0.2,
}
TYPES = ("job.created", "job.cancel_requested", "job.cancelled")


@dataclass
class Stack:
    """What runs."""

    settings: Settings
    processes: Processes
    receiver: ReceiverProcess
    server: Process
    api: Api
    asset_id: str

    async def cancelled_job(self, **fields: Any) -> job_pb2.Job:
        """A job that is created and cancelled at once, as its creation was answered."""
        job = await self.api.jobs.CreateJob(self.request(**fields), wait_for_ready=True)
        await self.cancel(job.job_id)
        return job

    def request(self, **fields: Any) -> job_pb2.CreateJobRequest:
        """A request for a job that nobody will do."""
        return job_pb2.CreateJobRequest(
            asset_id=self.asset_id, preset="thumbnail", request_id=uuid.uuid4().hex, **fields
        )

    async def cancel(self, job_id: str) -> None:
        """Cancels a job, also when its server is just starting."""
        await self.api.jobs.CancelJob(job_pb2.CancelJobRequest(job_id=job_id), wait_for_ready=True)

    async def webhook(
        self, path: str, label: str, types: tuple[str, ...] = TYPES, **fields: Any
    ) -> webhook_pb2.Webhook:
        """A webhook for the jobs with a label."""
        request = webhook_pb2.CreateWebhookRequest(
            url=self.receiver.url(path), filter=f"labels.test = {label}", event_types=types, **fields
        )
        return await self.api.webhooks.CreateWebhook(request)

    async def deliveries(self, filter_: str) -> list[webhook_pb2.Delivery]:
        """Those that match, in the order of their events."""
        request = webhook_pb2.ListDeliveriesRequest(filter=filter_, order_by="event_time")
        return list((await self.api.webhooks.ListDeliveries(request)).deliveries)

    async def restart(self, crash_at: str = "") -> None:
        """A server on the same port and folder."""
        self.server = await self.processes.server(self.settings, crash_at)


async def start_stack(processes: Processes, settings: Settings, crash_at: str = "", **changed: Any) -> Stack:
    """Starts all; the server's port stays the same over restarts."""
    receiver = ReceiverProcess(processes, settings.data_dir / "receiver")
    await receiver.start()
    settings = Settings(**settings.model_dump(exclude_unset=True) | WEBHOOKS | changed)
    server = await processes.server(settings, crash_at)
    address = (await server.ready())["grpc_address"]
    settings = settings.model_copy(update={"grpc_address": address})
    options = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 200)]
    api = Api(aio.insecure_channel(address, options))
    asset = await api.upload(b"no video, and nobody looks", file_name="a.bin")
    return Stack(settings, processes, receiver, server, api, asset.asset_id)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Started once."""
    folder, processes = tmp_path_factory.mktemp("webhooks"), Processes()
    try:
        broker = Broker(processes, folder / "nats", "2m")
        await broker.start()
        settings = Settings(
            environment="test",
            nats_url=broker.url,
            data_dir=folder / "data",
            grpc_address="127.0.0.1:0",
            metrics_address="",
        )
        stack = await start_stack(processes, settings)
        yield stack
        await stack.api.channel.close()
    finally:
        await processes.close()
