"""The one place that knows status codes: the error tree of `core` as `google.rpc.Status` (AIP-193)."""

import errno

from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped] # they ship no types
from grpc import StatusCode
from nats import errors as nats_errors
from nats.js.errors import APIError

from edgecode.core.errors import (
    DOMAIN,
    AlreadyExists,
    Conflict,
    DataLoss,
    DeadlineExceeded,
    EdgecodeError,
    Exhausted,
    FailedPrecondition,
    Internal,
    InvalidRequest,
    NotFound,
    OutOfRange,
    Unavailable,
    Unimplemented,
)
from edgecode.core.store_errors import of_store

DETAILS_METADATA_KEY = "grpc-status-details-bin"
_RETRY_SECONDS = 1.0

CODES: dict[type[EdgecodeError], StatusCode] = {
    InvalidRequest: StatusCode.INVALID_ARGUMENT,
    NotFound: StatusCode.NOT_FOUND,
    AlreadyExists: StatusCode.ALREADY_EXISTS,
    FailedPrecondition: StatusCode.FAILED_PRECONDITION,
    OutOfRange: StatusCode.OUT_OF_RANGE,
    Conflict: StatusCode.ABORTED,
    Exhausted: StatusCode.RESOURCE_EXHAUSTED,
    Unavailable: StatusCode.UNAVAILABLE,
    DataLoss: StatusCode.DATA_LOSS,
    Unimplemented: StatusCode.UNIMPLEMENTED,
    DeadlineExceeded: StatusCode.DEADLINE_EXCEEDED,
    Internal: StatusCode.INTERNAL,
}


def code_of(error: EdgecodeError) -> StatusCode:
    """The status code of an error; of a subclass, that of its nearest listed base."""
    return next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), StatusCode.INTERNAL)


def status_of(error: EdgecodeError) -> status_pb2.Status:
    """The error with all its details: ErrorInfo always, BadRequest and RetryInfo where there is something to say."""
    details: list[Message] = [
        error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata),
    ]
    if error.violations:
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.description)
            for v in error.violations
        ]
        details.append(error_details_pb2.BadRequest(field_violations=violations))
    if error.retry_after_seconds is not None:
        delay = duration_pb2.Duration()
        delay.FromNanoseconds(round(error.retry_after_seconds * 1e9))
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    code: int = code_of(error).value[0]
    return status_pb2.Status(code=code, message=error.message, details=[_any(detail) for detail in details])


def _any(detail: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(detail)
    return packed


def recognised(error: BaseException) -> EdgecodeError | None:
    """The error of our tree that a failure of the broker or of a disk means; None for a defect of ours."""
    if isinstance(error, EdgecodeError):
        return error
    if isinstance(error, APIError):
        return _broker_refused(error)
    if isinstance(error, nats_errors.Error):
        return Unavailable(
            "BROKER_UNAVAILABLE", "the broker does not answer; try again", retry_after_seconds=_RETRY_SECONDS
        )
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return of_store(error)
    return None


def _broker_refused(error: APIError) -> EdgecodeError | None:
    if "maximum" in (error.description or ""):
        return Exhausted(
            "LOG_FULL", "the log is full: nothing was stored; its operator must make room", retry_after_seconds=60.0
        )
    if error.code in {408, 503}:
        return Unavailable(
            "BROKER_UNAVAILABLE", "the broker is not ready; try again", retry_after_seconds=_RETRY_SECONDS
        )
    return None
