import datetime

from edgecode.v1 import event_pb2 as _event_pb2
from edgecode.v1 import job_pb2 as _job_pb2
from edgecode.v1 import media_pb2 as _media_pb2
from edgecode.v1 import stamp_pb2 as _stamp_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TraceJobRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class Trace(_message.Message):
    __slots__ = ("job", "hops", "artifacts", "tasks")
    JOB_FIELD_NUMBER: _ClassVar[int]
    HOPS_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    job: _job_pb2.Job
    hops: _containers.RepeatedCompositeFieldContainer[Hop]
    artifacts: _containers.RepeatedCompositeFieldContainer[_media_pb2.Artifact]
    tasks: _containers.RepeatedCompositeFieldContainer[_job_pb2.Task]
    def __init__(self, job: _Optional[_Union[_job_pb2.Job, _Mapping]] = ..., hops: _Optional[_Iterable[_Union[Hop, _Mapping]]] = ..., artifacts: _Optional[_Iterable[_Union[_media_pb2.Artifact, _Mapping]]] = ..., tasks: _Optional[_Iterable[_Union[_job_pb2.Task, _Mapping]]] = ...) -> None: ...

class Hop(_message.Message):
    __slots__ = ("sequence", "hop_time", "event", "stamp", "digests", "path", "trace_id", "task_id", "attempt_id", "duration_seconds", "failure", "summary", "detail")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    HOP_TIME_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    STAMP_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    hop_time: _timestamp_pb2.Timestamp
    event: str
    stamp: _stamp_pb2.Stamp
    digests: _stamp_pb2.Digests
    path: _containers.RepeatedScalarFieldContainer[str]
    trace_id: str
    task_id: str
    attempt_id: str
    duration_seconds: float
    failure: _media_pb2.Failure
    summary: str
    detail: _event_pb2.Event
    def __init__(self, sequence: _Optional[int] = ..., hop_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., event: _Optional[str] = ..., stamp: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., path: _Optional[_Iterable[str]] = ..., trace_id: _Optional[str] = ..., task_id: _Optional[str] = ..., attempt_id: _Optional[str] = ..., duration_seconds: _Optional[float] = ..., failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ..., summary: _Optional[str] = ..., detail: _Optional[_Union[_event_pb2.Event, _Mapping]] = ...) -> None: ...
