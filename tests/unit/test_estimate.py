"""What a job would do and cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.server.jobs.built_in import BUILT_IN
from edgecode.server.jobs.estimate import job_plan
from edgecode.v1 import media_pb2


def source(lines: int = 720, seconds: float = 10.0) -> media_pb2.MediaInfo:
    video = media_pb2.VideoStream(
        width_pixels=lines * 16 // 9,
        height_pixels=lines,
        display_width_pixels=lines * 16 // 9,
        display_height_pixels=lines,
        frames=round(25 * seconds),
        frame_rate_numerator=25,
        frame_rate_denominator=1,
        duration_seconds=seconds,
    )
    return media_pb2.MediaInfo(duration_seconds=seconds, video=video, audio=[media_pb2.AudioStream(channels=2)])


def test_a_known_source_has_its_own_rungs_and_every_task_says_what_it_waits_for() -> None:
    plan = job_plan(BUILT_IN["adaptive"].outputs, source(), 1_000_000)
    assert (plan.source_known, list(plan.skipped_output_ids)) == (True, ["1080p"])
    after = {task.task_id: list(task.after_task_ids) for task in plan.tasks}
    assert after["package-stream"] == ["transcode"]
    assert after["transcode"] == ["probe"]
    assert set(after["manifest"]) == after.keys() - {"probe", "manifest"}
    assert plan.cpu_seconds == pytest.approx(sum(task.cpu_seconds for task in plan.tasks))


def test_an_unknown_source_is_planned_by_the_second() -> None:
    plan = job_plan(BUILT_IN["web"].outputs, None, 10**9)
    assert (plan.source_known, list(plan.skipped_output_ids)) == (False, [])
    assert 0 < plan.cpu_seconds < 60, "a second of video, not the file"


@given(st.sampled_from(sorted(BUILT_IN)), st.floats(1, 1000), st.sampled_from([144, 360, 720, 1080, 2160]))
def test_twice_the_length_costs_more_and_never_less_than_before(name: str, seconds: float, lines: int) -> None:
    outputs = BUILT_IN[name].outputs
    short, long = (job_plan(outputs, source(lines, each), 0) for each in (seconds, 2 * seconds))
    assert long.cpu_seconds >= short.cpu_seconds
    assert long.output_bytes >= short.output_bytes


def test_a_bounded_rate_bounds_the_bytes() -> None:
    plan = job_plan(BUILT_IN["adaptive"].outputs, source(1080, 100.0), 0)
    most = sum(
        (output.rendition.max_bits_per_second + output.rendition.audio_bits_per_second) / 8 * 100
        for output in BUILT_IN["adaptive"].outputs
        if output.HasField("rendition")
    )
    assert 0 < plan.output_bytes <= most
