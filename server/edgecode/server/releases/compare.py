"""What one release has that another has not: by lineage where one lies behind the other, else by their commits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from edgecode.server.ledger.port import Ledger
from edgecode.server.releases.graph import Relation, ReleaseGraph, Ways, relation_of, ways
from edgecode.server.releases.sides import Side, dirt


@dataclass(frozen=True, slots=True)
class Piece:
    """Commits of one release, by their positions there, newest first."""

    version: str
    positions: Sequence[int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `to` has and `from` has not, and the other way round; `unknown` are sentences about what it cannot say."""

    from_: Side
    to: Side
    ways: Ways
    added: Sequence[Piece] = ()
    removed: Sequence[Piece] = ()
    unknown: Sequence[str] = field(default_factory=tuple)

    @property
    def added_count(self) -> int:
        """Commits that `to` has and `from` has not."""
        return sum(len(piece.positions) for piece in self.added)

    @property
    def removed_count(self) -> int:
        """Commits that `from` has and `to` has not."""
        return sum(len(piece.positions) for piece in self.removed)


async def compare(from_: Side, to: Side, graph: ReleaseGraph, ledger: Ledger) -> Comparison:
    """Compares two sides. Where one lies behind the other no commit is read: git's ranges do not overlap there."""
    remarks = [dirt(from_.name), dirt(to.name)]
    if from_.revision and from_.revision == to.revision:
        same = Ways(Relation.RELATION_SAME, to.version if to.registered else "", (), ())
        return Comparison(from_, to, same, unknown=_told(remarks))
    remarks += [from_.unknown, to.unknown]
    if from_.unknown or to.unknown:
        return Comparison(from_, to, Ways(Relation.RELATION_UNKNOWN, "", (), ()), unknown=_told(remarks))
    own = _Own(ledger, graph)
    found = ways(_lineage(from_, graph), _lineage(to, graph))
    if not found.common and not _one_root(found):
        ends = found.removed[-1], found.added[-1]
        remarks.append(
            f"nothing that was reported connects {ends[0]}, the last known behind {from_.name}, with {ends[1]}"
        )
        return Comparison(from_, to, Ways(Relation.RELATION_UNKNOWN, "", (), ()), unknown=_told(remarks))
    for version in (*found.added, *found.removed):
        remarks.append(_unreported(version, graph))
    added = [await own.piece(version, to) for version in found.added]
    removed = [await own.piece(version, from_) for version in found.removed]
    if found.added and found.removed:
        added, removed = await own.apart(added, removed)
    whole = not any(_unreported(version, graph) for version in (*found.added, *found.removed))
    relation = found.relation
    if whole and (found.relation == Relation.RELATION_DIVERGED or not found.common):
        # A branch that was merged since is no branch any more: the commits say so.
        relation = relation_of(connected=True, added=_any(added), removed=_any(removed))
    return Comparison(from_, to, replace(found, relation=relation), added, removed, _told(remarks))


def _any(pieces: Iterable[Piece]) -> bool:
    return any(piece.positions for piece in pieces)


def _told(remarks: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, remarks)))


def _lineage(side: Side, graph: ReleaseGraph) -> list[str]:
    """The lineage of a side. What is a commit inside a release has a part of it, under a name of its own."""
    if side.contained_in:
        return [_part(side), *graph.lineage(side.contained_in)[1:]]
    return graph.lineage(side.version)


def _part(side: Side) -> str:
    return f"{side.contained_in}@{side.revision}"


def _one_root(found: Ways) -> bool:
    """Whether both begin in the commits of one first release, a part of it or all."""
    return found.added[-1].partition("@")[0] == found.removed[-1].partition("@")[0]


def _unreported(version: str, graph: ReleaseGraph) -> str:
    name = version.partition("@")[0]
    release = graph.releases.get(name)
    if release is None:
        return f"{name} was never registered: its commits are not known"
    return "" if release.has_commits else f"the commits of {name} were not all reported"


class _Own:
    """The commits of releases, and of parts of them."""

    def __init__(self, ledger: Ledger, graph: ReleaseGraph) -> None:
        self._ledger = ledger
        self._graph = graph
        self._ids: dict[str, list[tuple[str, str]]] = {}

    async def ids(self, version: str) -> list[tuple[str, str]]:
        """Revision and parents of each commit of a release."""
        if version not in self._ids:
            self._ids[version] = await self._ledger.commit_ids(version)
        return self._ids[version]

    async def piece(self, version: str, side: Side) -> Piece:
        """All commits of a release, or of a part what is reachable from the side's revision."""
        name, _, part = version.partition("@")
        release = self._graph.releases.get(name)
        if release is None:
            return Piece(name, ())
        if not part:
            return Piece(name, range(release.commit_count if release.has_commits else 0))
        return Piece(name, reachable(await self.ids(name), side.revision))

    async def apart(self, added: Sequence[Piece], removed: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
        """Both without the commits that stand in the other too, as after a merge."""
        of_added, of_removed = await self._revisions(added), await self._revisions(removed)
        return await self._without(added, of_removed), await self._without(removed, of_added)

    async def _revisions(self, pieces: Sequence[Piece]) -> set[str]:
        found: set[str] = set()
        for piece in pieces:
            ids = await self.ids(piece.version)
            found.update(ids[place][0] for place in piece.positions)
        return found

    async def _without(self, pieces: Sequence[Piece], others: set[str]) -> list[Piece]:
        found: list[Piece] = []
        for piece in pieces:
            ids = await self.ids(piece.version)
            found.append(Piece(piece.version, [place for place in piece.positions if ids[place][0] not in others]))
        return found


def reachable(ids: Sequence[tuple[str, str]], revision: str) -> list[int]:
    """Positions of the commits that one of them has behind it, itself among them; `ids` are revisions with parents."""
    places = {name: place for place, (name, _) in enumerate(ids)}
    found: set[int] = set()
    waiting = [places[revision]] if revision in places else []
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += [places[parent] for parent in ids[place][1].split() if parent in places]
    return sorted(found)
