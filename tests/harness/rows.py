"""Rows of the ledger with every column filled, for tests that care about a few."""

from dataclasses import fields
from typing import Any, TypeVar

from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.ledger.release_rows import CommitRow, DeploymentRow, ReleaseRow
from edgecode.server.ledger.rows import (
    ArtifactRow,
    AssetRow,
    AttemptRow,
    JobRow,
    JobState,
    StampRow,
    TaskRow,
    TaskState,
)
from tests.harness.builds import stamp_of

_Row = TypeVar(
    "_Row", JobRow, TaskRow, AttemptRow, ArtifactRow, AssetRow, ReleaseRow, CommitRow, DeploymentRow, RampJobRow
)

STAMP = StampRow.of(stamp_of("worker", "b"))
NEVER_US = 4_000_000_000_000_000


def _filled(table: type[_Row], columns: dict[str, Any]) -> _Row:
    empty: dict[str, Any] = {"str": "", "int": 0, "bytes": b""}
    values = {field.name: empty[str(getattr(field.type, "__name__", field.type))] for field in fields(table)}
    defaults = {"expire_time_us": NEVER_US, "stamp_id": STAMP.stamp_id, "labels": "{}"}
    values |= {name: value for name, value in defaults.items() if name in values}
    return table(**values | columns)


def job_row(job_id: str, **columns: Any) -> JobRow:
    """A running job."""
    return _filled(JobRow, {"job_id": job_id, "state": JobState.RUNNING, **columns})


def task_row(job_id: str, task_id: str, **columns: Any) -> TaskRow:
    """A scheduled task."""
    return _filled(TaskRow, {"job_id": job_id, "task_id": task_id, "state": TaskState.SCHEDULED, "n": 1, **columns})


def attempt_row(job_id: str, task_id: str, attempt_id: str, **columns: Any) -> AttemptRow:
    """An attempt."""
    return _filled(AttemptRow, {"job_id": job_id, "task_id": task_id, "attempt_id": attempt_id, **columns})


def artifact_row(job_id: str, artifact_id: str, **columns: Any) -> ArtifactRow:
    """An artifact."""
    return _filled(ArtifactRow, {"job_id": job_id, "artifact_id": artifact_id, **columns})


def asset_row(asset_id: str, **columns: Any) -> AssetRow:
    """An active asset."""
    return _filled(AssetRow, {"asset_id": asset_id, "state": "ACTIVE", **columns})


def release_row(version: str, **columns: Any) -> ReleaseRow:
    """A release whose commits are not known."""
    return _filled(ReleaseRow, {"version": version, "revision": "a" * 40, **columns})


def commit_row(version: str, position: int, revision: str, **columns: Any) -> CommitRow:
    """A commit of a release."""
    return _filled(CommitRow, {"version": version, "position": position, "revision": revision, **columns})


def deployment_row(deployment_id: str, **columns: Any) -> DeploymentRow:
    """A declared deployment that succeeded."""
    return _filled(DeploymentRow, {"deployment_id": deployment_id, "state": "SUCCEEDED", **columns})


def ramp_job_row(job_id: str, **columns: Any) -> RampJobRow:
    """A job of the ramp `r`."""
    return _filled(RampJobRow, {"job_id": job_id, "ramp_id": "r", **columns})
