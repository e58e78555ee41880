"""The fold of webhooks and deliveries. Pure.

Which event goes to which webhook follows from the log alone: a webhook gets what took effect on a job it matches, after
the webhook was made and before it was deleted. A rebuild gives the same deliveries, and sends none.
"""

import uuid
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from edgecode.core.errors import InvalidRequest
from edgecode.server.filters import parse_filter
from edgecode.server.jobs.standing import STANDING_FIELDS, matches
from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.port import Condition
from edgecode.server.ledger.rows import DeliveryRow, DeliveryState, WebhookRow, replace
from edgecode.v1 import event_pb2, webhook_pb2

ACTIVE, DELETED = "ACTIVE", "DELETED"
_KEPT_TRIES = 50
_OUTCOMES: dict[int, DeliveryState] = {
    event_pb2.DeliveryTried.OUTCOME_DELIVERED: DeliveryState.DELIVERED,
    event_pb2.DeliveryTried.OUTCOME_FAILED: DeliveryState.PENDING,
    event_pb2.DeliveryTried.OUTCOME_GIVEN_UP: DeliveryState.GIVEN_UP,
}
_SECOND_US = 1_000_000
# The namespace of delivery ids, the same for all releases.
_NAMESPACE = uuid.UUID("3f6f9f0a-61c3-5b0e-9a55-7d1c5f5a2c11")


@lru_cache(maxsize=4096)
def created_of(created_pb: bytes) -> event_pb2.JobCreated:
    """A job's first event; not to be changed."""
    return event_pb2.JobCreated.FromString(created_pb)


def event_type(kind: str) -> str:
    """`job.succeeded` of `job_succeeded`."""
    return kind.replace("_", ".", 1)


def delivery_id(webhook_id: str, sequence: int) -> str:
    """The id of a delivery, a function of what it is: the same at every try and after a rebuild."""
    return str(uuid.uuid5(_NAMESPACE, f"{webhook_id}/{sequence}"))


def job_webhook(created: event_pb2.JobCreated, fact: Fact) -> WebhookRow | None:
    """The webhook that a job was created with, if it has a URL of its own."""
    asked = created.webhook
    if not asked.url:
        return None
    return WebhookRow(
        webhook_id=asked.webhook_id,
        job_id=created.job_id,
        url=asked.url,
        filter="",
        event_types=",".join(asked.event_types),
        retry_seconds=asked.retry_seconds,
        state=ACTIVE,
        caller=created.caller,
        secret_version=1,
        old_secret_expire_time_us=0,
        create_time_us=fact.time_us,
        expire_time_us=created.expire_time.ToMicroseconds(),
        first_sequence=fact.sequence,
        last_sequence=0,
        delete_sequence=0,
        stamp_id=fact.stamp.stamp_id,
    )


def fold_webhook(row: WebhookRow | None, fact: Fact) -> WebhookRow | None:
    """The webhook after one event of its subject. Events of one that the ledger does not know change nothing."""
    kind = fact.event.WhichOneof("kind")
    if row is None:
        return _new(fact) if kind == "webhook_created" and fact.event.webhook_created.webhook_id == fact.name else None
    row = replace(row, last_sequence=max(row.last_sequence, fact.sequence))
    if row.state == DELETED:
        return row
    if kind == "webhook_deleted":
        return replace(row, state=DELETED, delete_sequence=fact.sequence, old_secret_expire_time_us=0)
    rotated = fact.event.webhook_secret_rotated
    if kind == "webhook_secret_rotated" and rotated.secret_version == row.secret_version + 1:
        until_us = rotated.old_secret_expire_time.ToMicroseconds() if rotated.HasField("old_secret_expire_time") else 0
        return replace(row, secret_version=rotated.secret_version, old_secret_expire_time_us=until_us)
    return row


