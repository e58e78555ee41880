"""Reflection is enough: descriptors, requests and decoded errors, with nothing of ours imported but the address."""

import json
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped] # they ship no types
from grpc import aio
from grpc_reflection.v1alpha import reflection_pb2

from tests.integration.api.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

VERSIONS = ("grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection")
SERVICES = {
    "edgecode.v1.AssetService",
    "edgecode.v1.FleetService",
    "edgecode.v1.IncidentService",
    "edgecode.v1.WebhookService",
    "edgecode.v1.JobService",
    "edgecode.v1.ReleaseService",
    "edgecode.v1.RouteService",
    "edgecode.v1.StorageService",
    "grpc.health.v1.Health",
    *VERSIONS,
}


class Reflected:
    """A client that knows an address only, as grpcurl does."""

    def __init__(self, channel: aio.Channel, version: str) -> None:
        self._channel = channel
        self._version = version
        self._pool = descriptor_pool.DescriptorPool()
        self._known: set[str] = set()

    async def ask(self, **question: str) -> reflection_pb2.ServerReflectionResponse:
        method = self._channel.stream_stream(
            f"/{self._version}/ServerReflectionInfo",
            request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
            response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
        )

        async def questions() -> AsyncIterator[reflection_pb2.ServerReflectionRequest]:
            yield reflection_pb2.ServerReflectionRequest(**question)

        answers = [answer async for answer in method(questions())]
        assert len(answers) == 1
        return answers[0]

    async def learn(self, service: str) -> None:
        """Takes the file of a service and all it imports into the pool."""
        answer = await self.ask(file_containing_symbol=service)
        for data in answer.file_descriptor_response.file_descriptor_proto:
            await self._add(descriptor_pb2.FileDescriptorProto.FromString(data))

    async def _add(self, file: descriptor_pb2.FileDescriptorProto) -> None:
        if file.name in self._known:
            return
        self._known.add(file.name)
        for needed in file.dependency:
            answer = await self.ask(file_by_filename=needed)
            for data in answer.file_descriptor_response.file_descriptor_proto:
                await self._add(descriptor_pb2.FileDescriptorProto.FromString(data))
        self._pool.Add(file)

    async def call(self, service: str, method: str, request: dict[str, Any] | list[dict[str, Any]]) -> dict[str, Any]:
        """JSON in, JSON out."""
        found = self._pool.FindServiceByName(service).FindMethodByName(method)
        of, reply = (message_factory.GetMessageClass(t) for t in (found.input_type, found.output_type))
        arity = self._channel.stream_unary if found.client_streaming else self._channel.unary_unary
        send: Any = arity(
            f"/{service}/{method}", request_serializer=of.SerializeToString, response_deserializer=reply.FromString
        )
        if isinstance(request, list):
            return json_format.MessageToDict(await send(iter([json_format.ParseDict(r, of()) for r in request])))
        return json_format.MessageToDict(await send(json_format.ParseDict(request, of())))


@pytest.mark.parametrize("version", VERSIONS)
async def test_reflection_lists_every_service(stack: Stack, version: str) -> None:
    async with aio.insecure_channel(stack.address) as channel:
        answer = await Reflected(channel, version).ask(list_services="")
    assert {service.name for service in answer.list_services_response.service} == SERVICES


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("symbol", "file"),
    [
        ("edgecode.v1.JobService", "edgecode/v1/job.proto"),
        ("edgecode.v1.JobService.CreateJob", "edgecode/v1/job.proto"),
        ("edgecode.v1.CreateJobRequest", "edgecode/v1/job.proto"),
        ("edgecode.v1.CreateJobRequest.asset_id", "edgecode/v1/job.proto"),
        ("edgecode.v1.Job.State", "edgecode/v1/job.proto"),
        ("grpc.health.v1.Health", "grpc_health/v1/health.proto"),
        ("grpc.health.v1.Health.Check", "grpc_health/v1/health.proto"),
        ("grpc.reflection.v1.ServerReflection.ServerReflectionInfo", "grpc_reflection/v1/reflection.proto"),
        ("google.rpc.ErrorInfo", "google/rpc/error_details.proto"),
    ],
)
async def test_reflection_finds_services_methods_messages_fields_and_enums(
    stack: Stack, version: str, symbol: str, file: str
) -> None:
    async with aio.insecure_channel(stack.address) as channel:
        answer = await Reflected(channel, version).ask(file_containing_symbol=symbol)
    assert answer.WhichOneof("message_response") == "file_descriptor_response", answer.error_response
    found = descriptor_pb2.FileDescriptorProto.FromString(answer.file_descriptor_response.file_descriptor_proto[0])
    assert found.name == file


@pytest.mark.parametrize("version", VERSIONS)
async def test_reflection_alone_drives_upload_job_and_trace_and_decodes_errors(stack: Stack, version: str) -> None:
    async with aio.insecure_channel(stack.address) as channel:
        client = Reflected(channel, version)
        for service in sorted(SERVICES):
            await client.learn(service)
        for symbol in ("google.rpc.ErrorInfo", "google.rpc.BadRequest", "google.rpc.RetryInfo"):
            await client.learn(symbol)
        upload = [{"uploadId": version.replace(".", "_"), "data": "dGhpcyBpcyBubyB2aWRlbw==", "finish": True}]
        asset = (await client.call("edgecode.v1.AssetService", "UploadAsset", upload))["asset"]
        job = await client.call(
            "edgecode.v1.JobService", "CreateJob", {"assetId": asset["assetId"], "preset": "thumbnail"}
        )
        ended = await client.call("edgecode.v1.JobService", "WaitJob", {"jobId": job["jobId"]})
        assert ended["state"] == "STATE_FAILED"
        trace = await client.call("edgecode.v1.IncidentService", "TraceJob", {"jobId": job["jobId"]})
        assert trace["hops"][-1]["event"] == "job.failed"
        with pytest.raises(aio.AioRpcError) as caught:
            await client.call("edgecode.v1.JobService", "GetJob", {"jobId": "none"})
        assert _decoded(caught.value)["reason"] == "JOB_NOT_FOUND"
        json.dumps(trace)


def _decoded(error: aio.AioRpcError) -> dict[str, Any]:
    assert error.code() == grpc.StatusCode.NOT_FOUND
    trailing = dict(error.trailing_metadata() or ())
    info = error_details_pb2.ErrorInfo()
    assert status_pb2.Status.FromString(trailing["grpc-status-details-bin"]).details[0].Unpack(info)
    return {"reason": info.reason}
