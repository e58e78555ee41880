"""What becomes of a build that a client asks for, as this server sees route, fleet and ledger."""

from edgecode.core.route_watch import RouteWatch
from edgecode.core.stamp import parse_build
from edgecode.server.fleet.view import FleetView
from edgecode.server.ledger import release_reads
from edgecode.server.ledger.fleet_rows import FleetBuildRow
from edgecode.server.ledger.port import Condition, Find, Ledger
from edgecode.server.routes.assignment import override_fate
from edgecode.server.routes.route import WORKER, Route
from edgecode.v1 import event_pb2


def fate_word(fate: int) -> str:
    """`HONOURED` and so on, as replies say it in `edgecode-version-override-result`; empty where none was asked for."""
    return event_pb2.OverrideFate.Name(fate).removeprefix("OVERRIDE_FATE_") if fate else ""


class Overrides:
    """Judges `edgecode-version-override` of jobs that are accepted here."""

    def __init__(self, watch: RouteWatch, fleet: FleetView, ledger: Ledger) -> None:
        self._watch = watch
        self._fleet = fleet
        self._ledger = ledger

    async def fate(self, created: event_pb2.JobCreated) -> event_pb2.OverrideFate:
        """Of the job's `override_build`; UNSPECIFIED where it has none."""
        build = created.override_build
        if not build:
            return event_pb2.OVERRIDE_FATE_UNSPECIFIED
        document = self._watch.document
        route = Route.read(document.revision, self._watch.sequence, document)
        fate = override_fate(build, created.contract, route, self._fleet.workers(), known=True)
        if fate == event_pb2.OVERRIDE_FATE_BUILD_HAS_NO_WORKER and not await self._is_known(build, route):
            return event_pb2.OVERRIDE_FATE_BUILD_UNKNOWN
        return fate

    async def _is_known(self, build: str, route: Route) -> bool:
        """Whether the build was routed to, ever had a worker, or is that of a registered release."""
        if build in {route.current, route.ramping, *route.former}:
            return True
        had_worker = Find([Condition("service", "=", WORKER), Condition("build", "=", build)], limit=1)
        if await self._ledger.find(FleetBuildRow, had_worker):
            return True
        parsed = parse_build(build)
        release = await release_reads.release(self._ledger, str(parsed.version))
        return release is not None and not parsed.dirty and release.revision.startswith(parsed.revision)
