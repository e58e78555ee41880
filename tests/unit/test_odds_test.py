"""The e-process under every verdict on a build."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.server.routes.odds_test import ANY_EXCESS, DOUBLED, OddsTest, log_e_of

CHANCES = st.floats(min_value=0.001, max_value=0.999)


def e_after(*seen: tuple[float, bool]) -> float:
    test = OddsTest()
    for chance, happened in seen:
        test.observe(chance, happened=happened)
    return math.exp(test.log_e)


@given(st.lists(st.tuples(CHANCES, st.booleans()), max_size=8), CHANCES)
def test_if_all_is_well_one_more_look_neither_gains_nor_loses_on_average(
    past: list[tuple[float, bool]], chance: float
) -> None:
    after = chance * e_after(*past, (chance, True)) + (1 - chance) * e_after(*past, (chance, False))
    assert after == pytest.approx(e_after(*past), rel=1e-9)


@given(st.lists(st.tuples(CHANCES, st.booleans()), max_size=8), CHANCES)
def test_what_is_less_likely_than_it_may_be_loses(past: list[tuple[float, bool]], chance: float) -> None:
    true = chance / 2
    after = true * e_after(*past, (chance, True)) + (1 - true) * e_after(*past, (chance, False))
    assert after < e_after(*past)


@pytest.mark.parametrize(("share", "needed"), [(0.05, 2), (0.2, 4), (0.25, 4), (0.5, 8), (0.75, 19)])
def test_so_many_failures_of_the_ramping_build_alone_decide(share: float, needed: int) -> None:
    fewer, enough = (e_after(*[(share, True)] * count) for count in (needed - 1, needed))
    assert fewer < 100 <= enough


@given(st.integers(0, 500))
def test_with_all_jobs_on_the_ramping_build_nothing_decides(failures: int) -> None:
    assert e_after(*[(1.0, True)] * failures) == 1.0


@given(st.integers(0, 200), st.integers(0, 200), CHANCES)
def test_the_order_does_not_matter_and_the_counts_give_the_same(yes: int, no: int, chance: float) -> None:
    seen = [True] * yes + [False] * no
    random.Random(yes * 1000 + no).shuffle(seen)
    test = OddsTest(DOUBLED)
    for happened in seen:
        test.observe(chance, happened=happened)
    assert test.log_e == pytest.approx(log_e_of(yes + no, yes, chance, DOUBLED), rel=1e-9, abs=1e-9)


def test_thousands_of_failures_stay_finite() -> None:
    assert 10_000 < log_e_of(100_000, 50_000, 0.1, ANY_EXCESS) < math.inf
