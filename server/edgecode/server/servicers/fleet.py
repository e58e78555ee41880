"""FleetService: transport only."""

from typing import Any

from edgecode.server.fleet.overview import Overview
from edgecode.v1 import fleet_pb2, fleet_pb2_grpc


class FleetServicer(fleet_pb2_grpc.FleetServiceServicer):
    """Hands each call to the domain."""

    def __init__(self, overview: Overview) -> None:
        self._overview = overview

    async def GetStatus(self, request: fleet_pb2.GetStatusRequest, context: Any) -> fleet_pb2.Status:
        """See the contract."""
        return await self._overview.status()

    async def GetBuildInfo(self, request: fleet_pb2.GetBuildInfoRequest, context: Any) -> fleet_pb2.BuildInfo:
        """See the contract."""
        return self._overview.build_info()

    async def ListInstances(
        self, request: fleet_pb2.ListInstancesRequest, context: Any
    ) -> fleet_pb2.ListInstancesResponse:
        """See the contract."""
        return await self._overview.instances(request)

    async def ListBuilds(self, request: fleet_pb2.ListBuildsRequest, context: Any) -> fleet_pb2.ListBuildsResponse:
        """See the contract."""
        return await self._overview.builds(request)
