"""One sentence for people about each kind of event."""

from collections.abc import Callable
from typing import Any

from edgecode.core.stamp import Stamp
from edgecode.server.ledger.fold_rules import enum_name
from edgecode.v1 import event_pb2, media_pb2

_SHORT_ID = 8


def sentence(kind: str, said: Any, stamp: Stamp, duration_seconds: float) -> str:
    """What happened; `kind` is the event's field name, `said` its message, `stamp` who wrote it."""
    who = f"{stamp.service} {stamp.build} ({stamp.instance[:_SHORT_ID]})"
    describe = _SENTENCES.get(kind)
    what = describe(said) if describe else kind.replace("_", " ")
    took = f" after {duration_seconds:.2f} s" if duration_seconds else ""
    return f"{who} {what}{took}"


def _attempt(said: Any) -> str:
    return f"attempt {said.attempt_id[:_SHORT_ID]} of {said.task_id}"


def _failure(failure: media_pb2.Failure) -> str:
    fault = enum_name(media_pb2.Fault, failure.fault).lower()
    return f"{failure.reason} ({fault}): {failure.message}"


def _reason(enum: Any, value: int) -> str:
    return enum_name(enum, value).replace("_", " ").lower()


def _scheduled(said: event_pb2.TaskScheduled) -> str:
    alone = ", to run alone" if said.alone else ""
    return f"scheduled {said.task_id} (n {said.n}, epoch {said.epoch}{alone})"


def _published(said: event_pb2.ArtifactPublished) -> str:
    return (
        f"published {said.file.file_name} of {said.task_id}: {said.file.size_bytes} bytes, made by {said.made_by.build}"
    )


def _succeeded(said: event_pb2.AttemptSucceeded) -> str:
    files = f" with {len(said.files)} verified file{'s' if len(said.files) > 1 else ''}" if said.files else ""
    return f"ended {_attempt(said)}{files}"


def _reassigned(said: event_pb2.JobReassigned) -> str:
    why = _reason(event_pb2.JobReassigned.Reason, said.reason)
    return f"moved the job to {said.build} (epoch {said.epoch}): {why}"


_SENTENCES: dict[str, Callable[[Any], str]] = {
    "job_created": lambda said: f"accepted the job from {said.caller}: {len(said.outputs)} outputs",
    "job_cancel_requested": lambda said: f"was asked by {said.caller} to cancel: {said.reason or 'no reason given'}",
    "job_retry_requested": lambda said: f"was asked by {said.caller} to retry {said.task_id or 'all that is dead'}",
    "job_deleted": lambda said: f"deleted the job for {said.caller}",
    "job_assigned": lambda said: f"gave the job to {said.build} (route revision {said.route_revision})",
    "job_reassigned": _reassigned,
    "task_scheduled": _scheduled,
    "task_dead": lambda said: f"gave {said.task_id} up: {_failure(said.failure)}",
    "attempt_started": lambda said: f"started {_attempt(said)}",
    "attempt_succeeded": _succeeded,
    "attempt_failed": lambda said: f"failed {_attempt(said)}: {_failure(said.failure)}",
    "attempt_released": lambda said: f"handed {_attempt(said)} back",
    "attempt_lost": lambda said: f"called {_attempt(said)} lost: {_reason(event_pb2.AttemptLost.Reason, said.reason)}",
    "artifact_published": _published,
    "job_succeeded": lambda _: "ended the job: succeeded",
    "job_failed": lambda said: f"ended the job: failed, {_failure(said.failure)}",
    "job_cancelled": lambda said: f"ended the job: cancelled, {_failure(said.failure)}",
}
