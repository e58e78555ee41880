"""What follows from how a try of a delivery ended. Pure."""

from datetime import UTC, datetime

from edgecode.core.settings import Settings
from edgecode.server.ledger.rows import DeliveryRow
from edgecode.server.webhooks.sender import Answer
from edgecode.v1 import event_pb2

_GONE = 410
_LONGEST_PAUSE_SECONDS = 3600.0
_SECOND_US = 1_000_000


def pause_seconds(try_count: int, settings: Settings, chance: float) -> float:
    """Wait after so many failed tries: doubling from the setting up to an hour, between half and the whole of that.

    Args:
        try_count: 1 after the first.
        settings: has the first wait.
        chance: 0 to 1, so that receivers that failed together are not asked again together.
    """
    whole = min(settings.webhook_backoff_seconds * 2.0 ** min(try_count - 1, 30), _LONGEST_PAUSE_SECONDS)
    return whole * (0.5 + chance / 2)


def tried(
    row: DeliveryRow, answer: Answer, began: datetime, settings: Settings, chance: float
) -> event_pb2.DeliveryTried:
    """The event that records a try.

    A failed one is tried again until the delivery's time is over; 410 says for good that nobody wants it. A receiver
    that asks for time gets it.
    """
    outcomes = event_pb2.DeliveryTried.Outcome
    event = event_pb2.DeliveryTried(
        sequence=row.sequence,
        outcome=outcomes.OUTCOME_DELIVERED,
        latency_seconds=answer.latency_seconds,
        http_status=answer.http_status,
        reason=answer.reason,
    )
    event.try_time.FromDatetime(began)
    if not answer.reason:
        return event
    pause = max(pause_seconds(row.try_count + 1, settings, chance), answer.retry_after_seconds)
    next_us = int(began.astimezone(UTC).timestamp() * _SECOND_US) + int(pause * _SECOND_US)
    if answer.http_status == _GONE or next_us >= row.give_up_time_us:
        event.outcome = outcomes.OUTCOME_GIVEN_UP
    else:
        event.outcome = outcomes.OUTCOME_FAILED
        event.next_try_time.FromMicroseconds(next_us)
    return event
