"""What the settings say of ramps that do not say it themselves. Pure."""

from edgecode.core.settings import Settings
from edgecode.v1 import ramp_pb2


def with_settings(asked: ramp_pb2.RampPolicy, settings: Settings) -> ramp_pb2.RampPolicy:
    """The policy with what it leaves open as the settings have it; what they leave open too stays so."""
    policy = ramp_pb2.RampPolicy()
    policy.CopyFrom(asked)
    if not policy.steps_percent:
        policy.steps_percent.extend(settings.ramp_steps_percent)
    policy.min_jobs = policy.min_jobs or settings.ramp_min_jobs
    policy.min_time_seconds = policy.min_time_seconds or settings.ramp_min_time_seconds
    policy.alpha = policy.alpha or settings.ramp_alpha
    policy.hold_and_tell = policy.hold_and_tell or settings.ramp_hold_and_tell
    return policy
