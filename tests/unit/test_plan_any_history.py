"""What holds of plans whatever happens."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from edgecode.server.ledger.rows import FINISHED, AttemptState, JobState, TaskState
from edgecode.server.planner.plan import plan
from edgecode.v1 import event_pb2, media_pb2
from tests.harness.folding import DAY_US, NOW_US, OURS, USERS, B, C, D, Story, created, situation
from tests.harness.histories import HISTORIES

SOURCE = media_pb2.MediaInfo(video=media_pb2.VideoStream(display_width_pixels=640, display_height_pixels=480))


def fail(story: Story, task: str = "noop-0", failure: media_pb2.Failure = OURS) -> None:
    """One more attempt of a scheduled task, which fails."""
    names = {"task_id": task, "n": story.job.tasks[task].n, "epoch": story.job.job.epoch}
    attempt = f"{task}-{names['epoch']}-{names['n']}"
    assert story.tell("attempt_started", **names, attempt_id=attempt)
    assert story.tell("attempt_failed", **names, attempt_id=attempt, failure=failure)


def start(story: Story, task: str = "noop-0", attempt: str = "1") -> None:
    row = story.job.tasks[task]
    assert story.tell("attempt_started", task_id=task, n=row.n, epoch=row.epoch, attempt_id=attempt)


def succeed(story: Story, task: str) -> None:
    """One more attempt of a scheduled task, with all that was asked for."""
    start(story, task, f"of-{task}")
    row = story.job.tasks[task]
    names = {"task_id": task, "n": row.n, "epoch": row.epoch, "attempt_id": f"of-{task}"}
    made = [media_pb2.ArtifactFile(output_id=name) for name in row.output_ids.split(",") if name]
    source = {"source": SOURCE} if task == "probe" else {}
    assert story.tell("attempt_succeeded", **names, files=made, **source)


SITUATIONS = st.builds(
    lambda live, current, quarantined, counts, later: situation(
        *live,
        current=current,
        quarantined=tuple(quarantined),
        absence_counts=counts,
        now_us=NOW_US + later * DAY_US // 2,
        attempt_budget=2,
    ),
    st.sets(st.sampled_from([B, C, D])),
    st.sampled_from([B, C, ""]),
    st.sets(st.sampled_from([B, C])),
    st.booleans(),
    st.integers(0, 2),
)


@settings(max_examples=300, deadline=None)
@given(HISTORIES, SITUATIONS)
def test_every_planned_decision_takes_effect_and_nothing_is_left_to_plan_after_them(
    history: list[tuple[event_pb2.Event, bool]], fleet: Any
) -> None:
    story = Story()
    for found, quarantined in history:
        story.quarantined = frozenset({B}) if quarantined else frozenset()
        story.then(found)
    if story.record is None:
        return
    before = story.job.copy()
    decisions = plan(story.job, fleet)
    assert story.job == before, "planning changes nothing"
    assert plan(story.job, fleet) == decisions, "planning is a function"
    story.quarantined, story.now_us = fleet.route.quarantined, fleet.now_us
    for decision in decisions:
        assert story.then(decision)
    assert plan(story.job, fleet) == []


OUTCOMES = st.lists(st.sampled_from(["succeed", "fail", "users", "lose", "release", "dies", "back"]), max_size=30)


@settings(max_examples=200, deadline=None)
@given(OUTCOMES, st.integers(1, 4), st.sampled_from([(), ("a", "t1", "t2")]))
def test_when_the_faults_end_so_does_the_job_and_its_budget_was_kept(
    outcomes: list[str], budget: int, outputs: tuple[str, ...]
) -> None:
    story = Story(created(tasks=2, budget=budget, outputs=outputs))
    live = {B, C}
    left = iter(outcomes)
    number = 0
    while story.job.job.state not in FINISHED:
        number += 1
        assert number < 200, "it never ends"
        story.decide(situation(*live, current=B if B in live else C))
        scheduled = sorted(t.task_id for t in story.job.tasks.values() if t.state == TaskState.SCHEDULED)
        outcome = next(left, "succeed")
        if outcome in {"dies", "back"}:
            live = {C} if outcome == "dies" else {B, C}
        elif scheduled:
            happen(story, scheduled[number % len(scheduled)], outcome, str(number))
    for task in story.job.tasks.values():
        ended = [a for a in story.job.attempts.values() if a.task_id == task.task_id]
        counted = sum(a.state in {AttemptState.FAILED, AttemptState.LOST} for a in ended)
        assert counted == task.spent <= budget
        if task.state == TaskState.DEAD:
            assert task.spent == budget or task.failure_reason == "NOT_A_VIDEO"
    published = [a.output_id for a in story.job.artifacts.values()]
    assert len(set(published)) == len(published)
    if story.job.job.state == JobState.SUCCEEDED:
        assert set(published) == ({*outputs, "manifest"} if outputs else set())


def happen(story: Story, task: str, outcome: str, attempt: str) -> None:
    """One attempt, from its start to this outcome."""
    row = story.job.tasks[task]
    names: dict[str, Any] = {"task_id": task, "n": row.n, "epoch": row.epoch, "attempt_id": attempt}
    assert story.tell("attempt_started", **names)
    if outcome == "succeed":
        files = [media_pb2.ArtifactFile(output_id=name) for name in row.output_ids.split(",") if name]
        source = {"source": SOURCE} if task == "probe" else {}
        assert story.tell("attempt_succeeded", **names, files=files, **source)
    elif outcome == "lose":
        assert story.tell("attempt_lost", **names, reason=1)
    elif outcome == "release":
        assert story.tell("attempt_released", **names)
    else:
        assert story.tell("attempt_failed", **names, failure=USERS if outcome == "users" else OURS)
