"""Webhooks as clients ask for them."""

from edgecode.core import subjects
from edgecode.core.errors import NotFound
from edgecode.core.settings import Settings
from edgecode.server.calls import CallContext
from edgecode.server.filters import Field, Kind, names_field
from edgecode.server.ids import known_form, not_found
from edgecode.server.ledger import webhook_reads
from edgecode.server.ledger.fold_webhook import ACTIVE, DELETED
from edgecode.server.ledger.port import Condition, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import DeliveryRow, DeliveryState, WebhookRow
from edgecode.server.pages import Listing
from edgecode.server.signing import SigningKeys
from edgecode.server.webhooks.messages import delivery_message, webhook_message
from edgecode.server.webhooks.requests import check_webhook, event_types, old_secret_seconds, retry_seconds
from edgecode.server.webhooks.signature import new_secret
from edgecode.server.webhooks.write import WebhookWriter, webhook_id_of
from edgecode.v1 import event_pb2, webhook_pb2

_STATES: dict[str, str | int] = {state: state for state in (ACTIVE, DELETED)}
WEBHOOKS = Listing(
    "WebhookService.ListWebhooks",
    WebhookRow,
    ("webhook_id",),
    {
        "webhook_id": Field("webhook_id"),
        "url": Field("url"),
        "state": Field("state", Kind.NAME, _STATES, "STATE_"),
        "caller": Field("caller"),
        "job_id": Field("job_id"),
        "create_time": Field("create_time_us", Kind.TIME),
    },
    {"create_time": "create_time_us"},
    "create_time desc",
)
DELIVERIES = Listing(
    "WebhookService.ListDeliveries",
    DeliveryRow,
    ("delivery_id",),
    {
        "delivery_id": Field("delivery_id"),
        "webhook_id": Field("webhook_id"),
        "job_id": Field("job_id"),
        "sequence": Field("sequence", Kind.NUMBER),
        "event_type": Field("event_type"),
        "state": Field("state", Kind.NAME, {state.value: state.value for state in DeliveryState}, "STATE_"),
        "event_time": Field("event_time_us", Kind.TIME),
        "next_try_time": Field("next_try_time_us", Kind.TIME),
    },
    {"event_time": "event_time_us", "next_try_time": "next_try_time_us"},
    "event_time desc",
)


