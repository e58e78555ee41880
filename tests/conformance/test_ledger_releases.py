"""Releases, their commits and declared deployments in every adapter of the ledger."""

from edgecode.server.ledger import release_reads
from edgecode.server.ledger.port import Changes, Condition, Find, Ledger
from edgecode.server.ledger.release_rows import CommitRow, DeploymentRow, ReleaseRow
from edgecode.server.ledger.rows import Cursor
from tests.harness.rows import commit_row, deployment_row, release_row


def at(sequence: int) -> Cursor:
    return Cursor(sequence, "2026-01-01T00:00:00Z" if sequence else "", str(sequence or ""))


async def apply(ledger: Ledger, changes: Changes) -> None:
    before = await ledger.cursor()
    await ledger.apply(changes, before, at(before.sequence + 1))


def changes_of(*rows: ReleaseRow | CommitRow | DeploymentRow, gone: str = "") -> Changes:
    changes = Changes(gone_commits={gone} - {""})
    for row in rows:
        if isinstance(row, ReleaseRow):
            changes.releases[row.version] = row
        elif isinstance(row, CommitRow):
            changes.commits[row.version, row.position] = row
        else:
            changes.deployments[row.deployment_id] = row
    return changes


async def test_a_release_and_its_commits_are_there_newest_first(ledger: Ledger) -> None:
    commits = [commit_row("1.0.0", place, f"{place:040x}", parents=f"{place + 1:040x}") for place in range(3)]
    await apply(ledger, changes_of(release_row("1.0.0", last_sequence=7), *reversed(commits)))
    assert await release_reads.release(ledger, "1.0.0") == release_row("1.0.0", last_sequence=7)
    assert await release_reads.release(ledger, "1.0.1") is None
    assert await release_reads.commits(ledger, "1.0.0", 1, 1) == commits[1:2]
    assert await ledger.commit_ids("1.0.0") == [(row.revision, row.parents) for row in commits]
    assert await ledger.commit_ids("9.9.9") == []


async def test_commits_are_found_by_the_beginning_of_their_revision(ledger: Ledger) -> None:
    one, other = commit_row("1.0.0", 0, "ab" * 20), commit_row("1.0.0", 1, "abac" * 10)
    await apply(ledger, changes_of(one, other))
    assert await release_reads.commits_named(ledger, "ab" * 6) == [one]
    assert await release_reads.commits_named(ledger, "ab" * 20) == [one]
    assert await release_reads.commits_named(ledger, "f" * 12) == []


async def test_a_registration_that_is_replaced_loses_its_commits_and_others_keep_theirs(ledger: Ledger) -> None:
    await apply(ledger, changes_of(commit_row("1.0.0", 0, "a" * 40), commit_row("2.0.0", 0, "b" * 40)))
    await apply(ledger, changes_of(release_row("1.0.0"), commit_row("1.0.0", 1, "c" * 40), gone="1.0.0"))
    assert await ledger.commit_ids("1.0.0") == [("c" * 40, "")]
    assert await ledger.commit_ids("2.0.0") == [("b" * 40, "")]


async def test_releases_come_in_the_order_of_their_last_change(ledger: Ledger) -> None:
    rows = [release_row(f"1.0.{n}", last_sequence=20 - n) for n in range(5)]
    await apply(ledger, changes_of(*rows))
    found = await release_reads.releases_after(ledger, 17)
    assert [row.version for row in found] == ["1.0.2", "1.0.1", "1.0.0"]


async def test_a_declared_deployment_is_replaced_by_its_id(ledger: Ledger) -> None:
    await apply(ledger, changes_of(deployment_row("d1", state="STARTED"), deployment_row("d2")))
    await apply(ledger, changes_of(deployment_row("d1", state="FAILED")))
    assert await release_reads.deployment(ledger, "d1") == deployment_row("d1", state="FAILED")
    assert await release_reads.deployment(ledger, "none") is None
    assert len(await ledger.find(DeploymentRow, Find([Condition("state", "!=", "STARTED")]))) == 2
