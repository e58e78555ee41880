"""The whole system as its parts are run in production: broker, server and workers, each a process of its own."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Self

import grpc
from grpc import aio

from edgecode.core import subjects
from edgecode.core.bus import Bus, Incoming, connect
from edgecode.core.settings import Settings
from edgecode.core.stamp import make_stamp
from edgecode.v1 import asset_pb2, bus_pb2, fleet_pb2, job_pb2, media_pb2
from tests.harness.api import Api, chunks
from tests.harness.broker import Broker
from tests.harness.clips import sha256
from tests.harness.journal import Journal
from tests.harness.process import Process, Processes
from tests.harness.stores import blobs_url

# As by default in all but the times in which absence is noticed.
QUICK: dict[str, Any] = {
    "fleet_beat_seconds": 0.5,
    "fleet_ttl_seconds": 3.0,
    "fleet_grace_seconds": 1.0,
    "sweep_seconds": 0.5,
    "ack_wait_seconds": 8.0,
    "beat_seconds": 1.0,
    "backoff_seconds": 0.1,
}


class System:
    """Everything on one folder, and a client of it.

    Attributes:
        settings: of the processes; the server's address is fixed once it has one.
        broker, server, workers: the processes.
        api: a client, which stays the same over restarts of the server.
        bus: the test's own connection to the broker.
        journal: the log.
    """

    def __init__(self, processes: Processes, broker: Broker, settings: Settings) -> None:
        self.processes = processes
        self.broker = broker
        self.settings = settings
        self.workers: list[Process] = []
        self.server: Process
        self.api: Api
        self.bus: Bus
        self.journal: Journal
        self._ends = AsyncExitStack()

    @classmethod
    async def start(
        cls, processes: Processes, folder: Path, *, workers: int = 1, sync: str = "always", **changed: Any
    ) -> Self:
        """Starts all of it; `changed` are settings."""
        broker = Broker(processes, folder / "nats", sync)
        await broker.start()
        fixed = {"environment": "test", "grpc_address": "127.0.0.1:0", "metrics_address": ""}
        data = folder / "data"
        settings = Settings(nats_url=broker.url, data_dir=data, **(fixed | {"blobs_url": blobs_url(data)} | changed))
        system = cls(processes, broker, settings)
        system.bus = await connect(broker.url, make_stamp("test", "test"))
        system._ends.push_async_callback(system.bus.close)
        await system.start_server()
        system.journal = Journal(system.bus)
        system._ends.push_async_callback(system.journal.close)
        for _ in range(workers):
            await system.add_worker()
        return system

    async def close(self) -> None:
        """Closes what the test itself holds open; the processes are ended by their owner."""
        await self._ends.aclose()

    async def start_server(self, crash_at: str = "", *, ready: bool = True) -> Process:
        """Starts a server, on the former one's port where there was one."""
        self.server = await self.processes.launch("edgecode.server", self.settings, crash_at)
        if ready or not hasattr(self, "api"):
            address = (await self.server.ready())["grpc_address"]
            self.settings = self.settings.model_copy(update={"grpc_address": address})
            if not hasattr(self, "api"):
                # Soon again after a restart: by default a client waits up to two minutes.
                options = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 200)]
                self.api = Api(await self._ends.enter_async_context(aio.insecure_channel(address, options)))
        return self.server

    async def add_worker(self, crash_at: str = "", **changed: Any) -> Process:
        """One more worker, ready."""
        worker = await self.processes.worker(self.settings.model_copy(update=changed), crash_at)
        self.workers.append(worker)
        return worker

    async def upload(self, data: bytes, **metadata: Any) -> str:
        """Uploads a source; its asset's id."""
        return (await self.api.upload(data, **metadata)).asset_id

    async def resumed(self, data: bytes, upload_id: str) -> asset_pb2.Asset:
        """Sends what the server lacks of an upload, and the finish; also of an upload that was never begun."""
        query = asset_pb2.QueryUploadRequest(upload_id=upload_id)
        try:
            committed = (await self.api.assets.QueryUpload(query, wait_for_ready=True)).committed_bytes
        except aio.AioRpcError as error:
            if error.code() != grpc.StatusCode.NOT_FOUND:
                raise
            committed = 0
        return (await self.api.assets.UploadAsset(chunks(data, upload_id, start=committed))).asset

    async def create(self, asset_id: str, outputs: Sequence[media_pb2.OutputSpec] = (), **fields: Any) -> str:
        """Creates a job as a careful client does: the same request again until there is an answer; the job's id."""
        request = job_pb2.CreateJobRequest(
            asset_id=asset_id, outputs=outputs, request_id=fields.pop("request_id", uuid.uuid4().hex), **fields
        )
        return (await self.api.jobs.CreateJob(request, wait_for_ready=True)).job_id

    async def finished(self, job_id: str, seconds: float = 90.0) -> job_pb2.Job:
        """The job when the log says that it is finished, as the API then shows it."""
        ends = {"job_succeeded", "job_failed", "job_cancelled"}
        end = await self.journal.until(
            lambda entry: (
                entry.subject == subjects.job_events(job_id)
                and entry.event is not None
                and entry.event.WhichOneof("kind") in ends
            ),
            seconds=seconds,
        )
        metadata = (("edgecode-sequence", str(end.sequence)),)
        return await self.api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job_id), metadata=metadata, wait_for_ready=True)

    async def succeeded(self, job_id: str, seconds: float = 90.0) -> job_pb2.Job:
        """The job, which must have succeeded."""
        job = await self.finished(job_id, seconds)
        assert job.state == job_pb2.Job.STATE_SUCCEEDED, job
        return job

    async def tasks(self, job_id: str) -> dict[str, job_pb2.Task]:
        """The job's tasks with their attempts, by id."""
        reply = await self.api.jobs.ListTasks(job_pb2.ListTasksRequest(filter=f"job_id = {job_id}", page_size=1000))
        return {task.task_id: task for task in reply.tasks}

    async def instances(self) -> dict[str, fleet_pb2.Instance]:
        """Who is alive, by instance."""
        reply = await self.api.fleet.ListInstances(fleet_pb2.ListInstancesRequest())
        return {one.stamp.instance: one for one in reply.instances}

    async def whole_artifacts(self, job_id: str) -> list[media_pb2.Artifact]:
        """The job's artifacts, one per output, each with the bytes of its digest."""
        found = await self.api.artifacts(job_id)
        names = [artifact.file.output_id for artifact in found]
        assert len(set(names)) == len(names), names
        for artifact in found:
            data = await self.api.download(artifact.artifact_id)
            assert (len(data), sha256(data)) == (artifact.file.size_bytes, artifact.file.sha256), artifact
        return sorted(found, key=lambda artifact: artifact.file.output_id)

    async def until_encoding(self, job_id: str) -> bus_pb2.Progress:
        """Returns when a frame of the job has been encoded; call it before the job may have got so far."""
        async with self.progress(job_id) as news:
            async with asyncio.timeout(60):
                while True:
                    progress = await news.get()
                    if any(0 < output.frames_done < output.frames_total for output in progress.outputs):
                        return progress

    @asynccontextmanager
    async def progress(self, job_id: str) -> AsyncIterator[asyncio.Queue[bus_pb2.Progress]]:
        """The job's progress as it comes."""
        news: asyncio.Queue[bus_pb2.Progress] = asyncio.Queue()

        async def take(incoming: Incoming) -> None:
            await news.put(bus_pb2.Progress.FromString(incoming.payload))

        end = await self.bus.subscribe(subjects.progress(job_id, "*"), take)
        try:
            yield news
        finally:
            await end()


async def instance_of(process: Process) -> str:
    """The id under which a process signs."""
    return str((await process.ready())["instance"])
