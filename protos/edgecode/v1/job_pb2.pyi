import datetime

from edgecode.v1 import bus_pb2 as _bus_pb2
from edgecode.v1 import event_pb2 as _event_pb2
from edgecode.v1 import media_pb2 as _media_pb2
from edgecode.v1 import stamp_pb2 as _stamp_pb2
from edgecode.v1 import webhook_pb2 as _webhook_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Job(_message.Message):
    __slots__ = ("job_id", "asset_id", "state", "preset", "outputs", "priority", "labels", "output_uri", "create_time", "update_time", "end_time", "expire_time", "etag", "sequence", "build", "epoch", "route_revision", "failure", "source", "created_by", "caller", "frozen", "plan", "preset_revision", "webhook", "progress", "exports", "version_key", "override_build", "override_fate", "shadow_of", "shadow_id")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Job.State]
        STATE_QUEUED: _ClassVar[Job.State]
        STATE_RUNNING: _ClassVar[Job.State]
        STATE_CANCELLING: _ClassVar[Job.State]
        STATE_SUCCEEDED: _ClassVar[Job.State]
        STATE_FAILED: _ClassVar[Job.State]
        STATE_CANCELLED: _ClassVar[Job.State]
        STATE_DELETED: _ClassVar[Job.State]
    STATE_UNSPECIFIED: Job.State
    STATE_QUEUED: Job.State
    STATE_RUNNING: Job.State
    STATE_CANCELLING: Job.State
    STATE_SUCCEEDED: Job.State
    STATE_FAILED: Job.State
    STATE_CANCELLED: Job.State
    STATE_DELETED: Job.State
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_URI_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ROUTE_REVISION_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    PRESET_REVISION_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    EXPORTS_FIELD_NUMBER: _ClassVar[int]
    VERSION_KEY_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_BUILD_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_FATE_FIELD_NUMBER: _ClassVar[int]
    SHADOW_OF_FIELD_NUMBER: _ClassVar[int]
    SHADOW_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    asset_id: str
    state: Job.State
    preset: str
    outputs: _containers.RepeatedCompositeFieldContainer[Output]
    priority: _event_pb2.Priority
    labels: _containers.ScalarMap[str, str]
    output_uri: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    etag: str
    sequence: int
    build: str
    epoch: int
    route_revision: int
    failure: _media_pb2.Failure
    source: _media_pb2.MediaInfo
    created_by: _stamp_pb2.Stamp
    caller: str
    frozen: bool
    plan: JobPlan
    preset_revision: int
    webhook: _webhook_pb2.JobWebhook
    progress: _bus_pb2.JobProgress
    exports: _containers.RepeatedCompositeFieldContainer[Export]
    version_key: str
    override_build: str
    override_fate: _event_pb2.OverrideFate
    shadow_of: str
    shadow_id: str
    def __init__(self, job_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., state: _Optional[_Union[Job.State, str]] = ..., preset: _Optional[str] = ..., outputs: _Optional[_Iterable[_Union[Output, _Mapping]]] = ..., priority: _Optional[_Union[_event_pb2.Priority, str]] = ..., labels: _Optional[_Mapping[str, str]] = ..., output_uri: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., sequence: _Optional[int] = ..., build: _Optional[str] = ..., epoch: _Optional[int] = ..., route_revision: _Optional[int] = ..., failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ..., source: _Optional[_Union[_media_pb2.MediaInfo, _Mapping]] = ..., created_by: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., caller: _Optional[str] = ..., frozen: _Optional[bool] = ..., plan: _Optional[_Union[JobPlan, _Mapping]] = ..., preset_revision: _Optional[int] = ..., webhook: _Optional[_Union[_webhook_pb2.JobWebhook, _Mapping]] = ..., progress: _Optional[_Union[_bus_pb2.JobProgress, _Mapping]] = ..., exports: _Optional[_Iterable[_Union[Export, _Mapping]]] = ..., version_key: _Optional[str] = ..., override_build: _Optional[str] = ..., override_fate: _Optional[_Union[_event_pb2.OverrideFate, str]] = ..., shadow_of: _Optional[str] = ..., shadow_id: _Optional[str] = ...) -> None: ...

