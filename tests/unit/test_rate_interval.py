"""Intervals that hold at every look."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.server.routes.rate_interval import median_interval, rate_interval


@given(st.integers(1, 5_000), st.data())
def test_it_holds_the_rate_that_was_seen(observed: int, data: st.DataObject) -> None:
    happened = data.draw(st.integers(0, observed))
    low, high = rate_interval(observed, happened)
    assert 0.0 <= low <= happened / observed <= high <= 1.0
    assert (low == 0.0) == (happened == 0)
    assert (high == 1.0) == (happened == observed)


def test_nothing_seen_tells_nothing() -> None:
    assert rate_interval(0, 0) == (0.0, 1.0)
    assert median_interval([]) is None
    assert median_interval([1.0, 2.0, 3.0]) is None


def test_more_of_the_same_narrows_it() -> None:
    spans = [high - low for low, high in (rate_interval(n, n // 10) for n in (10, 100, 1_000, 10_000))]
    assert spans == sorted(spans, reverse=True)
    assert spans[-1] < 0.03


@pytest.mark.parametrize("rate", [0.01, 0.3])
def test_who_looks_after_every_job_is_misled_by_no_more_than_its_level(rate: float) -> None:
    misled = 0
    for seed in range(400):
        rng, happened = random.Random(seed), 0
        for observed in range(1, 301):
            happened += rng.random() < rate
            if observed % 10 == 0 or observed < 20:
                low, high = rate_interval(observed, happened)
                if not low <= rate <= high:
                    misled += 1
                    break
    assert misled <= 0.05 * 400


def test_the_median_lies_in_its_interval_at_every_look() -> None:
    misled = 0
    for seed in range(400):
        rng = random.Random(seed)
        sample = [rng.gauss(0.0, 1.0) for _ in range(200)]
        for observed in range(10, 201, 10):
            found = median_interval(sorted(sample[:observed]))
            if found is not None and not found[0] <= 0.0 <= found[1]:
                misled += 1
                break
    assert misled <= 0.05 * 400
    last = median_interval(sorted(random.Random(1).gauss(0.0, 1.0) for _ in range(2_000)))
    assert last is not None
    assert last[1] - last[0] < 0.3
