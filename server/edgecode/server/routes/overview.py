"""The route as the API shows it: the document, each build's state, and who follows at which revision."""

from collections import Counter

from edgecode.core.bus import Bus
from edgecode.server.convert import time_message
from edgecode.server.fleet.view import FleetView
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.rows import RouteRow
from edgecode.server.routes.ramp import GOING
from edgecode.server.routes.route import WORKER, Route
from edgecode.server.routes.states import lane_counts, state_of
from edgecode.server.routes.write import etag_of_route
from edgecode.v1 import event_pb2, route_pb2


def route_message(route: Route, document: event_pb2.RouteChanged, time_us: int = 0) -> route_pb2.Route:
    """A revision of the route, without what is beside it."""
    return route_pb2.Route(
        service=WORKER,
        revision=route.revision,
        sequence=route.sequence,
        current=route.current,
        ramping=route.ramping,
        ramp_percent=route.ramp_percent,
        quarantined=sorted(route.quarantined),
        former=route.former,
        reason=document.reason,
        comment=document.comment,
        actor=document.actor,
        change_time=time_message(time_us),
        ramp_id=route.ramp.ramp_id if route.ramp is not None and route.ramp.state in GOING else "",
        etag=etag_of_route(route),
        shadow_id=route.shadow_id,
        shadow_build=route.shadow.build if route.shadow is not None and route.shadow_id else "",
        shadow_percent=route.shadow.percent if route.shadow is not None and route.shadow_id else 0.0,
    )


def message_of(row: RouteRow) -> route_pb2.Route:
    """The revision that a row holds."""
    return route_message(Route.of(row), event_pb2.RouteChanged.FromString(row.route_pb), row.time_us)


class RouteOverview:
    """Answers from the ledger, the fleet as this server sees it, and the lanes."""

    def __init__(self, bus: Bus, ledger: Ledger, fleet: FleetView) -> None:
        self._bus = bus
        self._ledger = ledger
        self._fleet = fleet

    async def add_builds(self, message: route_pb2.Route, rows: list[RouteRow]) -> route_pb2.Route:
        """Adds the builds and followers as they are now to the last of the revisions."""
        routes = [Route.of(row) for row in rows]
        route = routes[-1] if routes else Route()
        ever = {build for each in routes for build in (each.current, each.ramping)} - {""}
        unfinished = await self._ledger.unfinished_of_builds()
        entries = self._fleet.entries()
        instances = Counter(entry.stamp.build for entry in entries if entry.stamp.service == WORKER)
        routed = {route.current, route.ramping, *route.former, *route.quarantined} - {""}
        known = {*routed, *instances, *unfinished}
        for build in sorted(known):
            lanes = await lane_counts(self._bus, build)
            message.builds.add(
                build=build,
                state=state_of(build, route, ever, unfinished.get(build, 0), lanes),
                jobs_unfinished=unfinished.get(build, 0),
                tasks_pending=lanes.pending,
                tasks_unacknowledged=lanes.unacknowledged,
                instances=instances[build],
            )
        for entry in entries:
            stamp = entry.stamp
            message.followers.add(
                service=stamp.service, instance=stamp.instance, build=stamp.build, revision=entry.route_revision
            )
        return message
