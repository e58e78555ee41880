"""Which jobs a shadow repeats, and as what. Pure: two leaders choose the same jobs and give them the same ids."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from edgecode.core.outputs_contract import contract_of
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import JobState
from edgecode.server.routes.assignment import place_of
from edgecode.server.routes.route import LEADER, Route
from edgecode.server.routes.shadow import goes_on
from edgecode.v1 import event_pb2, media_pb2, shadow_pb2

# How long a shadow's job is kept, and with it what it tells; never longer than the job it repeats.
KEPT = timedelta(days=7)
_NAMESPACE = uuid.UUID("2d9c0c86-7b0e-5b8f-8d0b-54c7a0a1e8f6")
# In the text of an id: its version (RFC 9562).
_VERSION = slice(14, 15)
_OURS = "8"
_OVER = frozenset({JobState.SUCCEEDED, JobState.FAILED})
_RENDITION = media_pb2.ArtifactKind.Name(media_pb2.ARTIFACT_KIND_RENDITION).removeprefix("ARTIFACT_KIND_")


def shadow_job_id(job_id: str, shadow_id: str) -> str:
    """The id of the job that repeats another: a UUID of version 8, which no other job has."""
    text = str(uuid.uuid5(_NAMESPACE, f"{shadow_id}\0{job_id}"))
    return f"{text[: _VERSION.start]}{_OURS}{text[_VERSION.stop :]}"


def is_shadow_id(job_id: str) -> bool:
    """Whether a job is a shadow's, by its id alone."""
    return job_id[_VERSION] == _OURS


def is_chosen(record: JobRecord, route: Route) -> bool:
    """Whether the shadow that goes on repeats a job.

    It does with its share of those that were given to the current build since it began, once they have ended: there is
    something to compare with, and nobody waits for anything any more. A job stands for itself here, whatever its key: a
    customer with many jobs would make the share what it is not. Its place is independent of the one it has for a ramp.
    """
    job, shadow = record.job, route.shadow
    return (
        shadow is not None
        and goes_on(shadow)
        and not (job.shadow_id or job.frozen or job.epoch)
        and job.build == route.current != ""
        and job.state in _OVER
        and job.route_revision >= shadow.start_revision
        and place_of(f"shadow {shadow.shadow_id}", job.job_id) < shadow.percent
    )


def repeated(original: JobRecord, shadow: shadow_pb2.ShadowDocument, now: datetime) -> event_pb2.JobCreated:
    """The job that repeats another on the shadow's build: the same work, for nobody.

    Of the lowest priority; without labels, request, export and webhook; with the renditions to compare with.
    """
    created = event_pb2.JobCreated.FromString(original.job.created_pb)
    job = event_pb2.JobCreated(
        job_id=shadow_job_id(created.job_id, shadow.shadow_id),
        caller=LEADER,
        asset_id=created.asset_id,
        asset_sha256=created.asset_sha256,
        asset_size_bytes=created.asset_size_bytes,
        asset_file_name=created.asset_file_name,
        preset=created.preset,
        preset_revision=created.preset_revision,
        outputs=created.outputs,
        priority=event_pb2.PRIORITY_LOW,
        attempt_budget=created.attempt_budget,
        contract=contract_of(created.outputs),
        noop_tasks=created.noop_tasks,
        shadow_of=created.job_id,
        shadow_id=shadow.shadow_id,
        served_files=_renditions(original),
    )
    job.expire_time.FromDatetime(min(now + KEPT, created.expire_time.ToDatetime(UTC)))
    return job


def _renditions(original: JobRecord) -> Iterator[media_pb2.ArtifactFile]:
    """What was served, in order of output: where each file is, and what tells whether there is anything to compare."""
    for row in sorted(original.artifacts.values(), key=lambda row: row.output_id):
        if row.kind == _RENDITION:
            file = media_pb2.ArtifactFile.FromString(row.file_pb)
            yield media_pb2.ArtifactFile(
                output_id=file.output_id,
                blob_key=file.blob_key,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
                content_sha256=file.content_sha256,
                width_pixels=file.width_pixels,
                height_pixels=file.height_pixels,
                duration_seconds=file.duration_seconds,
            )
