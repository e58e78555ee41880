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

class Commit(_message.Message):
    __slots__ = ("revision", "parents", "author", "author_time", "subject", "files", "file_count")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PARENTS_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_TIME_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    FILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    revision: str
    parents: _containers.RepeatedScalarFieldContainer[str]
    author: str
    author_time: _timestamp_pb2.Timestamp
    subject: str
    files: _containers.RepeatedScalarFieldContainer[str]
    file_count: int
    def __init__(self, revision: _Optional[str] = ..., parents: _Optional[_Iterable[str]] = ..., author: _Optional[str] = ..., author_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., subject: _Optional[str] = ..., files: _Optional[_Iterable[str]] = ..., file_count: _Optional[int] = ...) -> None: ...

class Release(_message.Message):
    __slots__ = ("version", "revision", "tag", "previous_version", "commits_known", "commit_count", "commit_time", "register_time", "notes", "url", "caller", "registered_by", "state", "warnings")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Release.State]
        STATE_INCOMPLETE: _ClassVar[Release.State]
        STATE_REGISTERED: _ClassVar[Release.State]
    STATE_UNSPECIFIED: Release.State
    STATE_INCOMPLETE: Release.State
    STATE_REGISTERED: Release.State
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_VERSION_FIELD_NUMBER: _ClassVar[int]
    COMMITS_KNOWN_FIELD_NUMBER: _ClassVar[int]
    COMMIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    COMMIT_TIME_FIELD_NUMBER: _ClassVar[int]
    REGISTER_TIME_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_BY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    version: str
    revision: str
    tag: str
    previous_version: str
    commits_known: bool
    commit_count: int
    commit_time: _timestamp_pb2.Timestamp
    register_time: _timestamp_pb2.Timestamp
    notes: str
    url: str
    caller: str
    registered_by: _stamp_pb2.Stamp
    state: Release.State
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, version: _Optional[str] = ..., revision: _Optional[str] = ..., tag: _Optional[str] = ..., previous_version: _Optional[str] = ..., commits_known: _Optional[bool] = ..., commit_count: _Optional[int] = ..., commit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., register_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., notes: _Optional[str] = ..., url: _Optional[str] = ..., caller: _Optional[str] = ..., registered_by: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., state: _Optional[_Union[Release.State, str]] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class RegisterReleaseRequest(_message.Message):
    __slots__ = ("version", "revision", "tag", "previous_version", "commit_time", "notes", "url", "commits_unknown", "commits", "more_follow")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_VERSION_FIELD_NUMBER: _ClassVar[int]
    COMMIT_TIME_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    COMMITS_UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    COMMITS_FIELD_NUMBER: _ClassVar[int]
    MORE_FOLLOW_FIELD_NUMBER: _ClassVar[int]
    version: str
    revision: str
    tag: str
    previous_version: str
    commit_time: _timestamp_pb2.Timestamp
    notes: str
    url: str
    commits_unknown: bool
    commits: _containers.RepeatedCompositeFieldContainer[Commit]
    more_follow: bool
    def __init__(self, version: _Optional[str] = ..., revision: _Optional[str] = ..., tag: _Optional[str] = ..., previous_version: _Optional[str] = ..., commit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., notes: _Optional[str] = ..., url: _Optional[str] = ..., commits_unknown: _Optional[bool] = ..., commits: _Optional[_Iterable[_Union[Commit, _Mapping]]] = ..., more_follow: _Optional[bool] = ...) -> None: ...

class GetReleaseRequest(_message.Message):
    __slots__ = ("release",)
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    release: str
    def __init__(self, release: _Optional[str] = ...) -> None: ...

class ListReleasesRequest(_message.Message):
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

