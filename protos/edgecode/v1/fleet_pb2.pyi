import datetime

from edgecode.v1 import bus_pb2 as _bus_pb2
from edgecode.v1 import release_pb2 as _release_pb2
from edgecode.v1 import stamp_pb2 as _stamp_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Status(_message.Message):
    __slots__ = ("builds", "instances", "jobs_queued", "jobs_running", "tasks_scheduled", "tasks_running", "tasks_dead", "oldest_task_age_seconds", "oldest_task_job_id", "jobs_failed_last_day", "jobs_succeeded_last_day", "frozen", "ledger_sequence", "log_sequence", "leader_instance", "current_build", "route_revision", "problems", "suggestions", "answered_by", "changes", "change_count", "instances_lost_last_day", "ramping_build", "ramp_percent", "ramp_state", "ramp_reason")
    BUILDS_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    JOBS_QUEUED_FIELD_NUMBER: _ClassVar[int]
    JOBS_RUNNING_FIELD_NUMBER: _ClassVar[int]
    TASKS_SCHEDULED_FIELD_NUMBER: _ClassVar[int]
    TASKS_RUNNING_FIELD_NUMBER: _ClassVar[int]
    TASKS_DEAD_FIELD_NUMBER: _ClassVar[int]
    OLDEST_TASK_AGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    OLDEST_TASK_JOB_ID_FIELD_NUMBER: _ClassVar[int]
    JOBS_FAILED_LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    JOBS_SUCCEEDED_LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FIELD_NUMBER: _ClassVar[int]
    LEDGER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LOG_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LEADER_INSTANCE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_BUILD_FIELD_NUMBER: _ClassVar[int]
    ROUTE_REVISION_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    CHANGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_LOST_LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    RAMPING_BUILD_FIELD_NUMBER: _ClassVar[int]
    RAMP_PERCENT_FIELD_NUMBER: _ClassVar[int]
    RAMP_STATE_FIELD_NUMBER: _ClassVar[int]
    RAMP_REASON_FIELD_NUMBER: _ClassVar[int]
    builds: _containers.RepeatedCompositeFieldContainer[Build]
    instances: int
    jobs_queued: int
    jobs_running: int
    tasks_scheduled: int
    tasks_running: int
    tasks_dead: int
    oldest_task_age_seconds: float
    oldest_task_job_id: str
    jobs_failed_last_day: int
    jobs_succeeded_last_day: int
    frozen: int
    ledger_sequence: int
    log_sequence: int
    leader_instance: str
    current_build: str
    route_revision: int
    problems: _containers.RepeatedScalarFieldContainer[str]
    suggestions: _containers.RepeatedScalarFieldContainer[str]
    answered_by: _stamp_pb2.Stamp
    changes: _containers.RepeatedCompositeFieldContainer[_release_pb2.Change]
    change_count: int
    instances_lost_last_day: int
    ramping_build: str
    ramp_percent: float
    ramp_state: str
    ramp_reason: str
    def __init__(self, builds: _Optional[_Iterable[_Union[Build, _Mapping]]] = ..., instances: _Optional[int] = ..., jobs_queued: _Optional[int] = ..., jobs_running: _Optional[int] = ..., tasks_scheduled: _Optional[int] = ..., tasks_running: _Optional[int] = ..., tasks_dead: _Optional[int] = ..., oldest_task_age_seconds: _Optional[float] = ..., oldest_task_job_id: _Optional[str] = ..., jobs_failed_last_day: _Optional[int] = ..., jobs_succeeded_last_day: _Optional[int] = ..., frozen: _Optional[int] = ..., ledger_sequence: _Optional[int] = ..., log_sequence: _Optional[int] = ..., leader_instance: _Optional[str] = ..., current_build: _Optional[str] = ..., route_revision: _Optional[int] = ..., problems: _Optional[_Iterable[str]] = ..., suggestions: _Optional[_Iterable[str]] = ..., answered_by: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_release_pb2.Change, _Mapping]]] = ..., change_count: _Optional[int] = ..., instances_lost_last_day: _Optional[int] = ..., ramping_build: _Optional[str] = ..., ramp_percent: _Optional[float] = ..., ramp_state: _Optional[str] = ..., ramp_reason: _Optional[str] = ...) -> None: ...

class GetBuildInfoRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class BuildInfo(_message.Message):
    __slots__ = ("stamp", "digests", "commit_time", "start_time", "contract_min", "contract_max")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    COMMIT_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_MIN_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_MAX_FIELD_NUMBER: _ClassVar[int]
    stamp: _stamp_pb2.Stamp
    digests: _stamp_pb2.Digests
    commit_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    contract_min: int
    contract_max: int
    def __init__(self, stamp: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., commit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., contract_min: _Optional[int] = ..., contract_max: _Optional[int] = ...) -> None: ...

class Instance(_message.Message):
    __slots__ = ("stamp", "digests", "start_time", "beat_time", "host", "pid", "contract_min", "contract_max", "slots", "attempt_ids", "draining", "sandbox", "leader", "state", "gone_time", "working_on", "uptime_seconds", "seen_time", "clock_ahead_seconds", "route_revision", "idle_reason", "label_warnings")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Instance.State]
        STATE_RUNNING: _ClassVar[Instance.State]
        STATE_DRAINING: _ClassVar[Instance.State]
        STATE_STOPPED: _ClassVar[Instance.State]
        STATE_LOST: _ClassVar[Instance.State]
        STATE_GONE_UNSEEN: _ClassVar[Instance.State]
    STATE_UNSPECIFIED: Instance.State
    STATE_RUNNING: Instance.State
    STATE_DRAINING: Instance.State
    STATE_STOPPED: Instance.State
    STATE_LOST: Instance.State
    STATE_GONE_UNSEEN: Instance.State
    class SlotsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    STAMP_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    BEAT_TIME_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_MIN_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_MAX_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_IDS_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    SANDBOX_FIELD_NUMBER: _ClassVar[int]
    LEADER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    GONE_TIME_FIELD_NUMBER: _ClassVar[int]
    WORKING_ON_FIELD_NUMBER: _ClassVar[int]
    UPTIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOCK_AHEAD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ROUTE_REVISION_FIELD_NUMBER: _ClassVar[int]
    IDLE_REASON_FIELD_NUMBER: _ClassVar[int]
    LABEL_WARNINGS_FIELD_NUMBER: _ClassVar[int]
    stamp: _stamp_pb2.Stamp
    digests: _stamp_pb2.Digests
    start_time: _timestamp_pb2.Timestamp
    beat_time: _timestamp_pb2.Timestamp
    host: str
    pid: int
    contract_min: int
    contract_max: int
    slots: _containers.ScalarMap[str, int]
    attempt_ids: _containers.RepeatedScalarFieldContainer[str]
    draining: bool
    sandbox: _containers.RepeatedScalarFieldContainer[str]
    leader: bool
    state: Instance.State
    gone_time: _timestamp_pb2.Timestamp
    working_on: _containers.RepeatedCompositeFieldContainer[_bus_pb2.WorkingOn]
    uptime_seconds: float
    seen_time: _timestamp_pb2.Timestamp
    clock_ahead_seconds: float
    route_revision: int
    idle_reason: str
    label_warnings: _containers.RepeatedCompositeFieldContainer[BuildWarning]
    def __init__(self, stamp: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., beat_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., host: _Optional[str] = ..., pid: _Optional[int] = ..., contract_min: _Optional[int] = ..., contract_max: _Optional[int] = ..., slots: _Optional[_Mapping[str, int]] = ..., attempt_ids: _Optional[_Iterable[str]] = ..., draining: _Optional[bool] = ..., sandbox: _Optional[_Iterable[str]] = ..., leader: _Optional[bool] = ..., state: _Optional[_Union[Instance.State, str]] = ..., gone_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., working_on: _Optional[_Iterable[_Union[_bus_pb2.WorkingOn, _Mapping]]] = ..., uptime_seconds: _Optional[float] = ..., seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., clock_ahead_seconds: _Optional[float] = ..., route_revision: _Optional[int] = ..., idle_reason: _Optional[str] = ..., label_warnings: _Optional[_Iterable[_Union[BuildWarning, _Mapping]]] = ...) -> None: ...

class ListInstancesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "filter", "show_gone")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    SHOW_GONE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    filter: str
    show_gone: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., show_gone: _Optional[bool] = ...) -> None: ...