class Webhooks:
    """Each method checks its request and answers with the resource as it then stands."""

    def __init__(
        self, ledger: Ledger, reads: Reads, writer: WebhookWriter, keys: SigningKeys, settings: Settings
    ) -> None:
        self._ledger = ledger
        self._reads = reads
        self._writer = writer
        self._keys = keys
        self._settings = settings

    async def create(self, request: webhook_pb2.CreateWebhookRequest, call: CallContext) -> webhook_pb2.Webhook:
        """Makes a webhook, and shows its secret. Raises what `check_webhook` and `WebhookWriter.create` raise."""
        check_webhook(request, self._settings)
        created = event_pb2.WebhookCreated(
            webhook_id=webhook_id_of(call.caller, request.request_id),
            url=request.url,
            filter=request.filter,
            event_types=event_types(request.event_types),
            caller=call.caller,
            request_id=request.request_id,
            request=request.SerializeToString(deterministic=True),
            retry_seconds=retry_seconds(request.retry_seconds),
        )
        if request.validate_only:
            return webhook_pb2.Webhook(
                url=created.url,
                filter=created.filter,
                event_types=created.event_types,
                retry_seconds=created.retry_seconds,
                state=webhook_pb2.Webhook.STATE_ACTIVE,
                caller=created.caller,
            )
        return await self._with_secret(await self._writer.create(created), call)

    async def rotate(self, request: webhook_pb2.RotateWebhookSecretRequest, call: CallContext) -> webhook_pb2.Webhook:
        """Makes a new secret, and shows it."""
        webhook_id = known_form("webhook", request.webhook_id)
        seconds = old_secret_seconds(request)
        return await self._with_secret(await self._writer.rotate(webhook_id, request.etag, seconds, call.caller), call)

    async def get(self, webhook_id: str) -> webhook_pb2.Webhook:
        """A webhook; a deleted one too.

        Raises:
            NotFound: `WEBHOOK_NOT_FOUND`.
            Unavailable: `LEDGER_BEHIND`.
        """
        row = await self._row(known_form("webhook", webhook_id))
        return webhook_message(row, await self._ledger.stamps([row.stamp_id]))

    async def list(
        self, request: webhook_pb2.ListWebhooksRequest, call: CallContext
    ) -> webhook_pb2.ListWebhooksResponse:
        """A page of webhooks. Raises what `Listing.read` raises."""
        await self._reads.wait_for(call.read_after)
        page = await WEBHOOKS.read(self._ledger, request, _standing)
        stamps = await self._ledger.stamps([row.stamp_id for row in page.rows])
        webhooks, token = page.fit([webhook_message(row, stamps) for row in page.rows])
        return webhook_pb2.ListWebhooksResponse(webhooks=webhooks, next_page_token=token)

    async def delete(self, request: webhook_pb2.DeleteWebhookRequest, call: CallContext) -> webhook_pb2.Webhook:
        """Ends a webhook; a missing one is no error where the request says so (AIP-135)."""
        webhook_id = known_form("webhook", request.webhook_id)
        try:
            await self._row(webhook_id)
            row = await self._writer.delete(webhook_id, request.etag, call.caller)
        except NotFound:
            if not request.allow_missing:
                raise
            return webhook_pb2.Webhook(webhook_id=webhook_id, state=webhook_pb2.Webhook.STATE_DELETED)
        call.written_sequence = row.last_sequence
        return webhook_message(row, await self._ledger.stamps([row.stamp_id]))

    async def delivery(self, delivery_id: str) -> webhook_pb2.Delivery:
        """A delivery.

        Raises:
            NotFound: `DELIVERY_NOT_FOUND`.
        """
        return delivery_message(await self._delivery(delivery_id))

    async def deliveries(
        self, request: webhook_pb2.ListDeliveriesRequest, call: CallContext
    ) -> webhook_pb2.ListDeliveriesResponse:
        """A page of deliveries. Raises what `Listing.read` raises."""
        await self._reads.wait_for(call.read_after)
        page = await DELIVERIES.read(self._ledger, request)
        deliveries, token = page.fit([delivery_message(row) for row in page.rows])
        return webhook_pb2.ListDeliveriesResponse(deliveries=deliveries, next_page_token=token)

    async def resend(self, request: webhook_pb2.ResendDeliveryRequest, call: CallContext) -> webhook_pb2.Delivery:
        """Asks for a delivery again.

        Raises:
            NotFound: `DELIVERY_NOT_FOUND`, or `WEBHOOK_NOT_FOUND` where it is deleted.
        """
        row = await self._delivery(request.delivery_id)
        await self._writer.resend(row, call.caller)
        return delivery_message(await self._delivery(row.delivery_id))

    async def _with_secret(self, row: WebhookRow, call: CallContext) -> webhook_pb2.Webhook:
        call.written_sequence = row.last_sequence
        secret = new_secret(self._keys, row.webhook_id, row.secret_version)
        return webhook_message(row, await self._ledger.stamps([row.stamp_id]), secret)

    async def _row(self, webhook_id: str) -> WebhookRow:
        await self._reads.settled(subjects.webhook_events(webhook_id))
        row = await webhook_reads.webhook(self._ledger, webhook_id)
        if row is None:
            # That of a single job stands in the job's log, and its id does not say which.
            await self._reads.caught_up()
            row = await webhook_reads.webhook(self._ledger, webhook_id)
        if row is None:
            raise not_found("webhook", webhook_id)
        return row

    async def _delivery(self, delivery_id: str) -> DeliveryRow:
        row = await webhook_reads.delivery(self._ledger, known_form("delivery", delivery_id))
        if row is None:
            await self._reads.caught_up()
        else:
            await self._reads.settled(subjects.delivery_events(row.webhook_id, row.job_id))
        row = await webhook_reads.delivery(self._ledger, delivery_id)
        if row is None:
            raise not_found("delivery", delivery_id)
        return row


def _standing(conditions: list[Condition]) -> list[Condition]:
    """Without deleted ones and those of single jobs, unless the filter speaks of them."""
    found = list(conditions)
    if not names_field(conditions, "state"):
        found.append(Condition("state", "=", ACTIVE))
    if not names_field(conditions, "job_id"):
        found.append(Condition("job_id", "=", ""))
    return found
