"""What operators may ask of the route: a change is one compare-and-set, an answer comes from the log's last word."""

from collections.abc import AsyncIterator

from edgecode.core import subjects
from edgecode.core.bus import Bus
from edgecode.core.errors import Unavailable
from edgecode.core.route_watch import RouteWatch
from edgecode.server.calls import CallContext
from edgecode.server.fleet.view import FleetView
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import RouteRow
from edgecode.server.routes.overview import RouteOverview, message_of
from edgecode.server.routes.route import WORKER
from edgecode.server.routes.write import Order, RouteWriter
from edgecode.v1 import route_pb2

Ordered = (
    route_pb2.PromoteRequest
    | route_pb2.RollbackRequest
    | route_pb2.QuarantineBuildRequest
    | route_pb2.ReadmitBuildRequest
)


class Routes:
    """The route itself; its ramps are in `ramps.py`."""

    def __init__(
        self, *, bus: Bus, ledger: Ledger, reads: Reads, fleet: FleetView, watch: RouteWatch, writer: RouteWriter
    ) -> None:
        self._ledger = ledger
        self._reads = reads
        self._watch = watch
        self._writer = writer
        self._overview = RouteOverview(bus, ledger, fleet)

    async def get(self) -> route_pb2.Route:
        """The route with the state of each build, and who follows it at which revision."""
        return await self._whole(await self._writer.row())

    async def _whole(self, row: RouteRow) -> route_pb2.Route:
        rows = [each for each in await self._ledger.routes(WORKER) if each.revision < row.revision]
        return await self._overview.add_builds(message_of(row), [*rows, row] if row.revision else [])

    async def watch(self, request: route_pb2.WatchRouteRequest) -> AsyncIterator[route_pb2.Route]:
        """The revisions after one, or the present one, then each as it comes; without what only `get` adds.

        Raises:
            Unavailable: `SERVER_DRAINING`.
        """
        await self._reads.settled(subjects.route_events(WORKER))
        rows = await self._ledger.routes(WORKER)
        last = request.after_revision or (rows[-1].revision - 1 if rows else 0)
        seen = rows[-1].sequence if rows else 0
        while True:
            for row in rows:
                if row.revision > last:
                    last = row.revision
                    yield message_of(row)
            if not await self._watch.beyond(seen):
                raise Unavailable(
                    "SERVER_DRAINING",
                    "this server is stopping; resume after the last revision you saw, at another or this one started "
                    "again",
                    retry_after_seconds=0.5,
                )
            seen = self._watch.sequence
            await self._reads.wait_for(seen)
            rows = await self._ledger.routes(WORKER)

    async def promote(self, request: route_pb2.PromoteRequest, call: CallContext) -> route_pb2.Route:
        """Makes a build current."""
        return await self._change(
            request, call, "PROMOTED", lambda it: it.promote(request.build), validate_only=request.validate_only
        )

    async def rollback(self, request: route_pb2.RollbackRequest, call: CallContext) -> route_pb2.Route:
        """Back to a good build; the bad one is quarantined."""
        return await self._change(
            request,
            call,
            "ROLLED_BACK",
            lambda it: it.rollback(request.build, request.to_build),
            validate_only=request.validate_only,
        )

    async def quarantine(self, request: route_pb2.QuarantineBuildRequest, call: CallContext) -> route_pb2.Route:
        """Gives a build nothing more, and takes what it has."""
        return await self._change(request, call, "QUARANTINED", lambda it: it.quarantine(request.build))

    async def readmit(self, request: route_pb2.ReadmitBuildRequest, call: CallContext) -> route_pb2.Route:
        """Ends a quarantine."""
        return await self._change(request, call, "READMITTED", lambda it: it.readmit(request.build))

    async def _change(
        self, request: Ordered, call: CallContext, reason: str, order: Order, *, validate_only: bool = False
    ) -> route_pb2.Route:
        return await self._whole(await self._writer.change(request, call, reason, order, validate_only=validate_only))
