"""How a ramp goes: its steps, and how sure a verdict must be. Pure."""

from itertools import pairwise

from edgecode.core.errors import InvalidRequest
from edgecode.v1 import ramp_pb2

_STEPS_PERCENT = (5.0, 25.0, 50.0, 90.0)
# A tenth of the jobs shows how the current build does until the promotion.
_HIGHEST_PERCENT = 90.0
_MOST_STEPS = 20
MOST_SECONDS = 30 * 86_400.0
_DEFAULTS = {
    "min_jobs": 50,
    "min_time_seconds": 120.0,
    "alpha": 0.01,
    "guard_alpha": 0.001,
    "hold_alpha": 0.001,
    "further_alpha": 0.005,
    # Waits between a job's tasks count too, and films take long: what hangs is found by its worker, far sooner.
    "overdue_seconds": 86_400.0,
    "watch_seconds": 86_400.0,
    "longest_seconds": MOST_SECONDS,
}
_LEVELS = ("alpha", "guard_alpha", "hold_alpha", "further_alpha")


def filled(asked: ramp_pb2.RampPolicy, field: str = "policy") -> ramp_pb2.RampPolicy:
    """The policy with every default filled in.

    Args:
        asked: as a request has it; a field that is 0 takes its default.
        field: its path in that request.

    Raises:
        InvalidRequest: a value is out of its bounds; the violation names the field.
    """
    policy = ramp_pb2.RampPolicy()
    policy.CopyFrom(asked)
    if not policy.steps_percent:
        policy.steps_percent.extend(_STEPS_PERCENT)
    for name, value in _DEFAULTS.items():
        if not getattr(policy, name):
            setattr(policy, name, value)
    if not _rise(list(policy.steps_percent)):
        raise InvalidRequest.field(
            f"{field}.steps_percent", f"up to {_MOST_STEPS} shares that rise, above 0 and at most {_HIGHEST_PERCENT:g}"
        )
    if policy.min_jobs < 1:
        raise InvalidRequest.field(f"{field}.min_jobs", "1 or more")
    for name in _LEVELS:
        if not 1e-9 <= getattr(policy, name) <= 0.5:
            raise InvalidRequest.field(f"{field}.{name}", "a probability, 1e-9 to 0.5")
    _check_times(policy, field)
    return policy


def _check_times(policy: ramp_pb2.RampPolicy, field: str) -> None:
    for name in ("min_time_seconds", "overdue_seconds", "watch_seconds", "longest_seconds"):
        if not 0.0 < getattr(policy, name) <= MOST_SECONDS:
            raise InvalidRequest.field(f"{field}.{name}", f"above 0 and at most {MOST_SECONDS:g}")
    steps = len(policy.steps_percent)
    if steps * policy.min_time_seconds >= policy.longest_seconds:
        raise InvalidRequest.field(
            f"{field}.min_time_seconds",
            f"{steps} steps of {policy.min_time_seconds:g} s do not fit into the {policy.longest_seconds:g} s that a "
            "ramp may last, since it is judged by its jobs as long as they are kept",
        )


def _rise(steps: list[float]) -> bool:
    within = all(0.0 < step <= _HIGHEST_PERCENT for step in steps)
    return within and len(steps) <= _MOST_STEPS and all(low < high for low, high in pairwise(steps))
