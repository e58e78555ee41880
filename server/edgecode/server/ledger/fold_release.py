"""The fold of releases and declared deployments. Pure.

The first registration of a version takes it, for one revision. A later one of that revision stands in its place only
where the commits of the one before are not all there or were not known; commits are taken in their order.
"""

from collections.abc import Sequence

from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold_rules import enum_name
from edgecode.server.ledger.release_rows import CommitRow, DeploymentRow, ReleaseRow
from edgecode.server.ledger.rows import replace
from edgecode.v1 import event_pb2, release_pb2


def is_whole(row: ReleaseRow) -> bool:
    """Whether all commits that the release announced stand in the ledger."""
    return row.stored_count >= row.commit_count


def may_replace(row: ReleaseRow, revision: str, *, commits_known: bool) -> bool:
    """Whether another registration may stand in the place of this one."""
    better = commits_known and not row.commits_known
    return row.revision == revision and (better or not is_whole(row))


def fold_registered(before: ReleaseRow | None, fact: Fact) -> ReleaseRow | None:
    """The release after `release_registered`; None where the event changes nothing. Its commits are yet to come."""
    event = fact.event.release_registered
    if fact.name != release_key(event.version):
        return None
    if before is not None and not may_replace(before, event.revision, commits_known=event.commits_known):
        return None
    return ReleaseRow(
        version=event.version,
        revision=event.revision,
        tag=event.tag,
        previous_version=event.previous_version,
        commits_known=int(event.commits_known),
        commit_count=event.commit_count,
        stored_count=0,
        content_sha256=event.content_sha256,
        notes=event.notes,
        url=event.url,
        caller=event.caller,
        commit_time_us=event.commit_time.ToMicroseconds() if event.HasField("commit_time") else 0,
        register_time_us=before.register_time_us if before else fact.time_us,
        first_sequence=before.first_sequence if before else fact.sequence,
        last_sequence=fact.sequence,
        stamp_id=fact.stamp.stamp_id,
    )


def fold_commits(before: ReleaseRow | None, fact: Fact) -> tuple[ReleaseRow, list[CommitRow]] | None:
    """The release and its new commits after `release_commits`; None where they are not those that come next."""
    event = fact.event.release_commits
    if before is None or event.content_sha256 != before.content_sha256 or event.first_position != before.stored_count:
        return None
    room = before.commit_count - before.stored_count
    rows = _rows(before.version, event.first_position, event.commits[:room])
    if not rows:
        return None
    return replace(before, stored_count=before.stored_count + len(rows), last_sequence=fact.sequence), rows


def _rows(version: str, first: int, commits: Sequence[release_pb2.Commit]) -> list[CommitRow]:
    return [
        CommitRow(
            version, first + n, commit.revision, " ".join(commit.parents), commit.SerializeToString(deterministic=True)
        )
        for n, commit in enumerate(commits)
    ]


def release_key(version: str) -> str:
    """A version as one token of a subject."""
    return version.replace(".", "_")


def fold_deployment(before: DeploymentRow | None, fact: Fact) -> DeploymentRow | None:
    """The deployment after `deployment_recorded`; None where the event is of another service than its subject or id."""
    event: event_pb2.DeploymentRecorded = fact.event.deployment_recorded
    if event.service != fact.name or (before is not None and before.service != event.service):
        return None
    return DeploymentRow(
        deployment_id=event.deployment_id,
        service=event.service,
        environment=event.environment,
        version=event.version,
        revision=event.revision,
        state=enum_name(release_pb2.Deployment.State, event.state),
        actor=event.actor,
        url=event.url,
        caller=event.caller,
        request_id=event.request_id,
        request_pb=event.request,
        declare_time_us=before.declare_time_us if before else fact.time_us,
        update_time_us=fact.time_us,
        first_sequence=before.first_sequence if before else fact.sequence,
        last_sequence=fact.sequence,
        stamp_id=fact.stamp.stamp_id,
    )
