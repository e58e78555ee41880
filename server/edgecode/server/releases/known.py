"""The releases a server knows of: read from the ledger once, then only what changed. Releases are never forgotten."""

import asyncio

from edgecode.server.ledger import release_reads
from edgecode.server.ledger.fold_release import is_whole
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.release_rows import ReleaseRow
from edgecode.server.releases.graph import Known, ReleaseGraph


class KnownReleases:
    """Releases with their graph."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._rows: dict[str, ReleaseRow] = {}
        self._graph = ReleaseGraph(())
        self._sequence = 0
        self._reading = asyncio.Lock()

    async def read(self) -> tuple[ReleaseGraph, dict[str, ReleaseRow]]:
        """The graph and the rows by version as the ledger has them now; neither is to be changed."""
        async with self._reading:
            changed = await release_reads.releases_after(self._ledger, self._sequence)
            if changed:
                self._rows = self._rows | {row.version: row for row in changed}
                self._graph = ReleaseGraph(map(known, self._rows.values()))
                self._sequence = changed[-1].last_sequence
            return self._graph, self._rows


def known(row: ReleaseRow) -> Known:
    """What the graph needs of a row."""
    has_commits = bool(row.commits_known) and is_whole(row)
    return Known(row.version, row.revision, row.previous_version, has_commits, row.commit_count)
