"""The commits of a comparison as pages, and the files they changed."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence

from edgecode.server.ledger import release_reads
from edgecode.server.ledger.port import Ledger
from edgecode.server.pages import fitting
from edgecode.server.releases.compare import Comparison, Piece
from edgecode.v1 import release_pb2

MOST_FILES_SHOWN = 1000
# Beside a page of commits.
FILES_BYTES = 512 << 10
_READ = 1000


async def commits_of(
    comparison: Comparison, ledger: Ledger, start: int, limit: int
) -> list[release_pb2.ComparedCommit]:
    """Some of the commits of a comparison: what was added first, then what was removed, each newest first."""
    added = comparison.added_count
    found = [
        release_pb2.ComparedCommit(commit=commit, version=version)
        async for version, commit in _read(_cut(comparison.added, start, limit), ledger)
    ]
    rest = _cut(comparison.removed, max(start - added, 0), limit - len(found))
    async for version, commit in _read(rest, ledger):
        found.append(release_pb2.ComparedCommit(commit=commit, version=version, removed=True))
    return found


async def files_of(comparison: Comparison, ledger: Ledger) -> tuple[list[release_pb2.ComparedFile], int]:
    """The files that most commits of a comparison changed, and how many files there are."""
    counts: Counter[str] = Counter()
    async for _, commit in _read([*comparison.added, *comparison.removed], ledger):
        counts.update(set(commit.files))
    first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_FILES_SHOWN]
    files = [release_pb2.ComparedFile(path=path, commit_count=count) for path, count in first]
    return fitting(files, FILES_BYTES), len(counts)


def _cut(pieces: Sequence[Piece], start: int, limit: int) -> Iterator[Piece]:
    for piece in pieces:
        if limit <= 0:
            return
        positions = piece.positions[start : start + limit]
        start = max(start - len(piece.positions), 0)
        limit -= len(positions)
        if positions:
            yield Piece(piece.version, positions)


def runs(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Rising positions as runs of neighbours (first, count), none longer than is read at once."""
    start = 0
    for place in range(1, len(positions) + 1):
        joined = place < len(positions) and positions[place] == positions[place - 1] + 1
        if not joined or place - start == _READ:
            yield positions[start], place - start
            start = place


async def _read(
    pieces: Sequence[Piece] | Iterator[Piece], ledger: Ledger
) -> AsyncIterator[tuple[str, release_pb2.Commit]]:
    for piece in pieces:
        for first, count in runs(piece.positions):
            for row in await release_reads.commits(ledger, piece.version, first, count):
                yield piece.version, release_pb2.Commit.FromString(row.commit_pb)
