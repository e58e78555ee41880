import datetime

from edgecode.v1 import stamp_pb2 as _stamp_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Asset(_message.Message):
    __slots__ = ("asset_id", "file_name", "size_bytes", "sha256", "crc32c", "labels", "state", "create_time", "expire_time", "etag", "created_by", "job_id", "caller", "sequence")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Asset.State]
        STATE_ACTIVE: _ClassVar[Asset.State]
        STATE_DELETED: _ClassVar[Asset.State]
    STATE_UNSPECIFIED: Asset.State
    STATE_ACTIVE: Asset.State
    STATE_DELETED: Asset.State
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    CRC32C_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    file_name: str
    size_bytes: int
    sha256: str
    crc32c: int
    labels: _containers.ScalarMap[str, str]
    state: Asset.State
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    etag: str
    created_by: _stamp_pb2.Stamp
    job_id: str
    caller: str
    sequence: int
    def __init__(self, asset_id: _Optional[str] = ..., file_name: _Optional[str] = ..., size_bytes: _Optional[int] = ..., sha256: _Optional[str] = ..., crc32c: _Optional[int] = ..., labels: _Optional[_Mapping[str, str]] = ..., state: _Optional[_Union[Asset.State, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., created_by: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., job_id: _Optional[str] = ..., caller: _Optional[str] = ..., sequence: _Optional[int] = ...) -> None: ...

class UploadAssetRequest(_message.Message):
    __slots__ = ("upload_id", "metadata", "offset_bytes", "data", "data_crc32c", "finish", "sha256")
    UPLOAD_ID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    OFFSET_BYTES_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    DATA_CRC32C_FIELD_NUMBER: _ClassVar[int]
    FINISH_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    upload_id: str
    metadata: UploadMetadata
    offset_bytes: int
    data: bytes
    data_crc32c: int
    finish: bool
    sha256: str
    def __init__(self, upload_id: _Optional[str] = ..., metadata: _Optional[_Union[UploadMetadata, _Mapping]] = ..., offset_bytes: _Optional[int] = ..., data: _Optional[bytes] = ..., data_crc32c: _Optional[int] = ..., finish: _Optional[bool] = ..., sha256: _Optional[str] = ...) -> None: ...

class UploadMetadata(_message.Message):
    __slots__ = ("file_name", "labels", "preset", "retention_seconds")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    RETENTION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    file_name: str
    labels: _containers.ScalarMap[str, str]
    preset: str
    retention_seconds: int
    def __init__(self, file_name: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., preset: _Optional[str] = ..., retention_seconds: _Optional[int] = ...) -> None: ...

class UploadAssetResponse(_message.Message):
    __slots__ = ("upload_id", "committed_bytes", "asset")
    UPLOAD_ID_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_BYTES_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    upload_id: str
    committed_bytes: int
    asset: Asset
    def __init__(self, upload_id: _Optional[str] = ..., committed_bytes: _Optional[int] = ..., asset: _Optional[_Union[Asset, _Mapping]] = ...) -> None: ...

class QueryUploadRequest(_message.Message):
    __slots__ = ("upload_id",)
    UPLOAD_ID_FIELD_NUMBER: _ClassVar[int]
    upload_id: str
    def __init__(self, upload_id: _Optional[str] = ...) -> None: ...

class QueryUploadResponse(_message.Message):
    __slots__ = ("upload_id", "committed_bytes", "asset")
    UPLOAD_ID_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_BYTES_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    upload_id: str
    committed_bytes: int
    asset: Asset
    def __init__(self, upload_id: _Optional[str] = ..., committed_bytes: _Optional[int] = ..., asset: _Optional[_Union[Asset, _Mapping]] = ...) -> None: ...

class ImportAssetRequest(_message.Message):
    __slots__ = ("uri", "file_name", "labels", "preset", "retention_seconds", "request_id", "sha256", "validate_only")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    URI_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    RETENTION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    uri: str
    file_name: str
    labels: _containers.ScalarMap[str, str]
    preset: str
    retention_seconds: int
    request_id: str
    sha256: str
    validate_only: bool
    def __init__(self, uri: _Optional[str] = ..., file_name: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., preset: _Optional[str] = ..., retention_seconds: _Optional[int] = ..., request_id: _Optional[str] = ..., sha256: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class GetAssetRequest(_message.Message):
    __slots__ = ("asset_id",)
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    def __init__(self, asset_id: _Optional[str] = ...) -> None: ...

class ListAssetsRequest(_message.Message):
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

class ListAssetsResponse(_message.Message):
    __slots__ = ("assets", "next_page_token")
    ASSETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    assets: _containers.RepeatedCompositeFieldContainer[Asset]
    next_page_token: str
    def __init__(self, assets: _Optional[_Iterable[_Union[Asset, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteAssetRequest(_message.Message):
    __slots__ = ("asset_id", "etag", "allow_missing")
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    etag: str
    allow_missing: bool
    def __init__(self, asset_id: _Optional[str] = ..., etag: _Optional[str] = ..., allow_missing: _Optional[bool] = ...) -> None: ...
