"""Reading jobs, tasks and artifacts from the ledger."""

from typing import Any

from edgecode.core import subjects
from edgecode.core.errors import FailedPrecondition
from edgecode.server import convert
from edgecode.server.calls import CallContext
from edgecode.server.filters import Field, Kind, names_field
from edgecode.server.ids import known_form, not_found
from edgecode.server.jobs.standing import STANDING_FIELDS
from edgecode.server.ledger.port import OF_KEPT_JOB, Condition, JobRecord, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import ArtifactRow, JobRow, JobState, TaskRow, TaskState
from edgecode.server.pages import Listing
from edgecode.server.routes.shadow_job import is_shadow_id
from edgecode.v1 import event_pb2, job_pb2, media_pb2


def _names(enum: Any, prefix: str) -> dict[str, str | int]:
    return {name.removeprefix(prefix): name.removeprefix(prefix) for name in enum.keys()[1:]}


JOBS = Listing(
    "JobService.ListJobs",
    JobRow,
    ("job_id",),
    {
        "job_id": Field("job_id"),
        "asset_id": Field("asset_id"),
        "state": Field("state", Kind.NAME, {state.value: state.value for state in JobState}, "STATE_"),
        "preset": Field("preset"),
        "priority": STANDING_FIELDS["priority"],
        "build": Field("build"),
        "caller": Field("caller"),
        "create_time": Field("create_time_us", Kind.TIME),
        "end_time": Field("end_time_us", Kind.TIME),
        "failure_reason": Field("failure_reason"),
        "shadow_id": Field("shadow_id"),
        "labels": STANDING_FIELDS["labels"],
    },
    {"create_time": "create_time_us", "update_time": "update_time_us", "end_time": "end_time_us"},
    "create_time desc",
)
TASKS = Listing(
    "JobService.ListTasks",
    TaskRow,
    ("job_id", "task_id"),
    {
        "job_id": Field("job_id"),
        "task_id": Field("task_id"),
        "kind": Field("kind", Kind.NAME, _names(event_pb2.TaskKind, "TASK_KIND_"), "TASK_KIND_"),
        "state": Field("state", Kind.NAME, {state.value: state.value for state in TaskState}, "STATE_"),
    },
    {"schedule_time": "schedule_time_us", "job_id": "job_id"},
    "schedule_time",
)
ARTIFACTS = Listing(
    "JobService.ListArtifacts",
    ArtifactRow,
    ("artifact_id",),
    {
        "job_id": Field("job_id"),
        "artifact_id": Field("artifact_id"),
        "output_id": Field("output_id"),
        "kind": Field("kind", Kind.NAME, _names(media_pb2.ArtifactKind, "ARTIFACT_KIND_"), "ARTIFACT_KIND_"),
        "sha256": Field("sha256"),
        "content_sha256": Field("content_sha256"),
        "build": Field("build"),
        "publish_time": Field("publish_time_us", Kind.TIME),
    },
    {"publish_time": "publish_time_us"},
    "publish_time",
)


