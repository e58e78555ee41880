"""Webhooks and deliveries on their way through the fold, beside the jobs of a group of events."""

from edgecode.server.ledger import webhook_reads
from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold_webhook import (
    DELETED,
    created_of,
    deliveries,
    delivery_id,
    fold_delivery,
    fold_webhook,
    job_webhook,
)
from edgecode.server.ledger.port import Changes, JobRecord, Ledger
from edgecode.server.ledger.rows import DeliveryRow, DeliveryState, StampRow, WebhookRow, replace


class WebhookGroup:
    """What a group of events does to webhooks and deliveries.

    Args:
        ledger: what stands before the group.
        standing: the webhooks of no single job, by id; they are what the fold reads at every event of a job.
    """

    def __init__(self, ledger: Ledger, standing: dict[str, WebhookRow]) -> None:
        self._ledger = ledger
        self._before = standing
        self._webhooks: dict[str, WebhookRow | None] = {}
        self._deliveries: dict[str, DeliveryRow | None] = {}
        self._gone: set[str] = set()
        self._signed: dict[int, StampRow] = {}

    async def job_event(self, record: JobRecord, fact: Fact) -> None:
        """An event that took effect on a job."""
        if record.job.shadow_id:
            return
        created = created_of(record.job.created_pb)
        if fact.event.HasField("job_created") and (own := job_webhook(created, fact)) is not None:
            self._webhooks[own.webhook_id] = own
        if not (self._before or self._webhooks or created.webhook.webhook_id):
            return
        candidates = {row.webhook_id: row for row in self.standing().values()}
        if created.webhook.url and (own := await self._webhook(created.webhook.webhook_id)) is not None:
            candidates[own.webhook_id] = own
        for row in deliveries(created, fact, candidates.values()):
            self._deliveries[row.delivery_id] = row

    async def take(self, root: str, fact: Fact) -> None:
        """An event of a webhook, or of the deliveries of one job to one webhook, as `root` says."""
        await (self._take_webhook(fact) if root == "webhook" else self._take_delivery(fact))

    async def _take_webhook(self, fact: Fact) -> None:
        before = await self._webhook(fact.name)
        after = fold_webhook(before, fact)
        self._webhooks[fact.name] = after
        if before is None and after is not None:
            self._signed[fact.stamp.stamp_id] = fact.stamp
        if after is not None and after.state == DELETED and (before is None or before.state != DELETED):
            self._cancel(after.webhook_id)

    def _cancel(self, webhook_id: str) -> None:
        self._gone.add(webhook_id)
        for key, row in self._deliveries.items():
            if row is not None and row.webhook_id == webhook_id and row.state == DeliveryState.PENDING:
                self._deliveries[key] = replace(row, state=DeliveryState.CANCELLED, next_try_time_us=0)

    async def _take_delivery(self, fact: Fact) -> None:
        event = fact.event
        body = event.delivery_tried if event.HasField("delivery_tried") else event.delivery_resend_requested
        webhook_id = fact.name.partition(".")[0]
        key = delivery_id(webhook_id, body.sequence)
        if key not in self._deliveries:
            self._deliveries[key] = await webhook_reads.delivery(self._ledger, key)
        row, webhook = self._deliveries[key], await self._webhook(webhook_id)
        if row is not None and webhook is not None and webhook.state != DELETED:
            self._deliveries[key] = fold_delivery(row, fact)

    async def _webhook(self, webhook_id: str) -> WebhookRow | None:
        if webhook_id not in self._webhooks:
            found = self._before.get(webhook_id)
            self._webhooks[webhook_id] = found or await webhook_reads.webhook(self._ledger, webhook_id)
        return self._webhooks[webhook_id]

    def standing(self) -> dict[str, WebhookRow]:
        """The webhooks of no single job after the group, deleted ones too: an event read late may still be theirs."""
        changed = {key: row for key, row in self._webhooks.items() if row is not None and not row.job_id}
        return self._before | changed if changed else self._before

    def write_into(self, changes: Changes) -> None:
        """Adds what changed."""
        changes.webhooks = {
            key: row for key, row in self._webhooks.items() if row is not None and row != self._before.get(key)
        }
        changes.deliveries = {key: row for key, row in self._deliveries.items() if row is not None}
        changes.gone_webhooks = self._gone
        changes.stamps |= self._signed
