"""What an attempt reports: weighted by cost, each output by its own encoder, never falling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.core import cost
from edgecode.v1 import bus_pb2, event_pb2, media_pb2
from edgecode.workers.meter import SHORTEST_SECONDS, Meter

FETCHING, ENCODING, VERIFYING = bus_pb2.PHASE_FETCHING, bus_pb2.PHASE_ENCODING, bus_pb2.PHASE_VERIFYING
PHASES = {FETCHING: 1.0, ENCODING: 7.0, VERIFYING: 2.0}
REPORTS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(["a", "b", "unknown"]), st.integers(-1, 200), st.integers(0, 120))),
        st.sampled_from(bus_pb2.Phase.values()),
        st.floats(0, 60),
    ),
    max_size=30,
)


def frames(output_id: str, done: int, total: int = 100) -> bus_pb2.OutputProgress:
    return bus_pb2.OutputProgress(output_id=output_id, frames_done=done, frames_total=total)


def filled(meter: Meter) -> bus_pb2.Progress:
    progress = bus_pb2.Progress()
    meter.fill(progress)
    return progress


@given(REPORTS)
def test_whatever_is_reported_nothing_falls_or_passes_the_whole_and_the_end_is_one(
    reports: list[tuple[list[tuple[str, int, int]], bus_pb2.Phase, float]],
) -> None:
    meter, now, before = Meter(PHASES, ["a", "b"]), 0.0, bus_pb2.Progress(outputs=[frames("a", 0), frames("b", 0)])
    for outputs, phase, waited in reports:
        now += waited
        meter.take([frames(*output) for output in outputs], phase, now)
        after = filled(meter)
        for old, new in zip(before.outputs, after.outputs, strict=True):
            assert old.fraction <= new.fraction <= 1
            assert old.frames_done <= new.frames_done
        assert before.fraction <= after.fraction <= 1
        assert after.phase >= before.phase
        assert after.remaining_seconds >= 0
        before = after
    meter.finish()
    end = filled(meter)
    assert (end.fraction, end.remaining_seconds) == (1.0, 0.0)
    assert [output.fraction for output in end.outputs] == [1.0, 1.0]


def test_what_is_encoded_is_not_yet_verified_and_says_so() -> None:
    meter = Meter(PHASES, ["a", "b"])
    meter.take([], FETCHING, 0.0)
    assert filled(meter).fraction == 0.0
    meter.take([frames("a", 100), frames("b", 50)], ENCODING, 1.0)
    found = filled(meter)
    assert [output.fraction for output in found.outputs] == pytest.approx([0.8, 0.45])
    assert found.fraction == pytest.approx((1 + 7 * 0.75) / 10)
    meter.take([frames("b", 100)], ENCODING, 2.0)
    meter.take([], VERIFYING, 3.0)
    found = filled(meter)
    assert found.phase == VERIFYING
    assert found.fraction == pytest.approx(0.8)
    assert [output.fraction for output in found.outputs] == pytest.approx([0.8, 0.8])


def test_the_remaining_time_follows_the_pace_of_late_and_counts_what_comes_after_encoding() -> None:
    meter = Meter(PHASES, ["a"])
    meter.take([frames("a", 0)], ENCODING, 0.0)
    assert not filled(meter).HasField("remaining_seconds")
    meter.take([frames("a", 10)], ENCODING, SHORTEST_SECONDS / 2)
    assert not filled(meter).HasField("remaining_seconds")
    meter.take([frames("a", 50)], ENCODING, 10.0)
    # Half of seven seconds' worth took ten: what is left is worth five and a half.
    assert filled(meter).remaining_seconds == pytest.approx(10 / 3.5 * 5.5)
    for second in range(11, 61):
        meter.take([frames("a", 50 + (second - 10) * 2 // 5)], ENCODING, float(second))
    # Two hundredths in five seconds, for a long time.
    assert filled(meter).remaining_seconds == pytest.approx(20 / (8 / 100 * 7) * (7 * 0.3 + 2), rel=0.2)


def info(lines: int = 1080) -> media_pb2.MediaInfo:
    width = lines * 16 // 9
    video = media_pb2.VideoStream(
        width_pixels=width, height_pixels=lines, display_width_pixels=width, display_height_pixels=lines, frames=300
    )
    return media_pb2.MediaInfo(duration_seconds=10.0, video=video, audio=[media_pb2.AudioStream()])


def rendition(lines: int, **fields: object) -> media_pb2.OutputSpec:
    spec = media_pb2.OutputSpec(output_id=f"{lines}p", **fields)  # type: ignore[arg-type]
    spec.rendition.height_pixels = lines
    return spec


def test_the_cost_of_a_ladder_is_what_was_measured() -> None:
    ladder = [rendition(lines) for lines in (1080, 720, 480, 360)]
    # 20.1 CPU seconds were measured for ten seconds of 1080p30, 13.4 for the top rung alone.
    assert cost.task_seconds(event_pb2.TASK_KIND_TRANSCODE, ladder, info()) == pytest.approx(20.1, rel=0.15)
    assert cost.task_seconds(event_pb2.TASK_KIND_TRANSCODE, ladder[:1], info()) == pytest.approx(13.4, rel=0.15)


def test_a_part_of_a_source_costs_its_part() -> None:
    whole, half = rendition(1080), rendition(1080)
    half.rendition.trim.start_seconds = 5.0
    kind = event_pb2.TASK_KIND_TRANSCODE
    assert cost.task_seconds(kind, [half], info()) == pytest.approx(
        cost.task_seconds(kind, [whole], info()) / 2, rel=0.1
    )


def test_measuring_quality_and_loudness_are_phases_of_their_own() -> None:
    plain, measured = rendition(1080), rendition(1080, quality=media_pb2.QualitySpec())
    measured.rendition.loudness.SetInParent()
    more = cost.task_phases(event_pb2.TASK_KIND_TRANSCODE, [measured], info())
    less = cost.task_phases(event_pb2.TASK_KIND_TRANSCODE, [plain], info())
    assert more.keys() - less.keys() == {bus_pb2.PHASE_MEASURING, bus_pb2.PHASE_ANALYSING}
    assert more[ENCODING] == less[ENCODING]


@pytest.mark.parametrize("kind", event_pb2.TaskKind.values())
def test_every_kind_of_task_costs_something(kind: event_pb2.TaskKind) -> None:
    assert cost.task_seconds(kind, [], media_pb2.MediaInfo()) > 0
    assert min(cost.task_phases(kind, [rendition(360)], info(), 1000).values()) >= 0
