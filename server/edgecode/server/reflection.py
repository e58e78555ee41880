"""What lets grpcurl and its like drive the API with nothing in hand: reflection v1 and v1alpha, and health per service.

`grpcio-reflection` ships v1alpha only; v1 has the same messages under another name, so one servicer answers both.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
from google.protobuf import descriptor_pool
from grpc import aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection import aio as reflection_aio

from edgecode.core.errors import NotFound
from edgecode.v1 import asset_pb2, fleet_pb2, incident_pb2, job_pb2

V1 = "grpc.reflection.v1.ServerReflection"
V1ALPHA = "grpc.reflection.v1alpha.ServerReflection"
HEALTH = "grpc.health.v1.Health"

# Every service of the contract; a server without one of them would not be whole.
SERVICES: tuple[str, ...] = tuple(
    service.full_name
    for module in (asset_pb2, fleet_pb2, incident_pb2, job_pb2)
    for service in module.DESCRIPTOR.services_by_name.values()
)


def add_reflection(server: aio.Server, services: Sequence[str]) -> None:
    """Serves the descriptors of `services` and of what they need."""
    servicer: Any = reflection_aio.ReflectionServicer([*services, V1, V1ALPHA], pool=descriptor_pool.Default())

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
