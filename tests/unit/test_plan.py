"""What a job's state, the route and the fleet call for."""

from typing import Any

import pytest

from edgecode.server.ledger.rows import TaskState
from edgecode.server.planner.moves import contract_of_job
from edgecode.server.planner.plan import plan, retention_deadline_us
from edgecode.server.planner.workers import PresentWorker
from edgecode.v1 import event_pb2, media_pb2
from tests.harness.folding import DAY_US, NOW_US, OURS, SECOND_US, USERS, WORKER, B, C, D, Story, created, situation

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
    exports = [event_pb2.ExportedFile(uri="file:///there")] if task.startswith("export-") else []
    assert story.tell("attempt_succeeded", **names, files=made, exports=exports, **source)


def exporting(*outputs: str, budget: int = 4) -> event_pb2.Event:
    """A job whose artifacts are wanted elsewhere too."""
    found = created(outputs=outputs, budget=budget)
    found.job_created.output_uri = "file:///there"
    return found


class TestTheWay:
    def test_a_new_job_is_assigned_and_its_first_task_scheduled_at_once(self) -> None:
        story = Story(created(outputs=("a",)))
        assert story.decide(situation(B)) == ["job_assigned", "task_scheduled"]
        assert (story.job.job.build, list(story.job.tasks)) == (B, ["probe"])

    def test_probe_then_encodes_beside_each_other_then_manifest_then_the_end(self) -> None:
        story = Story(created(outputs=("a", "b", "t1", "t2")))
        fleet = situation(B)
        story.decide(fleet)
        succeed(story, "probe")
        assert story.decide(fleet) == ["task_scheduled"] * 3
        assert {n: t.output_ids for n, t in story.job.tasks.items() if n != "probe"} == {
            "thumbnail-t1": "t1",
            "thumbnail-t2": "t2",
            "transcode": "a,b",
        }
        succeed(story, "thumbnail-t1")
        assert story.decide(fleet) == ["artifact_published"], "long before the ladder"
        succeed(story, "transcode")
        assert story.decide(fleet) == ["artifact_published"] * 2
        succeed(story, "thumbnail-t2")
        assert story.decide(fleet) == ["artifact_published", "task_scheduled"]
        succeed(story, "manifest")
        assert story.decide(fleet) == ["artifact_published", "job_succeeded"]
        assert plan(story.job, fleet) == []

    def test_artifact_ids_are_the_same_whoever_plans(self) -> None:
        story = Story(created(outputs=("t",)))
        story.decide(situation(B))
        succeed(story, "probe")
        story.decide(situation(B))
        succeed(story, "thumbnail-t")
        ids = {
            next(d.artifact_published.artifact_id for d in plan(story.job, fleet) if d.HasField("artifact_published"))
            for fleet in (situation(B), situation(B, C, now_us=NOW_US + 1, revision=5))
        }
        assert len(ids) == 1

    def test_a_thumbnail_that_cannot_be_made_fails_alone_and_the_ladder_is_published(self) -> None:
        story = Story(created(outputs=("a", "t"), budget=1))
        fleet = situation(B)
        story.decide(fleet)
        succeed(story, "probe")
        story.decide(fleet)
        fail(story, "thumbnail-t")
        assert story.decide(fleet) == ["task_dead"]
        succeed(story, "transcode")
        assert story.decide(fleet) == ["artifact_published", "job_failed"]
        assert story.job.job.failure_reason == "BROKEN"
        assert [a.output_id for a in story.job.artifacts.values()] == ["a"]

    def test_with_an_output_uri_each_task_is_exported_once_published_and_the_manifest_last(self) -> None:
        story = Story(exporting("a", "t"))
        fleet = situation(B)
        story.decide(fleet)
        succeed(story, "probe")
        story.decide(fleet)
        succeed(story, "thumbnail-t")
        assert story.decide(fleet) == ["artifact_published", "task_scheduled"]
        assert story.job.tasks["export-thumbnail-t"].state == TaskState.SCHEDULED
        succeed(story, "transcode")
        succeed(story, "export-thumbnail-t")
        story.decide(fleet)
        succeed(story, "manifest")
        assert story.decide(fleet) == ["artifact_published"]
        assert "export-manifest" not in story.job.tasks
        succeed(story, "export-transcode")
        assert story.decide(fleet) == ["task_scheduled"]
        succeed(story, "export-manifest")
        assert story.decide(fleet) == ["job_succeeded"]

    def test_a_dead_export_fails_the_job_and_leaves_its_artifacts(self) -> None:
        story = Story(exporting("t", budget=1))
        fleet = situation(B)
        for task in ("probe", "thumbnail-t", "manifest"):
            story.decide(fleet)
            succeed(story, task)
        story.decide(fleet)
        fail(story, "export-thumbnail-t")
        assert story.decide(fleet) == ["task_dead", "job_failed"]
        assert len(story.job.artifacts) == 2
        assert story.tell("job_retry_requested")
        assert story.decide(fleet) == ["task_scheduled"]

    def test_what_failed_before_it_was_made_is_not_waited_for_by_its_export(self) -> None:
        story = Story(exporting("a", "t", budget=1))
        fleet = situation(B)
        story.decide(fleet)
        succeed(story, "probe")
        story.decide(fleet)
        fail(story, "transcode")
        succeed(story, "thumbnail-t")
        story.decide(fleet)
        succeed(story, "export-thumbnail-t")
        assert story.decide(fleet) == ["job_failed"]

    def test_an_export_without_a_file_is_none(self) -> None:
        story = Story(exporting("t", budget=1))
        for task in ("probe", "thumbnail-t"):
            story.decide(situation(B))
            succeed(story, task)
        story.decide(situation(B))
        start(story, "export-thumbnail-t")
        row = story.job.tasks["export-thumbnail-t"]
        story.tell("attempt_succeeded", task_id=row.task_id, n=row.n, epoch=row.epoch, attempt_id="1")
        assert story.job.attempts["1"].failure_reason == "RESULT_INCOMPLETE"

    def test_nothing_is_decided_for_a_frozen_or_a_finished_job(self) -> None:
        story = Story(created())
        story.job.job = _replace(story.job.job, frozen=1)
        assert plan(story.job, situation(B)) == []
        done = Story(created())
        done.tell("job_cancelled", failure=USERS)
        assert plan(done.job, situation(B)) == []

    def test_a_cancel_ends_the_job_whatever_runs(self) -> None:
        story = Story(created())
        story.decide(situation(B))
        start(story)
        story.tell("job_cancel_requested", reason="no more")
        assert story.decide(situation()) == ["job_cancelled"]
        failure = media_pb2.Failure.FromString(story.job.job.failure_pb)
        assert (failure.reason, failure.message) == ("CANCELLED", "no more")


