"""What is not to be trusted about a build: its label against what was registered and what runs. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from edgecode.core.stamp import SHORT_REVISION_LENGTH
from edgecode.server.fleet.builds import BuildKey
from edgecode.server.releases.graph import ReleaseGraph
from edgecode.server.releases.sides import Side
from edgecode.v1 import bus_pb2, fleet_pb2

# One step behind is a rolling update.
FAR_BEHIND_RELEASES = 2
_KINDS = fleet_pb2.BuildWarning.Kind
Doubt = tuple["fleet_pb2.BuildWarning.Kind", str]


@dataclass(frozen=True, slots=True)
class Registered:
    """What release tooling reported.

    Attributes:
        graph: the releases.
        tags: the tag of each version that has one.
        sides: what each listed build is among them, by its name.
    """

    graph: ReleaseGraph = field(default_factory=lambda: ReleaseGraph(()))
    tags: Mapping[str, str] = field(default_factory=dict)
    sides: Mapping[str, Side] = field(default_factory=dict)

    def place(self, build: str) -> int | None:
        """Where the build stands in the order of releases, a commit of a release one before that; None if unknown."""
        side = self.sides.get(build)
        order = self.graph.order()
        if side is None or not (side.registered or side.contained_in):
            return None
        version = side.version if side.registered else side.contained_in
        return order.index(version) - (not side.registered)


def warn(
    found: Mapping[BuildKey, fleet_pb2.Build], entries: Sequence[bus_pb2.FleetEntry], registered: Registered
) -> None:
    """Adds to each build the doubts about it."""
    revisions: defaultdict[str, set[str]] = defaultdict(set)
    for build in found.values():
        revisions[build.version].add(build.revision[:SHORT_REVISION_LENGTH])
    running: defaultdict[BuildKey, list[bus_pb2.FleetEntry]] = defaultdict(list)
    for entry in entries:
        running[entry.stamp.service, entry.stamp.build].append(entry)
    newest = _newest(entries, registered)
    for key, build in found.items():
        doubts = (
            *_own(build, revisions[build.version]),
            *_against_releases(build, registered),
            *_several(running[key]),
            *_behind(build, running[key], newest, registered),
        )
        for kind, message in doubts:
            build.label_warnings.add(kind=kind, message=message)
            build.warnings.append(message)


def _own(build: fleet_pb2.Build, revisions: set[str]) -> Iterator[Doubt]:
    if build.dirty:
        yield _KINDS.KIND_DIRTY, "dirty: its files differ from the revision it names"
    if len(revisions) > 1:
        why = f"version {build.version} names {len(revisions)} revisions: {', '.join(sorted(revisions))}"
        yield _KINDS.KIND_VERSION_OF_SEVERAL_REVISIONS, why


def _against_releases(build: fleet_pb2.Build, registered: Registered) -> Iterator[Doubt]:
    releases = registered.graph.releases
    if not releases:
        return  # nobody registers any
    release, side = releases.get(build.version), registered.sides.get(build.build)
    short = build.revision[:SHORT_REVISION_LENGTH]
    contained = f"; its revision is a commit of {side.contained_in}" if side and side.contained_in else ""
    if release is None:
        yield _KINDS.KIND_UNREGISTERED, f"unregistered: no release {build.version} was ever registered{contained}"
    elif not release.revision.startswith(short):
        other = release.revision[:SHORT_REVISION_LENGTH]
        why = f"{build.version} was registered of revision {other}, and this is {short}{contained}"
        yield _KINDS.KIND_TAG_MISMATCH, why
    tag = registered.tags.get(build.version, "")
    if release is not None and tag and tag != f"v{build.version}":
        yield _KINDS.KIND_TAG_MISMATCH, f"{build.version} was registered under the tag {tag}"
    if side is not None and not (side.registered or side.contained_in):
        yield _KINDS.KIND_UNKNOWN_REVISION, f"unknown revision: {short} is of no registered release"


def _several(entries: Sequence[bus_pb2.FleetEntry]) -> Iterator[Doubt]:
    """Environments may differ on purpose; processes of one should not."""
    environments = sorted({entry.stamp.environment for entry in entries})
    for environment in environments:
        here = [entry.digests for entry in entries if entry.stamp.environment == environment]
        where = f" in {environment}" if len(environments) > 1 else ""
        toolchains = {digests.toolchain_digest for digests in here} - {""}
        configs = {digests.config_digest for digests in here} - {""}
        if len(toolchains) > 1:
            yield _KINDS.KIND_SEVERAL_TOOLCHAINS, f"runs with {len(toolchains)} toolchains{where}: {_short(toolchains)}"
        if len(configs) > 1:
            yield _KINDS.KIND_SEVERAL_CONFIGS, f"runs with {len(configs)} configurations{where}: {_short(configs)}"


def _short(digests: set[str]) -> str:
    return ", ".join(sorted(digest[:SHORT_REVISION_LENGTH] for digest in digests))


def _newest(entries: Sequence[bus_pb2.FleetEntry], registered: Registered) -> dict[tuple[str, str], tuple[int, str]]:
    """The latest release that runs of each service in each environment: its place in the order, and the build."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for entry in entries:
        key, place = (entry.stamp.service, entry.stamp.environment), registered.place(entry.stamp.build)
        if place is not None:
            found[key] = max(found.get(key, (place, entry.stamp.build)), (place, entry.stamp.build))
    return found


def _behind(
    build: fleet_pb2.Build,
    entries: Sequence[bus_pb2.FleetEntry],
    newest: Mapping[tuple[str, str], tuple[int, str]],
    registered: Registered,
) -> Iterator[Doubt]:
    own = registered.place(build.build)
    if own is None:
        return
    for environment in sorted({entry.stamp.environment for entry in entries}):
        place, other = newest[build.service, environment]
        if place - own >= FAR_BEHIND_RELEASES:
            yield (
                _KINDS.KIND_FAR_BEHIND,
                f"{place - own} releases behind {other}, which runs beside it in {environment}",
            )
