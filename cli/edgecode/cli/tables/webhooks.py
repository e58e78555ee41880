"""Webhooks and deliveries."""

from rich.console import Group, RenderableType

from edgecode.cli import words
from edgecode.cli.tables.plain import facts, rows, state
from edgecode.v1 import webhook_pb2


def webhook(message: webhook_pb2.Webhook) -> RenderableType:
    """One webhook; its secret where it has just been made."""
    return facts(
        [
            ("webhook", message.webhook_id),
            ("state", state(words.enum_word(webhook_pb2.Webhook.State, message.state, "STATE_"))),
            ("url", message.url),
            ("filter", message.filter),
            ("job", message.job_id),
            ("events", ", ".join(message.event_types)),
            ("tried for", words.seconds(message.retry_seconds)),
            ("secret", message.secret),
            ("", "keep it: it is shown this once" if message.secret else ""),
            ("secret version", str(message.secret_version) if message.secret_version else ""),
            ("old secret until", words.when(message.old_secret_expire_time)),
            ("created", words.when(message.create_time)),
            ("expires", words.when(message.expire_time)),
            ("caller", message.caller),
            ("accepted by", words.who(message.created_by)),
        ]
    )


def webhooks(message: webhook_pb2.ListWebhooksResponse) -> RenderableType:
    """Webhooks, one a line."""
    return rows(
        ("webhook", "state", "url", "filter", "events", "created"),
        [
            (
                each.webhook_id,
                state(words.enum_word(webhook_pb2.Webhook.State, each.state, "STATE_")),
                each.url,
                each.filter,
                ", ".join(each.event_types),
                words.when(each.create_time),
            )
            for each in message.webhooks
        ],
    )


def deliveries(message: webhook_pb2.ListDeliveriesResponse) -> RenderableType:
    """Deliveries, one a line, with how the last try ended."""
    return rows(
        ("delivery", "state", "event", "job", "sequence", "tries", "last", "next try"),
        [
            (
                each.delivery_id,
                state(words.enum_word(webhook_pb2.Delivery.State, each.state, "STATE_")),
                each.event_type,
                each.job_id,
                str(each.sequence),
                str(each.try_count),
                _how(each.tries[-1]) if each.tries else "",
                words.when(each.next_try_time),
            )
            for each in message.deliveries
        ],
        right=("sequence", "tries"),
    )


def delivery(message: webhook_pb2.Delivery) -> RenderableType:
    """One delivery with its tries."""
    about = facts(
        [
            ("delivery", message.delivery_id),
            ("state", state(words.enum_word(webhook_pb2.Delivery.State, message.state, "STATE_"))),
            ("webhook", message.webhook_id),
            ("job", message.job_id),
            ("event", f"{message.event_type}, {message.sequence} of the log"),
            ("next try", words.when(message.next_try_time)),
            ("given up", words.when(message.give_up_time)),
        ]
    )
    tries = rows(
        ("tried", "took", "how", "by"),
        [
            (words.when(each.try_time), words.seconds(each.latency_seconds), _how(each), each.build)
            for each in message.tries
        ],
        right=("took",),
    )
    return Group(about, "", tries)


def _how(last: webhook_pb2.DeliveryTry) -> str:
    return " ".join(filter(None, (last.reason, str(last.http_status or ""))))
