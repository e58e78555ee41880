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
    by_build: defaultdict[tuple[str, str, str], list[FleetChangeRow]] = defaultdict(list)
    for row in seen:
        by_build[row.service, row.environment, row.version].append(row)
    found: list[Matched] = []
    taken: set[int] = set()
    for said in declared:
        nearest = _nearest(said, by_build[said.service, said.environment, said.version], now_us)
        if nearest is not None:
            taken.add(nearest.sequence)
        found.append(Matched(said, nearest))
    found += [Matched(None, row) for row in seen if row.sequence not in taken]
    return sorted(found, key=lambda each: each.key)


def _nearest(declared: DeploymentRow, seen: Sequence[FleetChangeRow], now_us: int) -> FleetChangeRow | None:
    found = [
        (_distance_us(declared.declare_time_us, row, now_us), -row.time_us, row.sequence, row)
        for row in seen
        if declared.revision in {"", row.revision}
    ]
    distance_us, _, _, row = min(found, default=(_FARTHEST_US, 0, 0, None))
    return row if distance_us < _FARTHEST_US else None


def _distance_us(time_us: int, row: FleetChangeRow, now_us: int) -> int:
    """From a time to the time in which the build ran."""
    end_us = now_us if row.running else row.last_seen_us
    return max(row.time_us - time_us, time_us - max(end_us, row.time_us), 0)


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
