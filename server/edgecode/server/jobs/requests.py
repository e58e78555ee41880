"""What a client may ask of a job, checked whole, with every default made explicit."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from unicodedata import category

from edgecode.core.errors import InvalidRequest, Violation
from edgecode.core.settings import DAY_SECONDS, Settings
from edgecode.server.calls import CallContext
from edgecode.server.filters import LABEL_KEY
from edgecode.server.jobs.specs.outputs import MOST_OUTPUTS, check_outputs, with_defaults
from edgecode.server.ledger.rows import AssetRow
from edgecode.v1 import event_pb2, job_pb2

MOST_LABELS = 64
LONGEST_LABEL_VALUE = 256
LONGEST_REQUEST_ID = 255
LONGEST_OUTPUT_URI = 1024
LONGEST_RETENTION_SECONDS = 3650 * DAY_SECONDS


def check_request(request: job_pb2.CreateJobRequest, settings: Settings) -> None:
    """Checks all that can be checked without looking at anything else.

    Raises:
        InvalidRequest: `INVALID_FIELD`, with one violation for each field at fault.
    """
    refuse(
        [
            *_check_source(request),
            *check_labels("labels", request.labels),
            *check_retention("retention_seconds", request.retention_seconds, settings),
            *check_text("request_id", request.request_id, LONGEST_REQUEST_ID),
            *check_text("output_uri", request.output_uri, LONGEST_OUTPUT_URI),
            *_check_priority(request.priority),
        ]
    )


def refuse(violations: Sequence[Violation]) -> None:
    """Raises InvalidRequest if there are any."""
    if violations:
        message = "; ".join(f"{v.field}: {v.description}" for v in violations[:3])
        more = f"; and {len(violations) - 3} more" if len(violations) > 3 else ""
        raise InvalidRequest("INVALID_FIELD", message + more, violations=violations)


def created_event(
    job_id: str,
    request: job_pb2.CreateJobRequest,
    *,
    asset: AssetRow,
    preset: job_pb2.Preset | None,
    call: CallContext,
    settings: Settings,
    now: datetime,
) -> event_pb2.JobCreated:
    """The event that makes the job of a checked request, without its contract; a preset has every default filled in."""
    created = event_pb2.JobCreated(
        job_id=job_id,
        caller=call.caller,
        request_id=request.request_id,
        request=request.SerializeToString(deterministic=True),
        asset_id=asset.asset_id,
        asset_sha256=asset.sha256,
        asset_size_bytes=asset.size_bytes,
        asset_file_name=asset.file_name,
        preset=preset.preset if preset else "",
        preset_revision=preset.revision if preset else 0,
        outputs=preset.outputs if preset else with_defaults(request.outputs),
        priority=request.priority or event_pb2.PRIORITY_NORMAL,
        labels=request.labels,
        output_uri=request.output_uri,
        attempt_budget=settings.attempt_budget,
        client_version=call.client_version,
        client_revision=call.client_revision,
        version_key=call.version_key,
        override_build=call.override_build,
    )
    of_preset = preset.retention_seconds if preset else 0
    seconds = request.retention_seconds or of_preset or settings.retention_seconds
    created.expire_time.FromDatetime(now + timedelta(seconds=seconds))
    return created


def _check_source(request: job_pb2.CreateJobRequest) -> Iterator[Violation]:
    if not request.asset_id:
        yield Violation("asset_id", "is required")
    if request.preset and request.outputs:
        yield Violation("preset", "and outputs exclude each other")
    elif not request.preset and not request.outputs:
        yield Violation("outputs", f"is required: give a preset, or 1 to {MOST_OUTPUTS} outputs")
    else:
        yield from check_outputs(request.outputs)


def _check_priority(priority: int) -> Iterator[Violation]:
    if priority not in event_pb2.Priority.values():
        yield Violation("priority", f"must be one of {', '.join(event_pb2.Priority.keys()[1:])}, and is {priority}")


def check_labels(field: str, labels: Mapping[str, str]) -> Iterator[Violation]:
    """At most 64 labels, keys `[a-z][a-z0-9_-]{0,62}`, values of at most 256 characters."""
    if len(labels) > MOST_LABELS:
        yield Violation(field, f"has {len(labels)} labels, at most {MOST_LABELS} are allowed")
        return
    for key, value in sorted(labels.items()):
        if not LABEL_KEY.fullmatch(key):
            yield Violation(field, f"key {key[:64]!r} must match {LABEL_KEY.pattern}")
        else:
            yield from check_text(f"{field}.{key}", value, LONGEST_LABEL_VALUE)


def check_text(field: str, value: str, longest: int) -> Iterator[Violation]:
    """Text to be shown to people: of bounded length, without control characters."""
    if len(value) > longest:
        yield Violation(field, f"has {len(value)} characters, at most {longest} are allowed")
    elif not value.isprintable() and (bad := next((c for c in value if category(c) in {"Cc", "Cs"}), None)):
        yield Violation(field, f"contains the control character U+{ord(bad):04X}")


def check_retention(field: str, seconds: int, settings: Settings) -> Iterator[Violation]:
    """0 means the server's default."""
    low, high = settings.retention_minimum_seconds, LONGEST_RETENTION_SECONDS
    if seconds and not low <= seconds <= high:
        yield Violation(field, f"must be 0 for the default or {low} to {high}, and is {seconds}")


def utc_now() -> datetime:
    """The clock that expiry is counted from."""
    return datetime.now(UTC)
