"""The doubts about builds, with what the ledger knows of releases: the same wherever builds are listed."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from edgecode.core.errors import InvalidRequest
from edgecode.server.fleet.builds import BuildKey, builds
from edgecode.server.fleet.labels import Registered, warn
from edgecode.server.fleet.view import FleetView
from edgecode.server.ledger.port import Ledger, Totals
from edgecode.server.releases.known import KnownReleases
from edgecode.server.releases.sides import Side, find_side
from edgecode.server.routes.route import Route
from edgecode.v1 import bus_pb2, fleet_pb2

_NO_JOBS = Totals({}, {}, 0, "", {}, {}, 0, 0, 0)


class Doubts:
    """Says what is not to be trusted about builds."""

    def __init__(self, ledger: Ledger, known: KnownReleases, fleet: FleetView) -> None:
        self._ledger = ledger
        self._known = known
        self._fleet = fleet

    async def add(self, found: Mapping[BuildKey, fleet_pb2.Build], entries: Sequence[bus_pb2.FleetEntry]) -> None:
        """Adds to each build the doubts about it; `entries` are the processes that run."""
        graph, rows = await self._known.read()
        sides: dict[str, Side] = {}
        for name in {build.build for build in found.values()}:
            with suppress(InvalidRequest):  # a process may call its build what it likes
                sides[name] = await find_side("build", name, graph, self._ledger)
        warn(found, entries, Registered(graph, {row.version: row.tag for row in rows.values()}, sides))

    async def of_running(self) -> dict[BuildKey, Sequence[fleet_pb2.BuildWarning]]:
        """The doubts about each build that runs, by service and name."""
        entries = self._fleet.entries()
        found = builds(entries, Route(), _NO_JOBS)
        await self.add(found, entries)
        return {key: build.label_warnings for key, build in found.items()}
