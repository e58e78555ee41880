import datetime

from edgecode.v1 import stamp_pb2 as _stamp_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Status(_message.Message):
    __slots__ = ("builds", "instances", "jobs_queued", "jobs_running", "tasks_scheduled", "tasks_running", "tasks_dead", "oldest_task_age_seconds", "oldest_task_job_id", "jobs_failed_last_day", "jobs_succeeded_last_day", "frozen", "ledger_sequence", "log_sequence", "leader_instance", "current_build", "route_revision", "problems", "suggestions", "answered_by")
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
    def __init__(self, builds: _Optional[_Iterable[_Union[Build, _Mapping]]] = ..., instances: _Optional[int] = ..., jobs_queued: _Optional[int] = ..., jobs_running: _Optional[int] = ..., tasks_scheduled: _Optional[int] = ..., tasks_running: _Optional[int] = ..., tasks_dead: _Optional[int] = ..., oldest_task_age_seconds: _Optional[float] = ..., oldest_task_job_id: _Optional[str] = ..., jobs_failed_last_day: _Optional[int] = ..., jobs_succeeded_last_day: _Optional[int] = ..., frozen: _Optional[int] = ..., ledger_sequence: _Optional[int] = ..., log_sequence: _Optional[int] = ..., leader_instance: _Optional[str] = ..., current_build: _Optional[str] = ..., route_revision: _Optional[int] = ..., problems: _Optional[_Iterable[str]] = ..., suggestions: _Optional[_Iterable[str]] = ..., answered_by: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("stamp", "digests", "start_time", "beat_time", "host", "pid", "contract_min", "contract_max", "slots", "attempt_ids", "draining", "sandbox", "leader", "route_revision", "idle_reason")
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
    ROUTE_REVISION_FIELD_NUMBER: _ClassVar[int]
    IDLE_REASON_FIELD_NUMBER: _ClassVar[int]
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
    route_revision: int
    idle_reason: str
    def __init__(self, stamp: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., beat_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., host: _Optional[str] = ..., pid: _Optional[int] = ..., contract_min: _Optional[int] = ..., contract_max: _Optional[int] = ..., slots: _Optional[_Mapping[str, int]] = ..., attempt_ids: _Optional[_Iterable[str]] = ..., draining: _Optional[bool] = ..., sandbox: _Optional[_Iterable[str]] = ..., leader: _Optional[bool] = ..., route_revision: _Optional[int] = ..., idle_reason: _Optional[str] = ...) -> None: ...

class ListInstancesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "filter")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    filter: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ...) -> None: ...

class ListInstancesResponse(_message.Message):
    __slots__ = ("instances", "next_page_token")
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    instances: _containers.RepeatedCompositeFieldContainer[Instance]
    next_page_token: str
    def __init__(self, instances: _Optional[_Iterable[_Union[Instance, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Build(_message.Message):
    __slots__ = ("service", "build", "version", "revision", "dirty", "instances", "current", "quarantined", "jobs_unfinished", "failures_last_day", "warnings")
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
    def __init__(self, service: _Optional[str] = ..., build: _Optional[str] = ..., version: _Optional[str] = ..., revision: _Optional[str] = ..., dirty: _Optional[bool] = ..., instances: _Optional[int] = ..., current: _Optional[bool] = ..., quarantined: _Optional[bool] = ..., jobs_unfinished: _Optional[int] = ..., failures_last_day: _Optional[int] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

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
