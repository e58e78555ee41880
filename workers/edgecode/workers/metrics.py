"""What a worker counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from edgecode.core.stamp import Stamp
from edgecode.core.telemetry import build_info_metric

_BUCKETS = (0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)


class WorkerMetrics:
    """The metrics of one worker process, in a registry of its own."""

    def __init__(self, stamp: Stamp) -> None:
        self.registry = CollectorRegistry()
        build_info_metric(self.registry, stamp)
        self._ended = Counter(
            "edgecode_attempts_total", "Attempts ended, by how.", ("kind", "how"), registry=self.registry
        )
        self._seconds = Histogram(
            "edgecode_attempt_duration_seconds",
            "From taking a task to its ack.",
            ("kind",),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self._running = Gauge("edgecode_attempts_running", "Attempts under way.", ("kind",), registry=self.registry)
        self._refused = Counter(
            "edgecode_tasks_refused_total", "Tasks not taken, by why.", ("why",), registry=self.registry
        )

    def began(self, kind: str) -> None:
        """An attempt began."""
        self._running.labels(kind).inc()

    def ended(self, kind: str, how: str, seconds: float) -> None:
        """It ended."""
        self._running.labels(kind).dec()
        self._ended.labels(kind, how).inc()
        self._seconds.labels(kind).observe(seconds)

    def refused(self, why: str) -> None:
        """A task was not taken: `unstamped`, `unreadable`, `expired`."""
        self._refused.labels(why).inc()
