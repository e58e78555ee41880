"""How a ramp is asked to go."""

import pytest

from edgecode.core.errors import InvalidRequest
from edgecode.server.routes.ramp_policy import filled
from edgecode.v1 import ramp_pb2


def test_what_is_not_said_has_a_default() -> None:
    policy = filled(ramp_pb2.RampPolicy(min_jobs=7))
    assert list(policy.steps_percent) == [5.0, 25.0, 50.0, 90.0]
    assert (policy.min_jobs, policy.alpha, policy.guard_alpha) == (7, 0.01, 0.001)
    assert filled(policy) == policy


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ramp_pb2.RampPolicy(steps_percent=[50, 25]), "steps_percent"),
        (ramp_pb2.RampPolicy(steps_percent=[5, 5]), "steps_percent"),
        (ramp_pb2.RampPolicy(steps_percent=[0, 5]), "steps_percent"),
        (ramp_pb2.RampPolicy(steps_percent=[50, 100]), "steps_percent"),
        (ramp_pb2.RampPolicy(steps_percent=[float("nan")]), "steps_percent"),
        (ramp_pb2.RampPolicy(steps_percent=range(1, 22)), "steps_percent"),
        (ramp_pb2.RampPolicy(min_jobs=-1), "min_jobs"),
        (ramp_pb2.RampPolicy(alpha=0.7), "alpha"),
        (ramp_pb2.RampPolicy(hold_alpha=-0.1), "hold_alpha"),
        (ramp_pb2.RampPolicy(further_alpha=float("nan")), "further_alpha"),
        (ramp_pb2.RampPolicy(min_time_seconds=-1), "min_time_seconds"),
        (ramp_pb2.RampPolicy(watch_seconds=1e9), "watch_seconds"),
        (ramp_pb2.RampPolicy(longest_seconds=1e9), "longest_seconds"),
        (ramp_pb2.RampPolicy(longest_seconds=480, min_time_seconds=120), "min_time_seconds"),
    ],
)
def test_a_policy_out_of_bounds_is_refused_by_its_field(asked: ramp_pb2.RampPolicy, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        filled(asked)
    assert [violation.field for violation in refused.value.violations] == [f"policy.{field}"]
