"""The trace of one command: it continues `TRACEPARENT`, and is exported where the `OTEL_*` variables say so.

Where nothing is exported the servers still get the trace that the command was called in, if any. The base install has
no exporter; the extra `telemetry` brings it, and it is imported only where it is asked for.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import grpc

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from edgecode.core.telemetry import Tracer

TRACEPARENT = "traceparent"
Metadata = tuple[tuple[str, str], ...]


class CallTrace(Protocol):
    """One call's part of the trace; `metadata` goes with it."""

    @property
    def metadata(self) -> Metadata: ...  # noqa: D102 said above

    def end(self, code: grpc.StatusCode) -> None:
        """The call is over."""


class CommandTrace(Protocol):
    """One command's trace."""

    def call(self, method: str) -> CallTrace:
        """Begins a call; any thread may."""

    def close(self) -> None:
        """Ends the command's span and exports what is not exported yet; waits no longer than a moment."""


class PassedOn:
    """Nothing is exported: every call carries what the command was given, or nothing."""

    def __init__(self, traceparent: str = "") -> None:
        self.metadata: Metadata = ((TRACEPARENT, traceparent),) if traceparent else ()

    def call(self, method: str) -> CallTrace:
        """The same for all."""
        return self

    def end(self, code: grpc.StatusCode) -> None:
        """Nobody is told."""

    def close(self) -> None:
        """Nothing is kept."""


class _CallSpan:
    def __init__(self, span: "Span", traceparent: str) -> None:
        self._span = span
        self.metadata: Metadata = ((TRACEPARENT, traceparent),)

    def end(self, code: grpc.StatusCode) -> None:
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 see above

        self._span.set_attribute("rpc.grpc.status_code", code.value[0])
        if code is not grpc.StatusCode.OK:
            self._span.set_status(StatusCode.ERROR, code.name)
        self._span.end()


class Exported:
    """A span for the command and, below it, one for each call."""

    def __init__(self, tracer: "Tracer", name: str, traceparent: str) -> None:
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 see above

        from edgecode.core.telemetry import traceparent_of  # noqa: PLC0415

        self._tracer = tracer
        self._kind = SpanKind.CLIENT
        self._traceparent_of = traceparent_of
        self._span = tracer.begin(name, SpanKind.INTERNAL, traceparent)

    def call(self, method: str) -> CallTrace:
        """A span of its own, in whichever thread."""
        name = method.removeprefix("/")
        attributes = {"rpc.system": "grpc", "rpc.method": name}
        span = self._tracer.begin(name, self._kind, self._traceparent_of(self._span), attributes)
        return _CallSpan(span, self._traceparent_of(span))

    def close(self) -> None:
        """Exports."""
        self._span.end()
        self._tracer.close()


def open_trace(name: str, environ: Mapping[str, str] = os.environ) -> tuple[CommandTrace, str]:
    """The trace of a command, and why it is not exported though the variables ask for it, else an empty sentence."""
    traceparent = environ.get("TRACEPARENT", "")
    if not any(variable.startswith("OTEL_") for variable in environ):
        return PassedOn(traceparent), ""
    from edgecode.core.span_export import wanted  # noqa: PLC0415 not everybody's time

    found = wanted(environ)
    if not found.protocol:
        return PassedOn(traceparent), found.problem
    try:
        from edgecode.core.telemetry import Tracer  # noqa: PLC0415 not in the base install
    except ImportError:
        return PassedOn(traceparent), "this install has no exporter: pip install 'edgecode[telemetry]'"
    from edgecode.core.stamp import make_stamp  # noqa: PLC0415

    tracer = Tracer(make_stamp("cli", environ.get("EDGECODE_ENVIRONMENT") or "development"))
    return (Exported(tracer, name, traceparent) if tracer.exports else PassedOn(traceparent)), tracer.problem
