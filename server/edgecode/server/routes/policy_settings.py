"""What the settings say of ramps that do not say it themselves. Pure."""

from edgecode.core.errors import InvalidRequest
from edgecode.core.settings import Settings
from edgecode.server.routes.ramp_policy import MOST_SECONDS
from edgecode.v1 import ramp_pb2

# A job may wait for a while before a ramp gets it.
_OF_RETENTION = 0.9


def with_settings(asked: ramp_pb2.RampPolicy, settings: Settings) -> ramp_pb2.RampPolicy:
    """The policy with what it leaves open as the settings have it; what they leave open too stays so.

    Raises:
        InvalidRequest: a ramp may not last that long: jobs are not kept for it.
    """
    policy = ramp_pb2.RampPolicy()
    policy.CopyFrom(asked)
    if not policy.steps_percent:
        policy.steps_percent.extend(settings.ramp_steps_percent)
    policy.min_jobs = policy.min_jobs or settings.ramp_min_jobs
    policy.min_time_seconds = policy.min_time_seconds or settings.ramp_min_time_seconds
    policy.alpha = policy.alpha or settings.ramp_alpha
    policy.hold_and_tell = policy.hold_and_tell or settings.ramp_hold_and_tell
    most = min(MOST_SECONDS, _OF_RETENTION * settings.retention_seconds)
    if policy.longest_seconds > most:
        raise InvalidRequest.field(
            "policy.longest_seconds", f"at most {most:g}: a ramp is judged by its jobs, as long as they are kept"
        )
    policy.longest_seconds = policy.longest_seconds or most
    return policy
