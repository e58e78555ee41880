"""The leader's hand on the route: its own changes of it, and the lanes of builds that may have jobs or may not."""

import time
import uuid

import structlog

from edgecode.core import subjects
from edgecode.core.bus import Bus, Outgoing
from edgecode.core.contract import CONTRACT
from edgecode.core.errors import Conflict
from edgecode.core.log import Log
from edgecode.core.settings import Settings
from edgecode.server.ledger.projector import Projector
from edgecode.server.ledger.reads import Reads
from edgecode.server.planner.lanes import Lanes
from edgecode.server.planner.workers import Workers
from edgecode.server.routes.route import WORKER, next_route
from edgecode.v1 import bus_pb2, event_pb2

log = structlog.get_logger()


class RouteKeeper:
    """Opens and closes lanes as the route says, and moves the route from a current build that has no worker."""

    def __init__(
        self, *, bus: Bus, events: Log, projector: Projector, reads: Reads, lanes: Lanes, settings: Settings
    ) -> None:
        self._bus = bus
        self._events = events
        self._projector = projector
        self._reads = reads
        self._lanes = lanes
        self._settings = settings

    async def open_lanes(self, workers: Workers) -> None:
        """Makes the lanes of all live builds but the quarantined ones, and tells their workers."""
        live = {worker.build for worker in workers.present.values()} - self._projector.route.quarantined
        for build in await self._lanes.ensure(sorted(live)):
            ready = bus_pb2.Control(lanes_ready=bus_pb2.LanesReady(build=build)).SerializeToString()
            for instance, worker in workers.present.items():
                if worker.build == build:
                    await self._bus.publish(Outgoing(subjects.control(instance), ready))

    async def close_lanes(self) -> None:
        """Takes the lanes of quarantined builds away; what stood in them is planned anew for another build."""
        for build in await self._lanes.close(self._projector.route.quarantined):
            log.warning("lanes.closed", its_build=build, route=self._projector.route.revision)

    async def move(self, workers: Workers) -> None:
        """Writes the route's first revision, and leaves a current build that has no worker."""
        route = self._projector.route
        document = next_route(
            route,
            workers.builds(CONTRACT),
            workers.absence_counts,
            self._settings.when_current_dies,
            time.time_ns() // 1000,
        )
        if document is not None and await self.change(document):
            log.warning("route.moved", current=document.current, route=document.revision, reason=document.reason)
            if document.current == route.ramping:
                log.error("ramp.without_verdict", its_build=document.current, route=document.revision)

    async def change(self, document: event_pb2.RouteChanged) -> bool:
        """Makes a document the route; false where it was not made of the route as it is: somebody else was first.

        A revision may have been folded since the document was made, so what it was made of is read from itself.
        """
        route = self._projector.route
        if document.revision != route.revision + 1:
            return False
        message = Outgoing(
            subjects.route_events(WORKER),
            event_pb2.Event(route_changed=document).SerializeToString(),
            msg_id=uuid.uuid4().hex,
            expected_last=route.sequence,
        )
        try:
            stored = await self._events.append([message])
        except Conflict:
            return False  # the fold brings it
        await self._reads.reached(stored[0].sequence)
        return True
