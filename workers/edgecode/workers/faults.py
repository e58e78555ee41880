"""Whose fault it is that an attempt failed, when it was not the media's: anything not known here is ours."""

import errno

from edgecode.core.errors import DataLoss, EdgecodeError, Exhausted, NotFound, Unavailable
from edgecode.core.store_errors import first_line
from edgecode.v1 import media_pb2
from edgecode.workers.media.faults import DETAIL_CHARACTERS, MediaFailure

NO_SPACE = "NO_SPACE"
STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
STORE_DENIED = "STORE_DENIED"
SOURCE_MISSING = "SOURCE_MISSING"
SOURCE_DAMAGED = "SOURCE_DAMAGED"
WORKER_ERROR = "WORKER_ERROR"
EXPORT_FAILED = "EXPORT_FAILED"
EXPORT_STORE_UNKNOWN = "EXPORT_STORE_UNKNOWN"

_FULL = {errno.ENOSPC, errno.EDQUOT}


class ExportFailed(Exception):
    """The store of a job's `output_uri` does not take a file."""


class ExportStoreUnknown(Exception):
    """This worker has no such store: the server that took the job has other settings."""


def failure_of(error: Exception) -> media_pb2.Failure:
    """What goes into the log when an attempt ended with this error."""
    if isinstance(error, MediaFailure):
        return error.failure
    reason, message, fault = _judge(error)
    # Of a store's failure its own words say more.
    words = error.__cause__ if isinstance(error, EdgecodeError) and error.__cause__ else error
    detail = f"{type(error).__name__}: {first_line(words)}"
    return media_pb2.Failure(reason=reason, message=message, fault=fault, detail=detail[-DETAIL_CHARACTERS:])


# The first that fits counts.
_JUDGED: tuple[tuple[tuple[type[Exception], ...], str, str, media_pb2.Fault], ...] = (
    ((ExportFailed,), EXPORT_FAILED, "the store of output_uri does not do what it is asked", media_pb2.FAULT_TRANSIENT),
    (
        (ExportStoreUnknown,),
        EXPORT_STORE_UNKNOWN,
        "EDGECODE_STORES here lacks that of output_uri",
        media_pb2.FAULT_OURS,
    ),
    ((NotFound, FileNotFoundError), SOURCE_MISSING, "the source is not in the store", media_pb2.FAULT_OURS),
    ((DataLoss,), SOURCE_DAMAGED, "the store gave other bytes than were uploaded", media_pb2.FAULT_TRANSIENT),
    ((Unavailable, OSError), STORE_UNAVAILABLE, "the store does not do what it is asked", media_pb2.FAULT_TRANSIENT),
)


def _judge(error: Exception) -> tuple[str, str, media_pb2.Fault]:
    if _is_full(error):
        return NO_SPACE, "no space left on a disk the worker writes to", media_pb2.FAULT_TRANSIENT
    if isinstance(error, Unavailable) and error.reason == STORE_DENIED:
        return STORE_DENIED, "the store refuses the worker's credentials", media_pb2.FAULT_TRANSIENT
    for kinds, reason, message, fault in _JUDGED:
        if isinstance(error, kinds):
            return reason, message, fault
    return WORKER_ERROR, "the worker has a defect; its log says more", media_pb2.FAULT_OURS


def _is_full(error: Exception) -> bool:
    return isinstance(error, Exhausted) or (isinstance(error, OSError) and error.errno in _FULL)
