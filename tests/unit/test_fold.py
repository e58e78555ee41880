"""What each event does to a job, and which events do nothing."""

from typing import Any

import pytest

from edgecode.server.ledger.rows import EXPIRY_MARGIN_US, AttemptState, JobState, TaskState
from edgecode.v1 import event_pb2, media_pb2
from tests.harness.folding import DAY_US, JOB, NOW_US, OURS, USERS, WORKER, B, C, Story, created, event

REASON = event_pb2.JobReassigned.Reason


def assigned(**fields: Any) -> Story:
    """A job that a build has."""
    story = Story(created(**fields))
    assert story.tell("job_assigned", build=B, route_revision=1)
    return story


def scheduled(task: str = "noop-0", kind: str = "NOOP", outputs: tuple[str, ...] = (), **fields: Any) -> Story:
    """A job with one scheduled task."""
    story = assigned(**fields)
    kind_number = event_pb2.TaskKind.Value(f"TASK_KIND_{kind}")
    assert story.tell("task_scheduled", task_id=task, kind=kind_number, n=1, output_ids=outputs)
    return story


def running(task: str = "noop-0", attempt: str = "1", **fields: Any) -> Story:
    """A job with one attempt under way."""
    story = scheduled(task, **fields)
    assert story.tell("attempt_started", task_id=task, n=1, attempt_id=attempt)
    return story


def verified() -> Story:
    """A job whose transcode waits to be published."""
    story = running("transcode", kind="TRANSCODE", outputs=("a", "b"))
    files = [media_pb2.ArtifactFile(output_id=name) for name in ("a", "b")]
    assert story.tell("attempt_succeeded", task_id="transcode", n=1, attempt_id="1", files=files)
    return story


def publish(story: Story, output: str, build: str = B, **fields: Any) -> bool:
    return story.tell(
        "artifact_published",
        **{"artifact_id": f"artifact-{output}", "task_id": "transcode", "attempt_id": "1"} | fields,
        file=media_pb2.ArtifactFile(output_id=output, kind=media_pb2.ARTIFACT_KIND_RENDITION),
        made_by={"build": build},
    )


def task_of(story: Story, name: str = "noop-0") -> Any:
    return story.job.tasks[name]


class TestJobs:
    def test_the_first_event_makes_the_job(self) -> None:
        job = Story(created()).job.job
        assert (job.job_id, job.state, job.epoch, job.build) == (JOB, JobState.QUEUED, 0, "")
        assert (job.first_sequence, job.last_sequence, job.create_time_us) == (1, 1, NOW_US)

    def test_events_of_an_unknown_job_make_none(self) -> None:
        story = Story()
        assert not story.tell("attempt_started", task_id="noop-0", n=1, attempt_id="1")
        assert story.record is None

    def test_the_first_event_of_another_job_makes_none(self) -> None:
        other = created()
        other.job_created.job_id = "another"
        story = Story()
        assert not story.then(other)
        assert story.record is None

    def test_a_second_creation_changes_nothing(self) -> None:
        story = assigned()
        assert not story.then(created(tasks=9))
        assert story.job.job.build == B

    def test_a_job_of_the_same_id_comes_again_when_the_first_is_over(self) -> None:
        story = running()
        story.now_us = NOW_US + DAY_US - EXPIRY_MARGIN_US
        again = created(life_us=2 * DAY_US)
        assert story.then(again)
        assert (story.job.tasks, story.job.attempts, story.job.job.state) == ({}, {}, JobState.QUEUED)
        assert story.job.job.first_sequence == story.sequence

    def test_assigned_once(self) -> None:
        story = assigned()
        assert not story.tell("job_assigned", build=C, route_revision=2)
        assert (story.job.job.build, story.job.job.state) == (B, JobState.RUNNING)

    @pytest.mark.parametrize("build", ["", B])
    def test_not_assigned_to_nothing_or_to_a_quarantined_build(self, build: str) -> None:
        story = Story(created())
        story.quarantined = frozenset({B})
        assert not story.tell("job_assigned", build=build)
        assert story.job.job.state == JobState.QUEUED

    def test_cancel_asks_and_then_ends_everything_under_way(self) -> None:
        story = running()
        assert story.tell("job_cancel_requested", reason="no more")
        assert story.job.job.state == JobState.CANCELLING
        assert not story.tell("job_succeeded")
        assert not story.tell("task_scheduled", task_id="noop-1", kind=5, n=1)
        assert story.tell("job_cancelled", failure=USERS)
        assert story.job.job.state == JobState.CANCELLED
        assert story.job.attempts["1"].state == AttemptState.REFUSED
        assert task_of(story).state == TaskState.CANCELLED

    def test_a_job_ends_once(self) -> None:
        story = assigned()
        assert story.tell("job_failed", failure=OURS)
        for kind in ("job_succeeded", "job_failed", "job_cancelled", "job_cancel_requested", "job_assigned"):
            assert not story.tell(kind)
        assert (story.job.job.state, story.job.job.failure_reason) == (JobState.FAILED, "BROKEN")

    def test_only_what_is_finished_is_deleted_and_once(self) -> None:
        story = verified()
        assert publish(story, "a")
        assert not story.tell("job_deleted")
        assert story.tell("job_failed", failure=OURS)
        assert story.tell("job_deleted")
        assert (story.job.job.state, story.job.artifacts) == (JobState.DELETED, {})
        assert not story.tell("job_deleted")
        assert not story.tell("job_retry_requested")


