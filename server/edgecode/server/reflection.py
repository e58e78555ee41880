"""What lets grpcurl and its like drive the API with nothing in hand: reflection v1 and v1alpha, and health per service.

`grpcio-reflection` ships v1alpha only; v1 has the same messages under another name, so one servicer answers both.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, text_format
from google.protobuf.descriptor import FileDescriptor
from google.rpc import error_details_pb2  # type: ignore[import-untyped] # they ship no types
from grpc import aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection import aio as reflection_aio

from edgecode.core.errors import NotFound
from edgecode.v1 import asset_pb2, fleet_pb2, incident_pb2, job_pb2, release_pb2, route_pb2, storage_pb2, webhook_pb2

V1 = "grpc.reflection.v1.ServerReflection"
V1ALPHA = "grpc.reflection.v1alpha.ServerReflection"
HEALTH = "grpc.health.v1.Health"
# No method names them, and whoever decodes an error needs them.
_DETAILS = (error_details_pb2.ErrorInfo.DESCRIPTOR.full_name,)

# Every service of the contract; a server without one of them would not be whole.
SERVICES: tuple[str, ...] = tuple(
    service.full_name
    for module in (asset_pb2, fleet_pb2, incident_pb2, job_pb2, release_pb2, route_pb2, storage_pb2, webhook_pb2)
    for service in module.DESCRIPTOR.services_by_name.values()
)


def _pool(services: Sequence[str], messages: Sequence[str]) -> descriptor_pool.DescriptorPool:
    """A pool of what is served and no more, with reflection v1 beside v1alpha."""
    pool, default = descriptor_pool.DescriptorPool(), descriptor_pool.Default()
    known: set[str] = set()
    for symbol in (*services, *messages):
        _add(pool, default.FindFileContainingSymbol(symbol), known)
    pool.Add(_reflection_v1())
    return pool


def _add(pool: descriptor_pool.DescriptorPool, file: FileDescriptor, known: set[str]) -> None:
    if file.name in known:
        return
    known.add(file.name)
    for needed in file.dependencies:
        _add(pool, needed, known)
    proto = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(proto)
    pool.Add(proto)


def _reflection_v1() -> descriptor_pb2.FileDescriptorProto:
    proto = descriptor_pb2.FileDescriptorProto()
    reflection_pb2.DESCRIPTOR.CopyToProto(proto)
    renamed = text_format.MessageToString(proto).replace("v1alpha", "v1")
    return text_format.Parse(renamed, descriptor_pb2.FileDescriptorProto())


class _Reflection(reflection_aio.ReflectionServicer):  # type: ignore[misc] # it ships no types
    """Also finds methods, as the protocol has it: protobuf's pool finds only what may stand alone."""

    def _file_containing_symbol(self, request: Any, fully_qualified_name: str) -> Any:
        with suppress(KeyError):
            fully_qualified_name = self._pool.FindMethodByName(fully_qualified_name).containing_service.full_name
        return super()._file_containing_symbol(request, fully_qualified_name)


def add_reflection(server: aio.Server, services: Sequence[str]) -> None:
    """Serves the descriptors of `services`, of health and of reflection itself, and of what they need."""
    listed = [*services, HEALTH, V1ALPHA, V1]
    servicer: Any = _Reflection(listed, pool=_pool([*services, HEALTH, V1ALPHA], _DETAILS))

    def answer(requests: AsyncIterator[Any], context: "aio.ServicerContext[Any, Any]") -> AsyncIterator[Any]:
        answers: AsyncIterator[Any] = servicer.ServerReflectionInfo(requests, context)
        return answers

    method = grpc.stream_stream_rpc_method_handler(
        answer,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    for name in (V1, V1ALPHA):
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"ServerReflectionInfo": method}),))


class Health(health.aio.HealthServicer):  # type: ignore[misc] # it ships no types
    """`grpc.health.v1` with one name per service; an unknown name is an error like any other."""

    def __init__(self, services: Sequence[str]) -> None:
        super().__init__()
        self._services = tuple(services)

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: N802 gRPC's name
        """Whether a service takes calls."""
        status = self._server_status.get(request.service)
        if status is None:
            raise NotFound("SERVICE_UNKNOWN", f"no service {request.service!r}; reflection lists those there are")
        return health_pb2.HealthCheckResponse(status=status)

    async def serve(self) -> None:
        """Says that every service takes calls."""
        for service in self._services:
            await self.set(service, health_pb2.HealthCheckResponse.SERVING)


def add_health(server: aio.Server, services: Sequence[str]) -> Health:
    """Serves health; every service is unknown until `serve`."""
    servicer = Health(services)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    return servicer
