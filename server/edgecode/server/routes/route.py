"""The route of a service: which builds get new jobs. A value read from the last message of `event.route.<service>`."""

from dataclasses import dataclass

from edgecode.server.ledger.rows import RouteRow
from edgecode.v1 import event_pb2

WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Route:
    """`revision` counts from 1; 0 is the route before there was any. `sequence` is its place in the log."""

    revision: int = 0
    sequence: int = 0
    current: str = ""
    quarantined: frozenset[str] = frozenset()
    former: tuple[str, ...] = ()
    salt: str = ""
    ramping: str = ""
    ramp_percent: float = 0.0

    @classmethod
    def of(cls, row: RouteRow) -> "Route":
        """The route a row holds."""
        document = event_pb2.RouteChanged.FromString(row.route_pb)
        return cls(
            row.revision,
            row.sequence,
            document.current,
            frozenset(document.quarantined),
            tuple(document.former),
            document.salt,
            document.ramping,
            document.ramp_percent,
        )

    def usable(self, build: str) -> bool:
        """Whether a job may be given to the build."""
        return bool(build) and build not in self.quarantined

    def moved_to(self, build: str, reason: str) -> event_pb2.RouteChanged:
        """The document that makes `build` current, the present one a former; a ramp goes on unless it is of `build`."""
        ramping = self.ramping if build != self.ramping else ""
        former = [b for b in (self.current, *self.former) if b and b != build]
        return event_pb2.RouteChanged(
            service=WORKER,
            current=build,
            ramping=ramping,
            ramp_percent=self.ramp_percent if ramping else 0.0,
            salt=self.salt,
            quarantined=sorted(self.quarantined),
            reason=reason,
            actor="leader",
            former=former,
        )


def next_route(
    route: Route, live: frozenset[str], absence_counts: bool, when_current_dies: str, salt: str
) -> event_pb2.RouteChanged | None:
    """The leader's own changes: the first revision, and the move from a current build that has no worker.

    Takes the newest former current first, then any live build (the highest name, to be definite), the ramping one last,
    which ends its ramp; a quarantined one never.
    """
    eligible = sorted((build for build in live if route.usable(build)), key=lambda b: (b != route.ramping, b))
    if not eligible:
        return None
    if not route.revision:
        first = Route(salt=salt)
        return first.moved_to(eligible[-1], "FIRST_WORKER")
    if route.current in live or not absence_counts or when_current_dies != "move":
        return None
    build = next((b for b in route.former if b in eligible), eligible[-1])
    return route.moved_to(build, "CURRENT_HAS_NO_WORKER")