class TestRetry:
    def failed(self) -> Story:
        story = running(tasks=3)
        story.tell("attempt_failed", task_id="noop-0", n=1, attempt_id="1", failure=OURS)
        assert story.tell("task_dead", task_id="noop-0", failure=OURS)
        story.tell("task_scheduled", task_id="noop-1", kind=5, n=1)
        story.tell("attempt_started", task_id="noop-1", n=1, attempt_id="2")
        story.tell("attempt_failed", task_id="noop-1", n=1, attempt_id="2", failure=OURS)
        assert story.tell("task_dead", task_id="noop-1", failure=OURS)
        assert story.tell("task_scheduled", task_id="noop-2", kind=5, n=1)
        assert story.tell("job_failed", failure=OURS)
        return story

    def test_everything_dead_and_everything_cut_short_is_wanted_again(self) -> None:
        story = self.failed()
        assert story.tell("job_retry_requested")
        assert story.job.job.state == JobState.RUNNING
        assert {(t.state, t.spent, t.failure_reason) for t in story.job.tasks.values()} == {(TaskState.PENDING, 0, "")}

    def test_one_task_is_wanted_again_with_everything_cut_short(self) -> None:
        story = self.failed()
        assert story.tell("job_retry_requested", task_id="noop-1")
        assert {t.task_id: t.state for t in story.job.tasks.values()} == {
            "noop-0": TaskState.DEAD,
            "noop-1": TaskState.PENDING,
            "noop-2": TaskState.PENDING,
        }

    @pytest.mark.parametrize("task", ["noop-2", "unknown"])
    def test_a_task_that_is_not_dead_is_not_tried_again(self, task: str) -> None:
        story = self.failed()
        assert not story.tell("job_retry_requested", task_id=task)
        assert story.job.job.state == JobState.FAILED

    def test_only_failed_jobs_are_tried_again(self) -> None:
        assert not assigned().tell("job_retry_requested")

    def test_numbers_go_on(self) -> None:
        story = self.failed()
        story.tell("job_retry_requested")
        assert not story.tell("task_scheduled", task_id="noop-0", kind=5, n=1)
        assert story.tell("task_scheduled", task_id="noop-0", kind=5, n=2)


class TestTasks:
    @pytest.mark.parametrize(("n", "epoch"), [(0, 0), (2, 0), (1, 1), (1, -1)])
    def test_scheduled_only_under_the_next_number_in_this_epoch(self, n: int, epoch: int) -> None:
        story = assigned()
        assert not story.tell("task_scheduled", task_id="noop-0", kind=5, n=n, epoch=epoch)
        assert story.job.tasks == {}

    def test_not_scheduled_before_the_job_has_a_build(self) -> None:
        assert not Story(created()).tell("task_scheduled", task_id="noop-0", kind=5, n=1)

    def test_not_scheduled_again_while_it_is_scheduled_or_runs(self) -> None:
        assert not scheduled().tell("task_scheduled", task_id="noop-0", kind=5, n=2)
        assert not running().tell("task_scheduled", task_id="noop-0", kind=5, n=2)

    def test_what_it_is_to_do_is_kept(self) -> None:
        story = assigned()
        scheduling = event("task_scheduled", task_id="t", kind=2, n=1, alone=True, output_ids=["a", "b"])
        scheduling.task_scheduled.not_before_time.FromMicroseconds(NOW_US + 5)
        assert story.then(scheduling)
        task = task_of(story, "t")
        assert (task.kind, task.alone, task.output_ids) == ("TRANSCODE", 1, "a,b")
        assert (task.schedule_time_us, task.not_before_time_us) == (NOW_US, NOW_US + 5)

    def test_dead_only_after_a_failure(self) -> None:
        assert not scheduled().tell("task_dead", task_id="noop-0", failure=OURS)
        assert not running().tell("task_dead", task_id="noop-0", failure=OURS)
        assert not assigned().tell("task_dead", task_id="unknown", failure=OURS)


