"""Deployments as tooling declared them and as the leader saw them, matched. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edgecode.server.convert import Stamps, time_message
from edgecode.server.ledger.fleet_rows import ChangeKind, FleetChangeRow
from edgecode.server.ledger.release_rows import DeploymentRow
from edgecode.server.releases.messages import declared_deployment
from edgecode.v1 import release_pb2, stamp_pb2

_MINUTE_US = 60_000_000
# What is declared so long before or after a build is seen is another deployment of it.
_FARTHEST_US = 24 * 60 * _MINUTE_US
# Until then a declared one may still be on its way.
_PATIENCE_US = 10 * _MINUTE_US


@dataclass(frozen=True, slots=True)
class Matched:
    """What tooling declared, what was seen of it, or one without the other."""

    declared: DeploymentRow | None
    seen: FleetChangeRow | None

    @property
    def start_time_us(self) -> int:
        """When it was declared or seen, whichever came first."""
        times = [self.declared.declare_time_us] if self.declared else []
        return min([*times, self.seen.time_us] if self.seen else times)

    @property
    def key(self) -> list[str | int | float]:
        """Orders them by time and tells them apart."""
        return [self.start_time_us, self.name]

    @property
    def name(self) -> str:
        """The id of the declared one; of one that was only seen, its place in the log, which nobody can declare."""
        if self.declared is not None:
            return self.declared.deployment_id
        assert self.seen is not None
        return f"seen.{self.seen.sequence}"


def match(declared: Sequence[DeploymentRow], seen: Sequence[FleetChangeRow], now_us: int) -> list[Matched]:
    """Each declared one with what was seen nearest to it, and each seen one that nobody declared; oldest first.

    One that is declared again while the build runs on is matched with the same.
    """
    by_build: defaultdict[tuple[str, str, str], list[_Stretch]] = defaultdict(list)
    for stretch in _stretches(seen, now_us):
        by_build[stretch.row.service, stretch.row.environment, stretch.row.version].append(stretch)
    found: list[Matched] = []
    taken: set[int] = set()
    for said in declared:
        nearest = _nearest(said, by_build[said.service, said.environment, said.version])
        if nearest is not None:
            taken.add(nearest.sequence)
        found.append(Matched(said, nearest))
    found += [Matched(None, row) for row in seen if row.sequence not in taken]
    return sorted(found, key=lambda each: each.key)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A deployment that was seen, and when it ended: with the next one there, or when the build was last seen."""

    row: FleetChangeRow
    end_us: int

    def distance(self, time_us: int) -> tuple[bool, int]:
        """From a time to this stretch. One that was over before is farther than any that was yet to come."""
        over = time_us > self.end_us
        return over, max(self.row.time_us - time_us, time_us - self.end_us, 0)


def _stretches(seen: Sequence[FleetChangeRow], now_us: int) -> Iterator[_Stretch]:
    following: dict[tuple[str, str], int] = {}
    for row in sorted(seen, key=lambda each: (each.time_us, each.sequence), reverse=True):
        # Rows of one build tell of it as it is now: it may have come back since.
        last_us = max(now_us if row.running else row.last_seen_us, row.time_us)
        place = row.service, row.environment
        yield _Stretch(row, min(last_us, following.get(place, last_us)))
        following[place] = row.time_us


def _nearest(declared: DeploymentRow, seen: Sequence[_Stretch]) -> FleetChangeRow | None:
    found = [
        (stretch.distance(declared.declare_time_us), -stretch.row.time_us, stretch.row.sequence, stretch.row)
        for stretch in seen
        if declared.revision in {"", stretch.row.revision}
    ]
    (_, distance_us), _, _, row = min(found, default=((False, _FARTHEST_US), 0, 0, None))
    return row if distance_us < _FARTHEST_US else None


def message(matched: Matched, stamps: Stamps, declaring: frozenset[str], now_us: int) -> release_pb2.Deployment:
    """A deployment for the wire; `declaring` are the environments in which deployments are declared."""
    found = release_pb2.Deployment(deployment_id=matched.name)
    if matched.declared is not None:
        found.MergeFrom(declared_deployment(matched.declared, stamps))
    if matched.seen is not None:
        found.MergeFrom(_seen(matched.seen, now_us))
    found.warnings.extend(_warnings(matched, declaring, now_us))
    return found


def _seen(row: FleetChangeRow, now_us: int) -> release_pb2.Deployment:
    return release_pb2.Deployment(
        service=row.service,
        environment=row.environment,
        version=row.version,
        revision=row.revision,
        build=row.build,
        seen=True,
        first_seen_time=time_message(row.time_us),
        last_seen_time=time_message(now_us if row.running else row.last_seen_us),
        peak_instances=row.peak,
        live_instances=row.running,
        digests=stamp_pb2.Digests(toolchain_digest=row.toolchain_digest, config_digest=row.config_digest),
        rollback=row.kind == ChangeKind.ROLLBACK,
        previous_build=row.previous_build,
        previous_version=row.previous_version,
    )


def _warnings(matched: Matched, declaring: frozenset[str], now_us: int) -> Iterator[str]:
    declared, seen = matched.declared, matched.seen
    if declared is not None and seen is None and declared.state != "FAILED":
        waited_us = now_us - declared.declare_time_us
        if waited_us > _PATIENCE_US:
            yield f"declared {waited_us // _MINUTE_US} minutes ago and never seen"
    if declared is None and seen is not None and seen.environment in declaring:
        yield "seen and never declared"
    if declared is not None and seen is not None and declared.state == "FAILED" and seen.running:
        yield "declared as failed, and it runs"
