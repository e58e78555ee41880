"""Logs, traces and metrics; each carries the stamp."""

import logging
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager

import structlog
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry, Gauge

from edgecode.core.headers import Origin
from edgecode.core.stamp import Stamp

_propagator = TraceContextTextMapPropagator()


def configure_logging(stamp: Stamp, level: str) -> None:
    """JSON lines on stderr, the stamp on each; the first line of the process is the stamp itself."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=stamp.service, build=stamp.build, instance=stamp.instance)
    structlog.get_logger().info(
        "process.starting",
        version=stamp.version,
        revision=stamp.revision,
        dirty=bool(stamp.dirty),
        environment=stamp.environment,
        pid=os.getpid(),
    )


class Tracer:
    """Spans of one process. Exports only where `OTEL_EXPORTER_OTLP_ENDPOINT` is set; ids flow in any case."""

    def __init__(self, stamp: Stamp) -> None:
        resource = Resource.create(
            {
                "service.name": stamp.service,
                "service.version": stamp.version,
                "service.instance.id": stamp.instance,
                "vcs.ref.head.revision": stamp.revision,
                "deployment.environment.name": stamp.environment,
            }
        )
        exports = bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))
        # Where nothing is exported a span is its ids, at less than half the price, unless the caller samples its trace.
        sampler = None if exports else ParentBased(ALWAYS_OFF)
        self._provider = TracerProvider(resource=resource, sampler=sampler, shutdown_on_exit=False)
        if exports:
            # Costs 10 MB and starts gRPC: only where it is wanted.
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

            self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("edgecode", stamp.version)

    def span(
        self,
        name: str,
        kind: SpanKind,
        traceparent: str = "",
        origin: Origin | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> AbstractContextManager[Span]:
        """A span that continues `traceparent`; of a consumed message also who produced it."""
        found = dict(attributes or {})
        if origin is not None:
            traceparent = origin.traceparent
            found |= {
                "edgecode.producer.version": origin.stamp.version,
                "edgecode.producer.revision": origin.stamp.revision,
            }
        parent = _propagator.extract({"traceparent": traceparent}) if traceparent else None
        return self._tracer.start_as_current_span(name, context=parent, kind=kind, attributes=found)

    def close(self) -> None:
        """Flushes what is not exported yet."""
        self._provider.shutdown()


def current_traceparent() -> str:
    """The `traceparent` of the span we are in, empty outside one."""
    carrier: dict[str, str] = {}
    if trace.get_current_span().get_span_context().is_valid:
        _propagator.inject(carrier)
    return carrier.get("traceparent", "")


def build_info_metric(registry: CollectorRegistry, stamp: Stamp) -> None:
    """`edgecode_build_info{service,version,revision} 1`."""
    gauge = Gauge("edgecode_build_info", "The build that runs.", ("service", "version", "revision"), registry=registry)
    gauge.labels(stamp.service, stamp.version, stamp.revision).set(1)
