import datetime

from edgecode.v1 import media_pb2 as _media_pb2
from edgecode.v1 import ramp_pb2 as _ramp_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ShadowAspect(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SHADOW_ASPECT_UNSPECIFIED: _ClassVar[ShadowAspect]
    SHADOW_ASPECT_MISSING: _ClassVar[ShadowAspect]
    SHADOW_ASPECT_CONTENT: _ClassVar[ShadowAspect]
    SHADOW_ASPECT_PICTURE_SIZE: _ClassVar[ShadowAspect]
    SHADOW_ASPECT_FRAMES: _ClassVar[ShadowAspect]
    SHADOW_ASPECT_DURATION: _ClassVar[ShadowAspect]
    SHADOW_ASPECT_SIZE: _ClassVar[ShadowAspect]
    SHADOW_ASPECT_SSIM: _ClassVar[ShadowAspect]
    SHADOW_ASPECT_FAILURE: _ClassVar[ShadowAspect]
SHADOW_ASPECT_UNSPECIFIED: ShadowAspect
SHADOW_ASPECT_MISSING: ShadowAspect
SHADOW_ASPECT_CONTENT: ShadowAspect
SHADOW_ASPECT_PICTURE_SIZE: ShadowAspect
SHADOW_ASPECT_FRAMES: ShadowAspect
SHADOW_ASPECT_DURATION: ShadowAspect
SHADOW_ASPECT_SIZE: ShadowAspect
SHADOW_ASPECT_SSIM: ShadowAspect
SHADOW_ASPECT_FAILURE: ShadowAspect

class Route(_message.Message):
    __slots__ = ("service", "revision", "sequence", "current", "ramping", "ramp_percent", "quarantined", "former", "reason", "comment", "actor", "change_time", "builds", "followers", "ramp_id", "shadow_id", "etag", "shadow_build", "shadow_percent")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    RAMPING_FIELD_NUMBER: _ClassVar[int]
    RAMP_PERCENT_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    FORMER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    CHANGE_TIME_FIELD_NUMBER: _ClassVar[int]
    BUILDS_FIELD_NUMBER: _ClassVar[int]
    FOLLOWERS_FIELD_NUMBER: _ClassVar[int]
    RAMP_ID_FIELD_NUMBER: _ClassVar[int]
    SHADOW_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    SHADOW_BUILD_FIELD_NUMBER: _ClassVar[int]
    SHADOW_PERCENT_FIELD_NUMBER: _ClassVar[int]
    service: str
    revision: int
    sequence: int
    current: str
    ramping: str
    ramp_percent: float
    quarantined: _containers.RepeatedScalarFieldContainer[str]
    former: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    comment: str
    actor: str
    change_time: _timestamp_pb2.Timestamp
    builds: _containers.RepeatedCompositeFieldContainer[RoutedBuild]
    followers: _containers.RepeatedCompositeFieldContainer[RouteFollower]
    ramp_id: str
    shadow_id: str
    etag: str
    shadow_build: str
    shadow_percent: float
    def __init__(self, service: _Optional[str] = ..., revision: _Optional[int] = ..., sequence: _Optional[int] = ..., current: _Optional[str] = ..., ramping: _Optional[str] = ..., ramp_percent: _Optional[float] = ..., quarantined: _Optional[_Iterable[str]] = ..., former: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., comment: _Optional[str] = ..., actor: _Optional[str] = ..., change_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., builds: _Optional[_Iterable[_Union[RoutedBuild, _Mapping]]] = ..., followers: _Optional[_Iterable[_Union[RouteFollower, _Mapping]]] = ..., ramp_id: _Optional[str] = ..., shadow_id: _Optional[str] = ..., etag: _Optional[str] = ..., shadow_build: _Optional[str] = ..., shadow_percent: _Optional[float] = ...) -> None: ...

class RoutedBuild(_message.Message):
    __slots__ = ("build", "state", "jobs_unfinished", "tasks_pending", "tasks_unacknowledged", "instances")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[RoutedBuild.State]
        STATE_INACTIVE: _ClassVar[RoutedBuild.State]
        STATE_RAMPING: _ClassVar[RoutedBuild.State]
        STATE_CURRENT: _ClassVar[RoutedBuild.State]
        STATE_DRAINING: _ClassVar[RoutedBuild.State]
        STATE_DRAINED: _ClassVar[RoutedBuild.State]
        STATE_QUARANTINED: _ClassVar[RoutedBuild.State]
    STATE_UNSPECIFIED: RoutedBuild.State
    STATE_INACTIVE: RoutedBuild.State
    STATE_RAMPING: RoutedBuild.State
    STATE_CURRENT: RoutedBuild.State
    STATE_DRAINING: RoutedBuild.State
    STATE_DRAINED: RoutedBuild.State
    STATE_QUARANTINED: RoutedBuild.State
    BUILD_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    JOBS_UNFINISHED_FIELD_NUMBER: _ClassVar[int]
    TASKS_PENDING_FIELD_NUMBER: _ClassVar[int]
    TASKS_UNACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    build: str
    state: RoutedBuild.State
    jobs_unfinished: int
    tasks_pending: int
    tasks_unacknowledged: int
    instances: int
    def __init__(self, build: _Optional[str] = ..., state: _Optional[_Union[RoutedBuild.State, str]] = ..., jobs_unfinished: _Optional[int] = ..., tasks_pending: _Optional[int] = ..., tasks_unacknowledged: _Optional[int] = ..., instances: _Optional[int] = ...) -> None: ...

class RouteFollower(_message.Message):
    __slots__ = ("service", "instance", "build", "revision")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    service: str
    instance: str
    build: str
    revision: int
    def __init__(self, service: _Optional[str] = ..., instance: _Optional[str] = ..., build: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class GetRouteRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchRouteRequest(_message.Message):
    __slots__ = ("after_revision",)
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    after_revision: int
    def __init__(self, after_revision: _Optional[int] = ...) -> None: ...

class PromoteRequest(_message.Message):
    __slots__ = ("build", "comment", "etag", "validate_only")
    BUILD_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    build: str
    comment: str
    etag: str
    validate_only: bool
    def __init__(self, build: _Optional[str] = ..., comment: _Optional[str] = ..., etag: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class RollbackRequest(_message.Message):
    __slots__ = ("build", "to_build", "comment", "etag", "validate_only")
    BUILD_FIELD_NUMBER: _ClassVar[int]
    TO_BUILD_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    build: str
    to_build: str
    comment: str
    etag: str
    validate_only: bool
    def __init__(self, build: _Optional[str] = ..., to_build: _Optional[str] = ..., comment: _Optional[str] = ..., etag: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class QuarantineBuildRequest(_message.Message):
    __slots__ = ("build", "comment", "etag")
    BUILD_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    build: str
    comment: str
    etag: str
    def __init__(self, build: _Optional[str] = ..., comment: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class ReadmitBuildRequest(_message.Message):
    __slots__ = ("build", "comment", "etag")
    BUILD_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    build: str
    comment: str
    etag: str
    def __init__(self, build: _Optional[str] = ..., comment: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class Ramp(_message.Message):
    __slots__ = ("document", "route_revision", "asked_percent", "served_percent", "ramping", "current", "findings", "waits_for", "ramping_open", "current_open", "ledger_sequence", "actor", "comment", "etag")
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    ROUTE_REVISION_FIELD_NUMBER: _ClassVar[int]
    ASKED_PERCENT_FIELD_NUMBER: _ClassVar[int]
    SERVED_PERCENT_FIELD_NUMBER: _ClassVar[int]
    RAMPING_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    WAITS_FOR_FIELD_NUMBER: _ClassVar[int]
    RAMPING_OPEN_FIELD_NUMBER: _ClassVar[int]
    CURRENT_OPEN_FIELD_NUMBER: _ClassVar[int]
    LEDGER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    document: _ramp_pb2.RampDocument
    route_revision: int
    asked_percent: float
    served_percent: float
    ramping: RampRate
    current: RampRate
    findings: _containers.RepeatedCompositeFieldContainer[RampFinding]
    waits_for: _containers.RepeatedScalarFieldContainer[str]
    ramping_open: int
    current_open: int
    ledger_sequence: int
    actor: str
    comment: str
    etag: str
    def __init__(self, document: _Optional[_Union[_ramp_pb2.RampDocument, _Mapping]] = ..., route_revision: _Optional[int] = ..., asked_percent: _Optional[float] = ..., served_percent: _Optional[float] = ..., ramping: _Optional[_Union[RampRate, _Mapping]] = ..., current: _Optional[_Union[RampRate, _Mapping]] = ..., findings: _Optional[_Iterable[_Union[RampFinding, _Mapping]]] = ..., waits_for: _Optional[_Iterable[str]] = ..., ramping_open: _Optional[int] = ..., current_open: _Optional[int] = ..., ledger_sequence: _Optional[int] = ..., actor: _Optional[str] = ..., comment: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class RampRate(_message.Message):
    __slots__ = ("build", "side", "rate", "rate_low", "rate_high")
    BUILD_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    RATE_LOW_FIELD_NUMBER: _ClassVar[int]
    RATE_HIGH_FIELD_NUMBER: _ClassVar[int]
    build: str
    side: _ramp_pb2.RampSide
    rate: float
    rate_low: float
    rate_high: float
    def __init__(self, build: _Optional[str] = ..., side: _Optional[_Union[_ramp_pb2.RampSide, _Mapping]] = ..., rate: _Optional[float] = ..., rate_low: _Optional[float] = ..., rate_high: _Optional[float] = ...) -> None: ...

class RampFinding(_message.Message):
    __slots__ = ("test", "log_e", "log_e_limit", "ratio", "ratio_low", "ratio_high", "pairs", "leads_to")
    TEST_FIELD_NUMBER: _ClassVar[int]
    LOG_E_FIELD_NUMBER: _ClassVar[int]
    LOG_E_LIMIT_FIELD_NUMBER: _ClassVar[int]
    RATIO_FIELD_NUMBER: _ClassVar[int]
    RATIO_LOW_FIELD_NUMBER: _ClassVar[int]
    RATIO_HIGH_FIELD_NUMBER: _ClassVar[int]
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    LEADS_TO_FIELD_NUMBER: _ClassVar[int]
    test: _ramp_pb2.RampTest
    log_e: float
    log_e_limit: float
    ratio: float
    ratio_low: float
    ratio_high: float
    pairs: int
    leads_to: str
    def __init__(self, test: _Optional[_Union[_ramp_pb2.RampTest, str]] = ..., log_e: _Optional[float] = ..., log_e_limit: _Optional[float] = ..., ratio: _Optional[float] = ..., ratio_low: _Optional[float] = ..., ratio_high: _Optional[float] = ..., pairs: _Optional[int] = ..., leads_to: _Optional[str] = ...) -> None: ...

class StartRampRequest(_message.Message):
    __slots__ = ("build", "policy", "comment", "etag", "validate_only", "request_id")
    BUILD_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    build: str
    policy: _ramp_pb2.RampPolicy
    comment: str
    etag: str
    validate_only: bool
    request_id: str
    def __init__(self, build: _Optional[str] = ..., policy: _Optional[_Union[_ramp_pb2.RampPolicy, _Mapping]] = ..., comment: _Optional[str] = ..., etag: _Optional[str] = ..., validate_only: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetRampRequest(_message.Message):
    __slots__ = ("ramp_id",)
    RAMP_ID_FIELD_NUMBER: _ClassVar[int]
    ramp_id: str
    def __init__(self, ramp_id: _Optional[str] = ...) -> None: ...

class PauseRampRequest(_message.Message):
    __slots__ = ("ramp_id", "comment", "etag")
    RAMP_ID_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ramp_id: str
    comment: str
    etag: str
    def __init__(self, ramp_id: _Optional[str] = ..., comment: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class ResumeRampRequest(_message.Message):
    __slots__ = ("ramp_id", "comment", "etag")
    RAMP_ID_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ramp_id: str
    comment: str
    etag: str
    def __init__(self, ramp_id: _Optional[str] = ..., comment: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class AdvanceRampRequest(_message.Message):
    __slots__ = ("ramp_id", "comment", "etag")
    RAMP_ID_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ramp_id: str
    comment: str
    etag: str
    def __init__(self, ramp_id: _Optional[str] = ..., comment: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class AbortRampRequest(_message.Message):
    __slots__ = ("ramp_id", "comment", "etag")
    RAMP_ID_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ramp_id: str
    comment: str
    etag: str
    def __init__(self, ramp_id: _Optional[str] = ..., comment: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class StartShadowRequest(_message.Message):
    __slots__ = ("build", "percent", "comment", "etag", "validate_only", "request_id")
    BUILD_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    build: str
    percent: float
    comment: str
    etag: str
    validate_only: bool
    request_id: str
    def __init__(self, build: _Optional[str] = ..., percent: _Optional[float] = ..., comment: _Optional[str] = ..., etag: _Optional[str] = ..., validate_only: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class StopShadowRequest(_message.Message):
    __slots__ = ("shadow_id", "comment", "etag")
    SHADOW_ID_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    shadow_id: str
    comment: str
    etag: str
    def __init__(self, shadow_id: _Optional[str] = ..., comment: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class GetShadowRequest(_message.Message):
    __slots__ = ("shadow_id",)
    SHADOW_ID_FIELD_NUMBER: _ClassVar[int]
    shadow_id: str
    def __init__(self, shadow_id: _Optional[str] = ...) -> None: ...

class ListShadowDifferencesRequest(_message.Message):
    __slots__ = ("shadow_id", "page_size", "page_token")
    SHADOW_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    shadow_id: str
    page_size: int
    page_token: str
    def __init__(self, shadow_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListShadowDifferencesResponse(_message.Message):
    __slots__ = ("differences", "next_page_token")
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    differences: _containers.RepeatedCompositeFieldContainer[ShadowDifference]
    next_page_token: str
    def __init__(self, differences: _Optional[_Iterable[_Union[ShadowDifference, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Shadow(_message.Message):
    __slots__ = ("shadow_id", "build", "against", "percent", "stopped", "start_time", "stop_time", "jobs_shadowed", "jobs_compared", "jobs_identical", "jobs_failed", "differences", "actor", "comment", "stop_reason", "jobs_waiting", "jobs_served_failed", "jobs_both_failed", "jobs_dropped", "outputs_compared", "outputs_identical", "differing", "waits_for", "route_revision", "etag", "ledger_sequence", "newest_only")
    SHADOW_ID_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    AGAINST_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    STOP_TIME_FIELD_NUMBER: _ClassVar[int]
    JOBS_SHADOWED_FIELD_NUMBER: _ClassVar[int]
    JOBS_COMPARED_FIELD_NUMBER: _ClassVar[int]
    JOBS_IDENTICAL_FIELD_NUMBER: _ClassVar[int]
    JOBS_FAILED_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    STOP_REASON_FIELD_NUMBER: _ClassVar[int]
    JOBS_WAITING_FIELD_NUMBER: _ClassVar[int]
    JOBS_SERVED_FAILED_FIELD_NUMBER: _ClassVar[int]
    JOBS_BOTH_FAILED_FIELD_NUMBER: _ClassVar[int]
    JOBS_DROPPED_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_COMPARED_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_IDENTICAL_FIELD_NUMBER: _ClassVar[int]
    DIFFERING_FIELD_NUMBER: _ClassVar[int]
    WAITS_FOR_FIELD_NUMBER: _ClassVar[int]
    ROUTE_REVISION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    LEDGER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    NEWEST_ONLY_FIELD_NUMBER: _ClassVar[int]
    shadow_id: str
    build: str
    against: str
    percent: float
    stopped: bool
    start_time: _timestamp_pb2.Timestamp
    stop_time: _timestamp_pb2.Timestamp
    jobs_shadowed: int
    jobs_compared: int
    jobs_identical: int
    jobs_failed: int
    differences: _containers.RepeatedCompositeFieldContainer[ShadowDifference]
    actor: str
    comment: str
    stop_reason: str
    jobs_waiting: int
    jobs_served_failed: int
    jobs_both_failed: int
    jobs_dropped: int
    outputs_compared: int
    outputs_identical: int
    differing: _containers.RepeatedCompositeFieldContainer[ShadowAspectCount]
    waits_for: _containers.RepeatedScalarFieldContainer[str]
    route_revision: int
    etag: str
    ledger_sequence: int
    newest_only: bool
    def __init__(self, shadow_id: _Optional[str] = ..., build: _Optional[str] = ..., against: _Optional[str] = ..., percent: _Optional[float] = ..., stopped: _Optional[bool] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stop_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., jobs_shadowed: _Optional[int] = ..., jobs_compared: _Optional[int] = ..., jobs_identical: _Optional[int] = ..., jobs_failed: _Optional[int] = ..., differences: _Optional[_Iterable[_Union[ShadowDifference, _Mapping]]] = ..., actor: _Optional[str] = ..., comment: _Optional[str] = ..., stop_reason: _Optional[str] = ..., jobs_waiting: _Optional[int] = ..., jobs_served_failed: _Optional[int] = ..., jobs_both_failed: _Optional[int] = ..., jobs_dropped: _Optional[int] = ..., outputs_compared: _Optional[int] = ..., outputs_identical: _Optional[int] = ..., differing: _Optional[_Iterable[_Union[ShadowAspectCount, _Mapping]]] = ..., waits_for: _Optional[_Iterable[str]] = ..., route_revision: _Optional[int] = ..., etag: _Optional[str] = ..., ledger_sequence: _Optional[int] = ..., newest_only: _Optional[bool] = ...) -> None: ...

class ShadowAspectCount(_message.Message):
    __slots__ = ("aspect", "count")
    ASPECT_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    aspect: ShadowAspect
    count: int
    def __init__(self, aspect: _Optional[_Union[ShadowAspect, str]] = ..., count: _Optional[int] = ...) -> None: ...

class ShadowDifference(_message.Message):
    __slots__ = ("job_id", "output_id", "served_content_sha256", "shadow_content_sha256", "served_frames", "shadow_frames", "served_duration_seconds", "shadow_duration_seconds", "ssim", "shadow_job_id", "served_build", "shadow_build", "file_name", "differs", "served_size_bytes", "shadow_size_bytes", "served_width_pixels", "served_height_pixels", "shadow_width_pixels", "shadow_height_pixels", "served_ssim", "shadow_ssim", "served_failure", "shadow_failure", "create_time")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_ID_FIELD_NUMBER: _ClassVar[int]
    SERVED_CONTENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    SHADOW_CONTENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    SERVED_FRAMES_FIELD_NUMBER: _ClassVar[int]
    SHADOW_FRAMES_FIELD_NUMBER: _ClassVar[int]
    SERVED_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SHADOW_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SSIM_FIELD_NUMBER: _ClassVar[int]
    SHADOW_JOB_ID_FIELD_NUMBER: _ClassVar[int]
    SERVED_BUILD_FIELD_NUMBER: _ClassVar[int]
    SHADOW_BUILD_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    DIFFERS_FIELD_NUMBER: _ClassVar[int]
    SERVED_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHADOW_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SERVED_WIDTH_PIXELS_FIELD_NUMBER: _ClassVar[int]
    SERVED_HEIGHT_PIXELS_FIELD_NUMBER: _ClassVar[int]
    SHADOW_WIDTH_PIXELS_FIELD_NUMBER: _ClassVar[int]
    SHADOW_HEIGHT_PIXELS_FIELD_NUMBER: _ClassVar[int]
    SERVED_SSIM_FIELD_NUMBER: _ClassVar[int]
    SHADOW_SSIM_FIELD_NUMBER: _ClassVar[int]
    SERVED_FAILURE_FIELD_NUMBER: _ClassVar[int]
    SHADOW_FAILURE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    output_id: str
    served_content_sha256: str
    shadow_content_sha256: str
    served_frames: int
    shadow_frames: int
    served_duration_seconds: float
    shadow_duration_seconds: float
    ssim: float
    shadow_job_id: str
    served_build: str
    shadow_build: str
    file_name: str
    differs: _containers.RepeatedScalarFieldContainer[ShadowAspect]
    served_size_bytes: int
    shadow_size_bytes: int
    served_width_pixels: int
    served_height_pixels: int
    shadow_width_pixels: int
    shadow_height_pixels: int
    served_ssim: float
    shadow_ssim: float
    served_failure: _media_pb2.Failure
    shadow_failure: _media_pb2.Failure
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, job_id: _Optional[str] = ..., output_id: _Optional[str] = ..., served_content_sha256: _Optional[str] = ..., shadow_content_sha256: _Optional[str] = ..., served_frames: _Optional[int] = ..., shadow_frames: _Optional[int] = ..., served_duration_seconds: _Optional[float] = ..., shadow_duration_seconds: _Optional[float] = ..., ssim: _Optional[float] = ..., shadow_job_id: _Optional[str] = ..., served_build: _Optional[str] = ..., shadow_build: _Optional[str] = ..., file_name: _Optional[str] = ..., differs: _Optional[_Iterable[_Union[ShadowAspect, str]]] = ..., served_size_bytes: _Optional[int] = ..., shadow_size_bytes: _Optional[int] = ..., served_width_pixels: _Optional[int] = ..., served_height_pixels: _Optional[int] = ..., shadow_width_pixels: _Optional[int] = ..., shadow_height_pixels: _Optional[int] = ..., served_ssim: _Optional[float] = ..., shadow_ssim: _Optional[float] = ..., served_failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ..., shadow_failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
