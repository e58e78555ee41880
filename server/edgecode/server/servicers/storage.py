"""StorageService: transport only."""

from collections.abc import AsyncIterator
from typing import Any

from edgecode.server.planner.collect import GarbageCollection
from edgecode.v1 import storage_pb2, storage_pb2_grpc


class StorageServicer(storage_pb2_grpc.StorageServiceServicer):
    """Hands each call to the domain."""

    def __init__(self, garbage: GarbageCollection) -> None:
        self._garbage = garbage

    def CollectGarbage(
        self, request: storage_pb2.CollectGarbageRequest, context: Any
    ) -> AsyncIterator[storage_pb2.CollectGarbageResponse]:
        """See the contract."""
        return self._garbage.collect(request)
