import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ShadowDocument(_message.Message):
    __slots__ = ("shadow_id", "build", "against", "percent", "start_time", "start_revision", "actor", "comment", "stop_time", "stop_reason")
    SHADOW_ID_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    AGAINST_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    START_REVISION_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    STOP_TIME_FIELD_NUMBER: _ClassVar[int]
    STOP_REASON_FIELD_NUMBER: _ClassVar[int]
    shadow_id: str
    build: str
    against: str
    percent: float
    start_time: _timestamp_pb2.Timestamp
    start_revision: int
    actor: str
    comment: str
    stop_time: _timestamp_pb2.Timestamp
    stop_reason: str
    def __init__(self, shadow_id: _Optional[str] = ..., build: _Optional[str] = ..., against: _Optional[str] = ..., percent: _Optional[float] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_revision: _Optional[int] = ..., actor: _Optional[str] = ..., comment: _Optional[str] = ..., stop_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stop_reason: _Optional[str] = ...) -> None: ...
