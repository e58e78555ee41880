"""Writing webhooks into the log: create (idempotent), rotate, delete, send again."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.errors import AlreadyExists, Conflict, Exhausted
from edgecode.core.log import Log, ttl_seconds
from edgecode.server.etags import refuse_other_etag
from edgecode.server.ids import not_found
from edgecode.server.ledger import webhook_reads
from edgecode.server.ledger.fold_webhook import DELETED
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import DeliveryRow, WebhookRow
from edgecode.v1 import event_pb2

# The namespace of webhook ids: a version 5 UUID of caller and request id, the same for all releases.
_NAMESPACE = uuid.UUID("b1c37a52-94f0-5b7c-8d2e-0c7f3a1e6d42")


def webhook_id_of(caller: str, request_id: str) -> str:
    """The id of the webhook that this caller's request makes; an empty request id gets a random one."""
    return str(uuid.uuid5(_NAMESPACE, f"{caller}\0{request_id}")) if request_id else str(uuid.uuid4())


def job_webhook_id(job_id: str) -> str:
    """The id of the webhook that a job was created with."""
    return str(uuid.uuid5(_NAMESPACE, f"job/{job_id}"))


class WebhookWriter:
    """Appends what clients ask for."""

    def __init__(self, events: Log, ledger: Ledger, reads: Reads) -> None:
        self._events = events
        self._ledger = ledger
        self._reads = reads

    async def create(self, created: event_pb2.WebhookCreated) -> WebhookRow:
        """Accepts a webhook; the same request of the same caller is accepted once.

        Raises:
            AlreadyExists: `REQUEST_ID_REUSED`.
            Exhausted: `WEBHOOKS_FULL`.
            Unavailable: `BROKER_UNAVAILABLE` or `LEDGER_BEHIND`.
        """
        subject = subjects.webhook_events(created.webhook_id)
        standing = await webhook_reads.standing_webhooks(self._ledger)
        if sum(row.state != DELETED for row in standing.values()) >= webhook_reads.MOST_WEBHOOKS:
            raise Exhausted("WEBHOOKS_FULL", f"there are {webhook_reads.MOST_WEBHOOKS} webhooks already: delete some")
        try:
            await self._append(subject, event_pb2.Event(webhook_created=created), 0)
        except Conflict:
            first = await self._events.first(subject)
            if first is None or first.webhook_created.request != created.request:
                raise AlreadyExists(
                    "REQUEST_ID_REUSED",
                    f"request_id {created.request_id!r} was used for another webhook; use a new id",
                    metadata={"webhook_id": created.webhook_id},
                ) from None
        return (await self._stands(created.webhook_id))[0]

    async def rotate(self, webhook_id: str, etag: str, old_seconds: int, caller: str) -> WebhookRow:
        """Counts the webhook's secrets on; the one before signs for a while.

        Raises:
            NotFound: `WEBHOOK_NOT_FOUND`.
            Conflict: `ETAG_MISMATCH`.
        """

        def rotated(row: WebhookRow) -> event_pb2.Event:
            event = event_pb2.WebhookSecretRotated(secret_version=row.secret_version + 1, caller=caller)
            if old_seconds:
                event.old_secret_expire_time.FromDatetime(datetime.now(UTC) + timedelta(seconds=old_seconds))
            return event_pb2.Event(webhook_secret_rotated=event)

        return await self._change(webhook_id, etag, rotated)

    async def delete(self, webhook_id: str, etag: str, caller: str) -> WebhookRow:
        """Ends a webhook; raises as `rotate`."""
        event = event_pb2.Event(webhook_deleted=event_pb2.WebhookDeleted(caller=caller))
        return await self._change(webhook_id, etag, lambda _: event)

    async def resend(self, row: DeliveryRow, caller: str) -> None:
        """Asks for a delivery again.

        Raises:
            NotFound: `WEBHOOK_NOT_FOUND`: its webhook was deleted.
        """
        webhook, _ = await self._stands(row.webhook_id)
        if webhook.state == DELETED:
            raise not_found("webhook", row.webhook_id)
        event = event_pb2.DeliveryResendRequested(sequence=row.sequence, caller=caller)
        event.give_up_time.FromDatetime(datetime.now(UTC) + timedelta(seconds=webhook.retry_seconds))
        subject = subjects.delivery_events(row.webhook_id, row.job_id)
        await self._append(subject, event_pb2.Event(delivery_resend_requested=event), None, row.expire_time_us)
        await self._reads.settled(subject)

    async def _change(
        self, webhook_id: str, etag: str, event_of: Callable[[WebhookRow], event_pb2.Event]
    ) -> WebhookRow:
        """Appends a change to a webhook as it stands; when it changed meanwhile, looks again."""
        while True:
            row, last = await self._stands(webhook_id)
            if row.state == DELETED:
                raise not_found("webhook", webhook_id)
            refuse_other_etag(etag, webhook_id, row.last_sequence)
            try:
                await self._append(subjects.webhook_events(webhook_id), event_of(row), last, row.expire_time_us)
            except Conflict:
                continue
            return (await self._stands(webhook_id))[0]

    async def _stands(self, webhook_id: str) -> tuple[WebhookRow, int]:
        """The webhook, and the last sequence of its subject."""
        last = await self._reads.settled(subjects.webhook_events(webhook_id))
        row = await webhook_reads.webhook(self._ledger, webhook_id)
        if row is None:
            raise not_found("webhook", webhook_id)
        return row, last

    async def _append(
        self, subject: str, event: event_pb2.Event, expected_last: int | None, expire_time_us: int = 0
    ) -> None:
        expire = datetime.fromtimestamp(expire_time_us / 1e6, UTC)
        message = Outgoing(
            subject,
            event.SerializeToString(deterministic=True),
            msg_id=uuid.uuid4().hex,
            expected_last=expected_last,
            ttl_seconds=ttl_seconds(expire, datetime.now(UTC)) if expire_time_us else None,
        )
        await self._events.append([message])
