"""What is counted, from what the fold brought about; and that the labels stay few."""

from collections.abc import Callable

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from edgecode.core.metrics import LABELS, METRICS, MOST_BUILDS, Builds, Kind
from edgecode.core.stamp import build_key, build_of_key, make_stamp
from edgecode.core.subjects import TaskSubject
from edgecode.server.ledger.port import Changes, JobRecord
from edgecode.server.ledger.rows import JobRow
from edgecode.server.metrics import ServerMetrics
from edgecode.server.planner.queue import Lane, lanes_of
from edgecode.v1 import event_pb2
from tests.harness.folding import JOB, NOW_US, OURS, SECOND_US, WORKER, B, Story, created

NOOP = event_pb2.TASK_KIND_NOOP


def counted(metrics: ServerMetrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample, by name and labels."""
    text = generate_latest(metrics.registry).decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class Told:
    """Metrics that are told of a story, commit by commit."""

    def __init__(self) -> None:
        self.metrics = ServerMetrics(make_stamp("server", "test"))
        self._before: JobRecord | None = None

    def commit(self, story: Story) -> list[JobRow]:
        """Tells all rows of the job, as the largest group would have them; the jobs that ended."""
        changes, after = Changes(), story.job.copy()
        changes.jobs[JOB] = after.job
        changes.tasks |= {(JOB, task.task_id): task for task in after.tasks.values()}
        changes.attempts |= after.attempts
        before, self._before = self._before, after
        return self.metrics.folded(changes, {JOB: before}, {WORKER.stamp_id: WORKER})

    def value(self, name: str, **labels: str) -> float:
        return counted(self.metrics).get((name, frozenset(labels.items())), 0.0)


def attempt(story: Story, number: int, kind: str, **fields: object) -> None:
    """Schedules the task, begins an attempt and ends it a second later."""
    assert story.tell("task_scheduled", task_id="noop-0", kind=NOOP, n=number)
    assert story.tell("attempt_started", task_id="noop-0", n=number, attempt_id=str(number))
    story.now_us += SECOND_US
    assert story.tell(kind, task_id="noop-0", n=number, attempt_id=str(number), **fields)


@pytest.mark.parametrize("at_once", [True, False])
def test_jobs_and_attempts_are_counted_once_however_their_events_are_grouped(*, at_once: bool) -> None:
    told, story = Told(), Story(created())
    steps: list[Callable[[], object]] = [
        lambda: story.tell("job_assigned", build=B, route_revision=1),
        lambda: attempt(story, 1, "attempt_failed", failure=OURS),
        lambda: attempt(story, 2, "attempt_succeeded"),
        lambda: story.tell("job_succeeded"),
        lambda: story.tell("job_deleted"),
    ]
    ended = []
    for step in steps:
        if not at_once:
            ended += told.commit(story)
        step()
    ended += told.commit(story)
    assert len(ended) == 1
    outcome = "deleted" if at_once else "succeeded"
    assert told.value("edgecode_jobs_accepted_total", preset="none") == 1
    assert told.value("edgecode_jobs_ended_total", preset="none", outcome=outcome, build=B) == 1
    for state in ("failed", "succeeded"):
        assert told.value("edgecode_attempts_ended_total", kind="noop", outcome=state, build=WORKER.build) == 1
    assert told.value("edgecode_attempt_duration_seconds_sum", kind="noop", build=WORKER.build) == 1.0


def test_a_job_that_is_retried_ends_twice() -> None:
    told, story = Told(), Story(created(budget=1))
    assert story.tell("job_assigned", build=B, route_revision=1)
    attempt(story, 1, "attempt_failed", failure=OURS)
    assert story.tell("task_dead", task_id="noop-0")
    assert story.tell("job_failed", failure=OURS)
    told.commit(story)
    assert story.tell("job_retry_requested")
    assert told.commit(story) == []
    attempt(story, 2, "attempt_succeeded")
    story.now_us += SECOND_US
    assert story.tell("job_succeeded")
    assert len(told.commit(story)) == 1
    ends = {
        state: told.value("edgecode_jobs_ended_total", preset="none", outcome=state, build=B)
        for state in ("failed", "succeeded")
    }
    assert ends == {"failed": 1, "succeeded": 1}


def test_presets_of_ones_own_share_a_label_and_a_job_without_a_build_has_none() -> None:
    told = Told()
    first = created()
    first.job_created.preset = "mine-7"
    story = Story(first)
    assert story.tell("job_failed", failure=OURS)
    told.commit(story)
    assert told.value("edgecode_jobs_ended_total", preset="own", outcome="failed", build="none") == 1


def test_of_builds_the_first_fifty_have_their_names() -> None:
    builds = Builds()
    named = [builds.label(f"1.0.{number}+g000000000000") for number in range(MOST_BUILDS + 5)]
    assert len(set(named)) == MOST_BUILDS + 1
    assert named[-1] == "other"
    assert builds.label("1.0.0+g000000000000") == "1.0.0+g000000000000"


@pytest.mark.parametrize(
    "build", ["1.4.2+g9f1c2ab3d4e5", "1.4.2-rc.10+g9f1c2ab3d4e5", "1.4.2-alpha.1+g9f1c2ab3d4e5.dirty.0a1b2c3d"]
)
def test_the_build_of_a_lane_is_read_back_from_its_key(build: str) -> None:
    assert build_of_key(build_key(build)) == build
    assert build_of_key("anything") == "anything"


def test_a_lane_has_what_waits_what_is_taken_and_the_age_of_its_oldest() -> None:
    story = Story(created(tasks=3))
    assert story.tell("job_assigned", build=B, route_revision=1)
    for number in range(3):
        assert story.tell("task_scheduled", task_id=f"noop-{number}", kind=NOOP, n=1)
        story.now_us += SECOND_US
    standing = [TaskSubject("light", "low", build_key(B), "noop", JOB, f"noop-{number}", 1) for number in range(3)]
    assert story.tell("attempt_started", task_id="noop-0", n=1, attempt_id="1")
    scheduled = [task for task in story.job.tasks.values() if task.state == "SCHEDULED"]
    (lane,) = lanes_of(standing, scheduled, NOW_US + 10 * SECOND_US)
    assert lane == Lane("light", "low", B, waiting=2, taken=1, oldest_age_seconds=9.0)


def test_gauges_of_lanes_show_what_stands_now_and_nothing_when_another_leads() -> None:
    told = Told()
    lane = {"task_class": "light", "priority": "low", "build": B}
    told.metrics.leads(leading=True)
    told.metrics.queue((Lane("light", "low", B, waiting=2, taken=1, oldest_age_seconds=9.0),))
    assert told.value("edgecode_queue_tasks", **lane) == 2
    assert told.value("edgecode_queue_taken_tasks", **lane) == 1
    assert told.value("edgecode_queue_oldest_task_age_seconds", **lane) == 9.0
    told.metrics.leads(leading=False)
    assert not [name for name, labels in counted(told.metrics) if dict(labels).get("task_class")]


def test_the_list_says_unit_and_labels_of_every_metric() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert metric.name.startswith("edgecode_")
        assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER), metric.name
        assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM), metric.name
        assert set(metric.labels) <= LABELS.keys()
        assert metric.words.endswith(".")
    assert {label for metric in METRICS for label in metric.labels} == LABELS.keys()
