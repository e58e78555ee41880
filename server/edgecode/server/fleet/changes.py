"""What changed in a window, as one timeline, and what ran at its ends. Pure; commits are filled in by others."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from edgecode.server.convert import time_message
from edgecode.server.fleet.deployments import Matched
from edgecode.server.ledger.fleet_rows import DEPLOYMENTS, ChangeKind, FleetChangeRow
from edgecode.server.ledger.release_rows import DeploymentRow, ReleaseRow
from edgecode.server.ledger.rows import RouteRow
from edgecode.v1 import event_pb2, ramp_pb2, release_pb2, stamp_pb2

_KINDS = release_pb2.Change.Kind
_KIND_OF = {
    ChangeKind.DEPLOYMENT: _KINDS.KIND_DEPLOYMENT,
    ChangeKind.ROLLBACK: _KINDS.KIND_ROLLBACK,
    ChangeKind.DIGEST_CHANGE: _KINDS.KIND_DIGEST_CHANGE,
    ChangeKind.BUILD_GONE: _KINDS.KIND_BUILD_GONE,
}
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Window:
    """From `start_us` on, until before `end_us`."""

    start_us: int
    end_us: int

    def holds(self, time_us: int) -> bool:
        """Whether a time lies in it."""
        return self.start_us <= time_us < self.end_us


@dataclass(frozen=True, slots=True)
class Entry:
    """A change at its place in the timeline: most are never shown, so each is made when it is.

    Attributes:
        key: its time and a text of its own: orders entries and tells them apart.
        make: the change for the wire.
        deployment: what it is of, where it is of one.
    """

    key: list[str | int | float]
    kind: int
    service: str
    environment: str
    make: Callable[[], release_pb2.Change]
    deployment: Matched | None = None


def timeline(
    window: Window,
    seen: Iterable[FleetChangeRow],
    matched: Sequence[Matched],
    releases: Iterable[ReleaseRow],
    routes: Sequence[RouteRow],
) -> list[Entry]:
    """The window's changes, newest first."""
    by_sequence = {each.seen.sequence: each for each in matched if each.seen is not None}
    found = [
        *(
            _of_fleet(row, by_sequence.get(row.sequence))
            for row in seen
            if window.holds(row.time_us) and _is_shown(row)
        ),
        *(_of_declared(each) for each in matched if each.seen is None and window.holds(each.start_time_us)),
        *(_of_release(row) for row in releases if window.holds(row.register_time_us)),
        *_of_routes(routes, window),
    ]
    return sorted(found, key=lambda entry: entry.key, reverse=True)


def _is_shown(row: FleetChangeRow) -> bool:
    """The first digests of a place changed nothing."""
    return row.kind != ChangeKind.DIGEST_CHANGE or bool(row.previous_toolchain_digest or row.previous_config_digest)


def _of_fleet(row: FleetChangeRow, matched: Matched | None) -> Entry:
    kind, deployment = ChangeKind(row.kind), matched if row.kind in DEPLOYMENTS else None
    key: list[str | int | float] = [row.time_us, f"fleet.{row.sequence:020}"]
    return Entry(key, _KIND_OF[kind], row.service, row.environment, partial(_fleet_change, row), deployment)


def _fleet_change(row: FleetChangeRow) -> release_pb2.Change:
    change = release_pb2.Change(
        kind=_KIND_OF[ChangeKind(row.kind)],
        change_time=time_message(row.time_us),
        service=row.service,
        environment=row.environment,
    )
    if row.kind == ChangeKind.BUILD_GONE:
        change.from_build, change.from_version = row.build, row.version
        return change
    change.from_build, change.from_version = row.previous_build, row.previous_version
    change.to_build, change.to_version = row.build, row.version
    change.to_digests.CopyFrom(_digests(row.toolchain_digest, row.config_digest))
    if row.previous_toolchain_digest or row.previous_config_digest:
        change.from_digests.CopyFrom(_digests(row.previous_toolchain_digest, row.previous_config_digest))
    return change


def _digests(toolchain: str, config: str) -> stamp_pb2.Digests:
    return stamp_pb2.Digests(toolchain_digest=toolchain, config_digest=config)


