"""A source that only a ramping build calls bad."""

from dataclasses import replace

from edgecode.server.ledger.rows import TaskState
from edgecode.server.planner.situation import Situation
from edgecode.v1 import event_pb2
from tests.harness.folding import USERS, B, C, Story, created, event, situation

REASON = event_pb2.JobReassigned.REASON_USERS_FAULT_ELSEWHERE


def ramping(*live: str, quarantined: tuple[str, ...] = ()) -> Situation:
    """C is current, B, where the job is, ramps."""
    found = situation(*live, current=C, quarantined=quarantined)
    return replace(found, route=replace(found.route, ramping=B, ramp_percent=20.0))


def refused_on_b() -> Story:
    """A job whose one task B's worker has refused for the user's fault."""
    story = Story(created())
    assert story.tell("job_assigned", build=B)
    refuse(story)
    return story


def refuse(story: Story) -> None:
    """One more attempt, which calls the source bad."""
    if "noop-0" not in story.job.tasks:
        assert story.tell("task_scheduled", task_id="noop-0", kind=event_pb2.TASK_KIND_NOOP, n=1)
    task = story.job.tasks["noop-0"]
    names = {"task_id": "noop-0", "n": task.n, "epoch": task.epoch, "attempt_id": f"{task.epoch}-{task.n}"}
    assert story.tell("attempt_started", **names)
    assert story.tell("attempt_failed", **names, failure=USERS)


def test_it_is_tried_once_on_the_current_build_before_it_is_final() -> None:
    story = refused_on_b()
    assert story.decide(ramping(B, C)) == ["job_reassigned", "task_scheduled"]
    assert (story.job.job.build, story.job.job.epoch) == (C, 1)
    refuse(story)
    assert story.decide(ramping(B, C)) == ["task_dead", "job_failed"]
    assert story.job.job.failure_reason == USERS.reason


def test_where_the_builds_disagree_the_job_succeeds() -> None:
    story = refused_on_b()
    story.decide(ramping(B, C))
    task = story.job.tasks["noop-0"]
    names = {"task_id": "noop-0", "n": task.n, "epoch": 1, "attempt_id": "good"}
    assert story.then(event("attempt_started", **names))
    assert story.then(event("attempt_succeeded", **names))
    assert story.decide(ramping(B, C)) == ["job_succeeded"]


def test_it_is_final_at_once_where_nobody_else_can_be_asked() -> None:
    for fleet in (ramping(B), ramping(B, C, quarantined=(C,))):
        assert refused_on_b().decide(fleet) == ["task_dead", "job_failed"]


def test_of_a_build_that_does_not_ramp_it_is_final_at_once() -> None:
    story = refused_on_b()
    assert story.decide(situation(B, C, current=C)) == ["task_dead", "job_failed"]
    assert story.job.tasks["noop-0"].state == TaskState.DEAD


def test_a_step_of_a_ramp_has_no_assigned_job_looked_at_and_a_quarantine_has() -> None:
    before = ramping(B, C)
    step = replace(before, route=replace(before.route, revision=2, ramp_percent=50.0))
    worse = replace(before, route=replace(before.route, revision=2, quarantined=frozenset({B})))
    assert before.signature(assigned=True) == step.signature(assigned=True) != worse.signature(assigned=True)
    assert before.signature(assigned=False) != step.signature(assigned=False)
