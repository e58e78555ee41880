"""Which decisions in a job's log end an attempt that is under way. Pure."""

from edgecode.v1 import event_pb2

_ENDS = frozenset({"job_cancel_requested", "job_cancelled", "job_failed", "job_succeeded", "job_deleted"})


def end_of_attempt(event: event_pb2.Event | None, epoch: int) -> str:
    """Why an attempt of this epoch has to stop after an event, empty when it goes on.

    A lost attempt goes on: until another has won, it may still win. So it does after an event of a later contract.
    """
    kind = (event.WhichOneof("kind") if event is not None else None) or ""
    if kind in _ENDS:
        return kind
    if event is not None and kind == "job_reassigned" and event.job_reassigned.epoch > epoch:
        return kind
    return ""
