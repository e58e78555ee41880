"""The streams and the bucket as they must be, and making them so."""

from collections.abc import Sequence

from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from edgecode.core import subjects
from edgecode.core.bus import Bus
from edgecode.core.settings import Settings

# For publish retries only: each message in the window costs 220 B of broker memory.
DUPLICATE_WINDOW_SECONDS = 120.0


def configurations(settings: Settings) -> Sequence[StreamConfig]:
    """EVENTS is the log, TASKS the index of scheduled tasks, FLEET who is alive."""
    return (
        StreamConfig(
            name=subjects.EVENTS,
            subjects=[subjects.ALL_EVENTS],
            discard=DiscardPolicy.NEW,  # a full log is an error the client sees, never a loss
            storage=StorageType.FILE,
            num_replicas=settings.nats_replicas,
            duplicate_window=DUPLICATE_WINDOW_SECONDS,
            allow_msg_ttl=True,
            allow_atomic=True,
            allow_direct=False,  # a direct get may answer from a follower that lags
        ),
        StreamConfig(
            name=subjects.TASKS,
            subjects=[subjects.ALL_TASKS],
            retention=RetentionPolicy.WORK_QUEUE,
            discard=DiscardPolicy.NEW,
            discard_new_per_subject=True,
            max_msgs_per_subject=1,
            storage=StorageType.FILE,
            num_replicas=settings.nats_replicas,
            duplicate_window=DUPLICATE_WINDOW_SECONDS,
            allow_atomic=True,
        ),
        StreamConfig(
            name=subjects.FLEET,
            subjects=[subjects.ALL_FLEET],
            max_msgs_per_subject=1,
            max_age=settings.fleet_ttl_seconds,
            storage=StorageType.MEMORY,
            num_replicas=settings.nats_replicas,
            discard=DiscardPolicy.NEW,
            allow_msg_ttl=True,
            allow_rollup_hdrs=True,
            allow_direct=True,
            deny_delete=True,
            duplicate_window=min(DUPLICATE_WINDOW_SECONDS, settings.fleet_ttl_seconds),
            subject_delete_marker_ttl=settings.fleet_ttl_seconds,
        ),
    )


async def ensure(bus: Bus, settings: Settings) -> None:
    """Makes what is missing. An existing stream is left as its operator has it."""
    for config in configurations(settings):
        assert config.name is not None
        try:
            await bus.js.stream_info(config.name)
        except NotFoundError:
            await bus.js.add_stream(config)
