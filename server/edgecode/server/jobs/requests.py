"""What a client may ask of a job, checked whole, with every default made explicit."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from unicodedata import category

from edgecode.core.errors import InvalidRequest, Violation
from edgecode.core.frame_shape import DEFAULT_THUMBNAIL_LINES
from edgecode.core.outputs_contract import contract_of
from edgecode.core.settings import DAY_SECONDS, Settings
from edgecode.server.calls import CallContext
from edgecode.server.filters import LABEL_KEY
from edgecode.server.ledger.rows import AssetRow
from edgecode.v1 import event_pb2, job_pb2, media_pb2

MOST_OUTPUTS = 50
MOST_LABELS = 64
LONGEST_LABEL_VALUE = 256
LONGEST_REQUEST_ID = 255
LONGEST_OUTPUT_URI = 1024
LONGEST_RETENTION_SECONDS = 3650 * DAY_SECONDS
SPEEDS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")

_OUTPUT_ID = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
# The manifest is an artifact of every job, under this output id.
_RESERVED = frozenset({"manifest"})
# Where 0 or empty means the default.
RENDITION_DEFAULTS = {
    "crf": 23,
    "speed": "veryfast",
    "gop_seconds": 2.0,
    "threads": 2,
    "audio_bits_per_second": 128_000,
    "audio_channels": 2,
}
RENDITION_RANGES = {
    "crf": (1, 51),
    "gop_seconds": (0.1, 30.0),
    "threads": (1, 16),
    "audio_bits_per_second": (16_000, 512_000),
    "audio_channels": (1, 8),
}
LINES = (2, 4320)
_LONGEST_SECONDS = 1e6


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
    """The event that makes the job of a checked request; a preset comes with every default filled in."""
    created = event_pb2.JobCreated(
        job_id=job_id,
        caller=call.caller,
        request_id=request.request_id,
        request=request.SerializeToString(deterministic=True),
        asset_id=asset.asset_id,
        asset_sha256=asset.sha256,
        asset_size_bytes=asset.size_bytes,
        asset_file_name=asset.file_name,
        preset=request.preset,
        preset_revision=preset.revision if preset else 0,
        outputs=preset.outputs if preset else [with_defaults(spec) for spec in request.outputs],
        priority=request.priority or event_pb2.PRIORITY_NORMAL,
        labels=request.labels,
        output_uri=request.output_uri,
        attempt_budget=settings.attempt_budget,
        client_version=call.client_version,
        client_revision=call.client_revision,
    )
    created.contract = contract_of(created.outputs)
    created.expire_time.FromDatetime(now + timedelta(seconds=request.retention_seconds or settings.retention_seconds))
    return created


def with_defaults(spec: media_pb2.OutputSpec) -> media_pb2.OutputSpec:
    """The output with every default filled in, so that a later release with other defaults makes the same bytes."""
    whole = media_pb2.OutputSpec()
    whole.CopyFrom(spec)
    if whole.HasField("rendition"):
        for name, default in RENDITION_DEFAULTS.items():
            setattr(whole.rendition, name, getattr(whole.rendition, name) or default)
    else:
        whole.thumbnail.height_pixels = whole.thumbnail.height_pixels or DEFAULT_THUMBNAIL_LINES
        whole.thumbnail.quality = whole.thumbnail.quality or 85
    return whole


def _check_source(request: job_pb2.CreateJobRequest) -> Iterator[Violation]:
    if not request.asset_id:
        yield Violation("asset_id", "is required")
    if request.preset and request.outputs:
        yield Violation("preset", "and outputs exclude each other")
    elif not request.preset and not request.outputs:
        yield Violation("outputs", f"is required: give a preset, or 1 to {MOST_OUTPUTS} outputs")
    elif len(request.outputs) > MOST_OUTPUTS:
        yield Violation("outputs", f"has {len(request.outputs)} outputs, at most {MOST_OUTPUTS} are allowed")
    else:
        yield from _check_outputs(request.outputs)


def _check_outputs(outputs: Sequence[media_pb2.OutputSpec]) -> Iterator[Violation]:
    seen: set[str] = set()
    for index, spec in enumerate(outputs):
        path = f"outputs[{index}]"
        if not _OUTPUT_ID.fullmatch(spec.output_id):
            yield Violation(f"{path}.output_id", f"must match {_OUTPUT_ID.pattern}")
        elif spec.output_id in _RESERVED:
            yield Violation(f"{path}.output_id", f"{spec.output_id!r} is taken by the job itself")
        elif spec.output_id in seen:
            yield Violation(f"{path}.output_id", f"{spec.output_id!r} is taken by another output of the job")
        seen.add(spec.output_id)
        if spec.HasField("rendition"):
            yield from _check_rendition(f"{path}.rendition", spec.rendition)
        elif spec.HasField("thumbnail"):
            yield from _check_thumbnail(f"{path}.thumbnail", spec.thumbnail)
        else:
            yield Violation(path, "is of no kind: give a rendition or a thumbnail")


def _check_rendition(path: str, spec: media_pb2.RenditionSpec) -> Iterator[Violation]:
    yield from _check_lines(path, spec.height_pixels)
    for name, (low, high) in RENDITION_RANGES.items():
        value = getattr(spec, name)
        if value and not low <= value <= high:  # not a number is in no range
            yield Violation(f"{path}.{name}", f"must be 0 for the default or {low} to {high}, and is {value}")
    if spec.speed and spec.speed not in SPEEDS:
        yield Violation(f"{path}.speed", f"must be empty for the default or one of {', '.join(SPEEDS)}")


def _check_thumbnail(path: str, spec: media_pb2.ThumbnailSpec) -> Iterator[Violation]:
    if spec.height_pixels:
        yield from _check_lines(path, spec.height_pixels)
    if not 0 <= spec.quality <= 100:
        yield Violation(f"{path}.quality", f"must be 0 for the default or 1 to 100, and is {spec.quality}")
    if spec.HasField("time_seconds") and not (
        math.isfinite(spec.time_seconds) and 0 <= spec.time_seconds <= _LONGEST_SECONDS
    ):
        yield Violation(f"{path}.time_seconds", f"must be 0 to {_LONGEST_SECONDS:g}, and is {spec.time_seconds}")


def _check_lines(path: str, lines: int) -> Iterator[Violation]:
    low, high = LINES
    if not low <= lines <= high or lines % 2:
        yield Violation(f"{path}.height_pixels", f"must be even and {low} to {high}, and is {lines}")


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