class ListInstancesResponse(_message.Message):
    __slots__ = ("instances", "next_page_token")
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    instances: _containers.RepeatedCompositeFieldContainer[Instance]
    next_page_token: str
    def __init__(self, instances: _Optional[_Iterable[_Union[Instance, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Build(_message.Message):
    __slots__ = ("service", "build", "version", "revision", "dirty", "instances", "current", "quarantined", "jobs_unfinished", "failures_last_day", "warnings", "label_warnings", "presence")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    DIRTY_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    JOBS_UNFINISHED_FIELD_NUMBER: _ClassVar[int]
    FAILURES_LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    LABEL_WARNINGS_FIELD_NUMBER: _ClassVar[int]
    PRESENCE_FIELD_NUMBER: _ClassVar[int]
    service: str
    build: str
    version: str
    revision: str
    dirty: bool
    instances: int
    current: bool
    quarantined: bool
    jobs_unfinished: int
    failures_last_day: int
    warnings: _containers.RepeatedScalarFieldContainer[str]
    label_warnings: _containers.RepeatedCompositeFieldContainer[BuildWarning]
    presence: _containers.RepeatedCompositeFieldContainer[BuildPresence]
    def __init__(self, service: _Optional[str] = ..., build: _Optional[str] = ..., version: _Optional[str] = ..., revision: _Optional[str] = ..., dirty: _Optional[bool] = ..., instances: _Optional[int] = ..., current: _Optional[bool] = ..., quarantined: _Optional[bool] = ..., jobs_unfinished: _Optional[int] = ..., failures_last_day: _Optional[int] = ..., warnings: _Optional[_Iterable[str]] = ..., label_warnings: _Optional[_Iterable[_Union[BuildWarning, _Mapping]]] = ..., presence: _Optional[_Iterable[_Union[BuildPresence, _Mapping]]] = ...) -> None: ...

class BuildWarning(_message.Message):
    __slots__ = ("kind", "message")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[BuildWarning.Kind]
        KIND_DIRTY: _ClassVar[BuildWarning.Kind]
        KIND_UNKNOWN_REVISION: _ClassVar[BuildWarning.Kind]
        KIND_UNREGISTERED: _ClassVar[BuildWarning.Kind]
        KIND_VERSION_OF_SEVERAL_REVISIONS: _ClassVar[BuildWarning.Kind]
        KIND_TAG_MISMATCH: _ClassVar[BuildWarning.Kind]
        KIND_SEVERAL_TOOLCHAINS: _ClassVar[BuildWarning.Kind]
        KIND_SEVERAL_CONFIGS: _ClassVar[BuildWarning.Kind]
        KIND_FAR_BEHIND: _ClassVar[BuildWarning.Kind]
    KIND_UNSPECIFIED: BuildWarning.Kind
    KIND_DIRTY: BuildWarning.Kind
    KIND_UNKNOWN_REVISION: BuildWarning.Kind
    KIND_UNREGISTERED: BuildWarning.Kind
    KIND_VERSION_OF_SEVERAL_REVISIONS: BuildWarning.Kind
    KIND_TAG_MISMATCH: BuildWarning.Kind
    KIND_SEVERAL_TOOLCHAINS: BuildWarning.Kind
    KIND_SEVERAL_CONFIGS: BuildWarning.Kind
    KIND_FAR_BEHIND: BuildWarning.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    kind: BuildWarning.Kind
    message: str
    def __init__(self, kind: _Optional[_Union[BuildWarning.Kind, str]] = ..., message: _Optional[str] = ...) -> None: ...

class BuildPresence(_message.Message):
    __slots__ = ("environment", "instances", "first_seen_time", "last_seen_time", "peak_instances")
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    PEAK_INSTANCES_FIELD_NUMBER: _ClassVar[int]
    environment: str
    instances: int
    first_seen_time: _timestamp_pb2.Timestamp
    last_seen_time: _timestamp_pb2.Timestamp
    peak_instances: int
    def __init__(self, environment: _Optional[str] = ..., instances: _Optional[int] = ..., first_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., peak_instances: _Optional[int] = ...) -> None: ...

class ListBuildsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBuildsResponse(_message.Message):
    __slots__ = ("builds", "next_page_token")
    BUILDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    builds: _containers.RepeatedCompositeFieldContainer[Build]
    next_page_token: str
    def __init__(self, builds: _Optional[_Iterable[_Union[Build, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DrainInstanceRequest(_message.Message):
    __slots__ = ("instance", "reason")
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    instance: str
    reason: str
    def __init__(self, instance: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