def _replace(job: Any, **columns: Any) -> Any:
    return type(job)(**{name: getattr(job, name) for name in job.__slots__} | columns)


class TestRetention:
    def test_an_unfinished_job_is_cancelled_before_its_events_expire(self) -> None:
        story = Story(created())
        story.decide(situation(B))
        deadline = retention_deadline_us(story.job)
        assert NOW_US + DAY_US - 61 * SECOND_US < deadline < NOW_US + DAY_US
        assert plan(story.job, situation(B, now_us=deadline - 1)) == []
        assert story.decide(situation(B, now_us=deadline)) == ["job_cancelled"]
        assert story.job.job.failure_reason == "RETENTION_REACHED"

    def test_a_short_life_leaves_a_tenth_of_it(self) -> None:
        assert retention_deadline_us(Story(created(life_us=10 * SECOND_US)).job) == NOW_US + 9 * SECOND_US

    def test_a_job_nobody_can_take_is_given_up_too(self) -> None:
        story = Story(created())
        assert story.decide(situation(now_us=NOW_US + DAY_US)) == ["job_cancelled"]


class TestBuilds:
    def test_without_a_worker_that_reads_it_a_job_waits(self) -> None:
        story = Story(created())
        assert plan(story.job, situation()) == []
        assert plan(story.job, situation(C)) == []
        later = {"x": PresentWorker(B, 2, 3, frozenset(), 0)}
        assert plan(story.job, situation(present=later)) == []
        assert plan(story.job, situation(B, current="")) == []
        assert plan(story.job, situation(B, quarantined=(B,))) == []

    def test_a_job_of_a_later_contract_goes_to_no_build_that_cannot_read_it(self) -> None:
        first = created()
        first.job_created.contract = 2
        story = Story(first)
        assert plan(story.job, situation(B, C)) == []
        # A worker that is seen is no absent one.
        assert plan(story.job, situation(B, C, absence_counts=False)) == []
        reader = {"x": PresentWorker(B, 1, 2, frozenset(), 0)}
        assert story.decide(situation(C, present=reader)) == ["job_assigned", "task_scheduled"]
        assert contract_of_job(story.job) == 2

    def test_while_absence_does_not_count_the_current_build_gets_it(self) -> None:
        assert Story(created()).decide(situation(absence_counts=False)) == ["job_assigned", "task_scheduled"]

    def test_off_a_quarantined_build_at_once_and_nothing_else_meanwhile(self) -> None:
        story = Story(created())
        story.decide(situation(B))
        start(story)
        assert plan(story.job, situation(C, current="", quarantined=(B,))) == []
        assert plan(story.job, situation(C, current=B, quarantined=(B,))) == []
        assert story.decide(situation(C, current=C, quarantined=(B,))) == ["job_reassigned", "task_scheduled"]
        assert (story.job.job.build, story.job.job.epoch, story.job.tasks["noop-0"].n) == (C, 1, 2)

    def test_off_a_build_without_workers_to_the_current_one(self) -> None:
        story = Story(created())
        story.decide(situation(B))
        start(story)
        moved = situation(C, current=C, former=(B,))
        assert story.decide(moved) == ["attempt_lost", "job_reassigned", "task_scheduled"]
        assert (story.job.job.build, story.job.tasks["noop-0"].spent) == (C, 1)

    @pytest.mark.parametrize(
        "fleet",
        [
            situation(B, C, current=C, former=(B,)),
            situation(C, current=C, former=(B,), absence_counts=False),
            situation(D, current=C, former=(B,)),
            situation(C, current=B),
        ],
        ids=["its build is alive", "absence does not count", "the current one is absent too", "it is the current one"],
    )
    def test_otherwise_it_stays(self, fleet: Any) -> None:
        story = Story(created())
        story.decide(situation(B))
        assert plan(story.job, fleet) == []


