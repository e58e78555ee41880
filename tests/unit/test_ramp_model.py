"""Servers, workers and operators act on a ramp in every order: nothing goes wrong, and each rule is needed."""

from functools import cache

import pytest

from tests.harness.exploration import Explored, explore
from tests.harness.ramp_model import Phase, RampModel, Rules, Setting, State

BOTH, HIGH_ONLY = frozenset({Phase.LOW, Phase.HIGH}), frozenset({Phase.HIGH})
SETTINGS = {
    "a server dies": Setting(crashes=1),
    "two orders": Setting(orders=2),
    "a lost lock and an order": Setting(lock_losses=1, orders=1),
    "a lost lock, and a job that is given to the ramping build later": Setting(lock_losses=1, shares=(BOTH, HIGH_ONLY)),
    "a death, and a hold before the rollback": Setting(
        crashes=1, failures=2, failures_of_a_rollback=2, shares=(BOTH, BOTH)
    ),
}
FOR_EVER = "the ramp owes a step for ever"
NEVER_ENDS = "a job never ends"


@cache
def explored(rules: Rules, setting: Setting) -> tuple[Explored, set[Phase]]:
    model, phases = RampModel(rules, setting), set()

    def right(state: State) -> bool:
        phases.add(state.log.phase)
        return model.has_nothing_due(state)

    return explore(model.start(), model.steps, {FOR_EVER: right, NEVER_ENDS: model.is_done}), phases


@pytest.mark.parametrize("name", SETTINGS)
def test_nothing_goes_wrong_and_every_verdict_is_carried_out_in_whatever_order_they_act(name: str) -> None:
    found, _ = explored(Rules(), SETTINGS[name])
    assert found.wrongs == {}
    assert found.states > 200


def test_the_model_comes_to_every_phase_of_a_ramp() -> None:
    assert set().union(*(explored(Rules(), it)[1] for it in SETTINGS.values())) == set(Phase) - {Phase.ENDING}


@pytest.mark.parametrize(
    ("rule", "wrongs"),
    [
        ("compare_and_set", {"a change that somebody made is overwritten"}),
        ("verdict_from_state", {FOR_EVER}),
        ("ramp_in_the_route", {FOR_EVER}),
        (
            "fold_looks_at_the_route",
            {"given to the bad build after its rollback", "published from the bad build after its rollback"},
        ),
        ("epochs_fence", {"a late result of the bad build is taken for the good one's"}),
    ],
)
def test_without_any_one_of_the_rules_something_goes_wrong(rule: str, wrongs: set[str]) -> None:
    found, _ = explored(Rules(**{rule: False}), SETTINGS["a lost lock and an order"])
    assert found.wrongs.keys() == wrongs
