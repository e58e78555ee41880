"""The fold of what jobs tell of a ramp: who got them, when they began, and what became of them there. Pure.

A job speaks of the build that its share gave it to, once: its first failure by our fault, or its success. A source that
the ramping build calls bad is judged when another build has tried it.
"""

import hashlib
import json
import math

from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold_rules import result_of
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.ramp_row import RampJobRow, RampOutcome
from edgecode.server.ledger.rows import AttemptState, replace
from edgecode.v1 import event_pb2, media_pb2

_COUNTED = event_pb2.JobAssigned.CHOICE_SHARE
_ENDS = {
    "job_succeeded": RampOutcome.SUCCEEDED,
    "job_failed": RampOutcome.VOID,
    "job_cancelled": RampOutcome.VOID,
}


def fold_ramp(record: JobRecord, kind: str, fact: Fact) -> None:
    """What an event that took effect on a job says of its ramp, in place."""
    if kind == "job_assigned":
        record.ramp = _given(record, fact.event.job_assigned, fact)
    row = record.ramp
    if row is None or row.outcome != RampOutcome.OPEN:
        return
    if kind == "attempt_started" and not row.begun_sequence and record.job.epoch == 0:
        at = fact.sequence
        record.ramp = replace(row, begun_sequence=at, begun_time_us=fact.time_us, last_sequence=at)
        return
    outcome = _outcome(record, kind, fact)
    if outcome != RampOutcome.OPEN:
        made = json.dumps(_made(record), sort_keys=True) if outcome == RampOutcome.SUCCEEDED else ""
        at = fact.sequence
        record.ramp = replace(
            row, outcome=outcome, ended_sequence=at, ended_time_us=fact.time_us, last_sequence=at, made=made
        )


def _given(record: JobRecord, event: event_pb2.JobAssigned, fact: Fact) -> RampJobRow | None:
    if event.choice != _COUNTED or not event.ramp_id:
        return None
    job = record.job
    return RampJobRow(
        job_id=job.job_id,
        ramp_id=event.ramp_id,
        build=event.build,
        version_key=event_pb2.JobCreated.FromString(job.created_pb).version_key or job.job_id,
        outcome=RampOutcome.OPEN,
        given_sequence=fact.sequence,
        begun_sequence=0,
        begun_time_us=0,
        ended_sequence=0,
        ended_time_us=0,
        last_sequence=fact.sequence,
        assigned_pb=event.SerializeToString(deterministic=True),
        made="",
        expire_time_us=job.expire_time_us,
    )


def _outcome(record: JobRecord, kind: str, fact: Fact) -> RampOutcome:
    if record.job.epoch == 0:
        return RampOutcome.FAILED if _fails(record, kind, fact) else _ENDS.get(kind, RampOutcome.OPEN)
    if kind == "job_reassigned":
        asked = fact.event.job_reassigned.reason == event_pb2.JobReassigned.REASON_USERS_FAULT_ELSEWHERE
        return RampOutcome.OPEN if asked and record.job.epoch == 1 else RampOutcome.VOID
    if kind == "job_succeeded":
        return RampOutcome.FAILED  # the source was good: who called it bad was wrong
    return _ENDS.get(kind, RampOutcome.OPEN)


def _fails(record: JobRecord, kind: str, fact: Fact) -> bool:
    if kind == "attempt_failed":
        return fact.event.attempt_failed.failure.fault == media_pb2.FAULT_OURS
    return kind == "attempt_lost" or (kind == "attempt_succeeded" and _is_incomplete(record, fact))


def _is_incomplete(record: JobRecord, fact: Fact) -> bool:
    attempt = record.attempts.get(fact.event.attempt_succeeded.attempt_id)
    return attempt is not None and attempt.state == AttemptState.FAILED


def _made(record: JobRecord) -> dict[str, float | str]:
    """The measures by which jobs of both sides are compared; 0 where something is not known."""
    created = event_pb2.JobCreated.FromString(record.job.created_pb)
    source = media_pb2.MediaInfo.FromString(record.job.source_pb)
    succeeded = [attempt for attempt in record.attempts.values() if attempt.state == AttemptState.SUCCEEDED]
    files = [file for attempt in succeeded for file in result_of(attempt).files]
    renditions = [file for file in files if file.kind == media_pb2.ARTIFACT_KIND_RENDITION]
    similarities = [
        each.mean for file in renditions for each in file.quality if each.metric == media_pb2.QUALITY_METRIC_SSIM
    ]
    return {
        "stratum": _stratum(created),
        "seconds": sum(attempt.end_time_us - attempt.start_time_us for attempt in succeeded) / 1e6,
        "size_ratio": _ratio(sum(file.size_bytes for file in renditions), created.asset_size_bytes),
        "frames_ratio": _ratio(sum(file.frames for file in renditions), source.video.frames * len(renditions)),
        "pixels_ratio": _ratio(sum(file.width_pixels * file.height_pixels for file in renditions), _pixels(source)),
        "distortion": 1.0 - sum(similarities) / len(similarities) if similarities else 0.0,
    }


def _pixels(source: media_pb2.MediaInfo) -> int:
    return source.video.display_width_pixels * source.video.display_height_pixels


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _stratum(created: event_pb2.JobCreated) -> str:
    """Jobs that may be compared: the same outputs, and sources whose sizes differ by less than a half or so."""
    outputs = hashlib.sha256(b"\0".join(each.SerializeToString(deterministic=True) for each in created.outputs))
    size = round(2 * math.log2(created.asset_size_bytes)) if created.asset_size_bytes else 0
    return f"{outputs.hexdigest()[:12]}-{size}"
