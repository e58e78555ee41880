"""An attempt that made outputs some of which are not what was asked for: they fail alone, and for good."""

from typing import Any

from edgecode.server import convert
from edgecode.server.ledger.rows import AttemptState, JobState, TaskState
from edgecode.v1 import event_pb2, job_pb2, media_pb2
from tests.harness.folding import B, Story, created, situation

LOW = media_pb2.Failure(reason="QUALITY_TOO_LOW", message="too low", fault=media_pb2.FAULT_USER)
SOURCE = media_pb2.MediaInfo(
    duration_seconds=10.0, video=media_pb2.VideoStream(display_width_pixels=640, display_height_pixels=360, frames=300)
)


def encoding(first: event_pb2.Event | None = None) -> Story:
    """A job, by default of three outputs, whose ladder is being made."""
    story = Story(first or created(outputs=("a", "b", "t")))
    story.decide(situation(B))
    story.tell("attempt_started", task_id="probe", attempt_id="probe", n=1)
    story.tell("attempt_succeeded", task_id="probe", attempt_id="probe", source=SOURCE)
    story.decide(situation(B))
    story.tell("attempt_started", task_id="transcode", attempt_id="ladder", n=1)
    return story


def made(story: Story, files: tuple[str, ...], failed: tuple[str, ...]) -> bool:
    fields: dict[str, Any] = {
        "files": [media_pb2.ArtifactFile(output_id=name) for name in files],
        "failed": [event_pb2.FailedOutput(output_id=name, failure=LOW) for name in failed],
    }
    return story.tell("attempt_succeeded", task_id="transcode", attempt_id="ladder", **fields)


def finish_thumbnail(story: Story) -> None:
    story.tell("attempt_started", task_id="thumbnail-t", attempt_id="t", n=1)
    files = [media_pb2.ArtifactFile(output_id="t")]
    story.tell("attempt_succeeded", task_id="thumbnail-t", attempt_id="t", files=files)


def test_the_good_outputs_are_published_and_the_job_fails_once_all_else_is_settled() -> None:
    story = encoding()
    assert made(story, ("a",), ("b",))
    assert story.decide(situation(B)) == ["artifact_published"]
    assert story.job.job.state == JobState.RUNNING, "the thumbnail is not made yet"
    finish_thumbnail(story)
    # No manifest: the job is not whole.
    assert story.decide(situation(B)) == ["artifact_published", "job_failed"]
    assert (story.job.job.state, story.job.job.failure_reason) == (JobState.FAILED, "QUALITY_TOO_LOW")
    shown = {output.spec.output_id: output for output in convert.job_message(story.job, {}).outputs}
    states = job_pb2.Output.State
    assert [shown[name].state for name in "abt"] == [
        states.STATE_SUCCEEDED,
        states.STATE_FAILED,
        states.STATE_SUCCEEDED,
    ]
    assert [shown[name].failure.reason for name in "abt"] == ["", "QUALITY_TOO_LOW", ""]


def test_what_failed_so_is_not_tried_again() -> None:
    story = encoding()
    made(story, ("a",), ("b",))
    finish_thumbnail(story)
    story.decide(situation(B))
    assert not story.tell("job_retry_requested")
    assert story.decide(situation(B)) == []


def test_an_output_is_made_or_failed_not_both_and_none_is_forgotten() -> None:
    for files, failed in ((("a", "b"), ("b",)), (("a",), ()), ((), ("b",)), (("a",), ("b", "c"))):
        story = encoding()
        made(story, files, failed)
        attempt, task = story.job.attempts["ladder"], story.job.tasks["transcode"]
        assert (attempt.state, attempt.failure_reason) == (AttemptState.FAILED, "RESULT_INCOMPLETE")
        assert task.state == TaskState.WAITING


def test_outputs_may_all_have_failed() -> None:
    story = encoding()
    assert made(story, (), ("a", "b"))
    finish_thumbnail(story)
    assert story.decide(situation(B)) == ["artifact_published", "job_failed"]


def test_what_is_published_is_exported_though_the_manifest_is_not_made() -> None:
    first = created(outputs=("a", "b"))
    first.job_created.output_uri = "store:place"
    story = encoding(first)
    made(story, ("a",), ("b",))
    assert story.decide(situation(B)) == ["artifact_published", "task_scheduled"]
    story.tell("attempt_started", task_id="export-transcode", attempt_id="e", n=1)
    exported = [event_pb2.ExportedFile(artifact_id="x", uri="store:place/a", size_bytes=1)]
    story.tell("attempt_succeeded", task_id="export-transcode", attempt_id="e", exports=exported)
    assert story.decide(situation(B)) == ["job_failed"]
