"""Which build is ramped though nobody asked, where the settings say so."""

from dataclasses import replace

import pytest

from edgecode.core.errors import InvalidRequest
from edgecode.core.settings import Settings
from edgecode.server.planner.new_builds import newest
from edgecode.server.routes.policy_settings import with_settings
from edgecode.server.routes.ramp_policy import MOST_SECONDS
from edgecode.server.routes.route import Route
from edgecode.v1 import ramp_pb2


def build(version: str, letter: str = "a") -> str:
    return f"{version}+g{letter * 12}"


OLD, NOW, RC, NEXT, NEWEST = (build(version) for version in ("1.3.0", "1.4.0", "1.5.0-rc.1", "1.5.0", "1.6.0"))
ROUTE = Route(2, 2, NOW, former=(OLD,))


@pytest.mark.parametrize(
    ("live", "ever", "expected"),
    [
        ({NOW, NEXT}, {NOW}, NEXT),
        ({NOW, NEXT, NEWEST, RC}, {NOW}, NEWEST),
        ({NOW, RC}, {NOW}, RC),
        ({NOW, OLD}, {NOW}, ""),
        ({NOW, NEXT}, {NOW, NEXT}, ""),
        ({NOW, build("1.4.0", "b")}, {NOW}, ""),
        ({NOW}, {NOW}, ""),
    ],
    ids=["a later one", "the latest", "a pre-release after it", "an earlier one", "one that had jobs",
         "the same version", "none"],
)  # fmt: skip
def test_it_is_the_latest_version_after_the_current_one_that_never_had_jobs(
    live: set[str], ever: set[str], expected: str
) -> None:
    assert newest(ROUTE, live, ever) == expected


def test_none_while_a_ramp_or_its_watch_goes_on_and_never_a_quarantined_one() -> None:
    for state, expected in ((ramp_pb2.RAMP_STATE_HELD, ""), (ramp_pb2.RAMP_STATE_WATCHING, ""),
                            (ramp_pb2.RAMP_STATE_ABORTED, NEXT)):  # fmt: skip
        route = replace(ROUTE, ramp=ramp_pb2.RampDocument(build=RC, state=state))
        assert newest(route, {NOW, NEXT}, {NOW}) == expected
    assert newest(replace(ROUTE, quarantined=frozenset({NEXT})), {NOW, NEXT}, {NOW}) == ""


def test_a_ramp_takes_from_the_settings_what_it_leaves_open() -> None:
    settings = Settings(ramp_steps_percent=(10.0, 60.0), ramp_min_jobs=7, ramp_alpha=0.05, ramp_hold_and_tell=True)
    policy = with_settings(ramp_pb2.RampPolicy(min_jobs=9), settings)
    assert (list(policy.steps_percent), policy.min_jobs, policy.alpha) == ([10.0, 60.0], 9, 0.05)
    assert policy.hold_and_tell
    assert policy.min_time_seconds == 0.0, "the default of ramps comes later"


def test_no_ramp_lasts_longer_than_jobs_are_kept() -> None:
    week = Settings(retention_seconds=7 * 86_400)
    assert with_settings(ramp_pb2.RampPolicy(), week).longest_seconds == 0.9 * 7 * 86_400
    assert with_settings(ramp_pb2.RampPolicy(), Settings()).longest_seconds == MOST_SECONDS
    with pytest.raises(InvalidRequest) as refused:
        with_settings(ramp_pb2.RampPolicy(longest_seconds=7 * 86_400), week)
    assert [violation.field for violation in refused.value.violations] == ["policy.longest_seconds"]