class TestAttempts:
    def test_ours_are_tried_again_until_the_budget_is_spent(self) -> None:
        story = Story(created(budget=3))
        fleet = situation(B)
        story.decide(fleet)
        for _ in range(2):
            fail(story)
            assert story.decide(fleet) == ["task_scheduled"]
        fail(story)
        assert story.decide(fleet) == ["task_dead", "job_failed"]
        assert (story.job.tasks["noop-0"].spent, story.job.tasks["noop-0"].n) == (3, 3)

    def test_the_user_s_fault_is_never_tried_again(self) -> None:
        story = Story(created())
        story.decide(situation(B, C))
        fail(story, failure=USERS)
        assert story.decide(situation(B, C)) == ["task_dead", "job_failed"]
        assert media_pb2.Failure.FromString(story.job.job.failure_pb).fault == media_pb2.FAULT_USER

    def test_what_is_handed_back_costs_nothing_and_waits_for_nothing(self) -> None:
        story = Story(created(budget=1))
        fleet = situation(B)
        story.decide(fleet)
        for number in range(5):
            start(story, attempt=str(number))
            row = story.job.tasks["noop-0"]
            assert story.tell("attempt_released", task_id="noop-0", n=row.n, attempt_id=str(number))
            assert story.decide(fleet) == ["task_scheduled"]
            assert story.job.tasks["noop-0"].not_before_time_us == 0
        assert story.job.tasks["noop-0"].spent == 0

    def test_the_wait_doubles_up_to_a_minute(self) -> None:
        story = Story(created(budget=20))
        fleet = situation(B)
        object.__setattr__(fleet, "settings", fleet.settings.model_copy(update={"backoff_seconds": 1.0}))
        story.decide(fleet)
        waits = []
        for _ in range(9):
            fail(story)
            story.decide(fleet)
            waits.append((story.job.tasks["noop-0"].not_before_time_us - NOW_US) / SECOND_US)
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]

    def test_the_last_attempt_is_made_elsewhere_when_another_build_is_live_and_once(self) -> None:
        story = Story(created(budget=3))
        fleet = situation(B, C)
        story.decide(fleet)
        fail(story)
        assert story.decide(fleet) == ["task_scheduled"]
        fail(story)
        assert story.decide(fleet) == ["job_reassigned", "task_scheduled"]
        assert (story.job.job.build, story.job.job.epoch, story.job.job.moved_for_last_attempt) == (C, 1, 1)
        fail(story)
        assert story.decide(fleet) == ["task_dead", "job_failed"]

    def test_the_last_attempt_goes_to_the_current_build_then_a_former_one_then_any_but_no_quarantined_one(self) -> None:
        def moved_to(*live: str, **route: Any) -> str:
            story = Story(created(budget=2))
            story.decide(situation(B))
            fail(story)
            story.decide(situation(*live, **route))
            return story.job.job.build

        assert moved_to(B, C, D, current=C, former=(D,)) == C
        assert moved_to(B, C, D, former=(C,)) == C
        assert moved_to(B, C, D) == D
        assert moved_to(B, C, D, former=(D,), ramping=D) == C
        assert moved_to(B, D, former=(D,), ramping=D) == D
        assert moved_to(B, C, D, quarantined=(D,)) == C
        assert moved_to(B, C, quarantined=(C,)) == B
        assert moved_to(B) == B

    def test_another_task_that_is_dead_is_not_opened_again_by_the_move(self) -> None:
        story = Story(created(tasks=2, budget=2))
        fleet = situation(B)
        story.decide(fleet)
        for _ in range(2):
            fail(story, "noop-0")
            story.decide(fleet)
        assert story.job.tasks["noop-0"].state == TaskState.DEAD
        fail(story, "noop-1")
        assert story.decide(situation(B, C)) == ["job_reassigned", "task_scheduled"]
        assert story.job.tasks["noop-0"].state == TaskState.DEAD

    def test_alone_after_two_losses(self) -> None:
        story = Story(created(budget=9))
        alone = []
        for number in range(4):
            story.decide(situation(B))
            alone.append(story.job.tasks["noop-0"].alone)
            start(story, attempt=str(number))
            row = story.job.tasks["noop-0"]
            story.tell("attempt_lost", task_id="noop-0", n=row.n, attempt_id=str(number), reason=1)
        assert alone == [0, 0, 1, 1]


