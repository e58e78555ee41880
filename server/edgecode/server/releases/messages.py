"""Releases and declared deployments as messages of the contract."""

from collections.abc import Iterator, Mapping

from edgecode.server.convert import Stamps, stamp_message, time_message
from edgecode.server.ledger.fold_release import is_whole
from edgecode.server.ledger.release_rows import DeploymentRow, ReleaseRow
from edgecode.server.releases.graph import ReleaseGraph, precedence
from edgecode.v1 import release_pb2


def release_message(row: ReleaseRow, graph: ReleaseGraph, stamps: Stamps) -> release_pb2.Release:
    """A release with what is not to be trusted about it."""
    states = release_pb2.Release.State
    return release_pb2.Release(
        version=row.version,
        revision=row.revision,
        tag=row.tag,
        previous_version=row.previous_version,
        commits_known=bool(row.commits_known),
        commit_count=row.commit_count,
        commit_time=time_message(row.commit_time_us),
        register_time=time_message(row.register_time_us),
        notes=row.notes,
        url=row.url,
        caller=row.caller,
        registered_by=stamp_message(stamps.get(row.stamp_id)),
        state=states.STATE_REGISTERED if is_whole(row) else states.STATE_INCOMPLETE,
        warnings=_warnings(row, graph),
    )


def _warnings(row: ReleaseRow, graph: ReleaseGraph) -> Iterator[str]:
    if not row.tag:
        yield "was registered without a tag"
    elif row.tag != f"v{row.version}":
        yield f"its tag is {row.tag}, not v{row.version}"
    if not is_whole(row):
        yield f"{row.stored_count} of its {row.commit_count} commits are stored: register it again"
    elif not row.commits_known:
        yield "its commits were not reported"
    if row.previous_version and row.previous_version not in graph.releases:
        yield f"{row.previous_version}, the release before it, was never registered"
    if row.previous_version and precedence(row.previous_version) > precedence(row.version):
        yield f"{row.previous_version}, the release before it, is above it by SemVer precedence"
    if graph.is_circular(row.version):
        yield f"the releases before it lead in a circle: {' → '.join(graph.lineage(row.version))}"
    same = [known.version for known in graph.by_revision(row.revision) if known.version != row.version]
    if same:
        yield f"its revision is also that of {', '.join(same)}"


def declared_deployment(row: DeploymentRow, stamps: Stamps | Mapping[int, None]) -> release_pb2.Deployment:
    """What tooling declared; what was seen of it stands elsewhere."""
    return release_pb2.Deployment(
        deployment_id=row.deployment_id,
        service=row.service,
        environment=row.environment,
        version=row.version,
        revision=row.revision,
        declared=True,
        state=f"STATE_{row.state}",
        actor=row.actor,
        url=row.url,
        declare_time=time_message(row.declare_time_us),
        update_time=time_message(row.update_time_us),
        caller=row.caller,
        declared_by=stamp_message(stamps.get(row.stamp_id)),
    )
