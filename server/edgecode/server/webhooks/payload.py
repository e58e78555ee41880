"""What a webhook receives: the event as the API shows it, and what its job is, as JSON."""

import json
from typing import Any

from google.protobuf import json_format

from edgecode.core.headers import Origin
from edgecode.core.stamp import stamp_to_proto
from edgecode.server.convert import time_message
from edgecode.server.ledger.rows import DeliveryRow, JobRow
from edgecode.v1 import event_pb2, job_pb2

# Raised when a receiver of the former number could misread a payload; new fields do not raise it.
PAYLOAD_VERSION = 1


def payload(row: DeliveryRow, job: JobRow, origin: Origin, event: event_pb2.Event) -> bytes:
    """The body of a delivery, the same at every try by one build."""
    shown = job_pb2.JobEvent(
        job_id=row.job_id,
        sequence=row.sequence,
        event_time=time_message(row.event_time_us),
        stamp=stamp_to_proto(origin.stamp),
        path=origin.path,
        trace_id=origin.trace_id,
        event=event,
    )
    if shown.event.HasField("job_created"):
        # The request stands in the job's fields; its bytes may be as large as a message may be.
        shown.event.job_created.ClearField("request")
    found = _as_dict(shown)
    document = {
        "type": row.event_type,
        "timestamp": found["event_time"],
        "version": PAYLOAD_VERSION,
        "data": {
            "job": {
                "job_id": job.job_id,
                "asset_id": job.asset_id,
                "preset": job.preset,
                "caller": job.caller,
                "labels": json.loads(job.labels),
            },
            "event": found,
        },
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def _as_dict(message: job_pb2.JobEvent) -> dict[str, Any]:
    found: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return found
