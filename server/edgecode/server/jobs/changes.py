"""Cancel, retry and delete, as clients ask for them."""

from edgecode.core.errors import NotFound
from edgecode.server.calls import CallContext
from edgecode.server.etags import etag_check
from edgecode.server.ids import known_form
from edgecode.server.jobs.queries import JobQueries
from edgecode.server.jobs.requests import check_text, refuse
from edgecode.server.jobs.write import JobWriter
from edgecode.server.ledger.port import JobRecord
from edgecode.v1 import job_pb2

LONGEST_REASON = 1024


class JobChanges:
    """Each checks its request and answers with the job as it then stands. Raises what JobWriter raises."""

    def __init__(self, writer: JobWriter, queries: JobQueries) -> None:
        self._writer = writer
        self._queries = queries

    async def cancel(self, request: job_pb2.CancelJobRequest, call: CallContext) -> job_pb2.Job:
        """Asks for the end of an unfinished job."""
        refuse([*check_text("reason", request.reason, LONGEST_REASON)])
        job_id = known_form("job", request.job_id)
        return await self._answer(
            await self._writer.cancel(job_id, request.reason, call.caller, etag_check(request.etag)), call
        )

    async def retry(self, request: job_pb2.RetryJobRequest, call: CallContext) -> job_pb2.Job:
        """Asks to try again what is dead of a failed job."""
        job_id = known_form("job", request.job_id)
        return await self._answer(
            await self._writer.retry(job_id, request.task_id, call.caller, etag_check(request.etag)), call
        )

    async def delete(self, request: job_pb2.DeleteJobRequest, call: CallContext) -> job_pb2.Job:
        """Hides a finished job; a missing one is no error where the request says so (AIP-135)."""
        job_id = known_form("job", request.job_id)
        try:
            record = await self._writer.delete(job_id, call.caller, etag_check(request.etag))
        except NotFound:
            if not request.allow_missing:
                raise
            return job_pb2.Job(job_id=job_id, state=job_pb2.Job.STATE_DELETED)
        return await self._answer(record, call)

    async def _answer(self, record: JobRecord, call: CallContext) -> job_pb2.Job:
        call.written_sequence = record.job.last_sequence
        return await self._queries.message(record)
