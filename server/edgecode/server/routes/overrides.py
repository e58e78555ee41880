"""What becomes of a build that a client asks for, as this server sees route and fleet."""

from edgecode.core.route_watch import RouteWatch
from edgecode.server.fleet.view import FleetView
from edgecode.server.routes.assignment import override_fate
from edgecode.server.routes.route import Route
from edgecode.v1 import event_pb2


def fate_word(fate: int) -> str:
    """`HONOURED` and so on, as replies say it in `edgecode-version-override-result`; empty where none was asked for."""
    return event_pb2.OverrideFate.Name(fate).removeprefix("OVERRIDE_FATE_") if fate else ""


class Overrides:
    """Judges `edgecode-version-override` of jobs that are accepted here."""

    def __init__(self, watch: RouteWatch, fleet: FleetView) -> None:
        self._watch = watch
        self._fleet = fleet

    def fate(self, created: event_pb2.JobCreated) -> event_pb2.OverrideFate:
        """Of the job's `override_build`; UNSPECIFIED where it has none."""
        build = created.override_build
        if not build:
            return event_pb2.OVERRIDE_FATE_UNSPECIFIED
        document = self._watch.document
        route = Route.read(document.revision, self._watch.sequence, document)
        routed = build in {document.current, document.ramping, *document.former}
        return override_fate(build, created.contract, route, self._fleet.workers(), known=routed)
