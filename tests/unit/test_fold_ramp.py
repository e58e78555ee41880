"""What a job's events say of the ramp that gave it to its build."""

import json
from typing import Any

import pytest

from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.v1 import event_pb2, media_pb2
from tests.harness.folding import OURS, USERS, B, C, Story, created, event

CHOICES = event_pb2.JobAssigned.Choice
REASONS = event_pb2.JobReassigned.Reason
NOOP = {"task_id": "noop-0"}


def given(first: event_pb2.Event | None = None, **assigned: Any) -> Story:
    """A job that a ramp's share gave to B, its task scheduled."""
    story = Story(first or created())
    share = {"choice": CHOICES.CHOICE_SHARE, "ramp_id": "r", "ramp_percent": 20.0}
    assert story.tell("job_assigned", build=B, **(share | assigned))
    schedule(story)
    return story


def schedule(story: Story) -> None:
    task = story.job.tasks.get("noop-0")
    n = (task.n if task else 0) + 1
    assert story.tell("task_scheduled", **NOOP, kind=event_pb2.TASK_KIND_NOOP, n=n, epoch=story.job.job.epoch)


def ramp_of(story: Story) -> RampJobRow:
    assert story.job.ramp is not None
    return story.job.ramp


def attempt(story: Story, kind: str = "", **fields: Any) -> None:
    """One attempt of the scheduled task, and how it ends."""
    task = story.job.tasks["noop-0"]
    names = {**NOOP, "n": task.n, "epoch": task.epoch, "attempt_id": f"{task.epoch}-{task.n}"}
    assert story.tell("attempt_started", **names)
    if kind:
        assert story.tell(kind, **names, **fields)


def test_a_job_that_a_share_gave_away_is_open_until_something_tells() -> None:
    story = given()
    row = ramp_of(story)
    assert (row.ramp_id, row.build, row.version_key, row.outcome) == ("r", B, story.job.job.job_id, "OPEN")
    assert (row.given_sequence, row.begun_sequence, row.ended_sequence) == (2, 0, 0)
    assert event_pb2.JobAssigned.FromString(row.assigned_pb).ramp_percent == 20.0
    attempt(story)
    assert (ramp_of(story).begun_sequence, ramp_of(story).outcome) == (4, "OPEN")


@pytest.mark.parametrize(
    "choice", [CHOICES.CHOICE_CURRENT, CHOICES.CHOICE_OVERRIDE, CHOICES.CHOICE_CONTRACT], ids=CHOICES.Name
)
def test_a_job_that_no_share_gave_away_tells_nothing(choice: int) -> None:
    assert given(choice=choice).job.ramp is None


def test_jobs_of_one_key_are_known_by_it() -> None:
    first = created()
    first.job_created.version_key = "customer 7"
    assert ramp_of(given(first)).version_key == "customer 7"


@pytest.mark.parametrize(
    ("kind", "fields", "outcome"),
    [
        ("attempt_failed", {"failure": OURS}, "FAILED"),
        ("attempt_lost", {"reason": 1}, "FAILED"),
        ("attempt_failed", {"failure": USERS}, "OPEN"),
        ("attempt_failed", {"failure": media_pb2.Failure(fault=media_pb2.FAULT_TRANSIENT)}, "OPEN"),
        ("attempt_released", {}, "OPEN"),
        ("attempt_succeeded", {}, "OPEN"),
        ("attempt_succeeded", {"files": [media_pb2.ArtifactFile(output_id="nobody asked")]}, "FAILED"),
    ],
)
def test_the_first_failure_by_our_fault_decides(kind: str, fields: Any, outcome: str) -> None:
    story = given()
    attempt(story, kind, **fields)
    assert ramp_of(story).outcome == outcome


def test_what_comes_after_the_first_failure_changes_nothing() -> None:
    story = given()
    attempt(story, "attempt_failed", failure=OURS)
    first = ramp_of(story)
    schedule(story)
    attempt(story, "attempt_succeeded")
    assert story.tell("job_succeeded")
    assert ramp_of(story) is first


