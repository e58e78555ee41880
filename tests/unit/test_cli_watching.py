import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.cli.watching.live import EventLines, remaining, speed
from edgecode.cli.watching.model import DONE, FAILED, PENDING, RUNNING, SKIPPED, JobView, sentence
from edgecode.v1 import bus_pb2, event_pb2, job_pb2, media_pb2


def event(**kind: object) -> job_pb2.WatchJobResponse:
    return job_pb2.WatchJobResponse(event=job_pb2.JobEvent(event=event_pb2.Event(**kind)))  # type: ignore[arg-type]


def progress(output_id: str, fraction: float) -> job_pb2.WatchJobResponse:
    each = bus_pb2.OutputProgress(output_id=output_id, fraction=fraction, frames_done=int(132 * fraction))
    return job_pb2.WatchJobResponse(progress=bus_pb2.Progress(outputs=[each]))


def created() -> job_pb2.WatchJobResponse:
    outputs = [
        media_pb2.OutputSpec(output_id=f"{lines}p", rendition=media_pb2.RenditionSpec(height_pixels=lines))
        for lines in (1080, 720)
    ]
    outputs.append(media_pb2.OutputSpec(output_id="thumbnail", thumbnail=media_pb2.ThumbnailSpec()))
    return event(job_created=event_pb2.JobCreated(outputs=outputs))


def ladder() -> job_pb2.WatchJobResponse:
    scheduled = event_pb2.TaskScheduled(
        task_id="transcode", kind=event_pb2.TASK_KIND_TRANSCODE, output_ids=["720p"], n=1
    )
    return event(task_scheduled=scheduled)


def started() -> job_pb2.WatchJobResponse:
    return event(attempt_started=event_pb2.AttemptStarted(task_id="transcode"))


def view_of(*updates: job_pb2.WatchJobResponse) -> JobView:
    view = JobView()
    for update in updates:
        view.apply(update)
    return view


def states(view: JobView) -> dict[str, str]:
    return {output_id: output.state for output_id, output in view.outputs.items()}


def test_rungs_that_the_ladder_does_not_name_are_skipped_and_the_thumbnail_is_not() -> None:
    assert states(view_of(created(), ladder())) == {"1080p": SKIPPED, "720p": PENDING, "thumbnail": PENDING}


def test_progress_moves_only_its_own_output() -> None:
    view = view_of(created(), ladder(), started(), progress("720p", 0.5))
    assert view.outputs["720p"].fraction == 0.5
    assert view.outputs["720p"].state == RUNNING
    assert view.outputs["thumbnail"].state == PENDING


def test_a_lost_attempt_begins_again_and_leaves_its_outputs_where_they_were() -> None:
    lost = event(attempt_lost=event_pb2.AttemptLost(task_id="transcode"))
    view = view_of(created(), ladder(), started(), progress("720p", 0.5), lost)
    output = view.outputs["720p"]
    assert (output.state, output.fraction, output.frames_done) == (PENDING, 0.5, 0)
    view.apply(progress("720p", 0.25))
    assert (output.state, output.fraction, output.frames_done) == (RUNNING, 0.5, 33)


def whole(fraction: float, remaining: float | None = None, speed: float = 0.0) -> job_pb2.WatchJobResponse:
    job = bus_pb2.JobProgress(fraction=fraction, remaining_seconds=remaining, speed_ratio=speed)
    return job_pb2.WatchJobResponse(progress=bus_pb2.Progress(job=job))


def test_the_whole_job_never_falls_and_says_what_remains_and_how_fast_it_is() -> None:
    view = view_of(created(), whole(0.5, 75.4, 1.84))
    assert (remaining(view), speed(view)) == ("0:01:15 left", "1.8x")
    view.apply(whole(0.25))
    assert (view.fraction, remaining(view), speed(view)) == (0.5, "", "")


def test_lines_for_a_pipe_tell_each_tenth_once(capsys: pytest.CaptureFixture[str]) -> None:
    lines = EventLines()
    for fraction in (0.05, 0.11, 0.19, 0.3):
        lines.show(whole(fraction, 10 - 10 * fraction, 2.0))
    assert capsys.readouterr().err.splitlines() == ["  job 10 %, 0:00:09 left, 2.0x", "  job 30 %, 0:00:07 left, 2.0x"]


def test_a_published_output_is_done_and_late_progress_changes_nothing() -> None:
    file = media_pb2.ArtifactFile(output_id="720p", frames=132)
    published = event(artifact_published=event_pb2.ArtifactPublished(task_id="transcode", file=file))
    view = view_of(created(), ladder(), started(), published, progress("720p", 0.9))
    assert (view.outputs["720p"].state, view.outputs["720p"].fraction) == (DONE, 1.0)


def test_a_dead_task_fails_its_outputs_but_not_the_published_ones() -> None:
    file = media_pb2.ArtifactFile(output_id="720p")
    published = event(artifact_published=event_pb2.ArtifactPublished(task_id="transcode", file=file))
    dead = event(task_dead=event_pb2.TaskDead(task_id="transcode"))
    assert view_of(created(), ladder(), dead).outputs["720p"].state == FAILED
    assert view_of(created(), ladder(), published, dead).outputs["720p"].state == DONE


def test_progress_of_an_output_nobody_asked_for_is_ignored() -> None:
    assert view_of(created(), progress("unknown", 0.3)).outputs.keys() == {"1080p", "720p", "thumbnail"}


@given(st.lists(st.sampled_from([created(), ladder(), started(), progress("720p", 0.4), progress("720p", 7.0)])))
def test_no_order_of_updates_breaks_the_view_or_shows_more_than_the_whole(
    updates: list[job_pb2.WatchJobResponse],
) -> None:
    view = view_of(*updates)
    assert all(0.0 <= output.fraction <= 1.0 for output in view.outputs.values())


def test_every_kind_of_event_has_a_sentence_that_begins_with_its_dotted_name() -> None:
    kinds = [field.name for field in event_pb2.Event.DESCRIPTOR.oneofs_by_name["kind"].fields]
    assert len(kinds) > 15
    for kind in kinds:
        message = event_pb2.Event()
        getattr(message, kind).SetInParent()
        noun, _, rest = kind.partition("_")
        assert sentence(message).startswith(f"{noun}.{rest.replace('_', '-')}")
    assert sentence(event_pb2.Event()) == "an event this build does not know"


def test_the_sentence_of_a_failure_gives_its_reason() -> None:
    failed = event_pb2.AttemptFailed(
        task_id="probe", failure=media_pb2.Failure(reason="NOT_MEDIA", message="no container found")
    )
    assert sentence(event_pb2.Event(attempt_failed=failed)) == "attempt.failed probe NOT_MEDIA: no container found"
