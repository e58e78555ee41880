"""Whose fault it is that an attempt failed, when it was not the media's: anything not known here is ours."""

import errno

from obstore.exceptions import BaseError

from edgecode.core.errors import DataLoss, NotFound
from edgecode.v1 import media_pb2
from edgecode.workers.media.faults import DETAIL_CHARACTERS, MediaFailure

NO_SPACE = "NO_SPACE"
STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
SOURCE_MISSING = "SOURCE_MISSING"
SOURCE_DAMAGED = "SOURCE_DAMAGED"
WORKER_ERROR = "WORKER_ERROR"
EXPORT_FAILED = "EXPORT_FAILED"
EXPORT_STORE_UNKNOWN = "EXPORT_STORE_UNKNOWN"

_FULL = {errno.ENOSPC, errno.EDQUOT}
# The store speaks of the system's errors in its own words only.
_FULL_WORDS = tuple(f"(os error {number})" for number in sorted(_FULL))


class ExportFailed(Exception):
    """The store of a job's `output_uri` does not take a file."""


class ExportStoreUnknown(Exception):
    """This worker has no such store: the server that took the job has other settings."""


def failure_of(error: Exception) -> media_pb2.Failure:
    """What goes into the log when an attempt ended with this error."""
    if isinstance(error, MediaFailure):
        return error.failure
    reason, message, fault = _judge(error)
    detail = f"{type(error).__name__}: {error}"
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
    ((BaseError, OSError), STORE_UNAVAILABLE, "the store does not do what it is asked", media_pb2.FAULT_TRANSIENT),
)


def _judge(error: Exception) -> tuple[str, str, media_pb2.Fault]:
    if _is_full(error):
        return NO_SPACE, "no space left on a disk the worker writes to", media_pb2.FAULT_TRANSIENT
    for kinds, reason, message, fault in _JUDGED:
        if isinstance(error, kinds):
            return reason, message, fault
    return WORKER_ERROR, "the worker has a defect; its log says more", media_pb2.FAULT_OURS


def _is_full(error: Exception) -> bool:
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return isinstance(error, BaseError) and any(words in str(error) for words in _FULL_WORDS)
