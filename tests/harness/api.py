"""A client of the API, as any team would write it: stubs, and errors read back whole."""

import hashlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import google_crc32c
import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped] # they ship no types
from grpc import aio

from edgecode.v1 import (
    asset_pb2,
    asset_pb2_grpc,
    fleet_pb2_grpc,
    incident_pb2_grpc,
    job_pb2,
    job_pb2_grpc,
    media_pb2,
    release_pb2_grpc,
    route_pb2_grpc,
    storage_pb2_grpc,
    webhook_pb2_grpc,
)

STAMP_KEYS = ("edgecode-version", "edgecode-revision", "edgecode-instance")
Metadata = Sequence[tuple[str, str]]
Request = TypeVar("Request", bound=Message)


@dataclass(frozen=True)
class Refusal:
    """An error as a client reads it."""

    code: grpc.StatusCode
    message: str
    reason: str
    domain: str
    metadata: Mapping[str, str]
    fields: tuple[str, ...]
    retry_seconds: float | None
    initial: Mapping[str, Any]
    trailing: Mapping[str, Any]

    @classmethod
    def of(cls, error: Any) -> "Refusal":
        """Reads status, details and metadata of a failed call."""
        initial, trailing = dict(error.initial_metadata() or ()), dict(error.trailing_metadata() or ())
        status = status_pb2.Status.FromString(trailing.get("grpc-status-details-bin", b""))
        info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
        for detail in status.details:
            assert any(detail.Unpack(message) for message in (info, bad, retry)), detail.type_url
        return cls(
            error.code(),
            error.details() or "",
            info.reason,
            info.domain,
            dict(info.metadata),
            tuple(violation.field for violation in bad.field_violations),
            retry.retry_delay.ToTimedelta().total_seconds() if retry.HasField("retry_delay") else None,
            initial,
            trailing,
        )


async def refusal(call: Any) -> Refusal:
    """The error of a call that must fail; of a stream, however far it came."""
    try:
        if isinstance(call, aio.UnaryStreamCall | aio.StreamStreamCall):
            async for _ in call:
                continue
        else:
            await call
    except aio.AioRpcError as error:
        return Refusal.of(error)
    raise AssertionError("the call was not refused")


def refused(address: str, method: str, arity: str, request: bytes) -> Refusal:
    """The error of a call in bytes, by gRPC's synchronous client.

    The other one sometimes loses the initial metadata of a stream whose status comes at once.
    """
    with grpc.insecure_channel(address) as channel:
        call: Any = getattr(channel, arity)(method)
        sent: Any = iter([request]) if arity.startswith("stream") else request
        try:
            answer = call(sent)
            if arity.endswith("stream"):
                list(answer)
        except grpc.RpcError as error:
            return Refusal.of(error)
    raise AssertionError("the call was not refused")


class Api:
    """Stubs over one channel, as one caller."""

    def __init__(self, channel: aio.Channel) -> None:
        self.channel = channel
        self.assets = asset_pb2_grpc.AssetServiceStub(channel)
        self.jobs = job_pb2_grpc.JobServiceStub(channel)
        self.fleet = fleet_pb2_grpc.FleetServiceStub(channel)
        self.incidents = incident_pb2_grpc.IncidentServiceStub(channel)
        self.storage = storage_pb2_grpc.StorageServiceStub(channel)
        self.webhooks = webhook_pb2_grpc.WebhookServiceStub(channel)
        self.releases = release_pb2_grpc.ReleaseServiceStub(channel)
        self.routes = route_pb2_grpc.RouteServiceStub(channel)

    async def upload(self, data: bytes, upload_id: str = "", **metadata: Any) -> asset_pb2.Asset:
        """Uploads a file whole, and reads it back: lists after it have it."""
        requests = chunks(data, upload_id or uuid.uuid4().hex, **metadata)
        reply = await self.assets.UploadAsset(requests)
        await self.assets.GetAsset(asset_pb2.GetAssetRequest(asset_id=reply.asset.asset_id))
        return reply.asset

    async def finished(self, job_id: str, seconds: int = 60) -> job_pb2.Job:
        """The job when it is finished."""
        request = job_pb2.WaitJobRequest(job_id=job_id)
        request.timeout.FromSeconds(seconds)
        job = await self.jobs.WaitJob(request)
        assert job.HasField("end_time"), f"not finished: {job}"
        return job

    async def artifacts(self, job_id: str) -> list[media_pb2.Artifact]:
        """What the job published."""
        reply = await self.jobs.ListArtifacts(job_pb2.ListArtifactsRequest(filter=f"job_id = {job_id}"))
        return list(reply.artifacts)

    async def download(self, artifact_id: str, **fields: Any) -> bytes:
        """Bytes of an artifact, each message's place and CRC checked."""
        found = bytearray()
        start = fields.get("offset_bytes", 0)
        async for part in self.jobs.DownloadArtifact(
            job_pb2.DownloadArtifactRequest(artifact_id=artifact_id, **fields)
        ):
            assert part.offset_bytes == start + len(found)
            assert part.data_crc32c == google_crc32c.value(part.data)
            found += part.data
        return bytes(found)


def chunks(
    data: bytes, upload_id: str, *, size: int = 256 << 10, start: int = 0, finish: bool = True, **metadata: Any
) -> Iterator[asset_pb2.UploadAssetRequest]:
    """Messages of an upload from an offset on, with CRC32C each and, on the last, SHA-256."""
    yield asset_pb2.UploadAssetRequest(
        upload_id=upload_id, metadata=asset_pb2.UploadMetadata(**metadata) if start == 0 else None, offset_bytes=start
    )
    for offset in range(start, len(data), size):
        piece = data[offset : offset + size]
        yield asset_pb2.UploadAssetRequest(offset_bytes=offset, data=piece, data_crc32c=google_crc32c.value(piece))
    if finish:
        yield asset_pb2.UploadAssetRequest(finish=True, sha256=hashlib.sha256(data).hexdigest())


async def stream(*requests: Request) -> AsyncIterator[Request]:
    """Messages one by one."""
    for request in requests:
        yield request


async def metadata_of(call: Awaitable[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Initial and trailing metadata of a call that succeeds."""
    if isinstance(call, aio.UnaryStreamCall):
        async for _ in call:
            continue
    else:
        await call
    return dict(await call.initial_metadata()), dict(await call.trailing_metadata())  # type: ignore[attr-defined] # calls have them