class JobPlan(_message.Message):
    __slots__ = ("tasks", "source_known", "skipped_output_ids", "cpu_seconds", "output_bytes")
    class PlannedTask(_message.Message):
        __slots__ = ("task_id", "kind", "output_ids", "after_task_ids", "cpu_seconds")
        TASK_ID_FIELD_NUMBER: _ClassVar[int]
        KIND_FIELD_NUMBER: _ClassVar[int]
        OUTPUT_IDS_FIELD_NUMBER: _ClassVar[int]
        AFTER_TASK_IDS_FIELD_NUMBER: _ClassVar[int]
        CPU_SECONDS_FIELD_NUMBER: _ClassVar[int]
        task_id: str
        kind: _event_pb2.TaskKind
        output_ids: _containers.RepeatedScalarFieldContainer[str]
        after_task_ids: _containers.RepeatedScalarFieldContainer[str]
        cpu_seconds: float
        def __init__(self, task_id: _Optional[str] = ..., kind: _Optional[_Union[_event_pb2.TaskKind, str]] = ..., output_ids: _Optional[_Iterable[str]] = ..., after_task_ids: _Optional[_Iterable[str]] = ..., cpu_seconds: _Optional[float] = ...) -> None: ...
    TASKS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_KNOWN_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_OUTPUT_IDS_FIELD_NUMBER: _ClassVar[int]
    CPU_SECONDS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_BYTES_FIELD_NUMBER: _ClassVar[int]
    tasks: _containers.RepeatedCompositeFieldContainer[JobPlan.PlannedTask]
    source_known: bool
    skipped_output_ids: _containers.RepeatedScalarFieldContainer[str]
    cpu_seconds: float
    output_bytes: int
    def __init__(self, tasks: _Optional[_Iterable[_Union[JobPlan.PlannedTask, _Mapping]]] = ..., source_known: _Optional[bool] = ..., skipped_output_ids: _Optional[_Iterable[str]] = ..., cpu_seconds: _Optional[float] = ..., output_bytes: _Optional[int] = ...) -> None: ...

class Output(_message.Message):
    __slots__ = ("spec", "state", "artifact_id", "failure", "artifact_ids")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Output.State]
        STATE_PENDING: _ClassVar[Output.State]
        STATE_RUNNING: _ClassVar[Output.State]
        STATE_SUCCEEDED: _ClassVar[Output.State]
        STATE_FAILED: _ClassVar[Output.State]
        STATE_SKIPPED: _ClassVar[Output.State]
        STATE_CANCELLED: _ClassVar[Output.State]
    STATE_UNSPECIFIED: Output.State
    STATE_PENDING: Output.State
    STATE_RUNNING: Output.State
    STATE_SUCCEEDED: Output.State
    STATE_FAILED: Output.State
    STATE_SKIPPED: Output.State
    STATE_CANCELLED: Output.State
    SPEC_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_IDS_FIELD_NUMBER: _ClassVar[int]
    spec: _media_pb2.OutputSpec
    state: Output.State
    artifact_id: str
    failure: _media_pb2.Failure
    artifact_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, spec: _Optional[_Union[_media_pb2.OutputSpec, _Mapping]] = ..., state: _Optional[_Union[Output.State, str]] = ..., artifact_id: _Optional[str] = ..., failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ..., artifact_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class Export(_message.Message):
    __slots__ = ("task_id", "state", "output_ids", "files", "failure")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Export.State]
        STATE_PENDING: _ClassVar[Export.State]
        STATE_RUNNING: _ClassVar[Export.State]
        STATE_SUCCEEDED: _ClassVar[Export.State]
        STATE_FAILED: _ClassVar[Export.State]
        STATE_CANCELLED: _ClassVar[Export.State]
    STATE_UNSPECIFIED: Export.State
    STATE_PENDING: Export.State
    STATE_RUNNING: Export.State
    STATE_SUCCEEDED: Export.State
    STATE_FAILED: Export.State
    STATE_CANCELLED: Export.State
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_IDS_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    state: Export.State
    output_ids: _containers.RepeatedScalarFieldContainer[str]
    files: _containers.RepeatedCompositeFieldContainer[_event_pb2.ExportedFile]
    failure: _media_pb2.Failure
    def __init__(self, task_id: _Optional[str] = ..., state: _Optional[_Union[Export.State, str]] = ..., output_ids: _Optional[_Iterable[str]] = ..., files: _Optional[_Iterable[_Union[_event_pb2.ExportedFile, _Mapping]]] = ..., failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ...) -> None: ...