class TestAttempts:
    def test_started(self) -> None:
        story = running()
        assert (task_of(story).state, task_of(story).attempt_id) == (TaskState.RUNNING, "1")
        attempt = story.job.attempts["1"]
        assert (attempt.state, attempt.stamp_id, attempt.n) == (AttemptState.RUNNING, WORKER.stamp_id, 1)

    def test_a_second_attempt_takes_over_and_the_same_one_does_not_start_twice(self) -> None:
        story = running()
        assert story.tell("attempt_started", task_id="noop-0", n=1, attempt_id="2")
        assert task_of(story).attempt_id == "2"
        assert not story.tell("attempt_started", task_id="noop-0", n=1, attempt_id="1")
        assert {a.state for a in story.job.attempts.values()} == {AttemptState.RUNNING}

    @pytest.mark.parametrize("fields", [{"epoch": 1}, {"task_id": "unknown"}])
    def test_not_in_another_epoch_or_of_an_unknown_task(self, fields: dict[str, Any]) -> None:
        assert not scheduled().tell("attempt_started", **{"task_id": "noop-0", "n": 1, "attempt_id": "1"} | fields)

    def test_an_outcome_without_a_start_is_refused(self) -> None:
        for kind in ("attempt_succeeded", "attempt_failed", "attempt_lost", "attempt_released"):
            assert not scheduled().tell(kind, task_id="noop-0", n=1, attempt_id="never started")

    def test_success_without_files_is_success(self) -> None:
        story = running()
        assert story.tell("attempt_succeeded", task_id="noop-0", n=1, attempt_id="1")
        assert task_of(story).state == TaskState.SUCCEEDED

    def test_the_probe_tells_the_source(self) -> None:
        story = running("probe", kind="PROBE")
        source = media_pb2.MediaInfo(format="mp4")
        assert story.tell("attempt_succeeded", task_id="probe", n=1, attempt_id="1", source=source)
        assert media_pb2.MediaInfo.FromString(story.job.job.source_pb) == source

    @pytest.mark.parametrize(
        ("kind", "asked", "made"),
        [("TRANSCODE", ("a", "b"), ()), ("TRANSCODE", ("a", "b"), ("a",)), ("TRANSCODE", ("a",), ("a", "c")),
         ("PROBE", (), ()), ("NOOP", (), ("a",))],
    )  # fmt: skip
    def test_a_result_that_is_not_what_was_asked_for_is_a_failure_of_ours(
        self, kind: str, asked: tuple[str, ...], made: tuple[str, ...]
    ) -> None:
        story = running("t", kind=kind, outputs=asked)
        files = [media_pb2.ArtifactFile(output_id=name) for name in made]
        assert story.tell("attempt_succeeded", task_id="t", n=1, attempt_id="1", files=files)
        task, attempt = task_of(story, "t"), story.job.attempts["1"]
        assert (task.state, task.spent, attempt.state) == (TaskState.WAITING, 1, AttemptState.FAILED)
        assert (attempt.failure_reason, attempt.fault) == ("RESULT_INCOMPLETE", "OURS")

    def test_two_files_of_one_output_under_one_name_are_a_failure_of_ours(self) -> None:
        story = running("t", kind="SPRITE", outputs=("a",))
        files = [media_pb2.ArtifactFile(output_id="a", file_name="a.jpg") for _ in range(2)]
        assert story.tell("attempt_succeeded", task_id="t", n=1, attempt_id="1", files=files)
        assert story.job.attempts["1"].failure_reason == "RESULT_INCOMPLETE"

    def test_an_output_of_several_files_is_done_when_each_is_published_once(self) -> None:
        story = running("t", kind="SPRITE", outputs=("a",))
        files = [media_pb2.ArtifactFile(output_id="a", file_name=name) for name in ("a.1.jpg", "a.vtt")]
        assert story.tell("attempt_succeeded", task_id="t", n=1, attempt_id="1", files=files)
        for place, file in enumerate(files):
            assert task_of(story, "t").state == TaskState.VERIFIED
            for artifact_id, counts in ((f"artifact-{place}", True), (f"again-{place}", False)):
                names = {"artifact_id": artifact_id, "task_id": "t", "attempt_id": "1"}
                assert story.tell("artifact_published", **names, file=file, made_by={"build": B}) is counts
        assert task_of(story, "t").state == TaskState.SUCCEEDED
        assert sorted(story.job.artifacts) == ["artifact-0", "artifact-1"]

    def test_success_ends_the_attempts_beside_it(self) -> None:
        story = running()
        story.tell("attempt_started", task_id="noop-0", n=1, attempt_id="2")
        assert story.tell("attempt_succeeded", task_id="noop-0", n=1, attempt_id="2")
        assert story.job.attempts["1"].state == AttemptState.REFUSED
        assert not story.tell("attempt_succeeded", task_id="noop-0", n=1, attempt_id="1")
        assert task_of(story).attempt_id == "2"

    def test_a_lost_attempt_may_still_win_while_its_task_is_not_done(self) -> None:
        story = running()
        assert story.tell("attempt_lost", task_id="noop-0", n=1, attempt_id="1", reason=1)
        assert (task_of(story).state, task_of(story).lost, task_of(story).spent) == (TaskState.WAITING, 1, 1)
        assert story.tell("task_scheduled", task_id="noop-0", kind=5, n=2)
        assert story.tell("attempt_succeeded", task_id="noop-0", n=1, attempt_id="1")
        assert task_of(story).state == TaskState.SUCCEEDED

    @pytest.mark.parametrize("kind", ["attempt_failed", "attempt_released"])
    def test_an_attempt_that_ended_otherwise_does_not_win(self, kind: str) -> None:
        story = running()
        assert story.tell(kind, task_id="noop-0", n=1, attempt_id="1")
        assert not story.tell("attempt_succeeded", task_id="noop-0", n=1, attempt_id="1")

    def test_failure_counts_and_release_does_not(self) -> None:
        story = running()
        assert story.tell("attempt_released", task_id="noop-0", n=1, attempt_id="1")
        assert (task_of(story).state, task_of(story).spent) == (TaskState.WAITING, 0)
        story.tell("task_scheduled", task_id="noop-0", kind=5, n=2)
        story.tell("attempt_started", task_id="noop-0", n=2, attempt_id="2")
        assert story.tell("attempt_failed", task_id="noop-0", n=2, attempt_id="2", failure=OURS)
        assert (task_of(story).state, task_of(story).spent, task_of(story).lost) == (TaskState.WAITING, 1, 0)
        assert not story.tell("attempt_failed", task_id="noop-0", n=2, attempt_id="2", failure=OURS)

    def test_the_end_of_an_attempt_that_was_taken_over_leaves_the_task_running(self) -> None:
        story = running()
        story.tell("attempt_started", task_id="noop-0", n=1, attempt_id="2")
        assert story.tell("attempt_lost", task_id="noop-0", n=1, attempt_id="1", reason=2)
        assert (task_of(story).state, task_of(story).attempt_id, task_of(story).spent) == (TaskState.RUNNING, "2", 1)
        assert story.job.attempts["1"].failure_reason == "ATTEMPT_LOST_ANOTHER_STARTED"

    def test_nothing_is_taken_after_the_end(self) -> None:
        story = running()
        story.tell("job_cancelled", failure=USERS)
        for kind in ("attempt_started", "attempt_succeeded", "attempt_failed", "attempt_lost", "attempt_released"):
            assert not story.tell(kind, task_id="noop-0", n=1, attempt_id="1")


