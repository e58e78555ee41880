"""Single webhooks and deliveries, by the ledger's one way to find rows."""

from edgecode.server.ledger.port import Condition, Find, Ledger
from edgecode.server.ledger.rows import DeliveryRow, WebhookRow

MOST_WEBHOOKS = 1000


async def webhook(ledger: Ledger, webhook_id: str) -> WebhookRow | None:
    """One webhook, deleted or not."""
    query = Find([Condition("webhook_id", "=", webhook_id)], limit=1)
    return next(iter(await ledger.find(WebhookRow, query)), None)


async def delivery(ledger: Ledger, delivery_id: str) -> DeliveryRow | None:
    """One delivery."""
    query = Find([Condition("delivery_id", "=", delivery_id)], limit=1)
    return next(iter(await ledger.find(DeliveryRow, query)), None)


async def standing_webhooks(ledger: Ledger) -> dict[str, WebhookRow]:
    """All webhooks of no single job, deleted ones too, by id, oldest first."""
    found: dict[str, WebhookRow] = {}
    after: tuple[int, str] | tuple[()] = ()
    while True:
        query = Find([Condition("job_id", "=", "")], "first_sequence", after=after, limit=MOST_WEBHOOKS)
        rows = await ledger.find(WebhookRow, query)
        found |= {row.webhook_id: row for row in rows}
        if len(rows) < MOST_WEBHOOKS:
            return found
        after = (rows[-1].first_sequence, rows[-1].webhook_id)
