"""Ledger rows and log entries as messages of the contract: the one place where the two meet."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from google.protobuf.timestamp_pb2 import Timestamp

from edgecode.core import ladder
from edgecode.core.log import Entry
from edgecode.core.stamp import stamp_to_proto
from edgecode.server.jobs.exports import exports_of
from edgecode.server.ledger.fold_rules import failed_outputs
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import (
    ArtifactRow,
    AssetRow,
    AttemptRow,
    JobState,
    StampRow,
    TaskRow,
    TaskState,
)
from edgecode.v1 import asset_pb2, event_pb2, job_pb2, media_pb2, stamp_pb2

Stamps = Mapping[int, StampRow]
_JOB_ID_TOKEN = 2
_FIRST = ("HLS_PLAYLIST", "DASH_MANIFEST", "SPRITE_INDEX")


def etag_of(resource_id: str, sequence: int) -> str:
    """AIP-154: changes with every event of the resource."""
    return hashlib.sha256(f"{resource_id}:{sequence}".encode()).hexdigest()[:16]


def stamp_message(row: StampRow | None) -> stamp_pb2.Stamp | None:
    """A stamp for the wire, None where the ledger holds none."""
    return stamp_to_proto(row.stamp()) if row is not None else None


def failure_message(failure_pb: bytes) -> media_pb2.Failure | None:
    """A failure for the wire, None where there is none."""
    return media_pb2.Failure.FromString(failure_pb) if failure_pb else None


def time_message(time_us: int) -> Timestamp | None:
    """Microseconds since 1970 for the wire, None for 0."""
    if not time_us:
        return None
    message = Timestamp()
    message.FromMicroseconds(time_us)
    return message


def stamp_ids(records: Iterable[JobRecord]) -> list[int]:
    """Every stamp that the jobs, attempts and artifacts of some records name."""
    found: list[int] = []
    for record in records:
        found.append(record.job.stamp_id)
        found += [row.stamp_id for row in record.attempts.values()]
        found += [row.stamp_id for row in record.artifacts.values()]
    return found


def job_message(record: JobRecord, stamps: Stamps) -> job_pb2.Job:
    """A job as its events left it."""
    row, created = record.job, event_pb2.JobCreated.FromString(record.job.created_pb)
    source = media_pb2.MediaInfo.FromString(row.source_pb) if row.source_pb else None
    return job_pb2.Job(
        job_id=row.job_id,
        asset_id=row.asset_id,
        state=f"STATE_{row.state}",
        preset=row.preset,
        outputs=_outputs(record, created, source),
        priority=created.priority,
        labels=created.labels,
        output_uri=created.output_uri,
        create_time=time_message(row.create_time_us),
        update_time=time_message(row.update_time_us),
        end_time=time_message(row.end_time_us),
        expire_time=time_message(row.expire_time_us),
        etag=etag_of(row.job_id, row.last_sequence),
        sequence=row.last_sequence,
        build=row.build,
        epoch=row.epoch,
        route_revision=row.route_revision,
        failure=failure_message(row.failure_pb),
        source=source,
        created_by=stamp_message(stamps.get(row.stamp_id)),
        caller=row.caller,
        frozen=bool(row.frozen),
        webhook=created.webhook if created.HasField("webhook") else None,
        preset_revision=created.preset_revision,
        exports=exports_of(record, created),
        version_key=created.version_key,
        override_build=created.override_build,
        override_fate=created.override_fate,
        shadow_of=created.shadow_of,
        shadow_id=created.shadow_id,
    )


def accepted_job(
    created: event_pb2.JobCreated, sequence: int, created_by: stamp_pb2.Stamp, create_time: Timestamp
) -> job_pb2.Job:
    """A job nobody has decided anything about yet; without a sequence one that is only proposed."""
    return job_pb2.Job(
        job_id=created.job_id,
        asset_id=created.asset_id,
        state=job_pb2.Job.STATE_QUEUED,
        preset=created.preset,
        outputs=[job_pb2.Output(spec=spec, state=job_pb2.Output.STATE_PENDING) for spec in created.outputs],
        priority=created.priority,
        labels=created.labels,
        output_uri=created.output_uri,
        create_time=create_time,
        update_time=create_time,
        expire_time=created.expire_time,
        etag=etag_of(created.job_id, sequence) if sequence else "",
        sequence=sequence,
        created_by=created_by,
        caller=created.caller,
        webhook=created.webhook if created.HasField("webhook") else None,
        preset_revision=created.preset_revision,
        version_key=created.version_key,
        override_build=created.override_build,
        override_fate=created.override_fate,
    )


def _outputs(
    record: JobRecord, created: event_pb2.JobCreated, source: media_pb2.MediaInfo | None
) -> list[job_pb2.Output]:
    skipped = set(ladder.select(created.outputs, source)[1]) if source is not None else set()
    artifacts: dict[str, list[ArtifactRow]] = {}
    for artifact in sorted(record.artifacts.values(), key=_place):
        artifacts.setdefault(artifact.output_id, []).append(artifact)
    tasks = {output_id: task for task in record.tasks.values() for output_id in task.output_ids.split(",")}
    return [
        _output(spec, record, tasks.get(spec.output_id), artifacts.get(spec.output_id, []), spec.output_id in skipped)
        for spec in created.outputs
    ]


def _output(
    spec: media_pb2.OutputSpec, record: JobRecord, task: TaskRow | None, artifacts: Sequence[ArtifactRow], skipped: bool
) -> job_pb2.Output:
    states = job_pb2.Output.State
    state, failure = states.STATE_PENDING, None
    failed = failed_outputs(record, task) if task is not None else {}
    if spec.output_id in failed:
        state, failure = states.STATE_FAILED, failed[spec.output_id]
    elif artifacts or (task is not None and task.state == TaskState.SUCCEEDED):
        state = states.STATE_SUCCEEDED
    elif skipped:
        state = states.STATE_SKIPPED
    elif task is not None and task.state == TaskState.DEAD:
        state, failure = states.STATE_FAILED, failure_message(task.failure_pb)
    elif record.job.state == JobState.FAILED:
        # The probe died: no output of the job ever had a task.
        state, failure = states.STATE_FAILED, failure_message(record.job.failure_pb)
    elif record.job.state in {JobState.CANCELLED, JobState.DELETED}:
        state = states.STATE_CANCELLED
    elif task is not None and task.state in {TaskState.RUNNING, TaskState.VERIFIED}:
        state = states.STATE_RUNNING
    ids = [artifact.artifact_id for artifact in artifacts]
    return job_pb2.Output(spec=spec, state=state, artifact_id=ids[0] if ids else "", failure=failure, artifact_ids=ids)


def _place(artifact: ArtifactRow) -> tuple[int, int, str]:
    """Where an artifact stands among those of its output: what names others first, short names before longer ones."""
    name = media_pb2.ArtifactFile.FromString(artifact.file_pb).file_name
    return _FIRST.index(artifact.kind) if artifact.kind in _FIRST else len(_FIRST), len(name), name


def task_message(row: TaskRow, record: JobRecord, stamps: Stamps) -> job_pb2.Task:
    """A task with its attempts, oldest first."""
    attempts = [a for a in record.attempts.values() if a.task_id == row.task_id]
    return job_pb2.Task(
        job_id=row.job_id,
        task_id=row.task_id,
        kind=f"TASK_KIND_{row.kind}",
        state=f"STATE_{row.state}",
        n=row.n,
        attempts_spent=row.spent,
        attempt_budget=event_pb2.JobCreated.FromString(record.job.created_pb).attempt_budget,
        output_ids=[output_id for output_id in row.output_ids.split(",") if output_id],
        not_before_time=time_message(row.not_before_time_us),
        failure=failure_message(row.failure_pb),
        attempts=[_attempt(a, stamps) for a in sorted(attempts, key=lambda a: (a.start_time_us, a.attempt_id))],
        schedule_time=time_message(row.schedule_time_us),
        alone=bool(row.alone),
    )


def _attempt(row: AttemptRow, stamps: Stamps) -> job_pb2.Attempt:
    return job_pb2.Attempt(
        attempt_id=row.attempt_id,
        epoch=row.epoch,
        n=row.n,
        state=f"STATE_{row.state}",
        worker=stamp_message(stamps.get(row.stamp_id)),
        digests=stamp_pb2.Digests(toolchain_digest=row.toolchain_digest, config_digest=row.config_digest),
        start_time=time_message(row.start_time_us),
        end_time=time_message(row.end_time_us),
        failure=failure_message(row.failure_pb),
    )


def artifact_message(row: ArtifactRow, stamps: Stamps) -> media_pb2.Artifact:
    """A published artifact."""
    return media_pb2.Artifact(
        artifact_id=row.artifact_id,
        job_id=row.job_id,
        task_id=row.task_id,
        attempt_id=row.attempt_id,
        file=media_pb2.ArtifactFile.FromString(row.file_pb),
        made_by=stamp_message(stamps.get(row.stamp_id)),
        digests=stamp_pb2.Digests(toolchain_digest=row.toolchain_digest, config_digest=row.config_digest),
        publish_time=time_message(row.publish_time_us),
        expire_time=time_message(row.expire_time_us),
    )


def asset_message(row: AssetRow, stamps: Stamps) -> asset_pb2.Asset:
    """An asset as its events left it."""
    return asset_pb2.Asset(
        asset_id=row.asset_id,
        file_name=row.file_name,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        crc32c=row.crc32c,
        labels=json.loads(row.labels),
        state=f"STATE_{row.state}",
        create_time=time_message(row.create_time_us),
        expire_time=time_message(row.expire_time_us),
        etag=etag_of(row.asset_id, row.last_sequence),
        created_by=stamp_message(stamps.get(row.stamp_id)),
        job_id=row.job_id,
        caller=row.caller,
        sequence=row.last_sequence,
    )


def event_message(entry: Entry) -> job_pb2.JobEvent:
    """An event of a job's subject as a client sees it; one this build cannot read goes as an empty `event`."""
    message = job_pb2.JobEvent(
        job_id=entry.subject.split(".")[_JOB_ID_TOKEN],
        sequence=entry.sequence,
        stamp=stamp_to_proto(entry.origin.stamp),
        path=entry.origin.path,
        trace_id=entry.origin.trace_id,
        event=entry.event,
    )
    message.event_time.FromDatetime(entry.time)
    return message
