"""What a worker counts."""

from prometheus_client import CollectorRegistry

from edgecode.core import metrics
from edgecode.core.stamp import Stamp
from edgecode.workers.media.observed import ChildRun


class WorkerMetrics:
    """The metrics of one worker process, in a registry of its own."""

    def __init__(self, stamp: Stamp) -> None:
        self.registry = CollectorRegistry()
        self._build = stamp.build
        metrics.build_info(self.registry, stamp)
        self._ended = metrics.counter(metrics.WORKER_ATTEMPTS, self.registry)
        self._seconds = metrics.histogram(metrics.WORKER_ATTEMPT_SECONDS, self.registry)
        self._running = metrics.gauge(metrics.WORKER_RUNNING, self.registry)
        self._refused = metrics.counter(metrics.WORKER_REFUSED, self.registry)
        self._child_seconds = metrics.histogram(metrics.CHILD_SECONDS, self.registry)
        self._child_cpu = metrics.counter(metrics.CHILD_CPU, self.registry)
        self._speed = metrics.histogram(metrics.FFMPEG_SPEED, self.registry)

    def began(self, kind: str) -> None:
        """An attempt began."""
        self._running.labels(kind, self._build).inc()

    def ended(self, kind: str, how: str, seconds: float) -> None:
        """It ended."""
        self._running.labels(kind, self._build).dec()
        self._ended.labels(kind, how, self._build).inc()
        self._seconds.labels(kind, self._build).observe(seconds)

    def refused(self, why: str) -> None:
        """A task was not taken: `unstamped`, `unreadable`, `expired`."""
        self._refused.labels(why, self._build).inc()

    def child(self, kind: str, tool: str, run: ChildRun, seconds: float) -> None:
        """A child of an attempt of this kind is gone, after so long."""
        self._child_seconds.labels(tool, outcome(run), self._build).observe(seconds)
        if run.exit is not None:
            self._child_cpu.labels(tool, self._build).inc(run.exit.cpu_seconds)
        if run.speed_ratio:
            self._speed.labels(kind, self._build).observe(run.speed_ratio)


def outcome(run: ChildRun) -> str:
    """`ok`, `failed`, or `stopped` when it was we who ended it."""
    if run.exit is None:
        return "stopped"
    return "failed" if run.exit.code else "ok"
