"""What of a job never changes: what watches and webhooks choose jobs by."""

from collections.abc import Iterable, Mapping

from edgecode.server.filters import Field, Kind, holds
from edgecode.server.ledger.port import Condition
from edgecode.v1 import event_pb2

PRIORITIES: dict[str, str | int] = {
    name.removeprefix("PRIORITY_"): number for name, number in event_pb2.Priority.items() if number
}
STANDING_FIELDS = {
    "job_id": Field("job_id"),
    "asset_id": Field("asset_id"),
    "preset": Field("preset"),
    "priority": Field("priority", Kind.NAME, PRIORITIES, "PRIORITY_"),
    "caller": Field("caller"),
    "labels": Field("labels", Kind.LABELS),
}


def matches(conditions: Iterable[Condition], created: event_pb2.JobCreated) -> bool:
    """Whether all conditions on standing fields hold for a job."""
    return all(_holds(condition, created) for condition in conditions)


def _holds(condition: Condition, created: event_pb2.JobCreated) -> bool:
    if condition.label_key:
        labels: Mapping[str, str] = created.labels
        return holds(condition, labels.get(condition.label_key, ""))
    value: str | int = getattr(created, condition.column)
    return holds(condition, value)
