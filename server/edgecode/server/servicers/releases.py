"""ReleaseService: transport only."""

from collections.abc import AsyncIterator
from typing import Any

from edgecode.server.calls import current_call
from edgecode.server.fleet.change_list import ChangeList
from edgecode.server.fleet.deployment_list import DeploymentList
from edgecode.server.releases.service import Releases
from edgecode.v1 import release_pb2, release_pb2_grpc


class ReleaseServicer(release_pb2_grpc.ReleaseServiceServicer):
    """Hands each call to the domain."""

    def __init__(self, releases: Releases, deployments: DeploymentList, changes: ChangeList) -> None:
        self._releases = releases
        self._deployments = deployments
        self._changes = changes

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
        return await self._deployments.page(request, current_call())

    async def ListChanges(
        self, request: release_pb2.ListChangesRequest, context: Any
    ) -> release_pb2.ListChangesResponse:
        """See the contract."""
        return await self._changes.page(request, current_call())
