"""Which builds there are, and where. Pure."""

from collections.abc import Iterable, Mapping

from edgecode.core.stamp import parse_build
from edgecode.server.convert import time_message
from edgecode.server.ledger.fleet_rows import FleetBuildRow
from edgecode.server.ledger.port import Totals
from edgecode.server.routes.route import WORKER, Route
from edgecode.v1 import bus_pb2, fleet_pb2

BuildKey = tuple[str, str]


def builds(entries: Iterable[bus_pb2.FleetEntry], route: Route, totals: Totals) -> dict[BuildKey, fleet_pb2.Build]:
    """Every build that runs, is routed to, has unfinished jobs or failed of late, by service and name."""
    found: dict[BuildKey, fleet_pb2.Build] = {}
    for entry in entries:
        stamp = entry.stamp
        build = found.setdefault(
            (stamp.service, stamp.build),
            fleet_pb2.Build(
                service=stamp.service,
                build=stamp.build,
                version=stamp.version,
                revision=stamp.revision,
                dirty=stamp.dirty,
            ),
        )
        build.instances += 1
    named = {route.current, *route.quarantined, *totals.builds, *totals.failures} - {""}
    for name in named:
        build = found.setdefault((WORKER, name), _not_running(name))
        build.current = name == route.current
        build.quarantined = name in route.quarantined
        build.jobs_unfinished = totals.builds.get(name, 0)
        build.failures_last_day = totals.failures.get(name, 0)
    return found


def _not_running(name: str) -> fleet_pb2.Build:
    parsed = parse_build(name)
    return fleet_pb2.Build(
        service=WORKER, build=name, version=str(parsed.version), revision=parsed.revision, dirty=bool(parsed.dirty)
    )


def add_presence(found: Mapping[BuildKey, fleet_pb2.Build], seen: Iterable[FleetBuildRow], now_us: int) -> None:
    """Adds where each build runs or ran."""
    for row in seen:
        build = found.get((row.service, row.build))
        if build is not None:
            build.presence.add(
                environment=row.environment,
                instances=row.running,
                first_seen_time=time_message(row.first_seen_us),
                last_seen_time=time_message(now_us if row.running else row.last_seen_us),
                peak_instances=row.peak,
            )