def _new(fact: Fact) -> WebhookRow:
    created = fact.event.webhook_created
    return WebhookRow(
        webhook_id=created.webhook_id,
        job_id="",
        url=created.url,
        filter=created.filter,
        event_types=",".join(created.event_types),
        retry_seconds=created.retry_seconds,
        state=ACTIVE,
        caller=created.caller,
        secret_version=1,
        old_secret_expire_time_us=0,
        create_time_us=fact.time_us,
        expire_time_us=0,
        first_sequence=fact.sequence,
        last_sequence=fact.sequence,
        delete_sequence=0,
        stamp_id=fact.stamp.stamp_id,
    )


def deliveries(created: event_pb2.JobCreated, fact: Fact, standing: Iterable[WebhookRow]) -> list[DeliveryRow]:
    """What an event that took effect on a job owes to webhooks.

    Args:
        created: the job's first event.
        fact: the event.
        standing: the webhooks that may match it, its own included.
    """
    wanted = event_type(fact.event.WhichOneof("kind") or "")
    return [
        _delivery(row, created, fact, wanted)
        for row in standing
        if _is_in_force(row, fact.sequence) and wanted in _types(row, created)
    ]


def _is_in_force(row: WebhookRow, sequence: int) -> bool:
    return row.first_sequence <= sequence and not 0 < row.delete_sequence <= sequence


def _types(row: WebhookRow, created: event_pb2.JobCreated) -> list[str]:
    """Types of event that a webhook gets of a job."""
    own = row.event_types.split(",")
    if row.job_id:
        return own if row.job_id == created.job_id else []
    if created.webhook.webhook_id == row.webhook_id:
        return [*created.webhook.event_types] or own
    conditions = _conditions(row.filter)
    return own if conditions is not None and matches(conditions, created) else []


@lru_cache(maxsize=1024)
def _conditions(text: str) -> list[Condition] | None:
    """What a webhook's filter asks for; None where this build cannot read it, so that it matches nothing."""
    try:
        return parse_filter(text, STANDING_FIELDS)
    except InvalidRequest:
        return None


def _delivery(row: WebhookRow, created: event_pb2.JobCreated, fact: Fact, wanted: str) -> DeliveryRow:
    url = urlsplit(row.url)
    return DeliveryRow(
        delivery_id=delivery_id(row.webhook_id, fact.sequence),
        webhook_id=row.webhook_id,
        job_id=created.job_id,
        sequence=fact.sequence,
        event_type=wanted,
        origin=f"{url.scheme}://{url.netloc}".lower(),
        state=DeliveryState.PENDING,
        try_count=0,
        event_time_us=fact.time_us,
        next_try_time_us=fact.time_us,
        give_up_time_us=fact.time_us + row.retry_seconds * _SECOND_US,
        tries_pb=b"",
        expire_time_us=created.expire_time.ToMicroseconds(),
    )


def fold_delivery(row: DeliveryRow, fact: Fact) -> DeliveryRow:
    """The delivery after one event that names it. A try counts once it is settled no more."""
    event = fact.event
    if event.HasField("delivery_resend_requested"):
        until_us = event.delivery_resend_requested.give_up_time.ToMicroseconds()
        return replace(row, state=DeliveryState.PENDING, next_try_time_us=fact.time_us, give_up_time_us=until_us)
    if not event.HasField("delivery_tried") or row.state != DeliveryState.PENDING:
        return row
    tried = event.delivery_tried
    state = _OUTCOMES.get(tried.outcome)
    if state is None:
        return row
    next_us = tried.next_try_time.ToMicroseconds() if state == DeliveryState.PENDING else 0
    return replace(
        row,
        state=state,
        try_count=row.try_count + 1,
        next_try_time_us=next_us,
        tries_pb=_with_try(row.tries_pb, tried, fact),
    )


def _with_try(tries_pb: bytes, tried: event_pb2.DeliveryTried, fact: Fact) -> bytes:
    holder = webhook_pb2.Delivery.FromString(tries_pb)
    holder.tries.append(
        webhook_pb2.DeliveryTry(
            try_time=tried.try_time,
            latency_seconds=tried.latency_seconds,
            http_status=tried.http_status,
            reason=tried.reason,
            instance=fact.stamp.instance,
            build=fact.stamp.build,
        )
    )
    del holder.tries[:-_KEPT_TRIES]
    return holder.SerializeToString(deterministic=True)
