"""Durations and quality, by pairs of like jobs."""

import math
import random

from edgecode.server.routes.pair_test import PairTest


def flow(seed: int, jobs: int, share: float, ratio: float, spread: float = 0.5) -> PairTest:
    """Jobs of very different sizes; the ramping build's values `ratio` times as large."""
    rng, test = random.Random(seed), PairTest(1.25, larger_is_worse=True)
    for _ in range(jobs):
        size, on_ramp = rng.randrange(6), rng.random() < share
        value = 10.0**size * math.exp(rng.gauss(0.0, spread)) * (ratio if on_ramp else 1.0)
        test.take(str(size), value, on_ramp=on_ramp)
    return test


def test_a_build_three_times_slower_is_found_within_a_hundred_of_its_jobs_however_different_jobs_are() -> None:
    missed = sum(flow(seed, 500, 0.2, 3.0).log_e < math.log(1_000) for seed in range(100))
    assert missed == 0


def test_a_build_as_fast_is_hardly_ever_found_slow_though_one_looks_after_each_pair() -> None:
    alarms = 0
    for seed in range(300):
        rng, test = random.Random(seed), PairTest(1.0 + 1e-12, larger_is_worse=True)
        for _ in range(400):
            test.take("", math.exp(rng.gauss(0.0, 0.5)), on_ramp=rng.random() < 0.5)
            if test.log_e >= math.log(100):
                alarms += 1
                break
    assert alarms <= 0.01 * 300


def test_what_cannot_be_compared_is_not() -> None:
    test = PairTest(1.25, larger_is_worse=True)
    test.take("a", 1.0, on_ramp=True)
    test.take("b", 9.0, on_ramp=False)
    test.take("a", 0.0, on_ramp=False)
    assert (test.pairs, test.ratio) == (0, None)
    test.take("a", 2.0, on_ramp=False)
    assert (test.pairs, test.worse) == (1, 0)
    assert test.ratio is not None
    assert math.isclose(test.ratio.median, 0.5)


def test_the_ratio_has_an_interval_around_it() -> None:
    ratio = flow(1, 2_000, 0.3, 3.0).ratio
    assert ratio is not None
    assert ratio.low is not None
    assert ratio.high is not None
    assert 2.4 < ratio.low < ratio.median < ratio.high < 3.7


def test_smaller_is_worse_where_one_says_so() -> None:
    test = PairTest(1.25, larger_is_worse=False)
    for value, on_ramp in ((1.0, False), (0.5, True), (1.0, False), (0.9, True), (1.0, False), (2.0, True)):
        test.take("", value, on_ramp=on_ramp)
    assert (test.pairs, test.worse) == (3, 1)
