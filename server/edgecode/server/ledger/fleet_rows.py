"""The fleet's tables as values: processes, builds and digests as they were seen, and what changed."""

from dataclasses import dataclass
from enum import StrEnum


class InstanceState(StrEnum):
    """Names of `edgecode.v1.Instance.State`."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"
    LOST = "LOST"
    GONE_UNSEEN = "GONE_UNSEEN"


class ChangeKind(StrEnum):
    """Names of `edgecode.v1.Change.Kind` that the leader writes."""

    DEPLOYMENT = "DEPLOYMENT"
    ROLLBACK = "ROLLBACK"
    DIGEST_CHANGE = "DIGEST_CHANGE"
    BUILD_GONE = "BUILD_GONE"


DEPLOYMENTS = frozenset({ChangeKind.DEPLOYMENT, ChangeKind.ROLLBACK})


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """A process that was seen. `gone_time_us` and `expire_time_us` are 0 while it is there."""

    instance: str
    service: str
    environment: str
    build: str
    toolchain_digest: str
    config_digest: str
    host: str
    state: str
    appear_time_us: int
    gone_time_us: int
    expire_time_us: int


@dataclass(frozen=True, slots=True)
class FleetBuildRow:
    """A build in a service and environment.

    `running` counts its processes, `peak` the most there ever were. `up_time_us` is when there was one after there was
    none, `down_time_us` when there was none after there was one. `announced` is the sequence of the deployment that
    named it last, `gone` 1 once it was said to be gone.
    """

    service: str
    environment: str
    build: str
    version: str
    revision: str
    dirty: int
    running: int
    peak: int
    first_seen_us: int
    last_seen_us: int
    up_time_us: int
    up_sequence: int
    down_time_us: int
    announced: int
    gone: int


@dataclass(frozen=True, slots=True)
class FleetDigestRow:
    """A pair of digests in a service and environment, of `build` the last time it came up; the rest as of a build."""

    service: str
    environment: str
    toolchain_digest: str
    config_digest: str
    build: str
    running: int
    peak: int
    first_seen_us: int
    last_seen_us: int
    up_time_us: int
    up_sequence: int
    down_time_us: int
    announced: int


@dataclass(frozen=True, slots=True)
class FleetChangeRow:
    """Something that the leader said changed; its event stands at `sequence`, it happened at `time_us`.

    Of a deployment `running`, `peak` and `last_seen_us` are those of its build until the build is deployed again.
    """

    sequence: int
    service: str
    environment: str
    kind: str
    time_us: int
    build: str
    version: str
    revision: str
    previous_build: str
    previous_version: str
    toolchain_digest: str
    config_digest: str
    previous_toolchain_digest: str
    previous_config_digest: str
    running: int
    peak: int
    last_seen_us: int
