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

class ArtifactKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ARTIFACT_KIND_UNSPECIFIED: _ClassVar[ArtifactKind]
    ARTIFACT_KIND_RENDITION: _ClassVar[ArtifactKind]
    ARTIFACT_KIND_THUMBNAIL: _ClassVar[ArtifactKind]
    ARTIFACT_KIND_MANIFEST: _ClassVar[ArtifactKind]

class Fault(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FAULT_UNSPECIFIED: _ClassVar[Fault]
    FAULT_USER: _ClassVar[Fault]
    FAULT_OURS: _ClassVar[Fault]
    FAULT_TRANSIENT: _ClassVar[Fault]
ARTIFACT_KIND_UNSPECIFIED: ArtifactKind
ARTIFACT_KIND_RENDITION: ArtifactKind
ARTIFACT_KIND_THUMBNAIL: ArtifactKind
ARTIFACT_KIND_MANIFEST: ArtifactKind
FAULT_UNSPECIFIED: Fault
FAULT_USER: Fault
FAULT_OURS: Fault
FAULT_TRANSIENT: Fault

class OutputSpec(_message.Message):
    __slots__ = ("output_id", "rendition", "thumbnail")
    OUTPUT_ID_FIELD_NUMBER: _ClassVar[int]
    RENDITION_FIELD_NUMBER: _ClassVar[int]
    THUMBNAIL_FIELD_NUMBER: _ClassVar[int]
    output_id: str
    rendition: RenditionSpec
    thumbnail: ThumbnailSpec
    def __init__(self, output_id: _Optional[str] = ..., rendition: _Optional[_Union[RenditionSpec, _Mapping]] = ..., thumbnail: _Optional[_Union[ThumbnailSpec, _Mapping]] = ...) -> None: ...

class RenditionSpec(_message.Message):
    __slots__ = ("height_pixels", "crf", "speed", "gop_seconds", "threads", "audio_bits_per_second", "audio_channels")
    HEIGHT_PIXELS_FIELD_NUMBER: _ClassVar[int]
    CRF_FIELD_NUMBER: _ClassVar[int]
    SPEED_FIELD_NUMBER: _ClassVar[int]
    GOP_SECONDS_FIELD_NUMBER: _ClassVar[int]
    THREADS_FIELD_NUMBER: _ClassVar[int]
    AUDIO_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    AUDIO_CHANNELS_FIELD_NUMBER: _ClassVar[int]
    height_pixels: int
    crf: int
    speed: str
    gop_seconds: float
    threads: int
    audio_bits_per_second: int
    audio_channels: int
    def __init__(self, height_pixels: _Optional[int] = ..., crf: _Optional[int] = ..., speed: _Optional[str] = ..., gop_seconds: _Optional[float] = ..., threads: _Optional[int] = ..., audio_bits_per_second: _Optional[int] = ..., audio_channels: _Optional[int] = ...) -> None: ...

class ThumbnailSpec(_message.Message):
    __slots__ = ("height_pixels", "time_seconds", "quality")
    HEIGHT_PIXELS_FIELD_NUMBER: _ClassVar[int]
    TIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    height_pixels: int
    time_seconds: float
    quality: int
    def __init__(self, height_pixels: _Optional[int] = ..., time_seconds: _Optional[float] = ..., quality: _Optional[int] = ...) -> None: ...

class MediaInfo(_message.Message):
    __slots__ = ("format", "duration_seconds", "bits_per_second", "video", "audio", "stream_count")
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    VIDEO_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    STREAM_COUNT_FIELD_NUMBER: _ClassVar[int]
    format: str
    duration_seconds: float
    bits_per_second: int
    video: VideoStream
    audio: _containers.RepeatedCompositeFieldContainer[AudioStream]
    stream_count: int
    def __init__(self, format: _Optional[str] = ..., duration_seconds: _Optional[float] = ..., bits_per_second: _Optional[int] = ..., video: _Optional[_Union[VideoStream, _Mapping]] = ..., audio: _Optional[_Iterable[_Union[AudioStream, _Mapping]]] = ..., stream_count: _Optional[int] = ...) -> None: ...

class VideoStream(_message.Message):
    __slots__ = ("codec", "width_pixels", "height_pixels", "display_width_pixels", "display_height_pixels", "rotation_degrees", "frame_rate_numerator", "frame_rate_denominator", "frames", "pixel_format", "start_seconds", "duration_seconds", "variable_frame_rate", "stream_index")
    CODEC_FIELD_NUMBER: _ClassVar[int]
    WIDTH_PIXELS_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_PIXELS_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_WIDTH_PIXELS_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_HEIGHT_PIXELS_FIELD_NUMBER: _ClassVar[int]
    ROTATION_DEGREES_FIELD_NUMBER: _ClassVar[int]
    FRAME_RATE_NUMERATOR_FIELD_NUMBER: _ClassVar[int]
    FRAME_RATE_DENOMINATOR_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    PIXEL_FORMAT_FIELD_NUMBER: _ClassVar[int]
    START_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    VARIABLE_FRAME_RATE_FIELD_NUMBER: _ClassVar[int]
    STREAM_INDEX_FIELD_NUMBER: _ClassVar[int]
    codec: str
    width_pixels: int
    height_pixels: int
    display_width_pixels: int
    display_height_pixels: int
    rotation_degrees: int
    frame_rate_numerator: int
    frame_rate_denominator: int
    frames: int
    pixel_format: str
    start_seconds: float
    duration_seconds: float
    variable_frame_rate: bool
    stream_index: int
    def __init__(self, codec: _Optional[str] = ..., width_pixels: _Optional[int] = ..., height_pixels: _Optional[int] = ..., display_width_pixels: _Optional[int] = ..., display_height_pixels: _Optional[int] = ..., rotation_degrees: _Optional[int] = ..., frame_rate_numerator: _Optional[int] = ..., frame_rate_denominator: _Optional[int] = ..., frames: _Optional[int] = ..., pixel_format: _Optional[str] = ..., start_seconds: _Optional[float] = ..., duration_seconds: _Optional[float] = ..., variable_frame_rate: _Optional[bool] = ..., stream_index: _Optional[int] = ...) -> None: ...

class AudioStream(_message.Message):
    __slots__ = ("codec", "channels", "sample_rate_hertz", "language", "start_seconds", "duration_seconds", "stream_index")
    CODEC_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_HERTZ_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    START_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    STREAM_INDEX_FIELD_NUMBER: _ClassVar[int]
    codec: str
    channels: int
    sample_rate_hertz: int
    language: str
    start_seconds: float
    duration_seconds: float
    stream_index: int
    def __init__(self, codec: _Optional[str] = ..., channels: _Optional[int] = ..., sample_rate_hertz: _Optional[int] = ..., language: _Optional[str] = ..., start_seconds: _Optional[float] = ..., duration_seconds: _Optional[float] = ..., stream_index: _Optional[int] = ...) -> None: ...

class ArtifactFile(_message.Message):
    __slots__ = ("output_id", "kind", "blob_key", "statement_blob_key", "file_name", "content_type", "size_bytes", "sha256", "content_sha256", "width_pixels", "height_pixels", "frames", "duration_seconds", "video_codec", "audio_codec", "audio_channels")
    OUTPUT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BLOB_KEY_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_BLOB_KEY_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    CONTENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    WIDTH_PIXELS_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_PIXELS_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    VIDEO_CODEC_FIELD_NUMBER: _ClassVar[int]
    AUDIO_CODEC_FIELD_NUMBER: _ClassVar[int]
    AUDIO_CHANNELS_FIELD_NUMBER: _ClassVar[int]
    output_id: str
    kind: ArtifactKind
    blob_key: str
    statement_blob_key: str
    file_name: str
    content_type: str
    size_bytes: int
    sha256: str
    content_sha256: str
    width_pixels: int
    height_pixels: int
    frames: int
    duration_seconds: float
    video_codec: str
    audio_codec: str
    audio_channels: int
    def __init__(self, output_id: _Optional[str] = ..., kind: _Optional[_Union[ArtifactKind, str]] = ..., blob_key: _Optional[str] = ..., statement_blob_key: _Optional[str] = ..., file_name: _Optional[str] = ..., content_type: _Optional[str] = ..., size_bytes: _Optional[int] = ..., sha256: _Optional[str] = ..., content_sha256: _Optional[str] = ..., width_pixels: _Optional[int] = ..., height_pixels: _Optional[int] = ..., frames: _Optional[int] = ..., duration_seconds: _Optional[float] = ..., video_codec: _Optional[str] = ..., audio_codec: _Optional[str] = ..., audio_channels: _Optional[int] = ...) -> None: ...

class Artifact(_message.Message):
    __slots__ = ("artifact_id", "job_id", "task_id", "attempt_id", "file", "made_by", "digests", "publish_time", "expire_time")
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    MADE_BY_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    PUBLISH_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    artifact_id: str
    job_id: str
    task_id: str
    attempt_id: str
    file: ArtifactFile
    made_by: _stamp_pb2.Stamp
    digests: _stamp_pb2.Digests
    publish_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, artifact_id: _Optional[str] = ..., job_id: _Optional[str] = ..., task_id: _Optional[str] = ..., attempt_id: _Optional[str] = ..., file: _Optional[_Union[ArtifactFile, _Mapping]] = ..., made_by: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., publish_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("reason", "message", "fault", "detail")
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    reason: str
    message: str
    fault: Fault
    detail: str
    def __init__(self, reason: _Optional[str] = ..., message: _Optional[str] = ..., fault: _Optional[_Union[Fault, str]] = ..., detail: _Optional[str] = ...) -> None: ...
