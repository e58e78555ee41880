"""The fold of the fleet: who came and left, and what the leader said of it. Pure."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fleet_rows import (
    ChangeKind,
    FleetBuildRow,
    FleetChangeRow,
    FleetDigestRow,
    InstanceRow,
    InstanceState,
)
from edgecode.server.ledger.fleet_state import FleetState
from edgecode.server.ledger.port import Changes
from edgecode.server.ledger.rows import replace
from edgecode.v1 import event_pb2

# Processes of one kind: service, environment, build, toolchain digest, config digest.
Kin = tuple[str, str, str, str, str]
# How long the end of a process is remembered.
GONE_KEPT_US = 30 * 86_400_000_000
_STATES = {
    event_pb2.InstancesGone.HOW_STOPPED: InstanceState.STOPPED,
    event_pb2.InstancesGone.HOW_LOST: InstanceState.LOST,
}


class FleetFold:
    """What a group of events does to the fleet; `service` is the one their subject names.

    Args:
        before: what stands before the group; it is not changed.
    """

    def __init__(self, before: FleetState) -> None:
        self._before = before
        self._after: FleetState | None = None
        self._changes = Changes()

    @property
    def state(self) -> FleetState:
        """The fleet after the events folded so far."""
        return self._after or self._before

    def write_into(self, changes: Changes) -> None:
        """Adds what changed."""
        changes.instances |= self._changes.instances
        changes.fleet_builds |= self._changes.fleet_builds
        changes.fleet_digests |= self._changes.fleet_digests
        changes.fleet_changes |= self._changes.fleet_changes

    def take(self, fact: Fact) -> None:
        """Folds one event; one that follows from no known past changes nothing."""
        kind = fact.event.WhichOneof("kind") or ""
        handlers: dict[str, Callable[[Any, Fact], None]] = {
            "fleet_changed": self._fleet_changed,
            "deployment_seen": self._deployment_seen,
            "digests_changed": self._digests_changed,
            "build_gone": self._build_gone,
        }
        if kind in handlers:
            self._after = self._after or self._before.copy()
            handlers[kind](getattr(fact.event, kind), fact)

    def _fleet_changed(self, event: event_pb2.FleetChanged, fact: Fact) -> None:
        for group in event.gone:
            state = _STATES.get(group.how, InstanceState.GONE_UNSEEN)
            left = Counter(filter(None, (self._gone(instance, state, fact) for instance in group.instances)))
            for kin, count in left.items():
                self._count(kin, -count, fact)
        for appeared in event.appeared:
            self._appeared(appeared, fact)

    def _gone(self, instance: str, state: InstanceState, fact: Fact) -> Kin | None:
        row = self.state.instances.get(instance)
        if row is None or row.service != fact.name:
            return None
        del self.state.instances[instance]
        self._changes.instances[instance] = replace(
            row, state=state, gone_time_us=fact.time_us, expire_time_us=fact.time_us + GONE_KEPT_US
        )
        return row.service, row.environment, row.build, row.toolchain_digest, row.config_digest

    def _appeared(self, group: event_pb2.InstancesAppeared, fact: Fact) -> None:
        place = (fact.name, group.environment)
        digests = (group.digests.toolchain_digest, group.digests.config_digest)
        count = 0
        for seen in group.instances:
            if seen.instance not in self.state.instances:
                count += 1
                row = InstanceRow(
                    seen.instance, *place, group.build, *digests, seen.host, InstanceState.RUNNING, fact.time_us, 0, 0
                )
                self.state.instances[seen.instance] = self._changes.instances[seen.instance] = row
        if not count:
            return
        if (*place, group.build) not in self.state.builds:
            self.state.builds[*place, group.build] = FleetBuildRow(
                *place, group.build, group.version, group.revision, int(group.dirty),
                0, 0, fact.time_us, 0, 0, 0, 0, 0, 0,
            )  # fmt: skip
        if (*place, *digests) not in self.state.digests:
            self.state.digests[*place, *digests] = FleetDigestRow(
                *place, *digests, group.build, 0, 0, fact.time_us, 0, 0, 0, 0, 0
            )
        self._count((*place, group.build, *digests), count, fact)

    def _count(self, kin: Kin, more: int, fact: Fact) -> None:
        """So many processes more, or fewer, of a build and of its digests."""
        service, environment, name, *digests = kin
        build = _counted(self.state.builds[service, environment, name], more, fact)
        if more > 0:
            build = replace(build, gone=0)
        self._keep_build(build)
        key = (service, environment, digests[0], digests[1])
        digest = _counted(self.state.digests[key], more, fact)
        if more > 0:
            digest = replace(digest, build=name)
        self.state.digests[key] = self._changes.fleet_digests[key] = digest
        if build.announced:
            self._keep_deployment(build)

    def _keep_build(self, row: FleetBuildRow) -> None:
        key = (row.service, row.environment, row.build)
        self.state.builds[key] = self._changes.fleet_builds[key] = row

    def _keep_deployment(self, build: FleetBuildRow) -> None:
        """The last deployment of the build shows how many run of it, and when one was seen last."""
        rows = self.state.deployments.get((build.service, build.environment), [])
        for number in range(len(rows) - 1, -1, -1):
            row = rows[number]
            if row.sequence == build.announced:
                peak = max(row.peak, build.running)
                rows[number] = replace(row, running=build.running, peak=peak, last_seen_us=build.last_seen_us)
                self._changes.fleet_changes[row.sequence] = rows[number]
                return

    def _deployment_seen(self, event: event_pb2.DeploymentSeen, fact: Fact) -> None:
        place = (fact.name, event.environment)
        build = self.state.builds.get((*place, event.build))
        if build is None:
            return
        kind = ChangeKind.ROLLBACK if event.rollback else ChangeKind.DEPLOYMENT
        said = self.state.deployments.get(place, [])
        row = self._change(build, kind, event.previous_build, event.start_time.ToMicroseconds(), fact)
        toolchain, config = self._digests_of(build)
        row = replace(
            row,
            toolchain_digest=toolchain,
            config_digest=config,
            previous_toolchain_digest=said[-1].toolchain_digest if said else "",
            previous_config_digest=said[-1].config_digest if said else "",
        )
        self._keep_build(replace(build, announced=fact.sequence))
        self._say(row)

    def _digests_of(self, build: FleetBuildRow) -> tuple[str, str]:
        """The digests that most of its processes have."""
        place = (build.service, build.environment, build.build)
        pairs = Counter(
            (row.toolchain_digest, row.config_digest)
            for row in self.state.instances.values()
            if (row.service, row.environment, row.build) == place
        )
        return min(pairs, key=lambda pair: (-pairs[pair], pair), default=("", ""))

    def _digests_changed(self, event: event_pb2.DigestsChanged, fact: Fact) -> None:
        place = (fact.name, event.environment)
        key = (*place, event.digests.toolchain_digest, event.digests.config_digest)
        build, digest = self.state.builds.get((*place, event.build)), self.state.digests.get(key)
        if build is None or digest is None:
            return
        row = self._change(
            build, ChangeKind.DIGEST_CHANGE, event.previous_build, event.start_time.ToMicroseconds(), fact
        )
        row = replace(
            row,
            toolchain_digest=digest.toolchain_digest,
            config_digest=digest.config_digest,
            previous_toolchain_digest=event.previous_digests.toolchain_digest,
            previous_config_digest=event.previous_digests.config_digest,
        )
        self.state.digests[key] = self._changes.fleet_digests[key] = replace(digest, announced=fact.sequence)
        self._say(row)

    def _build_gone(self, event: event_pb2.BuildGone, fact: Fact) -> None:
        build = self.state.builds.get((fact.name, event.environment, event.build))
        if build is None or build.running or build.gone:
            return
        self._keep_build(replace(build, gone=1))
        self._say(self._change(build, ChangeKind.BUILD_GONE, "", event.gone_time.ToMicroseconds(), fact))

    def _change(
        self, build: FleetBuildRow, kind: ChangeKind, previous: str, time_us: int, fact: Fact
    ) -> FleetChangeRow:
        before = self.state.builds.get((build.service, build.environment, previous))
        return FleetChangeRow(
            sequence=fact.sequence,
            service=build.service,
            environment=build.environment,
            kind=kind,
            time_us=time_us or fact.time_us,
            build=build.build,
            version=build.version,
            revision=build.revision,
            previous_build=previous,
            previous_version=before.version if before else "",
            toolchain_digest="",
            config_digest="",
            previous_toolchain_digest="",
            previous_config_digest="",
            running=build.running,
            peak=build.running,
            last_seen_us=build.last_seen_us,
        )

    def _say(self, row: FleetChangeRow) -> None:
        self.state.add(row)
        self._changes.fleet_changes[row.sequence] = row


def _counted(row: Any, more: int, fact: Fact) -> Any:
    running = row.running + more
    changed = replace(row, running=running, peak=max(row.peak, running), last_seen_us=fact.time_us)
    if not row.running:
        return replace(changed, up_time_us=fact.time_us, up_sequence=fact.sequence)
    return changed if running else replace(changed, down_time_us=fact.time_us)
