"""The next revision of a route, as operators and verdicts call for it. Pure: from a route to the document after it."""

import uuid
from dataclasses import dataclass, replace

from edgecode.core.errors import FailedPrecondition, InvalidRequest, NotFound
from edgecode.core.stamp import parse_build
from edgecode.server.routes.ramp import GOING, changed
from edgecode.server.routes.route import Change, Route
from edgecode.server.routes.shadow import stopped
from edgecode.v1 import event_pb2, ramp_pb2, shadow_pb2

_STATES = ramp_pb2.RampState


@dataclass(frozen=True, slots=True)
class Revising:
    """A route, the builds with a live worker, and who changes it why: what each of the orders below needs."""

    route: Route
    live: frozenset[str]
    change: Change

    def promote(self, build: str) -> event_pb2.RouteChanged | None:
        """Makes a build current; None where it is. A ramp of it becomes the watch, one of another build goes on.

        Raises:
            FailedPrecondition: `BUILD_QUARANTINED` or `BUILD_HAS_NO_WORKER`.
        """
        self._must_be_fit(build)
        return None if build == self.route.current else self.route.document(self.change, current=build)

    def start(self, ramp: ramp_pb2.RampDocument) -> event_pb2.RouteChanged:
        """Begins a ramp. Its keys are drawn anew: not always the same ones go first.

        Raises:
            FailedPrecondition: `BUILD_QUARANTINED`, `BUILD_HAS_NO_WORKER`, `BUILD_CURRENT`, `ROUTE_WITHOUT_CURRENT` or
                `RAMP_GOES_ON`.
        """
        self._must_be_fit(ramp.build)
        going = self.route.ramp
        self._must_be_beside_current(ramp.build)
        if going is not None and going.state in GOING:
            raise FailedPrecondition(
                "RAMP_GOES_ON",
                f"{going.build} ramps already: promote it, abort its ramp or roll it back first",
                metadata={"ramp_id": going.ramp_id},
            )
        return self.route.document(self.change, ramp=ramp, salt=uuid.uuid5(uuid.NAMESPACE_OID, ramp.ramp_id).hex)

    def end_watch(self) -> event_pb2.RouteChanged | None:
        """Ends the watch after a promotion before its time: the next ramp begins. None where none goes on."""
        if self.route.ramp is None or self.route.ramp.state != _STATES.RAMP_STATE_WATCHING:
            return None
        ramp = changed(self.route.ramp, self.change.now_us, _STATES.RAMP_STATE_PROMOTED, "NEXT_RAMP_STARTED")
        return self.route.document(self.change, ramp=ramp)

    def after_watch(self) -> "Revising":
        """The same of the route as it is once that is done."""
        document = self.end_watch()
        route = self.route
        return self if document is None else replace(self, route=Route.read(route.revision, route.sequence, document))

    def with_ramp(self, ramp: ramp_pb2.RampDocument) -> event_pb2.RouteChanged:
        """The revision in which the ramp that goes on stands so: its share, its promotion, its rollback."""
        route = self.route
        if ramp.state == _STATES.RAMP_STATE_ROLLED_BACK:
            quarantined = route.quarantined | {ramp.build}
            current = self._good(quarantined, ramp.against) if route.current == ramp.build else route.current
            return route.document(self.change, ramp=ramp, current=current, quarantined=quarantined)
        if ramp.state == _STATES.RAMP_STATE_WATCHING:
            return route.document(self.change, ramp=ramp, current=ramp.build)
        return route.document(self.change, ramp=ramp)

    def turn(self, ramp: ramp_pb2.RampDocument) -> event_pb2.RouteChanged:
        """The revision in which the ramp stands as an operator orders; where that promotes its build, as `promote`.

        Raises:
            FailedPrecondition: `BUILD_QUARANTINED` or `BUILD_HAS_NO_WORKER`.
        """
        if ramp.state == _STATES.RAMP_STATE_WATCHING:
            self._must_be_fit(ramp.build)
        return self.with_ramp(ramp)

    def start_shadow(self, shadow: shadow_pb2.ShadowDocument) -> event_pb2.RouteChanged:
        """Begins a shadow.

        Raises:
            FailedPrecondition: `BUILD_QUARANTINED`, `BUILD_HAS_NO_WORKER`, `BUILD_CURRENT`, `ROUTE_WITHOUT_CURRENT`,
                `RAMP_GOES_ON`: its build has a share of the jobs already; or `SHADOW_GOES_ON`.
        """
        route = self.route
        self._must_be_fit(shadow.build)
        self._must_be_beside_current(shadow.build)
        if shadow.build == route.ramping:
            ramp_id = route.ramp.ramp_id if route.ramp is not None else ""
            raise FailedPrecondition(
                "RAMP_GOES_ON", f"{shadow.build} ramps: jobs of users tell of it", metadata={"ramp_id": ramp_id}
            )
        if route.shadow is not None and route.shadow_id:
            raise FailedPrecondition(
                "SHADOW_GOES_ON",
                f"{route.shadow.build} shadows already: stop that first",
                metadata={"shadow_id": route.shadow_id},
            )
        return route.document(self.change, shadow=shadow)

    def stop_shadow(self, shadow_id: str) -> event_pb2.RouteChanged:
        """Ends the shadow that goes on; where one is named, that one.

        Raises:
            NotFound: `SHADOW_NOT_FOUND`.
        """
        route = self.route
        if route.shadow is None or shadow_id not in {"", route.shadow_id} or not route.shadow_id:
            raise NotFound(
                "SHADOW_NOT_FOUND",
                f"shadow {shadow_id!r} does not go on" if shadow_id else "no shadow goes on",
                metadata={"shadow_id": shadow_id},
            )
        return route.document(self.change, shadow=stopped(route.shadow, "STOPPED_BY_OPERATOR", self.change.now_us))

    def rollback(self, build: str, to_build: str) -> event_pb2.RouteChanged:
        """Quarantines a build, the ramping one or else the current one if none is named; jobs go to a good one.

        Raises:
            FailedPrecondition: `BUILD_QUARANTINED`: it is already, or `to_build` is; `BUILD_UNKNOWN`: it runs nothing,
                so its name is hardly the one that was meant; `BUILD_HAS_NO_WORKER`; `NO_GOOD_BUILD`.
        """
        route = self.route
        bad = build or route.ramping or route.current
        if not bad:
            raise FailedPrecondition("ROUTE_WITHOUT_CURRENT", "no build is current: there is nothing to roll back")
        parsed(bad, "build")
        if bad in route.quarantined:
            raise _quarantined(bad)
        if bad not in {route.current, route.ramping, *route.former, *self.live}:
            raise FailedPrecondition(
                "BUILD_UNKNOWN",
                f"{bad} has no live worker and was never current: look at the route; to keep it from jobs before it "
                "comes, quarantine it",
                metadata={"build": bad},
            )
        if to_build:
            self._must_be_fit(to_build, "to_build")
        if to_build == bad:
            raise InvalidRequest.field("to_build", "is the build that is to be rolled back")
        quarantined = route.quarantined | {bad}
        good = to_build or (route.current if bad != route.current else self._good(quarantined))
        if not good:
            raise FailedPrecondition(
                "NO_GOOD_BUILD",
                f"no former current build is live and not quarantined: jobs of {bad} have nowhere to go; start one, or "
                "name another live build",
            )
        return route.document(self.change, current=good, quarantined=quarantined)

    def quarantine(self, build: str) -> event_pb2.RouteChanged | None:
        """Gives a build nothing more; None where it is so. Where it is current a former one is, or none.

        Raises:
            InvalidRequest: it is no name of a build.
        """
        parsed(build, "build")
        route = self.route
        if build in route.quarantined:
            return None
        quarantined = route.quarantined | {build}
        current = self._good(quarantined) if build == route.current else route.current
        return route.document(self.change, current=current, quarantined=quarantined)

    def readmit(self, build: str) -> event_pb2.RouteChanged | None:
        """Ends a quarantine; None where there is none. The build gets nothing by that."""
        parsed(build, "build")
        route = self.route
        if build not in route.quarantined:
            return None
        return route.document(self.change, quarantined=route.quarantined - {build})

    def _good(self, quarantined: frozenset[str], first: str = "") -> str:
        """The newest former current build that is live and not quarantined, one that ramps again last; else empty."""
        former = sorted((first, *self.route.former), key=lambda build: build == self.route.ramping)
        return next((build for build in former if build in self.live and build not in quarantined), "")

    def _must_be_fit(self, build: str, field: str = "build") -> None:
        parsed(build, field)
        if build in self.route.quarantined:
            raise _quarantined(build)
        if build not in self.live:
            raise FailedPrecondition(
                "BUILD_HAS_NO_WORKER",
                f"{build} has no live worker that reads plain jobs: start one first",
                metadata={"build": build},
            )

    def _must_be_beside_current(self, build: str) -> None:
        if not self.route.usable(self.route.current):
            raise FailedPrecondition("ROUTE_WITHOUT_CURRENT", "no build is current: promote one")
        if build == self.route.current:
            raise FailedPrecondition("BUILD_CURRENT", f"{build} is current already")


def parsed(build: str, field: str) -> None:
    """Raises InvalidRequest when it is no name of a build."""
    if not build:
        raise InvalidRequest.field(field, "is required: a build such as 1.4.2+g9f1c2ab3d4e5")
    try:
        parse_build(build)
    except ValueError as error:
        raise InvalidRequest.field(field, str(error)) from error


def _quarantined(build: str) -> FailedPrecondition:
    return FailedPrecondition(
        "BUILD_QUARANTINED", f"{build} is quarantined: readmit it first", metadata={"build": build}
    )
