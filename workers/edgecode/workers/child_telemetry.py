"""A span and the metrics of each child of the media work."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from opentelemetry.trace import Span, SpanKind, StatusCode

from edgecode.core.telemetry import Tracer
from edgecode.workers.media.observed import ChildRun, Observe
from edgecode.workers.metrics import WorkerMetrics, outcome


class ChildTelemetry:
    """Listens to the children of this worker's attempts."""

    def __init__(self, tracer: Tracer, metrics: WorkerMetrics) -> None:
        self._tracer = tracer
        self._metrics = metrics

    def of(self, kind: str) -> Observe:
        """A listener for the children of one attempt of this kind of task."""
        return partial(self._observe, kind)

    @contextmanager
    def _observe(self, kind: str, tool: str) -> Iterator[ChildRun]:
        run, began = ChildRun(), time.monotonic()
        with self._tracer.span(tool, SpanKind.INTERNAL, attributes={"process.executable.name": tool}) as span:
            try:
                yield run
            finally:
                _tell(span, run)
                self._metrics.child(kind, tool, run, time.monotonic() - began)


def _tell(span: Span, run: ChildRun) -> None:
    if not span.is_recording():
        return
    span.set_attribute("edgecode.child.outcome", outcome(run))
    if run.exit is not None:
        span.set_attribute("process.exit.code", run.exit.code)
        span.set_attribute("edgecode.child.cpu_seconds", run.exit.cpu_seconds)
        span.set_attribute("edgecode.child.peak_rss_bytes", run.exit.peak_rss_bytes)
        if run.exit.code:
            span.set_status(StatusCode.ERROR)
    if run.speed_ratio:
        span.set_attribute("edgecode.ffmpeg.speed_ratio", run.speed_ratio)
        span.set_attribute("edgecode.ffmpeg.frames", run.frames)