class TestLosses:
    def run(self) -> Story:
        story = Story(created())
        story.decide(situation(B))
        start(story)
        return story

    def reason(self, story: Story, fleet: Any) -> str:
        (lost,) = [d.attempt_lost for d in plan(story.job, fleet) if d.HasField("attempt_lost")]
        return event_pb2.AttemptLost.Reason.Name(lost.reason)

    def test_an_attempt_whose_instance_left_is_lost_and_scheduled_again(self) -> None:
        other = {"other": PresentWorker(B, 1, 1, frozenset(), 0)}
        fleet = situation(present=other)
        story = self.run()
        assert self.reason(story, fleet) == "REASON_INSTANCE_LEFT"
        assert story.decide(fleet) == ["attempt_lost", "task_scheduled"]

    def test_not_while_absence_does_not_count(self) -> None:
        assert plan(self.run().job, situation(absence_counts=False)) == []

    def test_not_while_its_instance_is_there(self) -> None:
        assert plan(self.run().job, situation(B)) == []

    def test_the_attempt_that_was_taken_over_is_lost(self) -> None:
        story = self.run()
        start(story, attempt="2")
        assert self.reason(story, situation(B)) == "REASON_ANOTHER_STARTED"
        assert story.decide(situation(B)) == ["attempt_lost"]
        assert (story.job.tasks["noop-0"].state, story.job.tasks["noop-0"].attempt_id) == (TaskState.RUNNING, "2")

    @pytest.mark.parametrize(
        ("listed", "beat_after_seconds", "lost"), [((), 20, True), ((), 10, False), (("1",), 20, False)]
    )
    def test_an_instance_that_says_well_after_the_start_that_it_works_on_something_else_has_dropped_it(
        self, listed: tuple[str, ...], beat_after_seconds: int, lost: bool
    ) -> None:
        beat = NOW_US + beat_after_seconds * SECOND_US
        worker = PresentWorker(B, 1, 1, frozenset(listed), beat)
        fleet = situation(present={WORKER.instance: worker})
        story = self.run()
        if lost:
            assert self.reason(story, fleet) == "REASON_NOT_WORKED_ON"
        else:
            assert plan(story.job, fleet) == []
