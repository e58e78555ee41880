"""The ledger's tables of releases and declared deployments; as in rows.py, which takes them up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release. `commit_count` commits were announced, `stored_count` of them stand in the ledger, from the newest on.

    `stamp_id` is of the server that accepted it, `last_sequence` the last event that changed it.
    """

    version: str
    revision: str
    tag: str
    previous_version: str
    commits_known: int
    commit_count: int
    stored_count: int
    content_sha256: str
    notes: str
    url: str
    caller: str
    commit_time_us: int
    register_time_us: int
    first_sequence: int
    last_sequence: int
    stamp_id: int


@dataclass(frozen=True, slots=True)
class CommitRow:
    """A commit of a release, `position` counting from the newest, `parents` joined by spaces (`commit_pb`: Commit)."""

    version: str
    position: int
    revision: str
    parents: str
    commit_pb: bytes


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """A deployment as tooling declared it last. `revision` is empty where only the version was declared."""

    deployment_id: str
    service: str
    environment: str
    version: str
    revision: str
    state: str
    actor: str
    url: str
    caller: str
    request_id: str
    request_pb: bytes
    declare_time_us: int
    update_time_us: int
    first_sequence: int
    last_sequence: int
    stamp_id: int