def test_a_success_keeps_what_it_made() -> None:
    first = created(outputs=("a",))
    first.job_created.asset_size_bytes = 1000
    story = Story(first)
    story.tell("job_assigned", build=B, choice=CHOICES.CHOICE_SHARE, ramp_id="r", ramp_percent=20.0)
    for task, kind in (("probe", event_pb2.TASK_KIND_PROBE), ("transcode", event_pb2.TASK_KIND_TRANSCODE)):
        names = {"task_id": task, "n": 1}
        assert story.tell("task_scheduled", **names, kind=kind, output_ids=["a"] if task == "transcode" else [])
        assert story.tell("attempt_started", **names, attempt_id=task)
        story.now_us += 2_000_000
        files: list[media_pb2.ArtifactFile] = []
        video = media_pb2.VideoStream(frames=100, display_width_pixels=1280, display_height_pixels=720)
        source: media_pb2.MediaInfo | None = media_pb2.MediaInfo(video=video)
        if task == "transcode":
            made = media_pb2.ArtifactFile(output_id="a", kind=media_pb2.ARTIFACT_KIND_RENDITION)
            made.frames, made.size_bytes = 99, 250
            made.width_pixels, made.height_pixels = 640, 360
            made.quality.add(metric=media_pb2.QUALITY_METRIC_SSIM, mean=0.9)
            files, source = [made], None
        assert story.tell("attempt_succeeded", **names, attempt_id=task, files=files, source=source)
    assert story.tell("job_succeeded")
    row = ramp_of(story)
    made = json.loads(row.made)
    stratum = made.pop("stratum")
    ratios = {"size_ratio": 0.25, "frames_ratio": 0.99, "pixels_ratio": 0.25}
    assert made == {"seconds": 4.0, "distortion": pytest.approx(0.1), **ratios}
    assert (row.outcome, row.ended_sequence) == ("SUCCEEDED", story.sequence)
    assert stratum.endswith("-20")


def test_a_cancelled_job_and_one_that_fails_for_its_source_say_nothing() -> None:
    cancelled, failed = given(), given()
    assert cancelled.tell("job_cancel_requested")
    assert cancelled.tell("job_cancelled")
    attempt(failed, "attempt_failed", failure=USERS)
    assert failed.tell("task_dead", **NOOP, failure=USERS)
    assert failed.tell("job_failed", failure=USERS)
    assert (ramp_of(cancelled).outcome, ramp_of(failed).outcome) == ("VOID", "VOID")


@pytest.mark.parametrize("reason", [REASONS.REASON_BUILD_HAS_NO_WORKER, REASONS.REASON_BUILD_QUARANTINED])
def test_a_job_that_moves_before_anything_failed_says_nothing(reason: int) -> None:
    story = given()
    assert story.tell("job_reassigned", build=C, epoch=1, reason=reason)
    assert ramp_of(story).outcome == "VOID"


def second_opinion() -> Story:
    story = given()
    attempt(story, "attempt_failed", failure=USERS)
    assert story.tell("job_reassigned", build=C, epoch=1, reason=REASONS.REASON_USERS_FAULT_ELSEWHERE)
    assert ramp_of(story).outcome == "OPEN"
    schedule(story)
    return story


def test_a_source_that_another_build_reads_was_refused_by_our_fault() -> None:
    story = second_opinion()
    attempt(story, "attempt_succeeded")
    assert story.tell("job_succeeded")
    assert (ramp_of(story).outcome, ramp_of(story).build) == ("FAILED", B)


def test_a_source_that_both_builds_refuse_says_nothing() -> None:
    story = second_opinion()
    attempt(story, "attempt_failed", failure=USERS)
    assert story.tell("task_dead", **NOOP, failure=USERS)
    assert story.tell("job_failed", failure=USERS)
    assert ramp_of(story).outcome == "VOID"


def test_a_job_created_again_under_its_id_tells_nothing_of_before() -> None:
    story = given()
    story.now_us += 2 * 86_400_000_000
    assert story.then(event("job_created", job_id=story.job.job.job_id))
    assert story.job.ramp is None
