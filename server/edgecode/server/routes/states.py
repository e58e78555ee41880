"""What the route makes of each build, and what its lanes still hold."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from nats.js.errors import NotFoundError

from edgecode.core import subjects
from edgecode.core.bus import Bus
from edgecode.core.stamp import build_key
from edgecode.server.routes.route import Route
from edgecode.v1 import route_pb2

_STATES = route_pb2.RoutedBuild.State


@dataclass(frozen=True, slots=True)
class LaneCounts:
    """Tasks in a build's lanes: that wait, and that a worker has without having answered yet."""

    pending: int = 0
    unacknowledged: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing is left to do."""
        return not self.pending and not self.unacknowledged


async def lane_counts(bus: Bus, build: str) -> LaneCounts:
    """What the lanes of a build hold, exact and at once: the broker counts it.

    Lanes without a consumer, as of a build that never had a worker, may hold tasks all the same: they wait.
    """
    key = build_key(build)
    request = json.dumps({"subjects_filter": subjects.build_filter(key)}).encode()
    reply = await bus.js._api_request(f"$JS.API.STREAM.INFO.{subjects.TASKS}", request, timeout=5.0)  # noqa: SLF001 the library has no filter
    standing = int(reply.get("total") or len(reply["state"].get("subjects") or ()))
    given = 0
    for task_class in subjects.CLASSES:
        for priority in subjects.PRIORITIES:
            try:
                info = await bus.js.consumer_info(subjects.TASKS, subjects.lane_consumer(key, task_class, priority))
            except NotFoundError:
                continue
            given += info.num_ack_pending or 0
    return LaneCounts(max(0, standing - given), given)


def state_of(
    build: str, route: Route, ever_routed: Iterable[str], jobs_unfinished: int, lanes: LaneCounts
) -> route_pb2.RoutedBuild.State:
    """DESIGN's states; `ever_routed` are builds that any revision of the route gave new jobs."""
    if build in route.quarantined:
        return _STATES.STATE_QUARANTINED
    if build == route.current:
        return _STATES.STATE_CURRENT
    if build == route.ramping:
        return _STATES.STATE_RAMPING
    if jobs_unfinished or not lanes.empty:
        return _STATES.STATE_DRAINING
    return _STATES.STATE_DRAINED if build in ever_routed else _STATES.STATE_INACTIVE
