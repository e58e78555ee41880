"""Errors as statuses."""

import errno

from google.rpc import error_details_pb2  # type: ignore[import-untyped] # it ships no types
from grpc import StatusCode
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.errors import APIError

from edgecode.core import errors
from edgecode.server.status import CODES, code_of, recognised, status_of


def every_error() -> list[type[errors.EdgecodeError]]:
    found, queue = [], [errors.EdgecodeError]
    while queue:
        kind = queue.pop()
        queue += kind.__subclasses__()
        found.append(kind)
    return found


def test_every_error_of_the_tree_has_a_code() -> None:
    assert {kind for kind in every_error() if kind.__module__ == errors.__name__} == {errors.EdgecodeError, *CODES}


def test_an_error_says_all_it_knows() -> None:
    error = errors.Exhausted(
        "QUEUE_FULL",
        "too many",
        metadata={"limit": "3"},
        violations=[errors.Violation("asset_id", "is wrong")],
        retry_after_seconds=1.5,
    )
    status = status_of(error)
    info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    for packed, message in zip(status.details, (info, bad, retry), strict=True):
        assert packed.Unpack(message)
    assert (status.code, status.message) == (StatusCode.RESOURCE_EXHAUSTED.value[0], "too many")
    assert (info.reason, info.domain, dict(info.metadata)) == ("QUEUE_FULL", "edgecode.dev", {"limit": "3"})
    assert [(v.field, v.description) for v in bad.field_violations] == [("asset_id", "is wrong")]
    assert retry.retry_delay.ToMilliseconds() == 1500


def test_an_error_without_fields_or_retry_carries_its_reason_only() -> None:
    assert len(status_of(errors.NotFound("JOB_NOT_FOUND", "none")).details) == 1


def test_what_broker_and_store_say_becomes_one_of_ours() -> None:
    full = recognised(APIError(code=503, description="maximum bytes exceeded", err_code=10077))
    away = recognised(NatsTimeoutError())
    no_room = recognised(OSError(errno.ENOSPC, "No space left on device"))
    assert full is not None
    assert away is not None
    assert no_room is not None
    assert [error.reason for error in (full, away, no_room)] == ["LOG_FULL", "BROKER_UNAVAILABLE", "STORE_FULL"]
    assert [code_of(error) for error in (full, away)] == [StatusCode.RESOURCE_EXHAUSTED, StatusCode.UNAVAILABLE]
    assert all(error.retry_after_seconds for error in (full, away, no_room))


def test_a_defect_of_ours_is_not_excused_as_weather() -> None:
    assert recognised(FileNotFoundError("a file we should have")) is None
    assert recognised(KeyError("x")) is None
    assert recognised(TimeoutError()) is None
