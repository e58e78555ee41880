"""JobService: transport only."""

from collections.abc import AsyncIterator
from typing import Any

from edgecode.server.calls import current_call
from edgecode.server.domain import Domain
from edgecode.server.jobs.changes import JobChanges
from edgecode.server.jobs.downloads import Downloads
from edgecode.server.jobs.watches import JobWatches
from edgecode.v1 import job_pb2, job_pb2_grpc, media_pb2


class JobServicer(job_pb2_grpc.JobServiceServicer):
    """Hands each call to the domain."""

    def __init__(self, domain: Domain) -> None:
        self._acceptance = domain.acceptance
        self._queries = domain.queries
        self._presets = domain.presets
        self._watches = JobWatches(domain.feed, domain.events, domain.queries, domain.board)
        self._changes = JobChanges(domain.writer, domain.queries)
        self._downloads = Downloads(domain.blobs, domain.queries, domain.urls)

    async def CreateJob(self, request: job_pb2.CreateJobRequest, context: Any) -> job_pb2.Job:
        """See the contract."""
        return await self._acceptance.create(request, current_call())

    async def GetJob(self, request: job_pb2.GetJobRequest, context: Any) -> job_pb2.Job:
        """See the contract."""
        return await self._watches.now(request.job_id)

    async def ListJobs(self, request: job_pb2.ListJobsRequest, context: Any) -> job_pb2.ListJobsResponse:
        """See the contract."""
        return await self._queries.jobs(request, current_call())

    def WatchJob(self, request: job_pb2.WatchJobRequest, context: Any) -> AsyncIterator[job_pb2.WatchJobResponse]:
        """See the contract."""
        return self._watches.job(request)

    def WatchJobs(self, request: job_pb2.WatchJobsRequest, context: Any) -> AsyncIterator[job_pb2.WatchJobsResponse]:
        """See the contract."""
        return self._watches.jobs(request)

    async def WaitJob(self, request: job_pb2.WaitJobRequest, context: Any) -> job_pb2.Job:
        """See the contract."""
        return await self._watches.wait(request)

    async def CancelJob(self, request: job_pb2.CancelJobRequest, context: Any) -> job_pb2.Job:
        """See the contract."""
        return await self._changes.cancel(request, current_call())

    async def RetryJob(self, request: job_pb2.RetryJobRequest, context: Any) -> job_pb2.Job:
        """See the contract."""
        return await self._changes.retry(request, current_call())

    async def DeleteJob(self, request: job_pb2.DeleteJobRequest, context: Any) -> job_pb2.Job:
        """See the contract."""
        return await self._changes.delete(request, current_call())

    async def ListTasks(self, request: job_pb2.ListTasksRequest, context: Any) -> job_pb2.ListTasksResponse:
        """See the contract."""
        return await self._queries.tasks(request, current_call())

    async def ListArtifacts(self, request: job_pb2.ListArtifactsRequest, context: Any) -> job_pb2.ListArtifactsResponse:
        """See the contract."""
        return await self._queries.artifacts(request, current_call())

    async def GetArtifact(self, request: job_pb2.GetArtifactRequest, context: Any) -> media_pb2.Artifact:
        """See the contract."""
        return await self._queries.artifact(request.artifact_id, current_call())

    def DownloadArtifact(
        self, request: job_pb2.DownloadArtifactRequest, context: Any
    ) -> AsyncIterator[job_pb2.DownloadArtifactResponse]:
        """See the contract."""
        return self._downloads.artifact(request, current_call())

    async def CreatePreset(self, request: job_pb2.CreatePresetRequest, context: Any) -> job_pb2.Preset:
        """See the contract."""
        return await self._presets.create(request, current_call())

    async def SignArtifactUrl(
        self, request: job_pb2.SignArtifactUrlRequest, context: Any
    ) -> job_pb2.SignArtifactUrlResponse:
        """See the contract."""
        return await self._downloads.sign(request, current_call())

    async def GetPreset(self, request: job_pb2.GetPresetRequest, context: Any) -> job_pb2.Preset:
        """See the contract."""
        return await self._presets.get(request.preset)

    async def ListPresets(self, request: job_pb2.ListPresetsRequest, context: Any) -> job_pb2.ListPresetsResponse:
        """See the contract."""
        return await self._presets.list(request)
