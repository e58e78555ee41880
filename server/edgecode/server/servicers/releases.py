"""ReleaseService: transport only."""

from collections.abc import AsyncIterator
from typing import Any

from edgecode.core.errors import Unimplemented
from edgecode.server.calls import current_call
from edgecode.server.releases.service import Releases
from edgecode.v1 import release_pb2, release_pb2_grpc


class ReleaseServicer(release_pb2_grpc.ReleaseServiceServicer):
    """Hands each call to the domain."""

    def __init__(self, releases: Releases) -> None:
        self._releases = releases

    async def RegisterRelease(
        self, request_iterator: AsyncIterator[release_pb2.RegisterReleaseRequest], context: Any
    ) -> release_pb2.Release:
        """See the contract."""
        return await self._releases.register(request_iterator, current_call())

    async def GetRelease(self, request: release_pb2.GetReleaseRequest, context: Any) -> release_pb2.Release:
        """See the contract."""
        return await self._releases.get(request.release)

    async def ListReleases(
        self, request: release_pb2.ListReleasesRequest, context: Any
    ) -> release_pb2.ListReleasesResponse:
        """See the contract."""
        return await self._releases.list(request, current_call())

    async def CompareReleases(
        self, request: release_pb2.CompareReleasesRequest, context: Any
    ) -> release_pb2.ReleaseComparison:
        """See the contract."""
        return await self._releases.compare(request, current_call())

    async def RecordDeployment(
        self, request: release_pb2.RecordDeploymentRequest, context: Any
    ) -> release_pb2.Deployment:
        """See the contract."""
        return await self._releases.record(request, current_call())

    async def ListDeployments(
        self, request: release_pb2.ListDeploymentsRequest, context: Any
    ) -> release_pb2.ListDeploymentsResponse:
        """See the contract."""
        raise Unimplemented("METHOD_UNKNOWN", "this build does not list deployments yet")

    async def ListChanges(
        self, request: release_pb2.ListChangesRequest, context: Any
    ) -> release_pb2.ListChangesResponse:
        """See the contract."""
        raise Unimplemented("METHOD_UNKNOWN", "this build does not list changes yet")
