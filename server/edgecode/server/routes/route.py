"""The route of a service: which builds get new jobs. A value read from the last message of `event.route.<service>`."""

from dataclasses import dataclass, replace
from typing import Any

from edgecode.server.ledger.rows import RouteRow
from edgecode.server.routes.ramp import BEFORE_PROMOTION, GOING, NO_WORKER, share_percent
from edgecode.server.routes.ramp_orders import overtaken
from edgecode.server.routes.shadow import goes_on
from edgecode.server.routes.shadow import overtaken as shadow_overtaken
from edgecode.v1 import event_pb2, ramp_pb2, shadow_pb2

WORKER = "worker"
# Of the builds that were current the newest: the document is written again with each change.
MOST_FORMER = 32
# Who changed the route, where nobody asked.
LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the route: why (`reason` UPPER_SNAKE, `comment` in words), by whom and when."""

    reason: str
    actor: str
    now_us: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """`revision` counts from 1; 0 is the route before there was any. `sequence` is its place in the log.

    `ramp` is there while a ramp or the watch after it goes on and in the revision that ends it; so is `shadow`. Neither
    is to be changed.
    """

    revision: int = 0
    sequence: int = 0
    current: str = ""
    quarantined: frozenset[str] = frozenset()
    former: tuple[str, ...] = ()
    salt: str = ""
    ramping: str = ""
    ramp_percent: float = 0.0
    ramp: ramp_pb2.RampDocument | None = None
    shadow: shadow_pb2.ShadowDocument | None = None

    @classmethod
    def of(cls, row: RouteRow) -> "Route":
        """The route a row holds."""
        return cls.read(row.revision, row.sequence, event_pb2.RouteChanged.FromString(row.route_pb))

    @classmethod
    def read(cls, revision: int, sequence: int, document: event_pb2.RouteChanged) -> "Route":
        """The route that a document at a place of the log says."""
        return cls(
            revision,
            sequence,
            document.current,
            frozenset(document.quarantined),
            tuple(document.former),
            document.salt,
            document.ramping,
            document.ramp_percent,
            document.ramp if document.HasField("ramp") else None,
            document.shadow if document.HasField("shadow") else None,
        )

    def usable(self, build: str) -> bool:
        """Whether a job may be given to the build."""
        return bool(build) and build not in self.quarantined

    def share_percent(self, build: str) -> float:
        """The build's share of new jobs, 0 to 100."""
        ramped = self.ramp_percent if self.ramping else 0.0
        return ramped if build == self.ramping else 100.0 - ramped if build == self.current else 0.0

    @property
    def shadow_id(self) -> str:
        """Of the shadow that goes on; empty where none does."""
        return self.shadow.shadow_id if self.shadow is not None and goes_on(self.shadow) else ""

    def document(
        self,
        change: "Change",
        *,
        ramp: ramp_pb2.RampDocument | None = None,
        shadow: shadow_pb2.ShadowDocument | None = None,
        **changed: Any,
    ) -> event_pb2.RouteChanged:
        """The next revision, with these fields of a route changed; what was current becomes a former.

        Without `ramp` the ramp that goes on stays, as far as the change lets it; so does, without `shadow`, the shadow.
        """
        after = replace(self, **changed)
        if ramp is None and self.ramp is not None and self.ramp.state in GOING:
            ramp = overtaken(self.ramp, after.current, after.quarantined, change.now_us, change.reason)
        if ramp is not None:
            after = replace(after, ramping=ramp.build if ramp.state in BEFORE_PROMOTION else "")
            after = replace(after, ramp_percent=share_percent(ramp))
        ramps = after.ramping not in {"", after.current} and after.ramping not in after.quarantined
        if shadow is None and self.shadow_id:
            shadow = self._shadow_after(after, after.ramping if ramps else "", change)
        former = [b for b in (self.current, *self.former) if b and b != after.current]
        return event_pb2.RouteChanged(
            service=WORKER,
            revision=self.revision + 1,
            current=after.current,
            ramping=after.ramping if ramps else "",
            ramp_percent=after.ramp_percent if ramps else 0.0,
            salt=after.salt,
            quarantined=sorted(after.quarantined),
            reason=change.reason,
            actor=change.actor,
            comment=change.comment,
            former=list(dict.fromkeys(former))[:MOST_FORMER],
            ramp=ramp,
            shadow=shadow,
        )

    def _shadow_after(self, after: "Route", ramping: str, change: "Change") -> shadow_pb2.ShadowDocument:
        assert self.shadow is not None
        return shadow_overtaken(self.shadow, after.current, ramping, after.quarantined, change.now_us)

    def last_good(self) -> str:
        """The newest former build that may have jobs, empty where there is none."""
        return next((build for build in self.former if self.usable(build)), "")


def next_route(
    route: Route, live: frozenset[str], absence_counts: bool, when_current_dies: str, now_us: int
) -> event_pb2.RouteChanged | None:
    """The leader's own changes: the first revision, and the move from a current build that has no worker.

    Takes the newest former current first, then any live build (the highest name, to be definite), the ramping one last,
    even where it was current once: that ends its ramp without a verdict. A quarantined one never.
    """
    eligible = sorted((build for build in live if route.usable(build)), key=lambda b: (b != route.ramping, b))
    if not eligible:
        return None
    if not route.revision:
        return route.document(Change("FIRST_WORKER", LEADER, now_us), current=eligible[-1])
    if route.current in live or not absence_counts or when_current_dies != "move":
        return None
    build = next((b for b in route.former if b in eligible and b != route.ramping), eligible[-1])
    return route.document(Change(NO_WORKER, LEADER, now_us), current=build)
