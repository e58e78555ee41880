"""Where quality is measured, and when it is too low."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.v1 import media_pb2
from edgecode.workers.media.quality import samples, too_low


@given(st.floats(0.01, 14_400), st.integers(1, 100), st.floats(0.1, 60))
def test_samples_lie_in_the_output_apart_from_each_other_and_are_as_many_as_were_asked(
    duration: float, count: int, seconds: float
) -> None:
    found = samples(duration, count, seconds)
    ends = [0.0, *(sample.start_seconds + sample.seconds for sample in found)]
    assert all(sample.start_seconds >= end - 1e-6 for sample, end in zip(found, ends, strict=False))
    assert ends[-1] <= duration + 1e-6
    assert sum(sample.seconds for sample in found) == pytest.approx(min(duration, count * seconds))


def test_they_stand_in_the_middle_of_equal_parts() -> None:
    assert [sample.start_seconds for sample in samples(100.0, 5, 2.0)] == [9.0, 29.0, 49.0, 69.0, 89.0]


def spec(least: float) -> media_pb2.OutputSpec:
    return media_pb2.OutputSpec(output_id="720p", quality=media_pb2.QualitySpec(min_quality=least))


def test_an_output_below_what_was_asked_fails_for_good_by_the_users_fault() -> None:
    found = media_pb2.Quality(metric=media_pb2.QUALITY_METRIC_SSIM, mean=0.9, min=0.5)
    assert too_low(spec(0.0), found) is None
    assert too_low(spec(0.9), found) is None
    failure = too_low(spec(0.95), found)
    assert failure is not None
    assert (failure.reason, failure.fault) == ("QUALITY_TOO_LOW", media_pb2.FAULT_USER)
    assert "720p has SSIM 0.9 on average, 0.95 at least" in failure.message