class TestMoves:
    def test_the_next_epoch_closes_what_runs_and_keeps_what_is_done(self) -> None:
        story = verified()
        assert publish(story, "a")
        assert publish(story, "b")
        story.tell("task_scheduled", task_id="t", kind=3, n=1, output_ids=["t"])
        story.tell("attempt_started", task_id="t", n=1, attempt_id="2")
        assert story.tell(
            "job_reassigned", build=C, epoch=1, route_revision=2, reason=REASON.REASON_BUILD_HAS_NO_WORKER
        )
        assert (story.job.job.build, story.job.job.epoch, story.job.job.route_revision) == (C, 1, 2)
        assert task_of(story, "transcode").state == TaskState.SUCCEEDED
        assert (task_of(story, "t").state, task_of(story, "t").n) == (TaskState.PENDING, 1)
        assert story.job.attempts["2"].state == AttemptState.REFUSED
        assert len(story.job.artifacts) == 2
        assert not story.tell("attempt_succeeded", task_id="t", n=1, attempt_id="2")
        assert not story.tell("attempt_started", task_id="t", n=1, attempt_id="3", epoch=0)

    @pytest.mark.parametrize(("epoch", "build"), [(0, C), (2, C), (1, ""), (1, B)])
    def test_not_by_another_step_nor_to_nothing_nor_to_a_quarantined_build(self, epoch: int, build: str) -> None:
        story = running()
        story.quarantined = frozenset({B})
        assert not story.tell("job_reassigned", build=build, epoch=epoch)
        assert (story.job.job.epoch, story.job.attempts["1"].state) == (0, AttemptState.RUNNING)

    def test_a_quarantine_gives_a_whole_budget_and_opens_dead_tasks_but_no_user_s_fault(self) -> None:
        story = assigned(tasks=3)
        for number, failure in enumerate((OURS, USERS, OURS)):
            names = {"task_id": f"noop-{number}", "n": 1, "attempt_id": str(number)}
            story.tell("task_scheduled", task_id=names["task_id"], kind=5, n=1)
            story.tell("attempt_started", **names)
            story.tell("attempt_failed", **names, failure=failure)
        for number, failure in enumerate((OURS, USERS)):
            assert story.tell("task_dead", task_id=f"noop-{number}", failure=failure)
        before = {t.task_id: t for t in story.job.tasks.values()}
        other = Story()
        other.record, other.sequence = story.job.copy(), story.sequence

        assert story.tell("job_reassigned", build=C, epoch=1, reason=REASON.REASON_BUILD_QUARANTINED)
        assert [(t.state, t.spent) for t in story.job.tasks.values()] == [
            (TaskState.PENDING, 0),
            (TaskState.DEAD, 1),
            (TaskState.PENDING, 0),
        ]
        assert other.tell("job_reassigned", build=C, epoch=1, reason=REASON.REASON_BUILD_HAS_NO_WORKER)
        assert task_of(other, "noop-0") == before["noop-0"]
        assert (task_of(other, "noop-2").state, task_of(other, "noop-2").spent) == (TaskState.PENDING, 1)


