"""RouteService: transport only."""

from collections.abc import AsyncIterator
from typing import Any

from edgecode.server.calls import current_call
from edgecode.server.routes.ramps import Ramps
from edgecode.server.routes.service import Routes
from edgecode.server.routes.shadows import Shadows
from edgecode.v1 import route_pb2, route_pb2_grpc


class RouteServicer(route_pb2_grpc.RouteServiceServicer):
    """Hands each call to the domain."""

    def __init__(self, routes: Routes, ramps: Ramps, shadows: Shadows) -> None:
        self._routes = routes
        self._ramps = ramps
        self._shadows = shadows

    async def GetRoute(self, request: route_pb2.GetRouteRequest, context: Any) -> route_pb2.Route:
        """See the contract."""
        return await self._routes.get()

    def WatchRoute(self, request: route_pb2.WatchRouteRequest, context: Any) -> AsyncIterator[route_pb2.Route]:
        """See the contract."""
        return self._routes.watch(request)

    async def Promote(self, request: route_pb2.PromoteRequest, context: Any) -> route_pb2.Route:
        """See the contract."""
        return await self._routes.promote(request, current_call())

    async def StartRamp(self, request: route_pb2.StartRampRequest, context: Any) -> route_pb2.Ramp:
        """See the contract."""
        return await self._ramps.start(request, current_call())

    async def GetRamp(self, request: route_pb2.GetRampRequest, context: Any) -> route_pb2.Ramp:
        """See the contract."""
        return await self._ramps.get(request.ramp_id)

    async def PauseRamp(self, request: route_pb2.PauseRampRequest, context: Any) -> route_pb2.Ramp:
        """See the contract."""
        return await self._ramps.pause(request, current_call())

    async def ResumeRamp(self, request: route_pb2.ResumeRampRequest, context: Any) -> route_pb2.Ramp:
        """See the contract."""
        return await self._ramps.resume(request, current_call())

    async def AdvanceRamp(self, request: route_pb2.AdvanceRampRequest, context: Any) -> route_pb2.Ramp:
        """See the contract."""
        return await self._ramps.advance(request, current_call())

    async def AbortRamp(self, request: route_pb2.AbortRampRequest, context: Any) -> route_pb2.Ramp:
        """See the contract."""
        return await self._ramps.abort(request, current_call())

    async def Rollback(self, request: route_pb2.RollbackRequest, context: Any) -> route_pb2.Route:
        """See the contract."""
        return await self._routes.rollback(request, current_call())

    async def QuarantineBuild(self, request: route_pb2.QuarantineBuildRequest, context: Any) -> route_pb2.Route:
        """See the contract."""
        return await self._routes.quarantine(request, current_call())

    async def ReadmitBuild(self, request: route_pb2.ReadmitBuildRequest, context: Any) -> route_pb2.Route:
        """See the contract."""
        return await self._routes.readmit(request, current_call())

    async def StartShadow(self, request: route_pb2.StartShadowRequest, context: Any) -> route_pb2.Shadow:
        """See the contract."""
        return await self._shadows.start(request, current_call())

    async def StopShadow(self, request: route_pb2.StopShadowRequest, context: Any) -> route_pb2.Shadow:
        """See the contract."""
        return await self._shadows.stop(request, current_call())

    async def GetShadow(self, request: route_pb2.GetShadowRequest, context: Any) -> route_pb2.Shadow:
        """See the contract."""
        return await self._shadows.get(request.shadow_id)

    async def ListShadowDifferences(
        self, request: route_pb2.ListShadowDifferencesRequest, context: Any
    ) -> route_pb2.ListShadowDifferencesResponse:
        """See the contract."""
        return await self._shadows.differences(request)
