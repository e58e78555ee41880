import datetime

from edgecode.v1 import event_pb2 as _event_pb2
from edgecode.v1 import media_pb2 as _media_pb2
from edgecode.v1 import stamp_pb2 as _stamp_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Phase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PHASE_UNSPECIFIED: _ClassVar[Phase]
    PHASE_FETCHING: _ClassVar[Phase]
    PHASE_ANALYSING: _ClassVar[Phase]
    PHASE_ENCODING: _ClassVar[Phase]
    PHASE_VERIFYING: _ClassVar[Phase]
    PHASE_MEASURING: _ClassVar[Phase]
    PHASE_STORING: _ClassVar[Phase]
PHASE_UNSPECIFIED: Phase
PHASE_FETCHING: Phase
PHASE_ANALYSING: Phase
PHASE_ENCODING: Phase
PHASE_VERIFYING: Phase
PHASE_MEASURING: Phase
PHASE_STORING: Phase

class TaskMessage(_message.Message):
    __slots__ = ("job_id", "task_id", "kind", "n", "epoch", "priority", "build", "alone", "asset_sha256", "asset_size_bytes", "expire_time", "outputs", "source", "artifacts", "after_sequence", "output_uri", "served_files")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    ALONE_FIELD_NUMBER: _ClassVar[int]
    ASSET_SHA256_FIELD_NUMBER: _ClassVar[int]
    ASSET_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_URI_FIELD_NUMBER: _ClassVar[int]
    SERVED_FILES_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    task_id: str
    kind: _event_pb2.TaskKind
    n: int
    epoch: int
    priority: _event_pb2.Priority
    build: str
    alone: bool
    asset_sha256: str
    asset_size_bytes: int
    expire_time: _timestamp_pb2.Timestamp
    outputs: _containers.RepeatedCompositeFieldContainer[_media_pb2.OutputSpec]
    source: _media_pb2.MediaInfo
    artifacts: _containers.RepeatedCompositeFieldContainer[_media_pb2.Artifact]
    after_sequence: int
    output_uri: str
    served_files: _containers.RepeatedCompositeFieldContainer[_media_pb2.ArtifactFile]
    def __init__(self, job_id: _Optional[str] = ..., task_id: _Optional[str] = ..., kind: _Optional[_Union[_event_pb2.TaskKind, str]] = ..., n: _Optional[int] = ..., epoch: _Optional[int] = ..., priority: _Optional[_Union[_event_pb2.Priority, str]] = ..., build: _Optional[str] = ..., alone: _Optional[bool] = ..., asset_sha256: _Optional[str] = ..., asset_size_bytes: _Optional[int] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., outputs: _Optional[_Iterable[_Union[_media_pb2.OutputSpec, _Mapping]]] = ..., source: _Optional[_Union[_media_pb2.MediaInfo, _Mapping]] = ..., artifacts: _Optional[_Iterable[_Union[_media_pb2.Artifact, _Mapping]]] = ..., after_sequence: _Optional[int] = ..., output_uri: _Optional[str] = ..., served_files: _Optional[_Iterable[_Union[_media_pb2.ArtifactFile, _Mapping]]] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("job_id", "task_id", "attempt_id", "epoch", "outputs", "speed_ratio", "phase", "fraction", "remaining_seconds", "job")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    SPEED_RATIO_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    FRACTION_FIELD_NUMBER: _ClassVar[int]
    REMAINING_SECONDS_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    task_id: str
    attempt_id: str
    epoch: int
    outputs: _containers.RepeatedCompositeFieldContainer[OutputProgress]
    speed_ratio: float
    phase: Phase
    fraction: float
    remaining_seconds: float
    job: JobProgress
    def __init__(self, job_id: _Optional[str] = ..., task_id: _Optional[str] = ..., attempt_id: _Optional[str] = ..., epoch: _Optional[int] = ..., outputs: _Optional[_Iterable[_Union[OutputProgress, _Mapping]]] = ..., speed_ratio: _Optional[float] = ..., phase: _Optional[_Union[Phase, str]] = ..., fraction: _Optional[float] = ..., remaining_seconds: _Optional[float] = ..., job: _Optional[_Union[JobProgress, _Mapping]] = ...) -> None: ...

class OutputProgress(_message.Message):
    __slots__ = ("output_id", "frames_done", "frames_total", "fraction", "restarts")
    OUTPUT_ID_FIELD_NUMBER: _ClassVar[int]
    FRAMES_DONE_FIELD_NUMBER: _ClassVar[int]
    FRAMES_TOTAL_FIELD_NUMBER: _ClassVar[int]
    FRACTION_FIELD_NUMBER: _ClassVar[int]
    RESTARTS_FIELD_NUMBER: _ClassVar[int]
    output_id: str
    frames_done: int
    frames_total: int
    fraction: float
    restarts: int
    def __init__(self, output_id: _Optional[str] = ..., frames_done: _Optional[int] = ..., frames_total: _Optional[int] = ..., fraction: _Optional[float] = ..., restarts: _Optional[int] = ...) -> None: ...

class JobProgress(_message.Message):
    __slots__ = ("fraction", "remaining_seconds", "speed_ratio", "outputs")
    FRACTION_FIELD_NUMBER: _ClassVar[int]
    REMAINING_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SPEED_RATIO_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    fraction: float
    remaining_seconds: float
    speed_ratio: float
    outputs: _containers.RepeatedCompositeFieldContainer[OutputProgress]
    def __init__(self, fraction: _Optional[float] = ..., remaining_seconds: _Optional[float] = ..., speed_ratio: _Optional[float] = ..., outputs: _Optional[_Iterable[_Union[OutputProgress, _Mapping]]] = ...) -> None: ...

class FleetEntry(_message.Message):
    __slots__ = ("stamp", "digests", "start_time", "beat_time", "host", "pid", "contract_min", "contract_max", "slots", "attempt_ids", "draining", "sandbox", "leader", "working_on", "route_revision", "idle_reason", "signing_key_ids")
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
    WORKING_ON_FIELD_NUMBER: _ClassVar[int]
    ROUTE_REVISION_FIELD_NUMBER: _ClassVar[int]
    IDLE_REASON_FIELD_NUMBER: _ClassVar[int]
    SIGNING_KEY_IDS_FIELD_NUMBER: _ClassVar[int]
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
    working_on: _containers.RepeatedCompositeFieldContainer[WorkingOn]
    route_revision: int
    idle_reason: str
    signing_key_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stamp: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., beat_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., host: _Optional[str] = ..., pid: _Optional[int] = ..., contract_min: _Optional[int] = ..., contract_max: _Optional[int] = ..., slots: _Optional[_Mapping[str, int]] = ..., attempt_ids: _Optional[_Iterable[str]] = ..., draining: _Optional[bool] = ..., sandbox: _Optional[_Iterable[str]] = ..., leader: _Optional[bool] = ..., working_on: _Optional[_Iterable[_Union[WorkingOn, _Mapping]]] = ..., route_revision: _Optional[int] = ..., idle_reason: _Optional[str] = ..., signing_key_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class WorkingOn(_message.Message):
    __slots__ = ("job_id", "task_id", "attempt_id", "epoch")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    task_id: str
    attempt_id: str
    epoch: int
    def __init__(self, job_id: _Optional[str] = ..., task_id: _Optional[str] = ..., attempt_id: _Optional[str] = ..., epoch: _Optional[int] = ...) -> None: ...

class Control(_message.Message):
    __slots__ = ("lanes_ready", "stop_job", "drain")
    LANES_READY_FIELD_NUMBER: _ClassVar[int]
    STOP_JOB_FIELD_NUMBER: _ClassVar[int]
    DRAIN_FIELD_NUMBER: _ClassVar[int]
    lanes_ready: LanesReady
    stop_job: StopJob
    drain: Drain
    def __init__(self, lanes_ready: _Optional[_Union[LanesReady, _Mapping]] = ..., stop_job: _Optional[_Union[StopJob, _Mapping]] = ..., drain: _Optional[_Union[Drain, _Mapping]] = ...) -> None: ...

class LanesReady(_message.Message):
    __slots__ = ("build",)
    BUILD_FIELD_NUMBER: _ClassVar[int]
    build: str
    def __init__(self, build: _Optional[str] = ...) -> None: ...

class StopJob(_message.Message):
    __slots__ = ("job_id", "epoch", "reason")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    epoch: int
    reason: str
    def __init__(self, job_id: _Optional[str] = ..., epoch: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class Drain(_message.Message):
    __slots__ = ("reason", "caller")
    REASON_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    reason: str
    caller: str
    def __init__(self, reason: _Optional[str] = ..., caller: _Optional[str] = ...) -> None: ...
