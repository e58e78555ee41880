"""Single releases, commits and declared deployments, by the ledger's one way to find rows."""

from edgecode.server.ledger.port import Condition, Find, Ledger
from edgecode.server.ledger.release_rows import CommitRow, DeploymentRow, ReleaseRow

_PAGE = 1000


async def release(ledger: Ledger, version: str) -> ReleaseRow | None:
    """One release, whole or not."""
    query = Find([Condition("version", "=", version)], limit=1)
    return next(iter(await ledger.find(ReleaseRow, query)), None)


async def releases_after(ledger: Ledger, sequence: int) -> list[ReleaseRow]:
    """Releases that changed after a place of the log, in the order of their changes."""
    found: list[ReleaseRow] = []
    after: tuple[int | str, ...] = ()
    while True:
        query = Find([Condition("last_sequence", ">", sequence)], "last_sequence", after=after, limit=_PAGE)
        rows = await ledger.find(ReleaseRow, query)
        found += rows
        if len(rows) < _PAGE:
            return found
        after = (rows[-1].last_sequence, rows[-1].version)


async def commits(ledger: Ledger, version: str, first_position: int, limit: int) -> list[CommitRow]:
    """Commits of a release from a position on, newest first."""
    query = Find(
        [Condition("version", "=", version), Condition("position", ">=", first_position)], "position", limit=limit
    )
    return await ledger.find(CommitRow, query)


async def commits_named(ledger: Ledger, revision: str, limit: int = 100) -> list[CommitRow]:
    """Commits whose revision begins so, of whatever releases; `revision` has 12 to 40 hex digits."""
    # What follows the last hex digit in the order of bytes ends the range.
    query = Find([Condition("revision", ">=", revision), Condition("revision", "<", revision + "g")], limit=limit)
    return await ledger.find(CommitRow, query)


async def deployment(ledger: Ledger, deployment_id: str) -> DeploymentRow | None:
    """One declared deployment."""
    query = Find([Condition("deployment_id", "=", deployment_id)], limit=1)
    return next(iter(await ledger.find(DeploymentRow, query)), None)
