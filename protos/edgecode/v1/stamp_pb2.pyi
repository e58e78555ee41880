from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class Stamp(_message.Message):
    __slots__ = ("service", "version", "revision", "dirty", "instance", "environment", "build")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    DIRTY_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    service: str
    version: str
    revision: str
    dirty: bool
    instance: str
    environment: str
    build: str
    def __init__(self, service: _Optional[str] = ..., version: _Optional[str] = ..., revision: _Optional[str] = ..., dirty: _Optional[bool] = ..., instance: _Optional[str] = ..., environment: _Optional[str] = ..., build: _Optional[str] = ...) -> None: ...

class Digests(_message.Message):
    __slots__ = ("toolchain_digest", "config_digest")
    TOOLCHAIN_DIGEST_FIELD_NUMBER: _ClassVar[int]
    CONFIG_DIGEST_FIELD_NUMBER: _ClassVar[int]
    toolchain_digest: str
    config_digest: str
    def __init__(self, toolchain_digest: _Optional[str] = ..., config_digest: _Optional[str] = ...) -> None: ...