class ListReleasesResponse(_message.Message):
    __slots__ = ("releases", "next_page_token")
    RELEASES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    releases: _containers.RepeatedCompositeFieldContainer[Release]
    next_page_token: str
    def __init__(self, releases: _Optional[_Iterable[_Union[Release, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CompareReleasesRequest(_message.Message):
    __slots__ = ("from_release", "to_release", "page_size", "page_token")
    FROM_RELEASE_FIELD_NUMBER: _ClassVar[int]
    TO_RELEASE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    from_release: str
    to_release: str
    page_size: int
    page_token: str
    def __init__(self, from_release: _Optional[str] = ..., to_release: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ComparedRelease(_message.Message):
    __slots__ = ("name", "version", "revision", "registered", "contained_in")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_FIELD_NUMBER: _ClassVar[int]
    CONTAINED_IN_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    revision: str
    registered: bool
    contained_in: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., revision: _Optional[str] = ..., registered: _Optional[bool] = ..., contained_in: _Optional[str] = ...) -> None: ...

class ComparedCommit(_message.Message):
    __slots__ = ("commit", "version", "removed")
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    commit: Commit
    version: str
    removed: bool
    def __init__(self, commit: _Optional[_Union[Commit, _Mapping]] = ..., version: _Optional[str] = ..., removed: _Optional[bool] = ...) -> None: ...

class ComparedFile(_message.Message):
    __slots__ = ("path", "commit_count")
    PATH_FIELD_NUMBER: _ClassVar[int]
    COMMIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    path: str
    commit_count: int
    def __init__(self, path: _Optional[str] = ..., commit_count: _Optional[int] = ...) -> None: ...

class ReleaseComparison(_message.Message):
    __slots__ = ("from_release", "to_release", "relation", "common_version", "added_count", "removed_count", "commits", "next_page_token", "files", "file_count", "unknown", "added_versions", "removed_versions")
    class Relation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        RELATION_UNSPECIFIED: _ClassVar[ReleaseComparison.Relation]
        RELATION_SAME: _ClassVar[ReleaseComparison.Relation]
        RELATION_FORWARD: _ClassVar[ReleaseComparison.Relation]
        RELATION_BACKWARD: _ClassVar[ReleaseComparison.Relation]
        RELATION_DIVERGED: _ClassVar[ReleaseComparison.Relation]
        RELATION_UNKNOWN: _ClassVar[ReleaseComparison.Relation]
    RELATION_UNSPECIFIED: ReleaseComparison.Relation
    RELATION_SAME: ReleaseComparison.Relation
    RELATION_FORWARD: ReleaseComparison.Relation
    RELATION_BACKWARD: ReleaseComparison.Relation
    RELATION_DIVERGED: ReleaseComparison.Relation
    RELATION_UNKNOWN: ReleaseComparison.Relation
    FROM_RELEASE_FIELD_NUMBER: _ClassVar[int]
    TO_RELEASE_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    COMMON_VERSION_FIELD_NUMBER: _ClassVar[int]
    ADDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_COUNT_FIELD_NUMBER: _ClassVar[int]
    COMMITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    FILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    ADDED_VERSIONS_FIELD_NUMBER: _ClassVar[int]
    REMOVED_VERSIONS_FIELD_NUMBER: _ClassVar[int]
    from_release: ComparedRelease
    to_release: ComparedRelease
    relation: ReleaseComparison.Relation
    common_version: str
    added_count: int
    removed_count: int
    commits: _containers.RepeatedCompositeFieldContainer[ComparedCommit]
    next_page_token: str
    files: _containers.RepeatedCompositeFieldContainer[ComparedFile]
    file_count: int
    unknown: _containers.RepeatedScalarFieldContainer[str]
    added_versions: _containers.RepeatedScalarFieldContainer[str]
    removed_versions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, from_release: _Optional[_Union[ComparedRelease, _Mapping]] = ..., to_release: _Optional[_Union[ComparedRelease, _Mapping]] = ..., relation: _Optional[_Union[ReleaseComparison.Relation, str]] = ..., common_version: _Optional[str] = ..., added_count: _Optional[int] = ..., removed_count: _Optional[int] = ..., commits: _Optional[_Iterable[_Union[ComparedCommit, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., files: _Optional[_Iterable[_Union[ComparedFile, _Mapping]]] = ..., file_count: _Optional[int] = ..., unknown: _Optional[_Iterable[str]] = ..., added_versions: _Optional[_Iterable[str]] = ..., removed_versions: _Optional[_Iterable[str]] = ...) -> None: ...

class Deployment(_message.Message):
    __slots__ = ("deployment_id", "service", "environment", "version", "revision", "build", "declared", "state", "actor", "url", "declare_time", "update_time", "caller", "declared_by", "seen", "first_seen_time", "last_seen_time", "peak_instances", "live_instances", "digests", "rollback", "previous_build", "previous_version", "warnings")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Deployment.State]
        STATE_STARTED: _ClassVar[Deployment.State]
        STATE_SUCCEEDED: _ClassVar[Deployment.State]
        STATE_FAILED: _ClassVar[Deployment.State]
    STATE_UNSPECIFIED: Deployment.State
    STATE_STARTED: Deployment.State
    STATE_SUCCEEDED: Deployment.State
    STATE_FAILED: Deployment.State
    DEPLOYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    DECLARED_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    DECLARE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    DECLARED_BY_FIELD_NUMBER: _ClassVar[int]
    SEEN_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    PEAK_INSTANCES_FIELD_NUMBER: _ClassVar[int]
    LIVE_INSTANCES_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_BUILD_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_VERSION_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    deployment_id: str
    service: str
    environment: str
    version: str
    revision: str
    build: str
    declared: bool
    state: Deployment.State
    actor: str
    url: str
    declare_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    caller: str
    declared_by: _stamp_pb2.Stamp
    seen: bool
    first_seen_time: _timestamp_pb2.Timestamp
    last_seen_time: _timestamp_pb2.Timestamp
    peak_instances: int
    live_instances: int
    digests: _stamp_pb2.Digests
    rollback: bool
    previous_build: str
    previous_version: str
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, deployment_id: _Optional[str] = ..., service: _Optional[str] = ..., environment: _Optional[str] = ..., version: _Optional[str] = ..., revision: _Optional[str] = ..., build: _Optional[str] = ..., declared: _Optional[bool] = ..., state: _Optional[_Union[Deployment.State, str]] = ..., actor: _Optional[str] = ..., url: _Optional[str] = ..., declare_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., caller: _Optional[str] = ..., declared_by: _Optional[_Union[_stamp_pb2.Stamp, _Mapping]] = ..., seen: _Optional[bool] = ..., first_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., peak_instances: _Optional[int] = ..., live_instances: _Optional[int] = ..., digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., rollback: _Optional[bool] = ..., previous_build: _Optional[str] = ..., previous_version: _Optional[str] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class RecordDeploymentRequest(_message.Message):
    __slots__ = ("deployment_id", "service", "environment", "version", "revision", "state", "actor", "url", "request_id")
    DEPLOYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    deployment_id: str
    service: str
    environment: str
    version: str
    revision: str
    state: Deployment.State
    actor: str
    url: str
    request_id: str
    def __init__(self, deployment_id: _Optional[str] = ..., service: _Optional[str] = ..., environment: _Optional[str] = ..., version: _Optional[str] = ..., revision: _Optional[str] = ..., state: _Optional[_Union[Deployment.State, str]] = ..., actor: _Optional[str] = ..., url: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListDeploymentsRequest(_message.Message):
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

class ListDeploymentsResponse(_message.Message):
    __slots__ = ("deployments", "next_page_token")
    DEPLOYMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    deployments: _containers.RepeatedCompositeFieldContainer[Deployment]
    next_page_token: str
    def __init__(self, deployments: _Optional[_Iterable[_Union[Deployment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListChangesRequest(_message.Message):
    __slots__ = ("start_time", "end_time", "page_size", "page_token", "filter", "commit_limit")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    COMMIT_LIMIT_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    filter: str
    commit_limit: int
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., commit_limit: _Optional[int] = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("kind", "change_time", "service", "environment", "from_build", "to_build", "from_version", "to_version", "deployment", "release", "from_digests", "to_digests", "added_count", "removed_count", "commits", "unknown", "actor", "reason", "about_build")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Change.Kind]
        KIND_DEPLOYMENT: _ClassVar[Change.Kind]
        KIND_ROLLBACK: _ClassVar[Change.Kind]
        KIND_DIGEST_CHANGE: _ClassVar[Change.Kind]
        KIND_BUILD_GONE: _ClassVar[Change.Kind]
        KIND_RELEASE_REGISTERED: _ClassVar[Change.Kind]
        KIND_ROUTE_CHANGE: _ClassVar[Change.Kind]
    KIND_UNSPECIFIED: Change.Kind
    KIND_DEPLOYMENT: Change.Kind
    KIND_ROLLBACK: Change.Kind
    KIND_DIGEST_CHANGE: Change.Kind
    KIND_BUILD_GONE: Change.Kind
    KIND_RELEASE_REGISTERED: Change.Kind
    KIND_ROUTE_CHANGE: Change.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    CHANGE_TIME_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    FROM_BUILD_FIELD_NUMBER: _ClassVar[int]
    TO_BUILD_FIELD_NUMBER: _ClassVar[int]
    FROM_VERSION_FIELD_NUMBER: _ClassVar[int]
    TO_VERSION_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    FROM_DIGESTS_FIELD_NUMBER: _ClassVar[int]
    TO_DIGESTS_FIELD_NUMBER: _ClassVar[int]
    ADDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_COUNT_FIELD_NUMBER: _ClassVar[int]
    COMMITS_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ABOUT_BUILD_FIELD_NUMBER: _ClassVar[int]
    kind: Change.Kind
    change_time: _timestamp_pb2.Timestamp
    service: str
    environment: str
    from_build: str
    to_build: str
    from_version: str
    to_version: str
    deployment: Deployment
    release: Release
    from_digests: _stamp_pb2.Digests
    to_digests: _stamp_pb2.Digests
    added_count: int
    removed_count: int
    commits: _containers.RepeatedCompositeFieldContainer[ComparedCommit]
    unknown: _containers.RepeatedScalarFieldContainer[str]
    actor: str
    reason: str
    about_build: str
    def __init__(self, kind: _Optional[_Union[Change.Kind, str]] = ..., change_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., service: _Optional[str] = ..., environment: _Optional[str] = ..., from_build: _Optional[str] = ..., to_build: _Optional[str] = ..., from_version: _Optional[str] = ..., to_version: _Optional[str] = ..., deployment: _Optional[_Union[Deployment, _Mapping]] = ..., release: _Optional[_Union[Release, _Mapping]] = ..., from_digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., to_digests: _Optional[_Union[_stamp_pb2.Digests, _Mapping]] = ..., added_count: _Optional[int] = ..., removed_count: _Optional[int] = ..., commits: _Optional[_Iterable[_Union[ComparedCommit, _Mapping]]] = ..., unknown: _Optional[_Iterable[str]] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., about_build: _Optional[str] = ...) -> None: ...

class ChangeSpan(_message.Message):
    __slots__ = ("service", "environment", "from_build", "to_build", "relation", "added_count", "removed_count", "commits", "unknown", "deployment_count", "rollback_count")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    FROM_BUILD_FIELD_NUMBER: _ClassVar[int]
    TO_BUILD_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    ADDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_COUNT_FIELD_NUMBER: _ClassVar[int]
    COMMITS_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_COUNT_FIELD_NUMBER: _ClassVar[int]
    service: str
    environment: str
    from_build: str
    to_build: str
    relation: ReleaseComparison.Relation
    added_count: int
    removed_count: int
    commits: _containers.RepeatedCompositeFieldContainer[ComparedCommit]
    unknown: _containers.RepeatedScalarFieldContainer[str]
    deployment_count: int
    rollback_count: int
    def __init__(self, service: _Optional[str] = ..., environment: _Optional[str] = ..., from_build: _Optional[str] = ..., to_build: _Optional[str] = ..., relation: _Optional[_Union[ReleaseComparison.Relation, str]] = ..., added_count: _Optional[int] = ..., removed_count: _Optional[int] = ..., commits: _Optional[_Iterable[_Union[ComparedCommit, _Mapping]]] = ..., unknown: _Optional[_Iterable[str]] = ..., deployment_count: _Optional[int] = ..., rollback_count: _Optional[int] = ...) -> None: ...

class ListChangesResponse(_message.Message):
    __slots__ = ("changes", "next_page_token", "spans")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SPANS_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[Change]
    next_page_token: str
    spans: _containers.RepeatedCompositeFieldContainer[ChangeSpan]
    def __init__(self, changes: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., spans: _Optional[_Iterable[_Union[ChangeSpan, _Mapping]]] = ...) -> None: ...
