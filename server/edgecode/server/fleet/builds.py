"""Which builds there are, and what is not to be trusted about their labels. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from edgecode.core.stamp import SHORT_REVISION_LENGTH, parse_build
from edgecode.server.ledger.port import Totals
from edgecode.server.routes.route import WORKER, Route
from edgecode.v1 import bus_pb2, fleet_pb2


def builds(entries: Sequence[bus_pb2.FleetEntry], route: Route, totals: Totals) -> list[fleet_pb2.Build]:
    """Every build that runs, is routed to, has unfinished jobs or failed of late, by service and name."""
    found: dict[tuple[str, str], fleet_pb2.Build] = {}
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
    _warn(found, entries)
    return [found[key] for key in sorted(found)]


def _not_running(name: str) -> fleet_pb2.Build:
    parsed = parse_build(name)
    return fleet_pb2.Build(
        service=WORKER, build=name, version=str(parsed.version), revision=parsed.revision, dirty=bool(parsed.dirty)
    )


def _warn(found: Mapping[tuple[str, str], fleet_pb2.Build], entries: Sequence[bus_pb2.FleetEntry]) -> None:
    revisions: defaultdict[str, set[str]] = defaultdict(set)
    for build in found.values():
        revisions[build.version].add(build.revision[:SHORT_REVISION_LENGTH])
    toolchains = _by_build(entries, lambda entry: entry.digests.toolchain_digest)
    configs = _by_build(entries, lambda entry: entry.digests.config_digest)
    for key, build in found.items():
        build.warnings.extend(
            _warnings(build, revisions[build.version], toolchains.get(key, set()), configs.get(key, set()))
        )


def _by_build(
    entries: Iterable[bus_pb2.FleetEntry], digest: Callable[[bus_pb2.FleetEntry], str]
) -> dict[tuple[str, str], set[str]]:
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in entries:
        if digest(entry):
            found[entry.stamp.service, entry.stamp.build].add(digest(entry))
    return dict(found)


def _warnings(build: fleet_pb2.Build, revisions: set[str], toolchains: set[str], configs: set[str]) -> Iterable[str]:
    if build.dirty:
        yield "dirty: its files differ from the revision it names"
    if len(revisions) > 1:
        yield f"version {build.version} names {len(revisions)} revisions: {', '.join(sorted(revisions))}"
    if len(toolchains) > 1:
        yield f"runs with {len(toolchains)} toolchains: {_short(toolchains)}"
    if len(configs) > 1:
        yield f"runs with {len(configs)} configurations: {_short(configs)}"


def _short(digests: set[str]) -> str:
    return ", ".join(sorted(digest[:SHORT_REVISION_LENGTH] for digest in digests))
