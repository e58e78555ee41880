import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CollectGarbageRequest(_message.Message):
    __slots__ = ("dry_run",)
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    dry_run: bool
    def __init__(self, dry_run: _Optional[bool] = ...) -> None: ...

class CollectGarbageResponse(_message.Message):
    __slots__ = ("blob", "total")
    BLOB_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    blob: GarbageBlob
    total: GarbageTotal
    def __init__(self, blob: _Optional[_Union[GarbageBlob, _Mapping]] = ..., total: _Optional[_Union[GarbageTotal, _Mapping]] = ...) -> None: ...

class GarbageBlob(_message.Message):
    __slots__ = ("key", "size_bytes", "update_time", "reason", "job_id")
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REASON_UNSPECIFIED: _ClassVar[GarbageBlob.Reason]
        REASON_JOB_GONE: _ClassVar[GarbageBlob.Reason]
        REASON_JOB_DELETED: _ClassVar[GarbageBlob.Reason]
        REASON_ATTEMPT_LOST: _ClassVar[GarbageBlob.Reason]
        REASON_SOURCE_UNUSED: _ClassVar[GarbageBlob.Reason]
        REASON_UPLOAD_ABANDONED: _ClassVar[GarbageBlob.Reason]
        REASON_CHECK_LEFT: _ClassVar[GarbageBlob.Reason]
        REASON_SHADOW_ENDED: _ClassVar[GarbageBlob.Reason]
    REASON_UNSPECIFIED: GarbageBlob.Reason
    REASON_JOB_GONE: GarbageBlob.Reason
    REASON_JOB_DELETED: GarbageBlob.Reason
    REASON_ATTEMPT_LOST: GarbageBlob.Reason
    REASON_SOURCE_UNUSED: GarbageBlob.Reason
    REASON_UPLOAD_ABANDONED: GarbageBlob.Reason
    REASON_CHECK_LEFT: GarbageBlob.Reason
    REASON_SHADOW_ENDED: GarbageBlob.Reason
    KEY_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    key: str
    size_bytes: int
    update_time: _timestamp_pb2.Timestamp
    reason: GarbageBlob.Reason
    job_id: str
    def __init__(self, key: _Optional[str] = ..., size_bytes: _Optional[int] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[_Union[GarbageBlob.Reason, str]] = ..., job_id: _Optional[str] = ...) -> None: ...

class GarbageTotal(_message.Message):
    __slots__ = ("blobs", "size_bytes", "looked_at", "unread_events", "dry_run")
    BLOBS_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    LOOKED_AT_FIELD_NUMBER: _ClassVar[int]
    UNREAD_EVENTS_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    blobs: int
    size_bytes: int
    looked_at: int
    unread_events: bool
    dry_run: bool
    def __init__(self, blobs: _Optional[int] = ..., size_bytes: _Optional[int] = ..., looked_at: _Optional[int] = ..., unread_events: _Optional[bool] = ..., dry_run: _Optional[bool] = ...) -> None: ...