class CreateJobRequest(_message.Message):
    __slots__ = ("asset_id", "preset", "outputs", "priority", "labels", "request_id", "validate_only", "output_uri", "retention_seconds", "webhook")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_URI_FIELD_NUMBER: _ClassVar[int]
    RETENTION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    preset: str
    outputs: _containers.RepeatedCompositeFieldContainer[_media_pb2.OutputSpec]
    priority: _event_pb2.Priority
    labels: _containers.ScalarMap[str, str]
    request_id: str
    validate_only: bool
    output_uri: str
    retention_seconds: int
    webhook: _webhook_pb2.JobWebhook
    def __init__(self, asset_id: _Optional[str] = ..., preset: _Optional[str] = ..., outputs: _Optional[_Iterable[_Union[_media_pb2.OutputSpec, _Mapping]]] = ..., priority: _Optional[_Union[_event_pb2.Priority, str]] = ..., labels: _Optional[_Mapping[str, str]] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ..., output_uri: _Optional[str] = ..., retention_seconds: _Optional[int] = ..., webhook: _Optional[_Union[_webhook_pb2.JobWebhook, _Mapping]] = ...) -> None: ...

class GetJobRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class ListJobsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "filter", "order_by")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    filter: str
    order_by: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ...) -> None: ...

class ListJobsResponse(_message.Message):
    __slots__ = ("jobs", "next_page_token")
    JOBS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[Job]
    next_page_token: str
    def __init__(self, jobs: _Optional[_Iterable[_Union[Job, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchJobRequest(_message.Message):
    __slots__ = ("job_id", "after_sequence")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    after_sequence: int
    def __init__(self, job_id: _Optional[str] = ..., after_sequence: _Optional[int] = ...) -> None: ...

class WatchJobResponse(_message.Message):
    __slots__ = ("event", "progress")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    event: JobEvent
    progress: _bus_pb2.Progress
    def __init__(self, event: _Optional[_Union[JobEvent, _Mapping]] = ..., progress: _Optional[_Union[_bus_pb2.Progress, _Mapping]] = ...) -> None: ...

class WatchJobsRequest(_message.Message):
    __slots__ = ("filter", "after_sequence", "include_progress")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_PROGRESS_FIELD_NUMBER: _ClassVar[int]
    filter: str
    after_sequence: int
    include_progress: bool
    def __init__(self, filter: _Optional[str] = ..., after_sequence: _Optional[int] = ..., include_progress: _Optional[bool] = ...) -> None: ...

class WatchJobsResponse(_message.Message):
    __slots__ = ("event", "progress")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    event: JobEvent
    progress: _bus_pb2.Progress
    def __init__(self, event: _Optional[_Union[JobEvent, _Mapping]] = ..., progress: _Optional[_Union[_bus_pb2.Progress, _Mapping]] = ...) -> None: ...

class JobEvent(_message.Message):
    __slots__ = ("job_id", "sequence", "event_time", "stamp", "path", "trace_id", "event")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    STAMP_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    sequence: int
    event_time: _timestamp_pb2.Timestamp
    stamp: _stamp_pb2.Stamp
    path: _containers.RepeatedScalarFieldContainer[str]
    trace_id: str
    event: _event_pb2.Event
    def __init__(self, job_id: _Optional[str] = ..., sequence: _Optional[int] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stamp: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., path: _Optional[_Iterable[str]] = ..., trace_id: _Optional[str] = ..., event: _Optional[_Union[_event_pb2.Event, _Mapping]] = ...) -> None: ...

class WaitJobRequest(_message.Message):
    __slots__ = ("job_id", "timeout")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    timeout: _duration_pb2.Duration
    def __init__(self, job_id: _Optional[str] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class CancelJobRequest(_message.Message):
    __slots__ = ("job_id", "etag", "reason")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    etag: str
    reason: str
    def __init__(self, job_id: _Optional[str] = ..., etag: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RetryJobRequest(_message.Message):
    __slots__ = ("job_id", "task_id", "etag")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    task_id: str
    etag: str
    def __init__(self, job_id: _Optional[str] = ..., task_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class DeleteJobRequest(_message.Message):
    __slots__ = ("job_id", "etag", "allow_missing")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    etag: str
    allow_missing: bool
    def __init__(self, job_id: _Optional[str] = ..., etag: _Optional[str] = ..., allow_missing: _Optional[bool] = ...) -> None: ...

class Task(_message.Message):
    __slots__ = ("job_id", "task_id", "kind", "state", "n", "attempts_spent", "attempt_budget", "output_ids", "not_before_time", "failure", "attempts", "schedule_time", "alone")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Task.State]
        STATE_PENDING: _ClassVar[Task.State]
        STATE_SCHEDULED: _ClassVar[Task.State]
        STATE_RUNNING: _ClassVar[Task.State]
        STATE_VERIFIED: _ClassVar[Task.State]
        STATE_WAITING: _ClassVar[Task.State]
        STATE_SUCCEEDED: _ClassVar[Task.State]
        STATE_DEAD: _ClassVar[Task.State]
        STATE_CANCELLED: _ClassVar[Task.State]
    STATE_UNSPECIFIED: Task.State
    STATE_PENDING: Task.State
    STATE_SCHEDULED: Task.State
    STATE_RUNNING: Task.State
    STATE_VERIFIED: Task.State
    STATE_WAITING: Task.State
    STATE_SUCCEEDED: Task.State
    STATE_DEAD: Task.State
    STATE_CANCELLED: Task.State
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_SPENT_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_BUDGET_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_IDS_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_TIME_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_TIME_FIELD_NUMBER: _ClassVar[int]
    ALONE_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    task_id: str
    kind: _event_pb2.TaskKind
    state: Task.State
    n: int
    attempts_spent: int
    attempt_budget: int
    output_ids: _containers.RepeatedScalarFieldContainer[str]
    not_before_time: _timestamp_pb2.Timestamp
    failure: _media_pb2.Failure
    attempts: _containers.RepeatedCompositeFieldContainer[Attempt]
    schedule_time: _timestamp_pb2.Timestamp
    alone: bool
    def __init__(self, job_id: _Optional[str] = ..., task_id: _Optional[str] = ..., kind: _Optional[_Union[_event_pb2.TaskKind, str]] = ..., state: _Optional[_Union[Task.State, str]] = ..., n: _Optional[int] = ..., attempts_spent: _Optional[int] = ..., attempt_budget: _Optional[int] = ..., output_ids: _Optional[_Iterable[str]] = ..., not_before_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ..., attempts: _Optional[_Iterable[_Union[Attempt, _Mapping]]] = ..., schedule_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., alone: _Optional[bool] = ...) -> None: ...

class Attempt(_message.Message):
    __slots__ = ("attempt_id", "epoch", "n", "state", "worker", "digests", "start_time", "end_time", "failure")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Attempt.State]
        STATE_RUNNING: _ClassVar[Attempt.State]
        STATE_SUCCEEDED: _ClassVar[Attempt.State]
        STATE_FAILED: _ClassVar[Attempt.State]
        STATE_LOST: _ClassVar[Attempt.State]
        STATE_RELEASED: _ClassVar[Attempt.State]
        STATE_REFUSED: _ClassVar[Attempt.State]
    STATE_UNSPECIFIED: Attempt.State
    STATE_RUNNING: Attempt.State
    STATE_SUCCEEDED: Attempt.State
    STATE_FAILED: Attempt.State
    STATE_LOST: Attempt.State
    STATE_RELEASED: Attempt.State
    STATE_REFUSED: Attempt.State
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    attempt_id: str
    epoch: int
    n: int
    state: Attempt.State
    worker: _stamp_pb2.Stamp
    digests: _stamp_pb2.Digests
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    failure: _media_pb2.Failure
    def __init__(self, attempt_id: _Optional[str] = ..., epoch: _Optional[int] = ..., n: _Optional[int] = ..., state: _Optional[_Union[Attempt.State, str]] = ..., worker: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ...) -> None: ...

class ListTasksRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "filter", "order_by")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    filter: str
    order_by: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ...) -> None: ...

class ListTasksResponse(_message.Message):
    __slots__ = ("tasks", "next_page_token")
    TASKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tasks: _containers.RepeatedCompositeFieldContainer[Task]
    next_page_token: str
    def __init__(self, tasks: _Optional[_Iterable[_Union[Task, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListArtifactsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "filter", "order_by")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    filter: str
    order_by: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ...) -> None: ...

class ListArtifactsResponse(_message.Message):
    __slots__ = ("artifacts", "next_page_token")
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    artifacts: _containers.RepeatedCompositeFieldContainer[_media_pb2.Artifact]
    next_page_token: str
    def __init__(self, artifacts: _Optional[_Iterable[_Union[_media_pb2.Artifact, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetArtifactRequest(_message.Message):
    __slots__ = ("artifact_id",)
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    artifact_id: str
    def __init__(self, artifact_id: _Optional[str] = ...) -> None: ...

class DownloadArtifactRequest(_message.Message):
    __slots__ = ("artifact_id", "offset_bytes", "statement")
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    OFFSET_BYTES_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    artifact_id: str
    offset_bytes: int
    statement: bool
    def __init__(self, artifact_id: _Optional[str] = ..., offset_bytes: _Optional[int] = ..., statement: _Optional[bool] = ...) -> None: ...

class SignArtifactUrlRequest(_message.Message):
    __slots__ = ("artifact_id", "expires_in_seconds", "statement")
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_IN_SECONDS_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    artifact_id: str
    expires_in_seconds: int
    statement: bool
    def __init__(self, artifact_id: _Optional[str] = ..., expires_in_seconds: _Optional[int] = ..., statement: _Optional[bool] = ...) -> None: ...

class SignArtifactUrlResponse(_message.Message):
    __slots__ = ("url", "expire_time")
    URL_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    url: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, url: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DownloadArtifactResponse(_message.Message):
    __slots__ = ("offset_bytes", "data", "data_crc32c")
    OFFSET_BYTES_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    DATA_CRC32C_FIELD_NUMBER: _ClassVar[int]
    offset_bytes: int
    data: bytes
    data_crc32c: int
    def __init__(self, offset_bytes: _Optional[int] = ..., data: _Optional[bytes] = ..., data_crc32c: _Optional[int] = ...) -> None: ...

class Preset(_message.Message):
    __slots__ = ("preset", "title", "revision", "outputs", "retention_seconds", "built_in", "create_time", "created_by", "caller")
    PRESET_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    RETENTION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    BUILT_IN_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    preset: str
    title: str
    revision: int
    outputs: _containers.RepeatedCompositeFieldContainer[_media_pb2.OutputSpec]
    retention_seconds: int
    built_in: bool
    create_time: _timestamp_pb2.Timestamp
    created_by: _stamp_pb2.Stamp
    caller: str
    def __init__(self, preset: _Optional[str] = ..., title: _Optional[str] = ..., revision: _Optional[int] = ..., outputs: _Optional[_Iterable[_Union[_media_pb2.OutputSpec, _Mapping]]] = ..., retention_seconds: _Optional[int] = ..., built_in: _Optional[bool] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., caller: _Optional[str] = ...) -> None: ...

class CreatePresetRequest(_message.Message):
    __slots__ = ("preset", "title", "outputs", "retention_seconds", "request_id", "validate_only", "after_revision")
    PRESET_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    RETENTION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    preset: str
    title: str
    outputs: _containers.RepeatedCompositeFieldContainer[_media_pb2.OutputSpec]
    retention_seconds: int
    request_id: str
    validate_only: bool
    after_revision: int
    def __init__(self, preset: _Optional[str] = ..., title: _Optional[str] = ..., outputs: _Optional[_Iterable[_Union[_media_pb2.OutputSpec, _Mapping]]] = ..., retention_seconds: _Optional[int] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ..., after_revision: _Optional[int] = ...) -> None: ...

class GetPresetRequest(_message.Message):
    __slots__ = ("preset",)
    PRESET_FIELD_NUMBER: _ClassVar[int]
    preset: str
    def __init__(self, preset: _Optional[str] = ...) -> None: ...

class ListPresetsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "all_revisions")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ALL_REVISIONS_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    all_revisions: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., all_revisions: _Optional[bool] = ...) -> None: ...

class ListPresetsResponse(_message.Message):
    __slots__ = ("presets", "next_page_token")
    PRESETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    presets: _containers.RepeatedCompositeFieldContainer[Preset]
    next_page_token: str
    def __init__(self, presets: _Optional[_Iterable[_Union[Preset, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
