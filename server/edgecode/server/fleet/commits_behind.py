"""The commits between two builds, for a change or for all of a window."""

from edgecode.core.errors import InvalidRequest
from edgecode.server.ledger.port import Ledger
from edgecode.server.releases.commits import commits_of
from edgecode.server.releases.compare import Comparison, compare
from edgecode.server.releases.graph import ReleaseGraph
from edgecode.server.releases.sides import find_side
from edgecode.v1 import release_pb2

# What tells commits: other changes have none of their own.
_WITH_COMMITS = frozenset({release_pb2.Change.KIND_DEPLOYMENT, release_pb2.Change.KIND_ROLLBACK})


class CommitsBehind:
    """Compares builds, each pair once."""

    def __init__(self, ledger: Ledger, graph: ReleaseGraph, limit: int) -> None:
        self._ledger = ledger
        self._graph = graph
        self._limit = limit
        self._compared: dict[tuple[str, str], tuple[Comparison, list[release_pb2.ComparedCommit]] | None] = {}

    async def fill(self, found: release_pb2.Change | release_pb2.ChangeSpan) -> None:
        """Counts and newest commits of what lies between its two builds; where nothing can be known, why."""
        if isinstance(found, release_pb2.Change) and found.kind not in _WITH_COMMITS:
            return
        if not (found.from_build and found.to_build) or found.from_build == found.to_build:
            return
        known = await self._between(found.from_build, found.to_build)
        if known is None:
            return
        comparison, commits = known
        found.added_count, found.removed_count = comparison.added_count, comparison.removed_count
        found.commits.extend(commits)
        found.unknown.extend(comparison.unknown)
        if isinstance(found, release_pb2.ChangeSpan):
            found.relation = comparison.ways.relation

    async def _between(self, before: str, after: str) -> tuple[Comparison, list[release_pb2.ComparedCommit]] | None:
        if (before, after) not in self._compared:
            self._compared[before, after] = await self._read(before, after)
        return self._compared[before, after]

    async def _read(self, before: str, after: str) -> tuple[Comparison, list[release_pb2.ComparedCommit]] | None:
        try:
            sides = [await find_side("build", name, self._graph, self._ledger) for name in (before, after)]
        except InvalidRequest:
            return None  # a process may call its build what it likes
        comparison = await compare(sides[0], sides[1], self._graph, self._ledger)
        commits = await commits_of(comparison, self._ledger, 0, self._limit)
        for each in commits:
            each.commit.ClearField("files")  # there may be hundreds; CompareReleases has them
        return comparison, commits
