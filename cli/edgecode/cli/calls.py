"""What every call carries and how it ends: our metadata, a deadline, another try, and one way to stop them all."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc

from edgecode.cli.problem import read_problem
from edgecode.cli.tracing import CallTrace, CommandTrace

UNARY_SECONDS = 30.0

Continuation = Callable[[grpc.ClientCallDetails, Any], Any]


class Abandoned(Exception):
    """The client was told to stop: nothing more is asked, and what is under way is ended."""


class Stopping:
    """Ends the calls of a client from another thread.

    Closing the channel meanwhile would not do: a call begun on a closed channel can crash the process (grpcio 1.85).
    """

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._streams: set[grpc.Call] = set()
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Ends streams now, and whatever comes next before it begins."""
        self._asked.set()
        with self._lock:
            for stream in self._streams:
                stream.cancel()

    def check(self) -> None:
        """Raises Abandoned once it has been told to stop."""
        if self._asked.is_set():
            raise Abandoned

    def pause(self, seconds: float) -> None:
        """Waits; raises Abandoned as soon as it is told to stop."""
        if self._asked.wait(seconds):
            raise Abandoned

    def watch(self, stream: grpc.Call) -> None:
        """Takes a stream that is to be ended by `stop`."""
        with self._lock:
            self._streams.add(stream)
        if not stream.add_callback(lambda: self._forget(stream)):
            self._forget(stream)
        if self._asked.is_set():
            stream.cancel()

    def _forget(self, stream: grpc.Call) -> None:
        with self._lock:
            self._streams.discard(stream)


@dataclass(frozen=True, slots=True)
class _Details(grpc.ClientCallDetails):
    method: str
    timeout: float | None
    metadata: tuple[tuple[str, str | bytes], ...] | None
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: grpc.Compression | None


class Introduction(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
):
    """Says with each call who we are; a unary one gets a deadline and is tried again when the server asks for it.

    Args:
        metadata: of each call.
        retry_seconds: how long to try again.
        stopping: asked before each call.
        trace: of the command.
    """

    def __init__(
        self, metadata: Sequence[tuple[str, str]], retry_seconds: float, stopping: Stopping, trace: CommandTrace
    ) -> None:
        self._metadata = metadata
        self._retry_seconds = retry_seconds
        self._stopping = stopping
        self._trace = trace

    def _begin(self, details: grpc.ClientCallDetails) -> CallTrace:
        self._stopping.check()
        return self._trace.call(str(details.method))

    def _details(self, details: grpc.ClientCallDetails, seconds: float | None, trace: CallTrace) -> _Details:
        return _Details(
            details.method,
            details.timeout if details.timeout is not None else seconds,
            (*(details.metadata or ()), *self._metadata, *trace.metadata),
            details.credentials,
            details.wait_for_ready,
            details.compression,
        )

    def intercept_unary_unary(
        self, continuation: Continuation, client_call_details: grpc.ClientCallDetails, request: Any
    ) -> Any:
        """What the channel tries again by itself ends where the server has answered, and a refusal is an answer."""
        patience = time.monotonic() + self._retry_seconds
        while True:
            trace = self._begin(client_call_details)
            call = continuation(self._details(client_call_details, UNARY_SECONDS, trace), request)
            trace.end(call.code())
            wait = _wait_asked_for(call)
            if wait is None or time.monotonic() + wait > patience:
                return call
            self._stopping.pause(wait)

    def intercept_unary_stream(
        self, continuation: Continuation, client_call_details: grpc.ClientCallDetails, request: Any
    ) -> Any:
        """Streams last as long as they do."""
        trace = self._begin(client_call_details)
        call = continuation(self._details(client_call_details, None, trace), request)
        if not call.add_callback(lambda: trace.end(call.code())):
            trace.end(call.code())
        self._stopping.watch(call)
        return call

    def intercept_stream_unary(
        self, continuation: Continuation, client_call_details: grpc.ClientCallDetails, request_iterator: Any
    ) -> Any:
        """Uploads ask before each message whether to go on."""
        trace = self._begin(client_call_details)
        call = continuation(self._details(client_call_details, None, trace), request_iterator)
        trace.end(call.code())
        return call


def _wait_asked_for(call: Any) -> float | None:
    """Seconds after which an unavailable server asked to be tried again; None when it did not."""
    if call.code() is not grpc.StatusCode.UNAVAILABLE:
        return None
    return read_problem(call).retry_after_seconds