class JobQueries:
    """Single reads wait for all events of their job; lists wait for what their caller has seen."""

    def __init__(self, ledger: Ledger, reads: Reads) -> None:
        self._ledger = ledger
        self._reads = reads

    async def record(self, job_id: str) -> JobRecord:
        """All the ledger knows of a job.

        Raises:
            NotFound: `JOB_NOT_FOUND`.
            Unavailable: `LEDGER_BEHIND`.
        """
        await self._reads.settled(subjects.job_events(known_form("job", job_id)))
        record = await self._ledger.record(job_id)
        if record is None:
            raise not_found("job", job_id)
        return record

    async def get(self, job_id: str) -> job_pb2.Job:
        """A job; raises what `record` raises."""
        return await self.message(await self.record(job_id))

    async def message(self, record: JobRecord) -> job_pb2.Job:
        """A record as its message."""
        return convert.job_message(record, await self._stamps([record]))

    async def jobs(self, request: job_pb2.ListJobsRequest, call: CallContext) -> job_pb2.ListJobsResponse:
        """A page of jobs; deleted ones only where the filter names a state, those of shadows only where it names one.

        Raises what `Listing.read` raises.
        """
        await self._reads.wait_for(call.read_after)
        page = await JOBS.read(self._ledger, request, _of_users)
        records = await self._ledger.records([row.job_id for row in page.rows])
        stamps = await self._stamps(list(records.values()))
        jobs, token = page.fit(
            [convert.job_message(record, stamps) if (record := records.get(row.job_id)) else None for row in page.rows]
        )
        return job_pb2.ListJobsResponse(jobs=jobs, next_page_token=token)

    async def tasks(self, request: job_pb2.ListTasksRequest, call: CallContext) -> job_pb2.ListTasksResponse:
        """A page of tasks with their attempts; those of deleted jobs and shadows only where the filter names the job.

        Raises what `Listing.read` raises.
        """
        await self._reads.wait_for(call.read_after)
        page = await TASKS.read(self._ledger, request, _of_kept_jobs)
        records = await self._ledger.records(sorted({row.job_id for row in page.rows}))
        stamps = await self._stamps(list(records.values()))
        tasks, token = page.fit(
            [
                convert.task_message(row, record, stamps) if (record := records.get(row.job_id)) else None
                for row in page.rows
            ]
        )
        return job_pb2.ListTasksResponse(tasks=tasks, next_page_token=token)

    async def artifacts(
        self, request: job_pb2.ListArtifactsRequest, call: CallContext
    ) -> job_pb2.ListArtifactsResponse:
        """A page of artifacts, those of shadows only where the filter names the job.

        Raises what `Listing.read` raises.
        """
        await self._reads.wait_for(call.read_after)
        page = await ARTIFACTS.read(self._ledger, request, _of_kept_jobs)
        stamps = await self._ledger.stamps([row.stamp_id for row in page.rows])
        artifacts, token = page.fit([convert.artifact_message(row, stamps) for row in page.rows])
        return job_pb2.ListArtifactsResponse(artifacts=artifacts, next_page_token=token)

    async def artifact(self, artifact_id: str, call: CallContext) -> media_pb2.Artifact:
        """One artifact.

        Its id does not say its job, so for one that the ledger lacks this waits for all that the log holds.

        Raises:
            NotFound: `ARTIFACT_NOT_FOUND`.
            Unavailable: `LEDGER_BEHIND`.
        """
        known_form("artifact", artifact_id)
        await self._reads.wait_for(call.read_after)
        row = await self._ledger.artifact(artifact_id)
        if row is None:
            await self._reads.caught_up()
            row = await self._ledger.artifact(artifact_id)
        if row is None:
            raise not_found("artifact", artifact_id)
        return convert.artifact_message(row, await self._ledger.stamps([row.stamp_id]))

    async def served(self, artifact_id: str, call: CallContext) -> media_pb2.Artifact:
        """One artifact whose bytes may be read.

        Raises:
            FailedPrecondition: `ARTIFACT_OF_SHADOW`; else as `artifact`.
        """
        artifact = await self.artifact(artifact_id, call)
        if is_shadow_id(artifact.job_id):
            raise FailedPrecondition(
                "ARTIFACT_OF_SHADOW",
                f"artifact {artifact_id} was made to be compared, by a shadow: it is not served",
                metadata={"job_id": artifact.job_id},
            )
        return artifact

    async def _stamps(self, records: list[JobRecord]) -> convert.Stamps:
        return await self._ledger.stamps(convert.stamp_ids(records))


def _of_users(conditions: list[Condition]) -> list[Condition]:
    found = conditions if names_field(conditions, "state") else [*conditions, Condition("state", "!=", "DELETED")]
    return found if names_field(conditions, "shadow_id") else [*found, Condition("shadow_id", "=", "")]


def _of_kept_jobs(conditions: list[Condition]) -> list[Condition]:
    return conditions if names_field(conditions, "job_id") else [*conditions, Condition("job_id", OF_KEPT_JOB)]
