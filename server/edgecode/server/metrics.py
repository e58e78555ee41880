"""What a server counts: calls, what its fleet and queue look like, and, while it leads, what the fold brought about."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry

from edgecode.core import metrics
from edgecode.core.metrics import ReadGauge
from edgecode.core.stamp import Stamp
from edgecode.server.jobs.built_in import BUILT_IN
from edgecode.server.ledger.port import Changes, JobRecord
from edgecode.server.ledger.rows import AttemptRow, AttemptState, JobRow, JobState, StampRow, TaskRow
from edgecode.server.planner.queue import Lane
from edgecode.v1 import bus_pb2


class ServerMetrics:
    """The metrics of one server process, in a registry of its own."""

    def __init__(self, stamp: Stamp) -> None:
        self.registry = registry = CollectorRegistry()
        self._builds = metrics.Builds()
        self._lanes: tuple[Lane, ...] = ()
        metrics.build_info(registry, stamp)
        self._calls = metrics.histogram(metrics.CALLS, registry)
        self._leading = metrics.gauge(metrics.LEADING, registry)
        self._accepted = metrics.counter(metrics.JOBS_ACCEPTED, registry)
        self._jobs_ended = metrics.counter(metrics.JOBS_ENDED, registry)
        self._job_seconds = metrics.histogram(metrics.JOB_SECONDS, registry)
        self._attempts_ended = metrics.counter(metrics.ATTEMPTS_ENDED, registry)
        self._attempt_seconds = metrics.histogram(metrics.ATTEMPT_SECONDS, registry)
        self._lag = metrics.histogram(metrics.LAG, registry)
        self._behind = metrics.gauge(metrics.BEHIND, registry)
        ReadGauge(metrics.QUEUED, registry, lambda: self._by_lane(lambda lane: lane.waiting))
        ReadGauge(metrics.TAKEN, registry, lambda: self._by_lane(lambda lane: lane.taken))
        ReadGauge(metrics.OLDEST, registry, lambda: self._by_lane(lambda lane: lane.oldest_age_seconds))

    def watch(self, unfinished: Callable[[], int], entries: Callable[[], Iterable[bus_pb2.FleetEntry]]) -> None:
        """Reads queue and fleet whenever it is asked, in the thread of who asks."""
        ReadGauge(metrics.JOBS_UNFINISHED, self.registry, lambda: {(): unfinished()})
        ReadGauge(metrics.FLEET, self.registry, lambda: self._alive(entries()))

    def _alive(self, entries: Iterable[bus_pb2.FleetEntry]) -> Mapping[tuple[str, ...], float]:
        return Counter((entry.stamp.service, self._builds.label(entry.stamp.build)) for entry in entries)

    def _by_lane(self, value: Callable[[Lane], float]) -> Mapping[tuple[str, ...], float]:
        return {(lane.task_class, lane.priority, self._builds.label(lane.build)): value(lane) for lane in self._lanes}

    def called(self, method: str, code: str, seconds: float) -> None:
        """A call was answered."""
        self._calls.labels(method, code).observe(seconds)

    def leads(self, *, leading: bool) -> None:
        """Took the lead, or laid it down: then another knows the lanes."""
        self._leading.set(leading)
        if not leading:
            self._lanes = ()
            self._behind.set(0)

    def queue(self, lanes: tuple[Lane, ...]) -> None:
        """What stands in the lanes now."""
        self._lanes = lanes

    def behind(self, events: int) -> None:
        """How many events the ledger has not folded."""
        self._behind.set(events)

    def lagged(self, seconds: float) -> None:
        """So old was the oldest event of a group when it was committed."""
        self._lag.observe(max(seconds, 0.0))

    def folded(
        self, changes: Changes, before: Mapping[str, JobRecord | None], stamps: Mapping[int, StampRow]
    ) -> list[JobRow]:
        """A group of events is in the ledger; returns the jobs that ended. Costs a look at each changed row.

        Jobs of shadows are nobody's, and none of the counted.
        """
        ended = []
        for job_id, job in changes.jobs.items():
            record = before[job_id]
            if job.shadow_id:
                continue
            if record is None:
                self._accepted.labels(_preset(job)).inc()
            if job.end_time_us and (record is None or record.job.end_time_us != job.end_time_us):
                self._job_ended(job)
                ended.append(job)
        for attempt in changes.attempts.values():
            if changes.jobs[attempt.job_id].shadow_id:
                continue
            if attempt.end_time_us and not _had_ended(attempt, before[attempt.job_id]):
                task = changes.tasks.get((attempt.job_id, attempt.task_id)) or _task(attempt, before[attempt.job_id])
                self._attempt_ended(attempt, task, stamps[attempt.stamp_id].build)
        return ended

    def _job_ended(self, job: JobRow) -> None:
        preset, build = _preset(job), self._builds.label(job.build) if job.build else "none"
        self._jobs_ended.labels(preset, job.state.lower(), build).inc()
        if job.state == JobState.SUCCEEDED:
            self._job_seconds.labels(preset, build).observe((job.end_time_us - job.create_time_us) / 1e6)

    def _attempt_ended(self, attempt: AttemptRow, task: TaskRow | None, build: str) -> None:
        kind, label = task.kind.lower() if task else "unknown", self._builds.label(build)
        self._attempts_ended.labels(kind, attempt.state.lower(), label).inc()
        if attempt.state == AttemptState.SUCCEEDED:
            self._attempt_seconds.labels(kind, label).observe((attempt.end_time_us - attempt.start_time_us) / 1e6)


def _preset(job: JobRow) -> str:
    if not job.preset:
        return "none"
    return job.preset if job.preset in BUILT_IN else "own"


def _had_ended(attempt: AttemptRow, record: JobRecord | None) -> bool:
    known = record.attempts.get(attempt.attempt_id) if record else None
    return known is not None and known.end_time_us != 0


def _task(attempt: AttemptRow, record: JobRecord | None) -> TaskRow | None:
    return record.tasks.get(attempt.task_id) if record else None
