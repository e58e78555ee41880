"""Accepting a job: from a request to what stands in the log."""

from google.protobuf.timestamp_pb2 import Timestamp

from edgecode.core import subjects
from edgecode.core.errors import EdgecodeError, Unavailable
from edgecode.core.log import Log
from edgecode.core.outputs_contract import contract_of_job
from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp, stamp_to_proto
from edgecode.server.assets.usable import usable_asset
from edgecode.server.calls import CallContext
from edgecode.server.convert import accepted_job
from edgecode.server.ids import known_form, not_found
from edgecode.server.jobs.estimate import job_plan
from edgecode.server.jobs.exports import check_output_uri
from edgecode.server.jobs.presets import Presets
from edgecode.server.jobs.queries import JobQueries
from edgecode.server.jobs.requests import check_request, created_event, refuse, utc_now
from edgecode.server.jobs.watermarks import fill_watermarks
from edgecode.server.jobs.write import JobWriter, job_id_of
from edgecode.server.ledger import webhook_reads
from edgecode.server.ledger.fold_webhook import DELETED
from edgecode.server.ledger.port import Condition, Find, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import AssetRow, JobRow
from edgecode.server.routes.overrides import Overrides, fate_word
from edgecode.server.signing import SigningKeys
from edgecode.server.webhooks.requests import check_job_webhook, event_types, retry_seconds
from edgecode.server.webhooks.signature import new_secret
from edgecode.server.webhooks.write import job_webhook_id
from edgecode.v1 import event_pb2, job_pb2, media_pb2, webhook_pb2

# Of an asset's jobs, newest first: one of them has likely been probed.
_LOOKED_AT = 20


class JobAcceptance:
    """Checks a request, makes the event of it and hands it to the writer."""

    def __init__(
        self,
        *,
        stamp: Stamp,
        settings: Settings,
        events: Log,
        ledger: Ledger,
        reads: Reads,
        presets: Presets,
        writer: JobWriter,
        queries: JobQueries,
        keys: SigningKeys,
        overrides: Overrides,
    ) -> None:
        self._created_by = stamp_to_proto(stamp)
        self._settings = settings
        self._events = events
        self._ledger = ledger
        self._reads = reads
        self._presets = presets
        self._writer = writer
        self._queries = queries
        self._keys = keys
        self._overrides = overrides

    async def create(
        self, request: job_pb2.CreateJobRequest, call: CallContext, asset: AssetRow | None = None
    ) -> job_pb2.Job:
        """Accepts a job once per caller and request id; with `validate_only` says what would be accepted.

        The reply does not wait for the ledger. A request that was accepted before gets its job as it stands now, even
        when the asset is gone since or the queue is full. `asset` spares looking it up.

        Raises:
            InvalidRequest: a field is at fault.
            NotFound: no such asset, preset or webhook.
            FailedPrecondition: the asset is deleted.
            AlreadyExists: `REQUEST_ID_REUSED`.
            Exhausted: `QUEUE_FULL`.
        """
        check_request(request, self._settings)
        refuse(
            [
                *(check_job_webhook(request.webhook, self._settings) if request.HasField("webhook") else ()),
                *check_output_uri(request.output_uri, self._settings),
            ]
        )
        job_id = job_id_of(call.caller, request.request_id)
        accept_time = Timestamp()
        accept_time.GetCurrentTime()
        try:
            created = await self._created(job_id, request, call, asset)
            call.override_result = fate_word(created.override_fate)
            if request.validate_only:
                proposed = accepted_job(created, 0, self._created_by, accept_time)
                proposed.job_id = job_id if request.request_id else ""
                proposed.plan.CopyFrom(await self._plan(created))
                return proposed
            standing, call.written_sequence = await self._writer.create(created)
        except Unavailable:
            raise
        except EdgecodeError:
            if request.request_id and await self._accepted_before(job_id, request):
                return await self._again(job_id, call)
            raise
        if standing is not created:
            return await self._again(job_id, call)
        return self._with_secret(accepted_job(created, call.written_sequence, self._created_by, accept_time), 1)

    async def _again(self, job_id: str, call: CallContext) -> job_pb2.Job:
        """A job that was accepted before, as it stands now."""
        job = await self._queries.get(job_id)
        call.override_result = fate_word(job.override_fate)
        webhook = await webhook_reads.webhook(self._ledger, job.webhook.webhook_id) if job.webhook.url else None
        return self._with_secret(job, webhook.secret_version) if webhook is not None else job

    def _with_secret(self, job: job_pb2.Job, version: int) -> job_pb2.Job:
        """The job with the secret of its own webhook, which is shown to who creates it and to nobody else."""
        if job.webhook.url:
            job.webhook.secret = new_secret(self._keys, job.webhook.webhook_id, version)
        return job

    async def _created(
        self, job_id: str, request: job_pb2.CreateJobRequest, call: CallContext, asset: AssetRow | None
    ) -> event_pb2.JobCreated:
        preset = await self._presets.usable(request.preset) if request.preset else None
        asset = asset or await usable_asset(request.asset_id, self._ledger, self._reads)
        created = created_event(
            job_id, request, asset=asset, preset=preset, call=call, settings=self._settings, now=utc_now()
        )
        await fill_watermarks(created.outputs, self._ledger, self._reads)
        if request.HasField("webhook"):
            created.webhook.CopyFrom(await self._webhook(job_id, request.webhook))
        created.contract = contract_of_job(created)
        created.override_fate = await self._overrides.fate(created)
        return created

    async def _plan(self, created: event_pb2.JobCreated) -> job_pb2.JobPlan:
        """What would be done; exact where an earlier job has probed the asset."""
        same_asset = [Condition("asset_id", "=", created.asset_id), Condition("shadow_id", "=", "")]
        earlier = await self._ledger.find(JobRow, Find(same_asset, "create_time_us", descending=True, limit=_LOOKED_AT))
        found = next((media_pb2.MediaInfo.FromString(job.source_pb) for job in earlier if job.source_pb), None)
        return job_plan(created.outputs, found, created.asset_size_bytes)

    async def _webhook(self, job_id: str, asked: webhook_pb2.JobWebhook) -> webhook_pb2.JobWebhook:
        """The job's webhook with all it leaves open filled in."""
        if asked.url:
            return webhook_pb2.JobWebhook(
                url=asked.url,
                webhook_id=job_webhook_id(job_id),
                event_types=event_types(asked.event_types),
                retry_seconds=retry_seconds(asked.retry_seconds),
            )
        webhook_id = known_form("webhook", asked.webhook_id)
        await self._reads.settled(subjects.webhook_events(webhook_id))
        row = await webhook_reads.webhook(self._ledger, webhook_id)
        if row is None or row.state == DELETED or row.job_id:
            raise not_found("webhook", webhook_id)
        return webhook_pb2.JobWebhook(webhook_id=webhook_id, event_types=asked.event_types)

    async def _accepted_before(self, job_id: str, request: job_pb2.CreateJobRequest) -> bool:
        first = await self._events.first(subjects.job_events(job_id))
        return first is not None and first.job_created.request == request.SerializeToString(deterministic=True)