def _of_declared(matched: Matched) -> Entry:
    """Declared and never seen."""
    row = matched.declared
    assert row is not None
    key: list[str | int | float] = [row.declare_time_us, f"declared.{row.deployment_id}"]
    return Entry(key, _KINDS.KIND_DEPLOYMENT, row.service, row.environment, partial(_declared_change, row), matched)


def _declared_change(row: DeploymentRow) -> release_pb2.Change:
    return release_pb2.Change(
        kind=_KINDS.KIND_DEPLOYMENT,
        change_time=time_message(row.declare_time_us),
        service=row.service,
        environment=row.environment,
        to_version=row.version,
        actor=row.actor,
    )


def _of_release(row: ReleaseRow) -> Entry:
    key: list[str | int | float] = [row.register_time_us, f"release.{row.version}"]
    return Entry(key, _KINDS.KIND_RELEASE_REGISTERED, "", "", partial(_release_change, row))


def _release_change(row: ReleaseRow) -> release_pb2.Change:
    return release_pb2.Change(
        kind=_KINDS.KIND_RELEASE_REGISTERED,
        change_time=time_message(row.register_time_us),
        from_version=row.previous_version,
        to_version=row.version,
        added_count=row.commit_count,
    )


def _of_routes(rows: Sequence[RouteRow], window: Window) -> Iterator[Entry]:
    for number, row in enumerate(rows):
        if window.holds(row.time_us):
            key: list[str | int | float] = [row.time_us, f"route.{row.revision:020}"]
            before = rows[number - 1] if number else None
            yield Entry(key, _KINDS.KIND_ROUTE_CHANGE, row.service, "", partial(_route_change, row, before))


def _route_change(row: RouteRow, before: RouteRow | None) -> release_pb2.Change:
    route = event_pb2.RouteChanged.FromString(row.route_pb)
    former = event_pb2.RouteChanged.FromString(before.route_pb if before else b"")
    return release_pb2.Change(
        kind=_KINDS.KIND_ROUTE_CHANGE,
        change_time=time_message(row.time_us),
        service=row.service,
        from_build=former.current,
        to_build=route.current,
        about_build=_about(former, route),
        actor=route.actor,
        reason=": ".join(filter(None, (route.reason, route.comment))),
    )


def _about(before: event_pb2.RouteChanged, after: event_pb2.RouteChanged) -> str:
    """The build that the change is about, beside the current one; empty where only that changed."""
    turned = sorted(set(before.quarantined) ^ set(after.quarantined))
    if turned:
        return turned[0]  # one at a time
    if after.HasField("shadow") and after.shadow != before.shadow:
        return after.shadow.build
    return after.ramp.build if _course(after.ramp) != _course(before.ramp) else ""


def _course(ramp: ramp_pb2.RampDocument) -> tuple[object, ...]:
    """A ramp without what is noted beside it at every change of the route."""
    return ramp.ramp_id, ramp.state, ramp.reason, ramp.step, ramp.round


def spans(window: Window, deployments: Iterable[FleetChangeRow]) -> list[release_pb2.ChangeSpan]:
    """What ran in each place at the window's ends, and how often that changed in it; places that changed only.

    Args:
        window: the window.
        deployments: all seen until the window's end, oldest first.
    """
    by_place: defaultdict[Place, list[FleetChangeRow]] = defaultdict(list)
    for row in deployments:
        if row.time_us < window.end_us:
            by_place[row.service, row.environment].append(row)
    return [_span(place, window, rows) for place, rows in sorted(by_place.items()) if window.holds(rows[-1].time_us)]


def _span(place: Place, window: Window, rows: Sequence[FleetChangeRow]) -> release_pb2.ChangeSpan:
    within = [row for row in rows if window.holds(row.time_us)]
    before = rows[: len(rows) - len(within)]
    return release_pb2.ChangeSpan(
        service=place[0],
        environment=place[1],
        from_build=before[-1].build if before else "",
        to_build=rows[-1].build,
        deployment_count=len(within),
        rollback_count=sum(row.kind == ChangeKind.ROLLBACK for row in within),
    )
