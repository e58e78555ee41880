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

class Container(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONTAINER_UNSPECIFIED: _ClassVar[Container]
    CONTAINER_MP4: _ClassVar[Container]
    CONTAINER_WEBM: _ClassVar[Container]
    CONTAINER_MKV: _ClassVar[Container]

class VideoCodec(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VIDEO_CODEC_UNSPECIFIED: _ClassVar[VideoCodec]
    VIDEO_CODEC_H264: _ClassVar[VideoCodec]
    VIDEO_CODEC_HEVC: _ClassVar[VideoCodec]
    VIDEO_CODEC_VP9: _ClassVar[VideoCodec]
    VIDEO_CODEC_AV1: _ClassVar[VideoCodec]

class AudioCodec(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIO_CODEC_UNSPECIFIED: _ClassVar[AudioCodec]
    AUDIO_CODEC_AAC: _ClassVar[AudioCodec]
    AUDIO_CODEC_OPUS: _ClassVar[AudioCodec]
    AUDIO_CODEC_NONE: _ClassVar[AudioCodec]

class Fit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FIT_UNSPECIFIED: _ClassVar[Fit]
    FIT_INSIDE: _ClassVar[Fit]
    FIT_PAD: _ClassVar[Fit]
    FIT_CROP: _ClassVar[Fit]
    FIT_STRETCH: _ClassVar[Fit]

class AudioTracks(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIO_TRACKS_UNSPECIFIED: _ClassVar[AudioTracks]
    AUDIO_TRACKS_DEFAULT: _ClassVar[AudioTracks]
    AUDIO_TRACKS_ALL: _ClassVar[AudioTracks]

class Hdr(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HDR_UNSPECIFIED: _ClassVar[Hdr]
    HDR_TONE_MAP: _ClassVar[Hdr]
    HDR_KEEP: _ClassVar[Hdr]

class QualityMetric(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUALITY_METRIC_UNSPECIFIED: _ClassVar[QualityMetric]
    QUALITY_METRIC_SSIM: _ClassVar[QualityMetric]
    QUALITY_METRIC_VMAF: _ClassVar[QualityMetric]

class ArtifactKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ARTIFACT_KIND_UNSPECIFIED: _ClassVar[ArtifactKind]
    ARTIFACT_KIND_RENDITION: _ClassVar[ArtifactKind]
    ARTIFACT_KIND_THUMBNAIL: _ClassVar[ArtifactKind]
    ARTIFACT_KIND_MANIFEST: _ClassVar[ArtifactKind]
    ARTIFACT_KIND_SPRITE: _ClassVar[ArtifactKind]
    ARTIFACT_KIND_SPRITE_INDEX: _ClassVar[ArtifactKind]
    ARTIFACT_KIND_AUDIO: _ClassVar[ArtifactKind]
    ARTIFACT_KIND_SEGMENTS: _ClassVar[ArtifactKind]
    ARTIFACT_KIND_HLS_PLAYLIST: _ClassVar[ArtifactKind]
    ARTIFACT_KIND_DASH_MANIFEST: _ClassVar[ArtifactKind]

class Fault(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FAULT_UNSPECIFIED: _ClassVar[Fault]
    FAULT_USER: _ClassVar[Fault]
    FAULT_OURS: _ClassVar[Fault]
    FAULT_TRANSIENT: _ClassVar[Fault]
CONTAINER_UNSPECIFIED: Container
CONTAINER_MP4: Container
CONTAINER_WEBM: Container
CONTAINER_MKV: Container
VIDEO_CODEC_UNSPECIFIED: VideoCodec
VIDEO_CODEC_H264: VideoCodec
VIDEO_CODEC_HEVC: VideoCodec
VIDEO_CODEC_VP9: VideoCodec
VIDEO_CODEC_AV1: VideoCodec
AUDIO_CODEC_UNSPECIFIED: AudioCodec
AUDIO_CODEC_AAC: AudioCodec
AUDIO_CODEC_OPUS: AudioCodec
AUDIO_CODEC_NONE: AudioCodec
FIT_UNSPECIFIED: Fit
FIT_INSIDE: Fit
FIT_PAD: Fit
FIT_CROP: Fit
FIT_STRETCH: Fit
AUDIO_TRACKS_UNSPECIFIED: AudioTracks
AUDIO_TRACKS_DEFAULT: AudioTracks
AUDIO_TRACKS_ALL: AudioTracks
HDR_UNSPECIFIED: Hdr
HDR_TONE_MAP: Hdr
HDR_KEEP: Hdr
QUALITY_METRIC_UNSPECIFIED: QualityMetric
QUALITY_METRIC_SSIM: QualityMetric
QUALITY_METRIC_VMAF: QualityMetric
ARTIFACT_KIND_UNSPECIFIED: ArtifactKind
ARTIFACT_KIND_RENDITION: ArtifactKind
ARTIFACT_KIND_THUMBNAIL: ArtifactKind
ARTIFACT_KIND_MANIFEST: ArtifactKind
ARTIFACT_KIND_SPRITE: ArtifactKind
ARTIFACT_KIND_SPRITE_INDEX: ArtifactKind
ARTIFACT_KIND_AUDIO: ArtifactKind
ARTIFACT_KIND_SEGMENTS: ArtifactKind
ARTIFACT_KIND_HLS_PLAYLIST: ArtifactKind
ARTIFACT_KIND_DASH_MANIFEST: ArtifactKind
FAULT_UNSPECIFIED: Fault
FAULT_USER: Fault
FAULT_OURS: Fault
FAULT_TRANSIENT: Fault

class OutputSpec(_message.Message):
    __slots__ = ("output_id", "rendition", "thumbnail", "sprite", "audio", "package", "quality")
    OUTPUT_ID_FIELD_NUMBER: _ClassVar[int]
    RENDITION_FIELD_NUMBER: _ClassVar[int]
    THUMBNAIL_FIELD_NUMBER: _ClassVar[int]
    SPRITE_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    output_id: str
    rendition: RenditionSpec
    thumbnail: ThumbnailSpec
    sprite: SpriteSpec
    audio: AudioSpec
    package: PackageSpec
    quality: QualitySpec
    def __init__(self, output_id: _Optional[str] = ..., rendition: _Optional[_Union[RenditionSpec, _Mapping]] = ..., thumbnail: _Optional[_Union[ThumbnailSpec, _Mapping]] = ..., sprite: _Optional[_Union[SpriteSpec, _Mapping]] = ..., audio: _Optional[_Union[AudioSpec, _Mapping]] = ..., package: _Optional[_Union[PackageSpec, _Mapping]] = ..., quality: _Optional[_Union[QualitySpec, _Mapping]] = ...) -> None: ...

class RenditionSpec(_message.Message):
    __slots__ = ("height_pixels", "crf", "speed", "gop_seconds", "threads", "audio_bits_per_second", "audio_channels", "container", "video_codec", "width_pixels", "fit", "target_bits_per_second", "max_bits_per_second", "buffer_seconds", "pixel_format", "frame_rate", "audio_codec", "loudness", "audio_tracks", "hdr", "trim", "watermark", "copy_when_it_fits")
    HEIGHT_PIXELS_FIELD_NUMBER: _ClassVar[int]
    CRF_FIELD_NUMBER: _ClassVar[int]
    SPEED_FIELD_NUMBER: _ClassVar[int]
    GOP_SECONDS_FIELD_NUMBER: _ClassVar[int]
    THREADS_FIELD_NUMBER: _ClassVar[int]
    AUDIO_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    AUDIO_CHANNELS_FIELD_NUMBER: _ClassVar[int]
    CONTAINER_FIELD_NUMBER: _ClassVar[int]
    VIDEO_CODEC_FIELD_NUMBER: _ClassVar[int]
    WIDTH_PIXELS_FIELD_NUMBER: _ClassVar[int]
    FIT_FIELD_NUMBER: _ClassVar[int]
    TARGET_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    MAX_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    BUFFER_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PIXEL_FORMAT_FIELD_NUMBER: _ClassVar[int]
    FRAME_RATE_FIELD_NUMBER: _ClassVar[int]
    AUDIO_CODEC_FIELD_NUMBER: _ClassVar[int]
    LOUDNESS_FIELD_NUMBER: _ClassVar[int]
    AUDIO_TRACKS_FIELD_NUMBER: _ClassVar[int]
    HDR_FIELD_NUMBER: _ClassVar[int]
    TRIM_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_FIELD_NUMBER: _ClassVar[int]
    COPY_WHEN_IT_FITS_FIELD_NUMBER: _ClassVar[int]
    height_pixels: int
    crf: int
    speed: str
    gop_seconds: float
    threads: int
    audio_bits_per_second: int
    audio_channels: int
    container: Container
    video_codec: VideoCodec
    width_pixels: int
    fit: Fit
    target_bits_per_second: int
    max_bits_per_second: int
    buffer_seconds: float
    pixel_format: str
    frame_rate: FrameRate
    audio_codec: AudioCodec
    loudness: Loudness
    audio_tracks: AudioTracks
    hdr: Hdr
    trim: Trim
    watermark: Watermark
    copy_when_it_fits: bool
    def __init__(self, height_pixels: _Optional[int] = ..., crf: _Optional[int] = ..., speed: _Optional[str] = ..., gop_seconds: _Optional[float] = ..., threads: _Optional[int] = ..., audio_bits_per_second: _Optional[int] = ..., audio_channels: _Optional[int] = ..., container: _Optional[_Union[Container, str]] = ..., video_codec: _Optional[_Union[VideoCodec, str]] = ..., width_pixels: _Optional[int] = ..., fit: _Optional[_Union[Fit, str]] = ..., target_bits_per_second: _Optional[int] = ..., max_bits_per_second: _Optional[int] = ..., buffer_seconds: _Optional[float] = ..., pixel_format: _Optional[str] = ..., frame_rate: _Optional[_Union[FrameRate, _Mapping]] = ..., audio_codec: _Optional[_Union[AudioCodec, str]] = ..., loudness: _Optional[_Union[Loudness, _Mapping]] = ..., audio_tracks: _Optional[_Union[AudioTracks, str]] = ..., hdr: _Optional[_Union[Hdr, str]] = ..., trim: _Optional[_Union[Trim, _Mapping]] = ..., watermark: _Optional[_Union[Watermark, _Mapping]] = ..., copy_when_it_fits: _Optional[bool] = ...) -> None: ...

class FrameRate(_message.Message):
    __slots__ = ("rule", "numerator", "denominator")
    class Rule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        RULE_UNSPECIFIED: _ClassVar[FrameRate.Rule]
        RULE_AT_MOST: _ClassVar[FrameRate.Rule]
        RULE_EXACTLY: _ClassVar[FrameRate.Rule]
    RULE_UNSPECIFIED: FrameRate.Rule
    RULE_AT_MOST: FrameRate.Rule
    RULE_EXACTLY: FrameRate.Rule
    RULE_FIELD_NUMBER: _ClassVar[int]
    NUMERATOR_FIELD_NUMBER: _ClassVar[int]
    DENOMINATOR_FIELD_NUMBER: _ClassVar[int]
    rule: FrameRate.Rule
    numerator: int
    denominator: int
    def __init__(self, rule: _Optional[_Union[FrameRate.Rule, str]] = ..., numerator: _Optional[int] = ..., denominator: _Optional[int] = ...) -> None: ...

class Loudness(_message.Message):
    __slots__ = ("integrated_lufs", "true_peak_dbtp")
    INTEGRATED_LUFS_FIELD_NUMBER: _ClassVar[int]
    TRUE_PEAK_DBTP_FIELD_NUMBER: _ClassVar[int]
    integrated_lufs: float
    true_peak_dbtp: float
    def __init__(self, integrated_lufs: _Optional[float] = ..., true_peak_dbtp: _Optional[float] = ...) -> None: ...

class Trim(_message.Message):
    __slots__ = ("start_seconds", "end_seconds")
    START_SECONDS_FIELD_NUMBER: _ClassVar[int]
    END_SECONDS_FIELD_NUMBER: _ClassVar[int]
    start_seconds: float
    end_seconds: float
    def __init__(self, start_seconds: _Optional[float] = ..., end_seconds: _Optional[float] = ...) -> None: ...

class Watermark(_message.Message):
    __slots__ = ("asset_id", "asset_sha256", "corner", "height_ratio", "margin_ratio", "opacity")
    class Corner(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CORNER_UNSPECIFIED: _ClassVar[Watermark.Corner]
        CORNER_TOP_LEFT: _ClassVar[Watermark.Corner]
        CORNER_TOP_RIGHT: _ClassVar[Watermark.Corner]
        CORNER_BOTTOM_LEFT: _ClassVar[Watermark.Corner]
        CORNER_BOTTOM_RIGHT: _ClassVar[Watermark.Corner]
        CORNER_CENTER: _ClassVar[Watermark.Corner]
    CORNER_UNSPECIFIED: Watermark.Corner
    CORNER_TOP_LEFT: Watermark.Corner
    CORNER_TOP_RIGHT: Watermark.Corner
    CORNER_BOTTOM_LEFT: Watermark.Corner
    CORNER_BOTTOM_RIGHT: Watermark.Corner
    CORNER_CENTER: Watermark.Corner
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_SHA256_FIELD_NUMBER: _ClassVar[int]
    CORNER_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_RATIO_FIELD_NUMBER: _ClassVar[int]
    MARGIN_RATIO_FIELD_NUMBER: _ClassVar[int]
    OPACITY_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    asset_sha256: str
    corner: Watermark.Corner
    height_ratio: float
    margin_ratio: float
    opacity: float
    def __init__(self, asset_id: _Optional[str] = ..., asset_sha256: _Optional[str] = ..., corner: _Optional[_Union[Watermark.Corner, str]] = ..., height_ratio: _Optional[float] = ..., margin_ratio: _Optional[float] = ..., opacity: _Optional[float] = ...) -> None: ...

class AudioSpec(_message.Message):
    __slots__ = ("codec", "bits_per_second", "channels", "loudness", "tracks", "trim")
    CODEC_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    LOUDNESS_FIELD_NUMBER: _ClassVar[int]
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    TRIM_FIELD_NUMBER: _ClassVar[int]
    codec: AudioCodec
    bits_per_second: int
    channels: int
    loudness: Loudness
    tracks: AudioTracks
    trim: Trim
    def __init__(self, codec: _Optional[_Union[AudioCodec, str]] = ..., bits_per_second: _Optional[int] = ..., channels: _Optional[int] = ..., loudness: _Optional[_Union[Loudness, _Mapping]] = ..., tracks: _Optional[_Union[AudioTracks, str]] = ..., trim: _Optional[_Union[Trim, _Mapping]] = ...) -> None: ...

class SpriteSpec(_message.Message):
    __slots__ = ("columns", "rows", "height_pixels", "interval_seconds", "quality")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_PIXELS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    columns: int
    rows: int
    height_pixels: int
    interval_seconds: float
    quality: int
    def __init__(self, columns: _Optional[int] = ..., rows: _Optional[int] = ..., height_pixels: _Optional[int] = ..., interval_seconds: _Optional[float] = ..., quality: _Optional[int] = ...) -> None: ...

class PackageSpec(_message.Message):
    __slots__ = ("output_ids", "segment_seconds", "hls", "dash")
    OUTPUT_IDS_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    HLS_FIELD_NUMBER: _ClassVar[int]
    DASH_FIELD_NUMBER: _ClassVar[int]
    output_ids: _containers.RepeatedScalarFieldContainer[str]
    segment_seconds: float
    hls: bool
    dash: bool
    def __init__(self, output_ids: _Optional[_Iterable[str]] = ..., segment_seconds: _Optional[float] = ..., hls: _Optional[bool] = ..., dash: _Optional[bool] = ...) -> None: ...

class QualitySpec(_message.Message):
    __slots__ = ("metric", "min_quality", "sample_count", "sample_seconds")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    MIN_QUALITY_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    metric: QualityMetric
    min_quality: float
    sample_count: int
    sample_seconds: float
    def __init__(self, metric: _Optional[_Union[QualityMetric, str]] = ..., min_quality: _Optional[float] = ..., sample_count: _Optional[int] = ..., sample_seconds: _Optional[float] = ...) -> None: ...

class Quality(_message.Message):
    __slots__ = ("metric", "mean", "min", "frames_compared")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    FRAMES_COMPARED_FIELD_NUMBER: _ClassVar[int]
    metric: QualityMetric
    mean: float
    min: float
    frames_compared: int
    def __init__(self, metric: _Optional[_Union[QualityMetric, str]] = ..., mean: _Optional[float] = ..., min: _Optional[float] = ..., frames_compared: _Optional[int] = ...) -> None: ...

class ThumbnailSpec(_message.Message):
    __slots__ = ("height_pixels", "time_seconds", "quality", "count", "best_scene")
    HEIGHT_PIXELS_FIELD_NUMBER: _ClassVar[int]
    TIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    BEST_SCENE_FIELD_NUMBER: _ClassVar[int]
    height_pixels: int
    time_seconds: float
    quality: int
    count: int
    best_scene: bool
    def __init__(self, height_pixels: _Optional[int] = ..., time_seconds: _Optional[float] = ..., quality: _Optional[int] = ..., count: _Optional[int] = ..., best_scene: _Optional[bool] = ...) -> None: ...

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
    __slots__ = ("codec", "width_pixels", "height_pixels", "display_width_pixels", "display_height_pixels", "rotation_degrees", "frame_rate_numerator", "frame_rate_denominator", "frames", "pixel_format", "start_seconds", "duration_seconds", "variable_frame_rate", "stream_index", "color_primaries", "color_transfer", "color_space", "color_range", "bits_per_component", "interlaced", "top_field_first", "bits_per_second", "profile", "level", "peak_nits")
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
    COLOR_PRIMARIES_FIELD_NUMBER: _ClassVar[int]
    COLOR_TRANSFER_FIELD_NUMBER: _ClassVar[int]
    COLOR_SPACE_FIELD_NUMBER: _ClassVar[int]
    COLOR_RANGE_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_COMPONENT_FIELD_NUMBER: _ClassVar[int]
    INTERLACED_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_FIRST_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    PEAK_NITS_FIELD_NUMBER: _ClassVar[int]
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
    color_primaries: str
    color_transfer: str
    color_space: str
    color_range: str
    bits_per_component: int
    interlaced: bool
    top_field_first: bool
    bits_per_second: int
    profile: str
    level: int
    peak_nits: float
    def __init__(self, codec: _Optional[str] = ..., width_pixels: _Optional[int] = ..., height_pixels: _Optional[int] = ..., display_width_pixels: _Optional[int] = ..., display_height_pixels: _Optional[int] = ..., rotation_degrees: _Optional[int] = ..., frame_rate_numerator: _Optional[int] = ..., frame_rate_denominator: _Optional[int] = ..., frames: _Optional[int] = ..., pixel_format: _Optional[str] = ..., start_seconds: _Optional[float] = ..., duration_seconds: _Optional[float] = ..., variable_frame_rate: _Optional[bool] = ..., stream_index: _Optional[int] = ..., color_primaries: _Optional[str] = ..., color_transfer: _Optional[str] = ..., color_space: _Optional[str] = ..., color_range: _Optional[str] = ..., bits_per_component: _Optional[int] = ..., interlaced: _Optional[bool] = ..., top_field_first: _Optional[bool] = ..., bits_per_second: _Optional[int] = ..., profile: _Optional[str] = ..., level: _Optional[int] = ..., peak_nits: _Optional[float] = ...) -> None: ...

class AudioStream(_message.Message):
    __slots__ = ("codec", "channels", "sample_rate_hertz", "language", "start_seconds", "duration_seconds", "stream_index", "default_track", "title", "bits_per_second")
    CODEC_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_HERTZ_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    START_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    STREAM_INDEX_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_TRACK_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    codec: str
    channels: int
    sample_rate_hertz: int
    language: str
    start_seconds: float
    duration_seconds: float
    stream_index: int
    default_track: bool
    title: str
    bits_per_second: int
    def __init__(self, codec: _Optional[str] = ..., channels: _Optional[int] = ..., sample_rate_hertz: _Optional[int] = ..., language: _Optional[str] = ..., start_seconds: _Optional[float] = ..., duration_seconds: _Optional[float] = ..., stream_index: _Optional[int] = ..., default_track: _Optional[bool] = ..., title: _Optional[str] = ..., bits_per_second: _Optional[int] = ...) -> None: ...

class ArtifactFile(_message.Message):
    __slots__ = ("output_id", "kind", "blob_key", "statement_blob_key", "file_name", "content_type", "size_bytes", "sha256", "content_sha256", "width_pixels", "height_pixels", "frames", "duration_seconds", "video_codec", "audio_codec", "audio_channels", "quality", "video_copied", "audio_copied", "pixel_format", "color_transfer", "bits_per_second", "audio_languages", "integrated_lufs", "true_peak_dbtp", "served_likeness")
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
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    VIDEO_COPIED_FIELD_NUMBER: _ClassVar[int]
    AUDIO_COPIED_FIELD_NUMBER: _ClassVar[int]
    PIXEL_FORMAT_FIELD_NUMBER: _ClassVar[int]
    COLOR_TRANSFER_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    AUDIO_LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    INTEGRATED_LUFS_FIELD_NUMBER: _ClassVar[int]
    TRUE_PEAK_DBTP_FIELD_NUMBER: _ClassVar[int]
    SERVED_LIKENESS_FIELD_NUMBER: _ClassVar[int]
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
    quality: _containers.RepeatedCompositeFieldContainer[Quality]
    video_copied: bool
    audio_copied: bool
    pixel_format: str
    color_transfer: str
    bits_per_second: int
    audio_languages: _containers.RepeatedScalarFieldContainer[str]
    integrated_lufs: float
    true_peak_dbtp: float
    served_likeness: Quality
    def __init__(self, output_id: _Optional[str] = ..., kind: _Optional[_Union[ArtifactKind, str]] = ..., blob_key: _Optional[str] = ..., statement_blob_key: _Optional[str] = ..., file_name: _Optional[str] = ..., content_type: _Optional[str] = ..., size_bytes: _Optional[int] = ..., sha256: _Optional[str] = ..., content_sha256: _Optional[str] = ..., width_pixels: _Optional[int] = ..., height_pixels: _Optional[int] = ..., frames: _Optional[int] = ..., duration_seconds: _Optional[float] = ..., video_codec: _Optional[str] = ..., audio_codec: _Optional[str] = ..., audio_channels: _Optional[int] = ..., quality: _Optional[_Iterable[_Union[Quality, _Mapping]]] = ..., video_copied: _Optional[bool] = ..., audio_copied: _Optional[bool] = ..., pixel_format: _Optional[str] = ..., color_transfer: _Optional[str] = ..., bits_per_second: _Optional[int] = ..., audio_languages: _Optional[_Iterable[str]] = ..., integrated_lufs: _Optional[float] = ..., true_peak_dbtp: _Optional[float] = ..., served_likeness: _Optional[_Union[Quality, _Mapping]] = ...) -> None: ...

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
