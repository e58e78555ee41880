"""The one list of metrics: code makes them from it, `docs/metrics.md`, dashboards, rules and tests read it.

Label sets are bounded: kinds, outcomes, classes, codes and methods are lists of ours, presets are the built-in ones or
`own`, and of builds a process tells apart the first 50 it meets.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from edgecode.core.stamp import Stamp

_CALL_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_WORK_SECONDS = (0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
_JOB_SECONDS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200)
_SPEEDS = (0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50)


class Kind(Enum):
    """What a metric is to Prometheus."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: as Prometheus has it, with its unit; a counter ends in `_total`.
        kind: counter, gauge or histogram.
        words: one sentence, its help.
        labels: names, in order.
        by: services that have it, `leader` for the server that leads.
        buckets: upper bounds of a histogram.
    """

    name: str
    kind: Kind
    words: str
    labels: tuple[str, ...] = ()
    by: tuple[str, ...] = ("server",)
    buckets: tuple[float, ...] = ()


_LEADER = ("leader",)
_WORKER = ("worker",)
_LANE = ("task_class", "priority", "build")

BUILD_INFO = Metric(
    "edgecode_build_info",
    Kind.GAUGE,
    "1; the labels are the build that runs.",
    ("service", "version", "revision"),
    ("server", "worker"),
)
CALLS = Metric(
    "edgecode_call_duration_seconds",
    Kind.HISTOGRAM,
    "gRPC calls answered, by status code; a watch lasts as long as it is watched.",
    ("method", "code"),
    buckets=_CALL_SECONDS,
)
JOBS_UNFINISHED = Metric("edgecode_jobs_unfinished", Kind.GAUGE, "Jobs queued or running, as the queue limit counts.")
FLEET = Metric(
    "edgecode_fleet_instances", Kind.GAUGE, "Processes alive, as this server sees them.", ("service", "build")
)
LEADING = Metric("edgecode_leading", Kind.GAUGE, "1 while this server leads.")
JOBS_ACCEPTED = Metric(
    "edgecode_jobs_accepted_total", Kind.COUNTER, "Jobs whose creation was folded.", ("preset",), _LEADER
)
JOBS_ENDED = Metric(
    "edgecode_jobs_ended_total", Kind.COUNTER, "Jobs ended, by how.", ("preset", "outcome", "build"), _LEADER
)
JOB_SECONDS = Metric(
    "edgecode_job_duration_seconds",
    Kind.HISTOGRAM,
    "From a job's creation to its success.",
    ("preset", "build"),
    _LEADER,
    _JOB_SECONDS,
)
ATTEMPTS_ENDED = Metric(
    "edgecode_attempts_ended_total",
    Kind.COUNTER,
    "Attempts ended, by how; lost ones too.",
    ("kind", "outcome", "build"),
    _LEADER,
)
ATTEMPT_SECONDS = Metric(
    "edgecode_attempt_duration_seconds",
    Kind.HISTOGRAM,
    "From an attempt's start to its success, in the log's time.",
    ("kind", "build"),
    _LEADER,
    _WORK_SECONDS,
)
QUEUED = Metric("edgecode_queue_tasks", Kind.GAUGE, "Tasks of a lane that wait for a worker.", _LANE, _LEADER)
TAKEN = Metric("edgecode_queue_taken_tasks", Kind.GAUGE, "Tasks of a lane that workers hold.", _LANE, _LEADER)
OLDEST = Metric(
    "edgecode_queue_oldest_task_age_seconds", Kind.GAUGE, "How long a lane's oldest task has waited.", _LANE, _LEADER
)
LAG = Metric(
    "edgecode_projection_lag_seconds",
    Kind.HISTOGRAM,
    "From an event's storing to its commit in the ledger, the oldest of each group.",
    (),
    _LEADER,
    _CALL_SECONDS,
)
BEHIND = Metric(
    "edgecode_projection_behind_events", Kind.GAUGE, "Events of the log that the ledger has not folded, at each sweep.",
    (), _LEADER,
)  # fmt: skip
WORKER_ATTEMPTS = Metric(
    "edgecode_worker_attempts_total", Kind.COUNTER, "Attempts of this worker ended, by how.",
    ("kind", "outcome", "build"), _WORKER,
)  # fmt: skip
WORKER_ATTEMPT_SECONDS = Metric(
    "edgecode_worker_attempt_duration_seconds",
    Kind.HISTOGRAM,
    "From taking a task to its ack.",
    ("kind", "build"),
    _WORKER,
    _WORK_SECONDS,
)
WORKER_RUNNING = Metric(
    "edgecode_worker_attempts_running", Kind.GAUGE, "Attempts under way.", ("kind", "build"), _WORKER
)
WORKER_REFUSED = Metric(
    "edgecode_worker_tasks_refused_total", Kind.COUNTER, "Tasks not taken, by why.", ("why", "build"), _WORKER
)
CHILD_SECONDS = Metric(
    "edgecode_child_duration_seconds",
    Kind.HISTOGRAM,
    "Children of the media work, by tool and by how they ended.",
    ("tool", "outcome", "build"),
    _WORKER,
    _WORK_SECONDS,
)
CHILD_CPU = Metric(
    "edgecode_child_cpu_seconds_total", Kind.COUNTER, "CPU time of children.", ("tool", "build"), _WORKER
)
FFMPEG_SPEED = Metric(
    "edgecode_ffmpeg_speed_ratio",
    Kind.HISTOGRAM,
    "The source's time that one run of ffmpeg worked through, against wall time.",
    ("kind", "build"),
    _WORKER,
    _SPEEDS,
)

METRICS: tuple[Metric, ...] = (
    BUILD_INFO, CALLS, JOBS_UNFINISHED, FLEET, LEADING, JOBS_ACCEPTED, JOBS_ENDED, JOB_SECONDS, ATTEMPTS_ENDED,
    ATTEMPT_SECONDS, QUEUED, TAKEN, OLDEST, LAG, BEHIND, WORKER_ATTEMPTS, WORKER_ATTEMPT_SECONDS, WORKER_RUNNING,
    WORKER_REFUSED, CHILD_SECONDS, CHILD_CPU, FFMPEG_SPEED,
)  # fmt: skip
LABELS: Mapping[str, str] = {
    "service": "`server` or `worker`",
    "version": "semantic version",
    "revision": "git revision, 40 hex digits",
    "build": "such as `1.4.2+g9f1c2ab3d4e5`; beyond 50 of them `other`",
    "method": "`edgecode.v1.JobService/CreateJob`; `unknown` for one that this build has not",
    "code": "of gRPC, `OK` or `NOT_FOUND`",
    "preset": "a built-in one, `own`, or `none` for outputs given in the request",
    "outcome": "of a job or attempt its state in lower case; of a child `ok`, `failed` or `stopped`",
    "kind": "of the task, such as `transcode`",
    "task_class": "`encode` or `light`",
    "priority": "`high`, `normal` or `low`",
    "why": "`unstamped`, `unreadable` or `expired`",
    "tool": "`ffmpeg`, `probe`, `verify` and others of ours",
}
MOST_BUILDS = 50


class Builds:
    """Keeps the label `build` bounded: the first builds a process meets have their names, later ones are `other`."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def label(self, build: str) -> str:
        """The build as a label."""
        if build not in self._known:
            if len(self._known) >= MOST_BUILDS:
                return "other"
            self._known.add(build)
        return build


