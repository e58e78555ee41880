"""FleetService: transport only."""

from typing import Any

from edgecode.server.calls import current_call
from edgecode.server.fleet.drains import Drains
from edgecode.server.fleet.instance_list import InstanceList
from edgecode.server.fleet.overview import Overview
from edgecode.v1 import fleet_pb2, fleet_pb2_grpc


class FleetServicer(fleet_pb2_grpc.FleetServiceServicer):
    """Hands each call to the domain."""

    def __init__(self, overview: Overview, instances: InstanceList, drains: Drains) -> None:
        self._overview = overview
        self._instances = instances
        self._drains = drains

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
        return await self._instances.page(request, current_call())

    async def ListBuilds(self, request: fleet_pb2.ListBuildsRequest, context: Any) -> fleet_pb2.ListBuildsResponse:
        """See the contract."""
        return await self._overview.builds(request)

    async def DrainInstance(self, request: fleet_pb2.DrainInstanceRequest, context: Any) -> fleet_pb2.Instance:
        """See the contract."""
        return await self._drains.drain(request, current_call())
