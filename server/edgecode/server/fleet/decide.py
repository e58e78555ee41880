"""What the leader has to say of the fleet: who came and left, which deployment that makes, which digests. Pure.

All of it follows from the folded state and what is seen now, so that the next leader says the rest of what one left
unsaid, and nothing twice.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from edgecode.core.stamp import parse_build
from edgecode.server.fleet.view import Sighting
from edgecode.server.ledger.fleet_rows import FleetBuildRow, FleetChangeRow, FleetDigestRow
from edgecode.server.ledger.fleet_state import FleetState, Place
from edgecode.v1 import bus_pb2, event_pb2, stamp_pb2

# Of one event: some 50 bytes each.
_MOST_INSTANCES = 2_000
_HOW = event_pb2.InstancesGone.How
_SECOND_US = 1_000_000
Track = TypeVar("Track", FleetBuildRow, FleetDigestRow)


def news(state: FleetState, sighting: Sighting) -> dict[str, list[event_pb2.Event]]:
    """What changed among the processes of each service since the state was folded."""
    found: defaultdict[str, list[event_pb2.Event]] = defaultdict(list)
    for service, changed in (*_gone(state, sighting), *_appeared(state, sighting)):
        found[service].append(event_pb2.Event(fleet_changed=changed))
    return dict(found)


def _gone(state: FleetState, sighting: Sighting) -> Iterator[tuple[str, event_pb2.FleetChanged]]:
    groups: defaultdict[tuple[str, event_pb2.InstancesGone.How], list[str]] = defaultdict(list)
    for instance, row in state.instances.items():
        if instance in sighting.present:
            continue
        how = sighting.departed.get(instance)
        if how is None and sighting.absence_counts:
            how = _HOW.HOW_UNSEEN
        if how is not None:
            groups[row.service, how].append(instance)
    for (service, how), instances in sorted(groups.items()):
        for some in _parts(sorted(instances)):
            yield service, event_pb2.FleetChanged(gone=[event_pb2.InstancesGone(how=how, instances=some)])


def _appeared(state: FleetState, sighting: Sighting) -> Iterator[tuple[str, event_pb2.FleetChanged]]:
    groups: defaultdict[tuple[str, str, str, str, str], list[bus_pb2.FleetEntry]] = defaultdict(list)
    for instance, entry in sighting.present.items():
        if instance not in state.instances:
            stamp, digests = entry.stamp, entry.digests
            key = (stamp.service, stamp.environment, stamp.build, digests.toolchain_digest, digests.config_digest)
            groups[key].append(entry)
    for key in sorted(groups):
        for some in _parts(sorted(groups[key], key=lambda entry: entry.stamp.instance)):
            stamp = some[0].stamp
            appeared = event_pb2.InstancesAppeared(
                environment=stamp.environment,
                build=stamp.build,
                version=stamp.version,
                revision=stamp.revision,
                dirty=stamp.dirty,
                digests=some[0].digests,
                instances=[event_pb2.InstanceSeen(instance=e.stamp.instance, host=e.host) for e in some],
            )
            yield stamp.service, event_pb2.FleetChanged(appeared=[appeared])


Item = TypeVar("Item")


def _parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _MOST_INSTANCES):
        yield items[start : start + _MOST_INSTANCES]


@dataclass(frozen=True, slots=True)
class Absence:
    """Absence that counts: builds and digests that no process has had for long enough, and how long that is."""

    builds: Collection[tuple[str, str, str]]
    digests: Collection[tuple[str, str, str, str]]
    restart_seconds: float


def decisions(state: FleetState, absence: Absence) -> dict[str, list[event_pb2.Event]]:
    """Deployments, changes of digests and builds that are gone, for each service in the order they are to be said."""
    found: defaultdict[str, list[event_pb2.Event]] = defaultdict(list)
    for place in sorted({(row.service, row.environment) for row in state.builds.values()}):
        found[place[0]] += [*_deployments(state, place, absence), *_digests(state, place, absence)]
    for key in sorted(absence.builds):
        row = state.builds[key]
        if not row.gone:
            gone = event_pb2.BuildGone(environment=row.environment, build=row.build)
            gone.gone_time.FromMicroseconds(row.down_time_us)
            found[row.service].append(event_pb2.Event(build_gone=gone))
    return {service: events for service, events in found.items() if events}


def next_said(
    rows: Sequence[Track], said: Track | None, is_away: Callable[[Track], bool], restart_seconds: float
) -> list[tuple[Track, int]]:
    """Which of the rows are to be said now, in order, each with the time since when it is so.

    One that came up is said unless it had been said before and was away for less than a restart takes, or was what
    stood when it came: it came back, and changed nothing. If what was said last is away for long and nothing came up,
    what was said last among those that run is it again.

    Args:
        rows: of one place.
        said: the one said last.
        is_away: whether no process has had it for long enough.
        restart_seconds: how long that is.
    """
    running = [row for row in rows if row.running]
    new = [row for row in running if row is not said and _has_come(row, rows, restart_seconds)]
    if new:
        return [(row, row.up_time_us) for row in sorted(new, key=_order)]
    if said is None or said.running or not running or not is_away(said):
        return []
    return [(max(running, key=lambda row: row.announced), said.down_time_us)]


def _has_come(row: Track, rows: Sequence[Track], restart_seconds: float) -> bool:
    if not row.announced:
        return True
    was_replaced = any(row.announced < other.announced < row.up_sequence for other in rows)
    return was_replaced and row.up_time_us - row.down_time_us >= restart_seconds * _SECOND_US


def _order(row: FleetBuildRow | FleetDigestRow) -> tuple[object, ...]:
    """What came up at one look is said oldest release first, so that the newest stands."""
    return row.up_time_us, parse_build(row.build).version, row.build


def _deployments(state: FleetState, place: Place, absence: Absence) -> Iterator[event_pb2.Event]:
    said = state.deployments.get(place, [])
    rows = [row for row in state.builds.values() if (row.service, row.environment) == place]
    last = state.builds.get((*place, said[-1].build)) if said else None
    earlier = {row.version for row in said}
    for row, since_us in next_said(rows, last, lambda r: (*place, r.build) in absence.builds, absence.restart_seconds):
        seen = event_pb2.DeploymentSeen(
            environment=row.environment,
            build=row.build,
            previous_build=last.build if last else "",
            rollback=last is not None and is_rollback(row.version, last.version, earlier),
        )
        seen.start_time.FromMicroseconds(since_us)
        yield event_pb2.Event(deployment_seen=seen)
        last = row
        earlier.add(row.version)


def is_rollback(version: str, previous: str, earlier: Collection[str]) -> bool:
    """A deployment is one when its version differs from the one before and was deployed earlier in its place."""
    return version != previous and version in earlier


def _digests(state: FleetState, place: Place, absence: Absence) -> Iterator[event_pb2.Event]:
    said: FleetChangeRow | None = state.digests_said.get(place)
    rows = [row for row in state.digests.values() if (row.service, row.environment) == place]
    last = state.digests.get((*place, said.toolchain_digest, said.config_digest)) if said else None
    away = lambda r: (*place, r.toolchain_digest, r.config_digest) in absence.digests  # noqa: E731
    for row, since_us in next_said(rows, last, away, absence.restart_seconds):
        changed = event_pb2.DigestsChanged(
            environment=row.environment,
            build=row.build,
            previous_build=last.build if last else "",
            digests=_pair(row),
            previous_digests=_pair(last) if last else None,
        )
        changed.start_time.FromMicroseconds(since_us)
        yield event_pb2.Event(digests_changed=changed)
        last = row


def _pair(row: FleetDigestRow) -> stamp_pb2.Digests:
    return stamp_pb2.Digests(toolchain_digest=row.toolchain_digest, config_digest=row.config_digest)
