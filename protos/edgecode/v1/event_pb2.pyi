import datetime

from edgecode.v1 import media_pb2 as _media_pb2
from edgecode.v1 import ramp_pb2 as _ramp_pb2
from edgecode.v1 import release_pb2 as _release_pb2
from edgecode.v1 import shadow_pb2 as _shadow_pb2
from edgecode.v1 import stamp_pb2 as _stamp_pb2
from edgecode.v1 import webhook_pb2 as _webhook_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Priority(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRIORITY_UNSPECIFIED: _ClassVar[Priority]
    PRIORITY_HIGH: _ClassVar[Priority]
    PRIORITY_NORMAL: _ClassVar[Priority]
    PRIORITY_LOW: _ClassVar[Priority]

class TaskKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TASK_KIND_UNSPECIFIED: _ClassVar[TaskKind]
    TASK_KIND_PROBE: _ClassVar[TaskKind]
    TASK_KIND_TRANSCODE: _ClassVar[TaskKind]
    TASK_KIND_THUMBNAIL: _ClassVar[TaskKind]
    TASK_KIND_MANIFEST: _ClassVar[TaskKind]
    TASK_KIND_NOOP: _ClassVar[TaskKind]
    TASK_KIND_SPRITE: _ClassVar[TaskKind]
    TASK_KIND_AUDIO: _ClassVar[TaskKind]
    TASK_KIND_PACKAGE: _ClassVar[TaskKind]
    TASK_KIND_EXPORT: _ClassVar[TaskKind]

class OverrideFate(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OVERRIDE_FATE_UNSPECIFIED: _ClassVar[OverrideFate]
    OVERRIDE_FATE_HONOURED: _ClassVar[OverrideFate]
    OVERRIDE_FATE_BUILD_UNKNOWN: _ClassVar[OverrideFate]
    OVERRIDE_FATE_BUILD_QUARANTINED: _ClassVar[OverrideFate]
    OVERRIDE_FATE_BUILD_HAS_NO_WORKER: _ClassVar[OverrideFate]
    OVERRIDE_FATE_CONTRACT_UNREADABLE: _ClassVar[OverrideFate]
PRIORITY_UNSPECIFIED: Priority
PRIORITY_HIGH: Priority
PRIORITY_NORMAL: Priority
PRIORITY_LOW: Priority
TASK_KIND_UNSPECIFIED: TaskKind
TASK_KIND_PROBE: TaskKind
TASK_KIND_TRANSCODE: TaskKind
TASK_KIND_THUMBNAIL: TaskKind
TASK_KIND_MANIFEST: TaskKind
TASK_KIND_NOOP: TaskKind
TASK_KIND_SPRITE: TaskKind
TASK_KIND_AUDIO: TaskKind
TASK_KIND_PACKAGE: TaskKind
TASK_KIND_EXPORT: TaskKind
OVERRIDE_FATE_UNSPECIFIED: OverrideFate
OVERRIDE_FATE_HONOURED: OverrideFate
OVERRIDE_FATE_BUILD_UNKNOWN: OverrideFate
OVERRIDE_FATE_BUILD_QUARANTINED: OverrideFate
OVERRIDE_FATE_BUILD_HAS_NO_WORKER: OverrideFate
OVERRIDE_FATE_CONTRACT_UNREADABLE: OverrideFate

class Event(_message.Message):
    __slots__ = ("asset_created", "asset_deleted", "job_created", "job_cancel_requested", "job_retry_requested", "job_deleted", "job_assigned", "job_reassigned", "task_scheduled", "task_dead", "attempt_started", "attempt_succeeded", "attempt_failed", "attempt_released", "attempt_lost", "artifact_published", "job_succeeded", "job_failed", "job_cancelled", "route_changed", "preset_created", "webhook_created", "webhook_secret_rotated", "webhook_deleted", "delivery_tried", "delivery_resend_requested", "release_registered", "release_commits", "deployment_recorded", "fleet_changed", "deployment_seen", "digests_changed", "build_gone")
    ASSET_CREATED_FIELD_NUMBER: _ClassVar[int]
    ASSET_DELETED_FIELD_NUMBER: _ClassVar[int]
    JOB_CREATED_FIELD_NUMBER: _ClassVar[int]
    JOB_CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    JOB_RETRY_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    JOB_DELETED_FIELD_NUMBER: _ClassVar[int]
    JOB_ASSIGNED_FIELD_NUMBER: _ClassVar[int]
    JOB_REASSIGNED_FIELD_NUMBER: _ClassVar[int]
    TASK_SCHEDULED_FIELD_NUMBER: _ClassVar[int]
    TASK_DEAD_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_STARTED_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FAILED_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_RELEASED_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_LOST_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    JOB_SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    JOB_FAILED_FIELD_NUMBER: _ClassVar[int]
    JOB_CANCELLED_FIELD_NUMBER: _ClassVar[int]
    ROUTE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    PRESET_CREATED_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_CREATED_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_SECRET_ROTATED_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_DELETED_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_TRIED_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_RESEND_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    RELEASE_REGISTERED_FIELD_NUMBER: _ClassVar[int]
    RELEASE_COMMITS_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_RECORDED_FIELD_NUMBER: _ClassVar[int]
    FLEET_CHANGED_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_SEEN_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    BUILD_GONE_FIELD_NUMBER: _ClassVar[int]
    asset_created: AssetCreated
    asset_deleted: AssetDeleted
    job_created: JobCreated
    job_cancel_requested: JobCancelRequested
    job_retry_requested: JobRetryRequested
    job_deleted: JobDeleted
    job_assigned: JobAssigned
    job_reassigned: JobReassigned
    task_scheduled: TaskScheduled
    task_dead: TaskDead
    attempt_started: AttemptStarted
    attempt_succeeded: AttemptSucceeded
    attempt_failed: AttemptFailed
    attempt_released: AttemptReleased
    attempt_lost: AttemptLost
    artifact_published: ArtifactPublished
    job_succeeded: JobSucceeded
    job_failed: JobFailed
    job_cancelled: JobCancelled
    route_changed: RouteChanged
    preset_created: PresetCreated
    webhook_created: WebhookCreated
    webhook_secret_rotated: WebhookSecretRotated
    webhook_deleted: WebhookDeleted
    delivery_tried: DeliveryTried
    delivery_resend_requested: DeliveryResendRequested
    release_registered: ReleaseRegistered
    release_commits: ReleaseCommits
    deployment_recorded: DeploymentRecorded
    fleet_changed: FleetChanged
    deployment_seen: DeploymentSeen
    digests_changed: DigestsChanged
    build_gone: BuildGone
    def __init__(self, asset_created: _Optional[_Union[AssetCreated, _Mapping]] = ..., asset_deleted: _Optional[_Union[AssetDeleted, _Mapping]] = ..., job_created: _Optional[_Union[JobCreated, _Mapping]] = ..., job_cancel_requested: _Optional[_Union[JobCancelRequested, _Mapping]] = ..., job_retry_requested: _Optional[_Union[JobRetryRequested, _Mapping]] = ..., job_deleted: _Optional[_Union[JobDeleted, _Mapping]] = ..., job_assigned: _Optional[_Union[JobAssigned, _Mapping]] = ..., job_reassigned: _Optional[_Union[JobReassigned, _Mapping]] = ..., task_scheduled: _Optional[_Union[TaskScheduled, _Mapping]] = ..., task_dead: _Optional[_Union[TaskDead, _Mapping]] = ..., attempt_started: _Optional[_Union[AttemptStarted, _Mapping]] = ..., attempt_succeeded: _Optional[_Union[AttemptSucceeded, _Mapping]] = ..., attempt_failed: _Optional[_Union[AttemptFailed, _Mapping]] = ..., attempt_released: _Optional[_Union[AttemptReleased, _Mapping]] = ..., attempt_lost: _Optional[_Union[AttemptLost, _Mapping]] = ..., artifact_published: _Optional[_Union[ArtifactPublished, _Mapping]] = ..., job_succeeded: _Optional[_Union[JobSucceeded, _Mapping]] = ..., job_failed: _Optional[_Union[JobFailed, _Mapping]] = ..., job_cancelled: _Optional[_Union[JobCancelled, _Mapping]] = ..., route_changed: _Optional[_Union[RouteChanged, _Mapping]] = ..., preset_created: _Optional[_Union[PresetCreated, _Mapping]] = ..., webhook_created: _Optional[_Union[WebhookCreated, _Mapping]] = ..., webhook_secret_rotated: _Optional[_Union[WebhookSecretRotated, _Mapping]] = ..., webhook_deleted: _Optional[_Union[WebhookDeleted, _Mapping]] = ..., delivery_tried: _Optional[_Union[DeliveryTried, _Mapping]] = ..., delivery_resend_requested: _Optional[_Union[DeliveryResendRequested, _Mapping]] = ..., release_registered: _Optional[_Union[ReleaseRegistered, _Mapping]] = ..., release_commits: _Optional[_Union[ReleaseCommits, _Mapping]] = ..., deployment_recorded: _Optional[_Union[DeploymentRecorded, _Mapping]] = ..., fleet_changed: _Optional[_Union[FleetChanged, _Mapping]] = ..., deployment_seen: _Optional[_Union[DeploymentSeen, _Mapping]] = ..., digests_changed: _Optional[_Union[DigestsChanged, _Mapping]] = ..., build_gone: _Optional[_Union[BuildGone, _Mapping]] = ...) -> None: ...

class AssetCreated(_message.Message):
    __slots__ = ("asset_id", "upload_id", "caller", "file_name", "size_bytes", "sha256", "crc32c", "labels", "expire_time", "job_id", "import_request")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_ID_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    CRC32C_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    IMPORT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    upload_id: str
    caller: str
    file_name: str
    size_bytes: int
    sha256: str
    crc32c: int
    labels: _containers.ScalarMap[str, str]
    expire_time: _timestamp_pb2.Timestamp
    job_id: str
    import_request: bytes
    def __init__(self, asset_id: _Optional[str] = ..., upload_id: _Optional[str] = ..., caller: _Optional[str] = ..., file_name: _Optional[str] = ..., size_bytes: _Optional[int] = ..., sha256: _Optional[str] = ..., crc32c: _Optional[int] = ..., labels: _Optional[_Mapping[str, str]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., job_id: _Optional[str] = ..., import_request: _Optional[bytes] = ...) -> None: ...

class AssetDeleted(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class JobCreated(_message.Message):
    __slots__ = ("job_id", "caller", "request_id", "request", "asset_id", "asset_sha256", "asset_size_bytes", "asset_file_name", "preset", "preset_revision", "outputs", "priority", "labels", "output_uri", "expire_time", "attempt_budget", "contract", "client_version", "client_revision", "noop_tasks", "webhook", "version_key", "override_build", "override_fate", "shadow_of", "shadow_id", "served_files")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_SHA256_FIELD_NUMBER: _ClassVar[int]
    ASSET_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    ASSET_FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    PRESET_REVISION_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_URI_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_BUDGET_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    CLIENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    CLIENT_REVISION_FIELD_NUMBER: _ClassVar[int]
    NOOP_TASKS_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_FIELD_NUMBER: _ClassVar[int]
    VERSION_KEY_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_BUILD_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_FATE_FIELD_NUMBER: _ClassVar[int]
    SHADOW_OF_FIELD_NUMBER: _ClassVar[int]
    SHADOW_ID_FIELD_NUMBER: _ClassVar[int]
    SERVED_FILES_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    caller: str
    request_id: str
    request: bytes
    asset_id: str
    asset_sha256: str
    asset_size_bytes: int
    asset_file_name: str
    preset: str
    preset_revision: int
    outputs: _containers.RepeatedCompositeFieldContainer[_media_pb2.OutputSpec]
    priority: Priority
    labels: _containers.ScalarMap[str, str]
    output_uri: str
    expire_time: _timestamp_pb2.Timestamp
    attempt_budget: int
    contract: int
    client_version: str
    client_revision: str
    noop_tasks: int
    webhook: _webhook_pb2.JobWebhook
    version_key: str
    override_build: str
    override_fate: OverrideFate
    shadow_of: str
    shadow_id: str
    served_files: _containers.RepeatedCompositeFieldContainer[_media_pb2.ArtifactFile]
    def __init__(self, job_id: _Optional[str] = ..., caller: _Optional[str] = ..., request_id: _Optional[str] = ..., request: _Optional[bytes] = ..., asset_id: _Optional[str] = ..., asset_sha256: _Optional[str] = ..., asset_size_bytes: _Optional[int] = ..., asset_file_name: _Optional[str] = ..., preset: _Optional[str] = ..., preset_revision: _Optional[int] = ..., outputs: _Optional[_Iterable[_Union[_media_pb2.OutputSpec, _Mapping]]] = ..., priority: _Optional[_Union[Priority, str]] = ..., labels: _Optional[_Mapping[str, str]] = ..., output_uri: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attempt_budget: _Optional[int] = ..., contract: _Optional[int] = ..., client_version: _Optional[str] = ..., client_revision: _Optional[str] = ..., noop_tasks: _Optional[int] = ..., webhook: _Optional[_Union[_webhook_pb2.JobWebhook, _Mapping]] = ..., version_key: _Optional[str] = ..., override_build: _Optional[str] = ..., override_fate: _Optional[_Union[OverrideFate, str]] = ..., shadow_of: _Optional[str] = ..., shadow_id: _Optional[str] = ..., served_files: _Optional[_Iterable[_Union[_media_pb2.ArtifactFile, _Mapping]]] = ...) -> None: ...

class PresetCreated(_message.Message):
    __slots__ = ("preset", "revision", "title", "outputs", "retention_seconds", "caller", "request_id", "request")
    PRESET_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    RETENTION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    preset: str
    revision: int
    title: str
    outputs: _containers.RepeatedCompositeFieldContainer[_media_pb2.OutputSpec]
    retention_seconds: int
    caller: str
    request_id: str
    request: bytes
    def __init__(self, preset: _Optional[str] = ..., revision: _Optional[int] = ..., title: _Optional[str] = ..., outputs: _Optional[_Iterable[_Union[_media_pb2.OutputSpec, _Mapping]]] = ..., retention_seconds: _Optional[int] = ..., caller: _Optional[str] = ..., request_id: _Optional[str] = ..., request: _Optional[bytes] = ...) -> None: ...

class JobCancelRequested(_message.Message):
    __slots__ = ("reason", "caller")
    REASON_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    reason: str
    caller: str
    def __init__(self, reason: _Optional[str] = ..., caller: _Optional[str] = ...) -> None: ...

class JobRetryRequested(_message.Message):
    __slots__ = ("task_id", "caller")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    caller: str
    def __init__(self, task_id: _Optional[str] = ..., caller: _Optional[str] = ...) -> None: ...

class JobDeleted(_message.Message):
    __slots__ = ("caller",)
    CALLER_FIELD_NUMBER: _ClassVar[int]
    caller: str
    def __init__(self, caller: _Optional[str] = ...) -> None: ...

class JobAssigned(_message.Message):
    __slots__ = ("build", "route_revision", "share_percent", "epoch", "choice", "ramp_id", "ramp_percent", "ramp_step", "ramp_round")
    class Choice(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CHOICE_UNSPECIFIED: _ClassVar[JobAssigned.Choice]
        CHOICE_CURRENT: _ClassVar[JobAssigned.Choice]
        CHOICE_SHARE: _ClassVar[JobAssigned.Choice]
        CHOICE_OVERRIDE: _ClassVar[JobAssigned.Choice]
        CHOICE_CONTRACT: _ClassVar[JobAssigned.Choice]
        CHOICE_OTHER_HAS_NO_WORKER: _ClassVar[JobAssigned.Choice]
        CHOICE_SHADOW: _ClassVar[JobAssigned.Choice]
        CHOICE_SHARE_UNCOUNTED: _ClassVar[JobAssigned.Choice]
    CHOICE_UNSPECIFIED: JobAssigned.Choice
    CHOICE_CURRENT: JobAssigned.Choice
    CHOICE_SHARE: JobAssigned.Choice
    CHOICE_OVERRIDE: JobAssigned.Choice
    CHOICE_CONTRACT: JobAssigned.Choice
    CHOICE_OTHER_HAS_NO_WORKER: JobAssigned.Choice
    CHOICE_SHADOW: JobAssigned.Choice
    CHOICE_SHARE_UNCOUNTED: JobAssigned.Choice
    BUILD_FIELD_NUMBER: _ClassVar[int]
    ROUTE_REVISION_FIELD_NUMBER: _ClassVar[int]
    SHARE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    RAMP_ID_FIELD_NUMBER: _ClassVar[int]
    RAMP_PERCENT_FIELD_NUMBER: _ClassVar[int]
    RAMP_STEP_FIELD_NUMBER: _ClassVar[int]
    RAMP_ROUND_FIELD_NUMBER: _ClassVar[int]
    build: str
    route_revision: int
    share_percent: float
    epoch: int
    choice: JobAssigned.Choice
    ramp_id: str
    ramp_percent: float
    ramp_step: int
    ramp_round: int
    def __init__(self, build: _Optional[str] = ..., route_revision: _Optional[int] = ..., share_percent: _Optional[float] = ..., epoch: _Optional[int] = ..., choice: _Optional[_Union[JobAssigned.Choice, str]] = ..., ramp_id: _Optional[str] = ..., ramp_percent: _Optional[float] = ..., ramp_step: _Optional[int] = ..., ramp_round: _Optional[int] = ...) -> None: ...

class JobReassigned(_message.Message):
    __slots__ = ("build", "route_revision", "epoch", "reason")
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REASON_UNSPECIFIED: _ClassVar[JobReassigned.Reason]
        REASON_BUILD_QUARANTINED: _ClassVar[JobReassigned.Reason]
        REASON_BUILD_HAS_NO_WORKER: _ClassVar[JobReassigned.Reason]
        REASON_LAST_ATTEMPT_ELSEWHERE: _ClassVar[JobReassigned.Reason]
        REASON_USERS_FAULT_ELSEWHERE: _ClassVar[JobReassigned.Reason]
    REASON_UNSPECIFIED: JobReassigned.Reason
    REASON_BUILD_QUARANTINED: JobReassigned.Reason
    REASON_BUILD_HAS_NO_WORKER: JobReassigned.Reason
    REASON_LAST_ATTEMPT_ELSEWHERE: JobReassigned.Reason
    REASON_USERS_FAULT_ELSEWHERE: JobReassigned.Reason
    BUILD_FIELD_NUMBER: _ClassVar[int]
    ROUTE_REVISION_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    build: str
    route_revision: int
    epoch: int
    reason: JobReassigned.Reason
    def __init__(self, build: _Optional[str] = ..., route_revision: _Optional[int] = ..., epoch: _Optional[int] = ..., reason: _Optional[_Union[JobReassigned.Reason, str]] = ...) -> None: ...

class TaskScheduled(_message.Message):
    __slots__ = ("task_id", "kind", "n", "epoch", "not_before_time", "alone", "output_ids")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_TIME_FIELD_NUMBER: _ClassVar[int]
    ALONE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_IDS_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    kind: TaskKind
    n: int
    epoch: int
    not_before_time: _timestamp_pb2.Timestamp
    alone: bool
    output_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, task_id: _Optional[str] = ..., kind: _Optional[_Union[TaskKind, str]] = ..., n: _Optional[int] = ..., epoch: _Optional[int] = ..., not_before_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., alone: _Optional[bool] = ..., output_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class TaskDead(_message.Message):
    __slots__ = ("task_id", "failure")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    failure: _media_pb2.Failure
    def __init__(self, task_id: _Optional[str] = ..., failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ...) -> None: ...

class AttemptStarted(_message.Message):
    __slots__ = ("task_id", "n", "epoch", "attempt_id", "digests")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    n: int
    epoch: int
    attempt_id: str
    digests: _stamp_pb2.Digests
    def __init__(self, task_id: _Optional[str] = ..., n: _Optional[int] = ..., epoch: _Optional[int] = ..., attempt_id: _Optional[str] = ..., digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ...) -> None: ...

class AttemptSucceeded(_message.Message):
    __slots__ = ("task_id", "n", "epoch", "attempt_id", "source", "files", "exports", "failed")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    EXPORTS_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    n: int
    epoch: int
    attempt_id: str
    source: _media_pb2.MediaInfo
    files: _containers.RepeatedCompositeFieldContainer[_media_pb2.ArtifactFile]
    exports: _containers.RepeatedCompositeFieldContainer[ExportedFile]
    failed: _containers.RepeatedCompositeFieldContainer[FailedOutput]
    def __init__(self, task_id: _Optional[str] = ..., n: _Optional[int] = ..., epoch: _Optional[int] = ..., attempt_id: _Optional[str] = ..., source: _Optional[_Union[_media_pb2.MediaInfo, _Mapping]] = ..., files: _Optional[_Iterable[_Union[_media_pb2.ArtifactFile, _Mapping]]] = ..., exports: _Optional[_Iterable[_Union[ExportedFile, _Mapping]]] = ..., failed: _Optional[_Iterable[_Union[FailedOutput, _Mapping]]] = ...) -> None: ...

class ExportedFile(_message.Message):
    __slots__ = ("artifact_id", "uri", "size_bytes")
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    artifact_id: str
    uri: str
    size_bytes: int
    def __init__(self, artifact_id: _Optional[str] = ..., uri: _Optional[str] = ..., size_bytes: _Optional[int] = ...) -> None: ...

class FailedOutput(_message.Message):
    __slots__ = ("output_id", "failure")
    OUTPUT_ID_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    output_id: str
    failure: _media_pb2.Failure
    def __init__(self, output_id: _Optional[str] = ..., failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ...) -> None: ...

class AttemptFailed(_message.Message):
    __slots__ = ("task_id", "n", "epoch", "attempt_id", "failure")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    n: int
    epoch: int
    attempt_id: str
    failure: _media_pb2.Failure
    def __init__(self, task_id: _Optional[str] = ..., n: _Optional[int] = ..., epoch: _Optional[int] = ..., attempt_id: _Optional[str] = ..., failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ...) -> None: ...

class AttemptReleased(_message.Message):
    __slots__ = ("task_id", "n", "epoch", "attempt_id")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    n: int
    epoch: int
    attempt_id: str
    def __init__(self, task_id: _Optional[str] = ..., n: _Optional[int] = ..., epoch: _Optional[int] = ..., attempt_id: _Optional[str] = ...) -> None: ...

class AttemptLost(_message.Message):
    __slots__ = ("task_id", "n", "epoch", "attempt_id", "reason")
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REASON_UNSPECIFIED: _ClassVar[AttemptLost.Reason]
        REASON_INSTANCE_LEFT: _ClassVar[AttemptLost.Reason]
        REASON_ANOTHER_STARTED: _ClassVar[AttemptLost.Reason]
        REASON_NOT_WORKED_ON: _ClassVar[AttemptLost.Reason]
    REASON_UNSPECIFIED: AttemptLost.Reason
    REASON_INSTANCE_LEFT: AttemptLost.Reason
    REASON_ANOTHER_STARTED: AttemptLost.Reason
    REASON_NOT_WORKED_ON: AttemptLost.Reason
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    n: int
    epoch: int
    attempt_id: str
    reason: AttemptLost.Reason
    def __init__(self, task_id: _Optional[str] = ..., n: _Optional[int] = ..., epoch: _Optional[int] = ..., attempt_id: _Optional[str] = ..., reason: _Optional[_Union[AttemptLost.Reason, str]] = ...) -> None: ...

class ArtifactPublished(_message.Message):
    __slots__ = ("artifact_id", "task_id", "epoch", "attempt_id", "file", "made_by", "digests")
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    MADE_BY_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    artifact_id: str
    task_id: str
    epoch: int
    attempt_id: str
    file: _media_pb2.ArtifactFile
    made_by: _stamp_pb2.Stamp
    digests: _stamp_pb2.Digests
    def __init__(self, artifact_id: _Optional[str] = ..., task_id: _Optional[str] = ..., epoch: _Optional[int] = ..., attempt_id: _Optional[str] = ..., file: _Optional[_Union[_media_pb2.ArtifactFile, _Mapping]] = ..., made_by: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ...) -> None: ...

class JobSucceeded(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class JobFailed(_message.Message):
    __slots__ = ("failure",)
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    failure: _media_pb2.Failure
    def __init__(self, failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ...) -> None: ...

class JobCancelled(_message.Message):
    __slots__ = ("failure",)
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    failure: _media_pb2.Failure
    def __init__(self, failure: _Optional[_Union[_media_pb2.Failure, _Mapping]] = ...) -> None: ...

class RouteChanged(_message.Message):
    __slots__ = ("service", "current", "ramping", "ramp_percent", "salt", "quarantined", "reason", "actor", "former", "revision", "ramp", "comment", "shadow")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    RAMPING_FIELD_NUMBER: _ClassVar[int]
    RAMP_PERCENT_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    FORMER_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    RAMP_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    SHADOW_FIELD_NUMBER: _ClassVar[int]
    service: str
    current: str
    ramping: str
    ramp_percent: float
    salt: str
    quarantined: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    actor: str
    former: _containers.RepeatedScalarFieldContainer[str]
    revision: int
    ramp: _ramp_pb2.RampDocument
    comment: str
    shadow: _shadow_pb2.ShadowDocument
    def __init__(self, service: _Optional[str] = ..., current: _Optional[str] = ..., ramping: _Optional[str] = ..., ramp_percent: _Optional[float] = ..., salt: _Optional[str] = ..., quarantined: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., actor: _Optional[str] = ..., former: _Optional[_Iterable[str]] = ..., revision: _Optional[int] = ..., ramp: _Optional[_Union[_ramp_pb2.RampDocument, _Mapping]] = ..., comment: _Optional[str] = ..., shadow: _Optional[_Union[_shadow_pb2.ShadowDocument, _Mapping]] = ...) -> None: ...

class WebhookCreated(_message.Message):
    __slots__ = ("webhook_id", "url", "filter", "event_types", "caller", "request_id", "request", "retry_seconds")
    WEBHOOK_ID_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPES_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    RETRY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    webhook_id: str
    url: str
    filter: str
    event_types: _containers.RepeatedScalarFieldContainer[str]
    caller: str
    request_id: str
    request: bytes
    retry_seconds: int
    def __init__(self, webhook_id: _Optional[str] = ..., url: _Optional[str] = ..., filter: _Optional[str] = ..., event_types: _Optional[_Iterable[str]] = ..., caller: _Optional[str] = ..., request_id: _Optional[str] = ..., request: _Optional[bytes] = ..., retry_seconds: _Optional[int] = ...) -> None: ...

class WebhookSecretRotated(_message.Message):
    __slots__ = ("secret_version", "old_secret_expire_time", "caller")
    SECRET_VERSION_FIELD_NUMBER: _ClassVar[int]
    OLD_SECRET_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    secret_version: int
    old_secret_expire_time: _timestamp_pb2.Timestamp
    caller: str
    def __init__(self, secret_version: _Optional[int] = ..., old_secret_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., caller: _Optional[str] = ...) -> None: ...

class WebhookDeleted(_message.Message):
    __slots__ = ("caller",)
    CALLER_FIELD_NUMBER: _ClassVar[int]
    caller: str
    def __init__(self, caller: _Optional[str] = ...) -> None: ...

class DeliveryTried(_message.Message):
    __slots__ = ("sequence", "outcome", "try_time", "latency_seconds", "http_status", "reason", "next_try_time")
    class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTCOME_UNSPECIFIED: _ClassVar[DeliveryTried.Outcome]
        OUTCOME_DELIVERED: _ClassVar[DeliveryTried.Outcome]
        OUTCOME_FAILED: _ClassVar[DeliveryTried.Outcome]
        OUTCOME_GIVEN_UP: _ClassVar[DeliveryTried.Outcome]
    OUTCOME_UNSPECIFIED: DeliveryTried.Outcome
    OUTCOME_DELIVERED: DeliveryTried.Outcome
    OUTCOME_FAILED: DeliveryTried.Outcome
    OUTCOME_GIVEN_UP: DeliveryTried.Outcome
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    TRY_TIME_FIELD_NUMBER: _ClassVar[int]
    LATENCY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    HTTP_STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NEXT_TRY_TIME_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    outcome: DeliveryTried.Outcome
    try_time: _timestamp_pb2.Timestamp
    latency_seconds: float
    http_status: int
    reason: str
    next_try_time: _timestamp_pb2.Timestamp
    def __init__(self, sequence: _Optional[int] = ..., outcome: _Optional[_Union[DeliveryTried.Outcome, str]] = ..., try_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., latency_seconds: _Optional[float] = ..., http_status: _Optional[int] = ..., reason: _Optional[str] = ..., next_try_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DeliveryResendRequested(_message.Message):
    __slots__ = ("sequence", "caller", "give_up_time")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    GIVE_UP_TIME_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    caller: str
    give_up_time: _timestamp_pb2.Timestamp
    def __init__(self, sequence: _Optional[int] = ..., caller: _Optional[str] = ..., give_up_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReleaseRegistered(_message.Message):
    __slots__ = ("version", "revision", "tag", "previous_version", "commit_time", "notes", "url", "commits_known", "commit_count", "content_sha256", "caller")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_VERSION_FIELD_NUMBER: _ClassVar[int]
    COMMIT_TIME_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    COMMITS_KNOWN_FIELD_NUMBER: _ClassVar[int]
    COMMIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    version: str
    revision: str
    tag: str
    previous_version: str
    commit_time: _timestamp_pb2.Timestamp
    notes: str
    url: str
    commits_known: bool
    commit_count: int
    content_sha256: str
    caller: str
    def __init__(self, version: _Optional[str] = ..., revision: _Optional[str] = ..., tag: _Optional[str] = ..., previous_version: _Optional[str] = ..., commit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., notes: _Optional[str] = ..., url: _Optional[str] = ..., commits_known: _Optional[bool] = ..., commit_count: _Optional[int] = ..., content_sha256: _Optional[str] = ..., caller: _Optional[str] = ...) -> None: ...

class ReleaseCommits(_message.Message):
    __slots__ = ("content_sha256", "first_position", "commits")
    CONTENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    FIRST_POSITION_FIELD_NUMBER: _ClassVar[int]
    COMMITS_FIELD_NUMBER: _ClassVar[int]
    content_sha256: str
    first_position: int
    commits: _containers.RepeatedCompositeFieldContainer[_release_pb2.Commit]
    def __init__(self, content_sha256: _Optional[str] = ..., first_position: _Optional[int] = ..., commits: _Optional[_Iterable[_Union[_release_pb2.Commit, _Mapping]]] = ...) -> None: ...

class DeploymentRecorded(_message.Message):
    __slots__ = ("deployment_id", "service", "environment", "version", "revision", "state", "actor", "url", "caller", "request_id", "request")
    DEPLOYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    deployment_id: str
    service: str
    environment: str
    version: str
    revision: str
    state: _release_pb2.Deployment.State
    actor: str
    url: str
    caller: str
    request_id: str
    request: bytes
    def __init__(self, deployment_id: _Optional[str] = ..., service: _Optional[str] = ..., environment: _Optional[str] = ..., version: _Optional[str] = ..., revision: _Optional[str] = ..., state: _Optional[_Union[_release_pb2.Deployment.State, str]] = ..., actor: _Optional[str] = ..., url: _Optional[str] = ..., caller: _Optional[str] = ..., request_id: _Optional[str] = ..., request: _Optional[bytes] = ...) -> None: ...

class FleetChanged(_message.Message):
    __slots__ = ("appeared", "gone")
    APPEARED_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    appeared: _containers.RepeatedCompositeFieldContainer[InstancesAppeared]
    gone: _containers.RepeatedCompositeFieldContainer[InstancesGone]
    def __init__(self, appeared: _Optional[_Iterable[_Union[InstancesAppeared, _Mapping]]] = ..., gone: _Optional[_Iterable[_Union[InstancesGone, _Mapping]]] = ...) -> None: ...

class InstancesAppeared(_message.Message):
    __slots__ = ("environment", "build", "version", "revision", "dirty", "digests", "instances")
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    DIRTY_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    environment: str
    build: str
    version: str
    revision: str
    dirty: bool
    digests: _stamp_pb2.Digests
    instances: _containers.RepeatedCompositeFieldContainer[InstanceSeen]
    def __init__(self, environment: _Optional[str] = ..., build: _Optional[str] = ..., version: _Optional[str] = ..., revision: _Optional[str] = ..., dirty: _Optional[bool] = ..., digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., instances: _Optional[_Iterable[_Union[InstanceSeen, _Mapping]]] = ...) -> None: ...

class InstanceSeen(_message.Message):
    __slots__ = ("instance", "host")
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    instance: str
    host: str
    def __init__(self, instance: _Optional[str] = ..., host: _Optional[str] = ...) -> None: ...

class InstancesGone(_message.Message):
    __slots__ = ("how", "instances")
    class How(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        HOW_UNSPECIFIED: _ClassVar[InstancesGone.How]
        HOW_STOPPED: _ClassVar[InstancesGone.How]
        HOW_LOST: _ClassVar[InstancesGone.How]
        HOW_UNSEEN: _ClassVar[InstancesGone.How]
    HOW_UNSPECIFIED: InstancesGone.How
    HOW_STOPPED: InstancesGone.How
    HOW_LOST: InstancesGone.How
    HOW_UNSEEN: InstancesGone.How
    HOW_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    how: InstancesGone.How
    instances: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, how: _Optional[_Union[InstancesGone.How, str]] = ..., instances: _Optional[_Iterable[str]] = ...) -> None: ...

class DeploymentSeen(_message.Message):
    __slots__ = ("environment", "build", "previous_build", "rollback", "start_time")
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_BUILD_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    environment: str
    build: str
    previous_build: str
    rollback: bool
    start_time: _timestamp_pb2.Timestamp
    def __init__(self, environment: _Optional[str] = ..., build: _Optional[str] = ..., previous_build: _Optional[str] = ..., rollback: _Optional[bool] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DigestsChanged(_message.Message):
    __slots__ = ("environment", "build", "previous_build", "digests", "previous_digests", "start_time")
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_BUILD_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_DIGESTS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    environment: str
    build: str
    previous_build: str
    digests: _stamp_pb2.Digests
    previous_digests: _stamp_pb2.Digests
    start_time: _timestamp_pb2.Timestamp
    def __init__(self, environment: _Optional[str] = ..., build: _Optional[str] = ..., previous_build: _Optional[str] = ..., digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., previous_digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class BuildGone(_message.Message):
    __slots__ = ("environment", "build", "gone_time")
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    GONE_TIME_FIELD_NUMBER: _ClassVar[int]
    environment: str
    build: str
    gone_time: _timestamp_pb2.Timestamp
    def __init__(self, environment: _Optional[str] = ..., build: _Optional[str] = ..., gone_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
