"""The error tree of `core` as HTTP: a status, and the reason that gRPC clients get, as JSON."""

import json
import math

from aiohttp import web
from grpc import StatusCode

from edgecode.core.errors import EdgecodeError
from edgecode.server.status import code_of

# As google.rpc.Code documents them.
_STATUS = {
    StatusCode.INVALID_ARGUMENT: 400,
    StatusCode.FAILED_PRECONDITION: 400,
    StatusCode.OUT_OF_RANGE: 400,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ABORTED: 409,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.RESOURCE_EXHAUSTED: 429,
    StatusCode.UNIMPLEMENTED: 501,
    StatusCode.UNAVAILABLE: 503,
    StatusCode.DEADLINE_EXCEEDED: 504,
}


def response_of(error: EdgecodeError) -> web.Response:
    """The reply that tells an error."""
    code = code_of(error)
    headers = {}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after_seconds))
    return refusal(_STATUS.get(code, 500), code.name, error.reason, error.message, headers)


def refusal(status: int, code: str, reason: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """A reply that refuses, in the form of google.rpc.Status."""
    body = json.dumps({"error": {"code": status, "status": code, "reason": reason, "message": message}}) + "\n"
    return web.Response(status=status, text=body, content_type="application/json", headers=headers)
