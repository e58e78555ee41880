"""The one interceptor: stamp, caller, span, deadline, size and errors of every call, of unknown methods too.

`context.abort` drops metadata that was set before, so errors are aborted here only, with stamp and details in the same
call. What the gRPC core answers itself (transport limit, deadline, broken stream) never comes this far.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias, cast

import grpc
import structlog
from google.protobuf.message import DecodeError, Message
from grpc import aio
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from edgecode.core.errors import (
    DeadlineExceeded,
    EdgecodeError,
    Exhausted,
    Internal,
    InvalidRequest,
    Unimplemented,
)
from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp
from edgecode.core.telemetry import Tracer
from edgecode.server.calls import OVERRIDE_RESULT, SEQUENCE, TRACEPARENT, CallContext, enter_call, read_call
from edgecode.server.metrics import ServerMetrics
from edgecode.server.status import DETAILS_METADATA_KEY, code_of, recognised, status_of

log = structlog.get_logger()

# It waits as long as its own `timeout` says, an hour at most.
_OWN_DEADLINE = frozenset({"/edgecode.v1.JobService/WaitJob", "/edgecode.v1.AssetService/ImportAsset"})

# How long a refused client that still sends is listened to: in all, and without a word from it.
_DRAIN_SECONDS = 2.0
_QUIET_SECONDS = 0.2
_SUBJECT_PROPERTIES = ("x509_subject", "x509_common_name")

Metadata = tuple[tuple[str, str | bytes], ...]
# In quotes: the classes are generic in their type stubs only.
Context: TypeAlias = "aio.ServicerContext[Any, Any]"
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Details = grpc.HandlerCallDetails


class Unreadable:
    """Stands for a request whose bytes are no message of the method."""


@dataclass(slots=True)
class _Outcome:
    """The status code that a call ends with; a client that hangs up cancels it."""

    code: str = "CANCELLED"


class StampingInterceptor(aio.ServerInterceptor):
    """Wraps every method once; what differs from call to call is read inside."""

    def __init__(self, stamp: Stamp, settings: Settings, tracer: Tracer, metrics: ServerMetrics) -> None:
        self._stamp: Metadata = (
            ("edgecode-version", stamp.version),
            ("edgecode-revision", stamp.revision),
            ("edgecode-instance", stamp.instance),
        )
        self._limit_bytes = settings.message_limit_bytes
        self._deadline_seconds = settings.default_deadline_seconds
        self._tracer = tracer
        self._metrics = metrics
        self._wrapped: dict[str, Handler] = {}

    async def intercept_service(
        self, continuation: "Callable[[Details], Awaitable[Handler | None]]", details: Details
    ) -> Handler:
        """The wrapped method; for an unknown one a method that says so."""
        method = details.method
        if method not in self._wrapped:
            handler = await continuation(details)
            if handler is None:
                return self._unknown(method)
            self._wrapped[method] = self._wrap(method, handler)
        return self._wrapped[method]

    def _wrap(self, method: str, handler: Handler) -> Handler:
        streams_out = bool(handler.response_streaming)
        behaviour = (
            (handler.stream_stream if streams_out else handler.stream_unary)
            if handler.request_streaming
            else (handler.unary_stream if streams_out else handler.unary_unary)
        )
        make: Any = {
            (False, False): grpc.unary_unary_rpc_method_handler,
            (False, True): grpc.unary_stream_rpc_method_handler,
            (True, False): grpc.stream_unary_rpc_method_handler,
            (True, True): grpc.stream_stream_rpc_method_handler,
        }[bool(handler.request_streaming), streams_out]
        wrap = self._stream if streams_out else self._unary
        return cast(
            "Handler",
            make(
                wrap(method, behaviour, streams_in=bool(handler.request_streaming)),
                request_deserializer=_tolerant(handler.request_deserializer),
                response_serializer=handler.response_serializer,
            ),
        )

    def _unknown(self, method: str) -> Handler:
        async def refuse(_request: Any, _context: Context) -> NoReturn:
            raise Unimplemented(
                "METHOD_UNKNOWN",
                f"this build has no method {method}; reflection lists those it has",
                metadata={"method": method},
            )

        # Streams on both sides: whatever arity the client believes in, it can read the answer.
        return grpc.stream_stream_rpc_method_handler(self._stream("unknown", refuse, streams_in=True))

    def _unary(self, method: str, behaviour: Any, *, streams_in: bool) -> Any:
        seconds = None if streams_in or method in _OWN_DEADLINE else self._deadline_seconds

        async def answer(request: Any, context: Context) -> Any:
            received = dict(context.invocation_metadata() or ())
            with self._told(method, received) as outcome:
                try:
                    call = _enter(received, context)
                    checked = self._guarded(request) if streams_in else self._checked(request)
                    response = await self._in_time(behaviour(checked, context), context, seconds)
                except aio.AbortError:
                    raise
                except Exception as error:  # noqa: BLE001 every error becomes a status here
                    if streams_in:
                        await _drain(request)
                    await self._abort(outcome, method, error, context)
                metadata = self._reply_metadata(call)
                await context.send_initial_metadata(metadata)
                context.set_trailing_metadata(metadata)
                outcome.code = "OK"
                return response

        return answer

    def _stream(self, method: str, behaviour: Any, *, streams_in: bool) -> Any:
        # A coroutine that writes, not a generator: a cancelled call then ends in here, and span and watch with it.
        async def answer(request: Any, context: Context) -> None:
            metadata = dict(context.invocation_metadata() or ())
            with self._told(method, metadata) as outcome:
                try:
                    call = _enter(metadata, context)
                    await context.send_initial_metadata(self._stamp)
                    checked = self._guarded(request) if streams_in else self._checked(request)
                    await _write_all(behaviour(checked, context), context)
                except aio.AbortError:
                    raise
                except Exception as error:  # noqa: BLE001 every error becomes a status here
                    if streams_in:
                        await _drain(request)
                    await self._abort(outcome, method, error, context, initial_sent=True)
                context.set_trailing_metadata(self._reply_metadata(call))
                outcome.code = "OK"

        return answer

    @contextmanager
    def _told(self, method: str, metadata: Mapping[str, str | bytes]) -> Iterator[_Outcome]:
        """A call's span and metrics."""
        name, began, outcome = method.removeprefix("/"), time.perf_counter(), _Outcome()
        attributes = {"rpc.system": "grpc", "rpc.method": name}
        try:
            with self._tracer.span(name, SpanKind.SERVER, str(metadata.get(TRACEPARENT, "")), attributes=attributes):
                yield outcome
        finally:
            self._metrics.called(name, outcome.code, time.perf_counter() - began)

    async def _in_time(self, answer: Awaitable[Any], context: Context, seconds: float | None) -> Any:
        if seconds is None or context.time_remaining() is not None:
            return await answer
        scope = asyncio.timeout(seconds)
        try:
            async with scope:
                return await answer
        except TimeoutError as error:
            if not scope.expired():
                raise
            raise DeadlineExceeded(
                "DEADLINE_EXCEEDED", f"no answer within the server's default deadline of {seconds:g} s; set your own"
            ) from error

    def _checked(self, request: Any) -> Any:
        if isinstance(request, Unreadable):
            raise InvalidRequest("MALFORMED_MESSAGE", "the bytes sent are not a message of this method's request type")
        if isinstance(request, Message) and (size := request.ByteSize()) > self._limit_bytes:
            raise Exhausted(
                "MESSAGE_TOO_LARGE",
                f"the message has {size} bytes, at most {self._limit_bytes} are allowed",
                metadata={"size_bytes": str(size), "limit_bytes": str(self._limit_bytes)},
            )
        return request

    async def _guarded(self, requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for request in requests:
            yield self._checked(request)

    def _reply_metadata(self, call: CallContext) -> Metadata:
        metadata = self._stamp
        if call.written_sequence:
            metadata = (*metadata, (SEQUENCE, str(call.written_sequence)))
        return (*metadata, (OVERRIDE_RESULT, call.override_result)) if call.override_result else metadata

    async def _abort(
        self, outcome: _Outcome, method: str, error: Exception, context: Context, *, initial_sent: bool = False
    ) -> NoReturn:
        known = recognised(error) or _defect(method, error)
        outcome.code = code_of(known).name
        _mark(known)
        trailing = (*self._stamp, (DETAILS_METADATA_KEY, status_of(known).SerializeToString()))
        if not initial_sent:
            await context.send_initial_metadata(self._stamp)
        await context.abort(code_of(known), known.message, trailing)


def _tolerant(deserialize: Callable[[bytes], Any] | None) -> Callable[[bytes], Any] | None:
    """Lets unreadable bytes come as far as the interceptor: the library would answer them without a stamp."""
    if deserialize is None:
        return None

    def read(data: bytes) -> Any:
        try:
            return deserialize(data)
        except DecodeError:
            return Unreadable()

    return read


async def _drain(requests: AsyncIterator[Any]) -> None:
    """Lets a client that is still sending come to its end, for a moment.

    A client whose stream is ended under its hands may report the broken stream in place of the status it was sent:
    Python's own does.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS) as total:
            while True:
                soon = asyncio.get_running_loop().time() + _QUIET_SECONDS
                async with asyncio.timeout_at(min(soon, total.when() or soon)):
                    if await anext(requests, None) is None:
                        return


async def _write_all(responses: Any, context: Context) -> None:
    if not hasattr(responses, "__aiter__"):
        await responses  # it writes by itself, as the health service does
        return
    async with aclosing(responses):
        async for response in responses:
            await context.write(response)


def _enter(metadata: Mapping[str, str | bytes], context: Context) -> CallContext:
    identity = context.auth_context() or {}
    subjects = [value.decode() for name in _SUBJECT_PROPERTIES for value in identity.get(name, ())]
    call = read_call(metadata, next(iter(subjects), ""))
    enter_call(call)
    return call


def _defect(method: str, error: Exception) -> EdgecodeError:
    """What a client may know of a defect of ours: that it is one, and the trace that leads to it."""
    trace_id = f"{trace.get_current_span().get_span_context().trace_id:032x}"
    log.error("call.failed", method=method, trace_id=trace_id, error=repr(error), exc_info=error)
    return Internal(
        "INTERNAL",
        f"a defect of this server; its log tells more under trace {trace_id}",
        metadata={"trace_id": trace_id},
    )


def _mark(error: EdgecodeError) -> None:
    span = trace.get_current_span()
    span.set_attribute("rpc.grpc.status_code", code_of(error).value[0])
    span.set_attribute("edgecode.reason", error.reason)
    if isinstance(error, Internal):
        span.set_status(StatusCode.ERROR)
