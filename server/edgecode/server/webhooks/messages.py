"""Webhooks and deliveries as messages of the contract."""

from edgecode.server.convert import Stamps, etag_of, stamp_message, time_message
from edgecode.server.ledger.rows import DeliveryRow, WebhookRow
from edgecode.v1 import webhook_pb2


def webhook_message(row: WebhookRow, stamps: Stamps, secret: str = "") -> webhook_pb2.Webhook:
    """A webhook; its secret only where it has just been made."""
    return webhook_pb2.Webhook(
        webhook_id=row.webhook_id,
        url=row.url,
        filter=row.filter,
        event_types=row.event_types.split(","),
        retry_seconds=row.retry_seconds,
        state=f"STATE_{row.state}",
        job_id=row.job_id,
        secret=secret,
        secret_version=row.secret_version,
        old_secret_expire_time=time_message(row.old_secret_expire_time_us),
        create_time=time_message(row.create_time_us),
        expire_time=time_message(row.expire_time_us),
        etag=etag_of(row.webhook_id, row.last_sequence),
        created_by=stamp_message(stamps.get(row.stamp_id)),
        caller=row.caller,
    )


def delivery_message(row: DeliveryRow) -> webhook_pb2.Delivery:
    """A delivery with its tries."""
    message = webhook_pb2.Delivery.FromString(row.tries_pb)
    message.MergeFrom(
        webhook_pb2.Delivery(
            delivery_id=row.delivery_id,
            webhook_id=row.webhook_id,
            job_id=row.job_id,
            sequence=row.sequence,
            event_type=row.event_type,
            state=f"STATE_{row.state}",
            event_time=time_message(row.event_time_us),
            next_try_time=time_message(row.next_try_time_us),
            give_up_time=time_message(row.give_up_time_us),
            try_count=row.try_count,
        )
    )
    return message