def counter(metric: Metric, registry: CollectorRegistry) -> Counter:
    """Makes a counter of the list."""
    assert metric.kind is Kind.COUNTER
    return Counter(metric.name, metric.words, metric.labels, registry=registry)


def gauge(metric: Metric, registry: CollectorRegistry) -> Gauge:
    """Makes a gauge of the list."""
    assert metric.kind is Kind.GAUGE
    return Gauge(metric.name, metric.words, metric.labels, registry=registry)


def histogram(metric: Metric, registry: CollectorRegistry) -> Histogram:
    """Makes a histogram of the list."""
    assert metric.kind is Kind.HISTOGRAM
    buckets: Sequence[float] = metric.buckets
    return Histogram(metric.name, metric.words, metric.labels, registry=registry, buckets=buckets)


class ReadGauge(Collector):
    """A gauge of the list whose series are read whenever it is asked for: what is gone is not shown.

    `read` gives label values and a number for each series; it is called in the thread of who asks.
    """

    def __init__(
        self, metric: Metric, registry: CollectorRegistry, read: Callable[[], Mapping[tuple[str, ...], float]]
    ) -> None:
        assert metric.kind is Kind.GAUGE
        self._metric = metric
        self._read = read
        registry.register(self)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Its name, without a number: registering must read nothing."""
        return [GaugeMetricFamily(self._metric.name, self._metric.words, labels=self._metric.labels)]

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """What is read now."""
        (family,) = self.describe()
        for labels, value in self._read().items():
            family.add_metric(labels, value)
        return [family]


def build_info(registry: CollectorRegistry, stamp: Stamp) -> None:
    """`edgecode_build_info{service,version,revision} 1`."""
    gauge(BUILD_INFO, registry).labels(stamp.service, stamp.version, stamp.revision).set(1)
