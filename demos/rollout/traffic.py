"""A steady flow of jobs beside the demo, and what became of them."""

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf.duration_pb2 import Duration
from grpc import aio

from edgecode.core.lifecycle import end
from edgecode.v1 import asset_pb2, asset_pb2_grpc, job_pb2, job_pb2_grpc

_CHUNK_BYTES = 256 << 10


class Traffic:
    """Keeps so many jobs unfinished, from `begin` to `finish`."""

    def __init__(self, channel: aio.Channel, at_once: int) -> None:
        self._assets: Any = asset_pb2_grpc.AssetServiceStub(channel)
        self._jobs: Any = job_pb2_grpc.JobServiceStub(channel)
        self._at_once = at_once
        self._senders: list[asyncio.Task[None]] = []
        self._stopping = False
        self.jobs: list[job_pb2.Job] = []

    async def begin(self, video: Path) -> None:
        """Uploads the video, and sends job after job of it."""
        asset = await self._upload(video)
        self._senders = [asyncio.create_task(self._send(asset.asset_id)) for _ in range(self._at_once)]

    async def finish(self) -> None:
        """Sends no more, and waits for those under way."""
        self._stopping = True
        await asyncio.gather(*self._senders)

    async def stop(self) -> None:
        """Ends at once; after `finish` it does nothing."""
        await end(self._senders)

    async def _upload(self, video: Path) -> asset_pb2.Asset:
        reply: asset_pb2.UploadAssetResponse = await self._assets.UploadAsset(_messages(video))
        return reply.asset

    async def _send(self, asset_id: str) -> None:
        while not self._stopping:
            request = job_pb2.CreateJobRequest(asset_id=asset_id, preset="thumbnail", request_id=uuid.uuid4().hex)
            job = await self._jobs.CreateJob(request)
            wait = job_pb2.WaitJobRequest(job_id=job.job_id, timeout=Duration(seconds=120))
            self.jobs.append(await self._jobs.WaitJob(wait))


def _messages(video: Path) -> Iterator[asset_pb2.UploadAssetRequest]:
    metadata = asset_pb2.UploadMetadata(file_name=video.name)
    yield asset_pb2.UploadAssetRequest(upload_id=uuid.uuid4().hex, metadata=metadata)
    data = video.read_bytes()
    for offset in range(0, len(data), _CHUNK_BYTES):
        yield asset_pb2.UploadAssetRequest(offset_bytes=offset, data=data[offset : offset + _CHUNK_BYTES])
    yield asset_pb2.UploadAssetRequest(finish=True)