class TestPublishing:
    def test_the_task_is_done_when_all_its_outputs_are_published(self) -> None:
        story = verified()
        assert publish(story, "a")
        assert task_of(story, "transcode").state == TaskState.VERIFIED
        assert publish(story, "b")
        assert task_of(story, "transcode").state == TaskState.SUCCEEDED
        artifact = story.job.artifacts["artifact-a"]
        assert (artifact.kind, artifact.build, artifact.stamp_id) == ("RENDITION", B, WORKER.stamp_id)

    def test_an_output_gets_one_artifact(self) -> None:
        story = verified()
        assert publish(story, "a")
        assert not publish(story, "a")
        assert not publish(story, "a", artifact_id="another")
        assert list(story.job.artifacts) == ["artifact-a"]

    def test_nothing_of_a_quarantined_build(self) -> None:
        story = verified()
        story.quarantined = frozenset({B})
        assert not publish(story, "a")
        assert story.job.artifacts == {}

    @pytest.mark.parametrize("fields", [{"epoch": 1}, {"attempt_id": "2"}, {"task_id": "unknown"}])
    def test_nothing_of_another_epoch_attempt_or_task(self, fields: dict[str, Any]) -> None:
        assert not publish(verified(), "a", **fields)

    @pytest.mark.parametrize("end", ["job_cancel_requested", "job_cancelled", "job_failed"])
    def test_nothing_after_a_cancel_or_the_end(self, end: str) -> None:
        story = verified()
        assert story.tell(end)
        assert not publish(story, "a")

    def test_nothing_that_is_not_verified(self) -> None:
        assert not publish(running("transcode", kind="TRANSCODE", outputs=("a", "b")), "a")
