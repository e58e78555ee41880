"""Releases and declared deployments on their way through the fold, beside the jobs of a group of events."""

from edgecode.server.ledger import release_reads
from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold_release import fold_commits, fold_deployment, fold_registered
from edgecode.server.ledger.port import Changes, Ledger
from edgecode.server.ledger.release_rows import CommitRow, DeploymentRow, ReleaseRow
from edgecode.server.ledger.rows import StampRow

ROOTS = frozenset({"release", "deployment"})


class ReleaseGroup:
    """What a group of events does to releases and declared deployments."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._releases: dict[str, ReleaseRow | None] = {}
        self._commits: dict[tuple[str, int], CommitRow] = {}
        self._deployments: dict[str, DeploymentRow | None] = {}
        self._gone: set[str] = set()
        self._signed: dict[int, StampRow] = {}

    async def take(self, fact: Fact) -> None:
        """An event of a release's or a service's subject."""
        if fact.event.HasField("release_registered"):
            await self._take_registered(fact)
        elif fact.event.HasField("release_commits"):
            await self._take_commits(fact)
        elif fact.event.HasField("deployment_recorded"):
            await self._take_deployment(fact)

    async def _take_registered(self, fact: Fact) -> None:
        version = fact.event.release_registered.version
        before = await self._release(version)
        after = fold_registered(before, fact)
        if after is None:
            return
        self._releases[version] = after
        self._signed[fact.stamp.stamp_id] = fact.stamp
        if before is not None:
            self._gone.add(version)
            self._commits = {key: row for key, row in self._commits.items() if row.version != version}

    async def _take_commits(self, fact: Fact) -> None:
        version = fact.name.replace("_", ".")
        folded = fold_commits(await self._release(version), fact)
        if folded is not None:
            self._releases[version], rows = folded
            self._commits |= {(row.version, row.position): row for row in rows}

    async def _take_deployment(self, fact: Fact) -> None:
        key = fact.event.deployment_recorded.deployment_id
        if key not in self._deployments:
            self._deployments[key] = await release_reads.deployment(self._ledger, key)
        after = fold_deployment(self._deployments[key], fact)
        if after is not None:
            self._deployments[key] = after
            self._signed[fact.stamp.stamp_id] = fact.stamp

    async def _release(self, version: str) -> ReleaseRow | None:
        if version not in self._releases:
            self._releases[version] = await release_reads.release(self._ledger, version)
        return self._releases[version]

    def write_into(self, changes: Changes) -> None:
        """Adds what changed."""
        changes.releases = {key: row for key, row in self._releases.items() if row is not None}
        changes.commits = self._commits
        changes.deployments = {key: row for key, row in self._deployments.items() if row is not None}
        changes.gone_commits = self._gone
        changes.stamps |= self._signed
