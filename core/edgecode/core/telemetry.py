"""Traces: spans of one process, and the `traceparent` that carries a trace to the next.

Ids flow in any case, so that a log line or an error names the trace it belongs to; spans are recorded only where the
`OTEL_*` variables say where to.
"""

import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog
from opentelemetry import trace
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from edgecode.core.headers import Origin
from edgecode.core.span_export import find_provider
from edgecode.core.stamp import Stamp

log = structlog.get_logger()

# What is not exported by then is lost: nobody waits longer for a collector that is away.
_FLUSH_SECONDS = 3.0
_NOT_SAMPLED = TraceFlags(TraceFlags.DEFAULT)
_propagator = TraceContextTextMapPropagator()


class Tracer:
    """Spans of one process.

    Attributes:
        exports: whether anybody reads them: what only a reader needs is spared else.
        problem: why nothing is exported though the variables ask for it, else empty. It stops nothing.
    """

    def __init__(self, stamp: Stamp) -> None:
        self._provider, self.problem = find_provider(stamp)
        self._tracer = self._provider.get_tracer("edgecode", stamp.version) if self._provider else None
        self.exports = self._tracer is not None

    def begin(
        self,
        name: str,
        kind: SpanKind,
        traceparent: str = "",
        attributes: Mapping[str, AttributeValue] | None = None,
        links: tuple[Link, ...] = (),
    ) -> Span:
        """A span that continues `traceparent`, else the current span's trace; end it yourself."""
        parent = _propagator.extract({"traceparent": traceparent}) if traceparent else None
        if self._tracer is None:
            return _only_ids(trace.get_current_span(parent).get_span_context())
        return self._tracer.start_span(name, context=parent, kind=kind, attributes=attributes, links=links)

    @contextmanager
    def span(
        self,
        name: str,
        kind: SpanKind = SpanKind.INTERNAL,
        traceparent: str = "",
        origin: Origin | None = None,
        attributes: Mapping[str, AttributeValue] | None = None,
    ) -> Iterator[Span]:
        """The same as the current span while the block runs; of a consumed message also who produced it."""
        if origin is not None:
            traceparent = origin.traceparent
            attributes = {**(attributes or {}), **produced_by(origin)}
        span = self.begin(name, kind, traceparent, attributes)
        # A call's interceptor judges itself which errors are faults of ours.
        ours = kind is not SpanKind.SERVER
        with trace.use_span(span, end_on_exit=True, record_exception=ours, set_status_on_exception=ours):
            yield span

    def close(self) -> None:
        """Flushes what is not exported yet, for a moment."""
        if self._provider is not None:
            flush = threading.Thread(target=self._provider.shutdown, name="telemetry-flush", daemon=True)
            flush.start()
            flush.join(_FLUSH_SECONDS)


def open_tracer(stamp: Stamp) -> Tracer:
    """The tracer of a process that logs; where spans cannot be exported as asked, its log says why."""
    tracer = Tracer(stamp)
    if tracer.problem:
        log.warning("telemetry.off", why=tracer.problem)
    return tracer


def produced_by(origin: Origin) -> dict[str, AttributeValue]:
    """What a consumer's span says of who produced what it consumes."""
    return {
        "edgecode.producer.service": origin.stamp.service,
        "edgecode.producer.version": origin.stamp.version,
        "edgecode.producer.revision": origin.stamp.revision,
        "edgecode.producer.instance": origin.stamp.instance,
    }


def traceparent_of(span: Span) -> str:
    """The `traceparent` that continues a span, empty for one that has no ids."""
    context = span.get_span_context()
    if not context.is_valid:
        return ""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def current_traceparent() -> str:
    """The `traceparent` of the span we are in, empty outside one."""
    return traceparent_of(trace.get_current_span())


def link_to(traceparent: str) -> tuple[Link, ...]:
    """A link to a span that is no parent, such as the one that wrote a message; none without a valid `traceparent`."""
    context = trace.get_current_span(_propagator.extract({"traceparent": traceparent})).get_span_context()
    return (Link(context),) if context.is_valid else ()


def _only_ids(parent: SpanContext) -> Span:
    trace_id = parent.trace_id if parent.is_valid else random.getrandbits(128) or 1
    flags = parent.trace_flags if parent.is_valid else _NOT_SAMPLED
    span_id = random.getrandbits(64) or 1
    return NonRecordingSpan(SpanContext(trace_id, span_id, is_remote=False, trace_flags=flags))
