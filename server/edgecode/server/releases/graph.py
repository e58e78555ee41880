"""How releases descend from one another. Pure.

A release names the one before it, as git's ancestry has it. What it names may never have been registered: it then
stands in lineages as a name with nothing known behind it. Names that lead back to themselves are followed once.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from edgecode.core.stamp import SHORT_REVISION_LENGTH
from edgecode.core.version import Version, parse_version
from edgecode.v1 import release_pb2

Relation = release_pb2.ReleaseComparison.Relation
_LOWEST = Version(0, 0, 0, "alpha", 0)


@dataclass(frozen=True, slots=True)
class Known:
    """What order and comparison need of a registered release; `has_commits` when all of them stand in the ledger."""

    version: str
    revision: str
    previous: str
    has_commits: bool
    commit_count: int


@dataclass(frozen=True, slots=True)
class Ways:
    """How two releases lie to one another.

    Attributes:
        relation: of `to` as seen from `from`, by lineage alone.
        common: the latest version both have behind them, empty for none.
        added: versions that only `to` has behind it, itself first.
        removed: the same of `from`.
    """

    relation: Relation
    common: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


class ReleaseGraph:
    """Registered releases by version."""

    def __init__(self, releases: Iterable[Known]) -> None:
        self.releases: Mapping[str, Known] = {release.version: release for release in releases}
        self._by_revision: dict[str, list[str]] = {}
        for release in self.releases.values():
            self._by_revision.setdefault(release.revision[:SHORT_REVISION_LENGTH], []).append(release.version)
        self._circular = _on_the_way_to_circles(self.releases)
        self._order: tuple[str, ...] | None = None

    def order(self) -> Sequence[str]:
        """Versions of all registered releases, oldest first: by ancestry, then by SemVer precedence, never by date."""
        if self._order is None:
            self._order = tuple(_ordered(self.releases))
        return self._order

    def lineage(self, version: str) -> list[str]:
        """The version itself and what lies behind it, newest first. The last may never have been registered."""
        found: dict[str, None] = {}
        while version and version not in found:
            found[version] = None
            release = self.releases.get(version)
            version = release.previous if release else ""
        return list(found)

    def is_circular(self, version: str) -> bool:
        """Whether the names of releases before lead back to one already met."""
        return version in self._circular

    def would_close_circle(self, version: str, previous: str) -> bool:
        """Whether `version` lies behind `previous` already."""
        return bool(previous) and version in self.lineage(previous)

    def by_revision(self, beginning: str) -> list[Known]:
        """Releases whose revision begins with these 12 to 40 hex digits, by precedence."""
        versions = sorted(self._by_revision.get(beginning[:SHORT_REVISION_LENGTH], ()), key=precedence)
        return [self.releases[v] for v in versions if self.releases[v].revision.startswith(beginning)]


def ways(from_: Sequence[str], to: Sequence[str]) -> Ways:
    """How two lineages, newest first, lie to one another; names that stand in one only are no common ground."""
    behind = set(from_)
    common = next((version for version in to if version in behind), "")
    added = tuple(to[: to.index(common)]) if common else tuple(to)
    removed = tuple(from_[: from_.index(common)]) if common else tuple(from_)
    return Ways(relation_of(connected=bool(common), added=bool(added), removed=bool(removed)), common, added, removed)


def relation_of(*, connected: bool, added: bool, removed: bool) -> Relation:
    """The relation of two that have something in common, or not, and each something of its own, or not."""
    if not connected:
        return Relation.RELATION_UNKNOWN
    if added and removed:
        return Relation.RELATION_DIVERGED
    if added:
        return Relation.RELATION_FORWARD
    return Relation.RELATION_BACKWARD if removed else Relation.RELATION_SAME


def precedence(version: str) -> tuple[Version, str]:
    """What versions are sorted by; one that is none comes first."""
    try:
        return parse_version(version), version
    except ValueError:
        return _LOWEST, version


def _on_the_way_to_circles(releases: Mapping[str, Known]) -> set[str]:
    """Releases behind which lies a circle, themselves part of it or not; each is looked at once."""
    circular: set[str] = set()
    straight: set[str] = set()
    for version in releases:
        way: dict[str, None] = {}
        while version in releases and version not in way and version not in straight and version not in circular:
            way[version] = None
            version = releases[version].previous  # noqa: PLW2901 the walk goes on from there
        (circular if version in way or version in circular else straight).update(way)
    return circular


def _ordered(releases: Mapping[str, Known]) -> Iterable[str]:
    following: dict[str, list[str]] = {}
    waiting: set[str] = set()
    for release in releases.values():
        if release.previous in releases:
            following.setdefault(release.previous, []).append(release.version)
            waiting.add(release.version)
    free = [precedence(version) for version in releases if version not in waiting]
    heapq.heapify(free)
    while free or waiting:
        if not free:  # only circles are left: the lowest of them begins
            free = [min(precedence(version) for version in waiting)]
            waiting.discard(free[0][1])
        version = heapq.heappop(free)[1]
        yield version
        for later in following.get(version, ()):
            if later in waiting:
                waiting.discard(later)
                heapq.heappush(free, precedence(later))
