import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RampState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RAMP_STATE_UNSPECIFIED: _ClassVar[RampState]
    RAMP_STATE_RAMPING: _ClassVar[RampState]
    RAMP_STATE_HELD: _ClassVar[RampState]
    RAMP_STATE_PAUSED: _ClassVar[RampState]
    RAMP_STATE_WATCHING: _ClassVar[RampState]
    RAMP_STATE_PROMOTED: _ClassVar[RampState]
    RAMP_STATE_ROLLED_BACK: _ClassVar[RampState]
    RAMP_STATE_ABORTED: _ClassVar[RampState]

class RampTest(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RAMP_TEST_UNSPECIFIED: _ClassVar[RampTest]
    RAMP_TEST_FAILURES: _ClassVar[RampTest]
    RAMP_TEST_GUARD: _ClassVar[RampTest]
    RAMP_TEST_WATCH: _ClassVar[RampTest]
    RAMP_TEST_DURATION: _ClassVar[RampTest]
    RAMP_TEST_SMALLER_FILES: _ClassVar[RampTest]
    RAMP_TEST_LARGER_FILES: _ClassVar[RampTest]
    RAMP_TEST_FRAMES: _ClassVar[RampTest]
    RAMP_TEST_SSIM: _ClassVar[RampTest]
    RAMP_TEST_PICTURE_SIZE: _ClassVar[RampTest]
RAMP_STATE_UNSPECIFIED: RampState
RAMP_STATE_RAMPING: RampState
RAMP_STATE_HELD: RampState
RAMP_STATE_PAUSED: RampState
RAMP_STATE_WATCHING: RampState
RAMP_STATE_PROMOTED: RampState
RAMP_STATE_ROLLED_BACK: RampState
RAMP_STATE_ABORTED: RampState
RAMP_TEST_UNSPECIFIED: RampTest
RAMP_TEST_FAILURES: RampTest
RAMP_TEST_GUARD: RampTest
RAMP_TEST_WATCH: RampTest
RAMP_TEST_DURATION: RampTest
RAMP_TEST_SMALLER_FILES: RampTest
RAMP_TEST_LARGER_FILES: RampTest
RAMP_TEST_FRAMES: RampTest
RAMP_TEST_SSIM: RampTest
RAMP_TEST_PICTURE_SIZE: RampTest

class RampPolicy(_message.Message):
    __slots__ = ("steps_percent", "min_jobs", "min_time_seconds", "alpha", "guard_alpha", "hold_alpha", "further_alpha", "hold_and_tell", "overdue_seconds", "watch_seconds", "wait_at_end", "longest_seconds")
    STEPS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    MIN_JOBS_FIELD_NUMBER: _ClassVar[int]
    MIN_TIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ALPHA_FIELD_NUMBER: _ClassVar[int]
    GUARD_ALPHA_FIELD_NUMBER: _ClassVar[int]
    HOLD_ALPHA_FIELD_NUMBER: _ClassVar[int]
    FURTHER_ALPHA_FIELD_NUMBER: _ClassVar[int]
    HOLD_AND_TELL_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    WATCH_SECONDS_FIELD_NUMBER: _ClassVar[int]
    WAIT_AT_END_FIELD_NUMBER: _ClassVar[int]
    LONGEST_SECONDS_FIELD_NUMBER: _ClassVar[int]
    steps_percent: _containers.RepeatedScalarFieldContainer[float]
    min_jobs: int
    min_time_seconds: float
    alpha: float
    guard_alpha: float
    hold_alpha: float
    further_alpha: float
    hold_and_tell: bool
    overdue_seconds: float
    watch_seconds: float
    wait_at_end: bool
    longest_seconds: float
    def __init__(self, steps_percent: _Optional[_Iterable[float]] = ..., min_jobs: _Optional[int] = ..., min_time_seconds: _Optional[float] = ..., alpha: _Optional[float] = ..., guard_alpha: _Optional[float] = ..., hold_alpha: _Optional[float] = ..., further_alpha: _Optional[float] = ..., hold_and_tell: _Optional[bool] = ..., overdue_seconds: _Optional[float] = ..., watch_seconds: _Optional[float] = ..., wait_at_end: _Optional[bool] = ..., longest_seconds: _Optional[float] = ...) -> None: ...

class RampSide(_message.Message):
    __slots__ = ("jobs_assigned", "jobs_started", "jobs_resolved", "failures", "failures_seen")
    JOBS_ASSIGNED_FIELD_NUMBER: _ClassVar[int]
    JOBS_STARTED_FIELD_NUMBER: _ClassVar[int]
    JOBS_RESOLVED_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    FAILURES_SEEN_FIELD_NUMBER: _ClassVar[int]
    jobs_assigned: int
    jobs_started: int
    jobs_resolved: int
    failures: int
    failures_seen: int
    def __init__(self, jobs_assigned: _Optional[int] = ..., jobs_started: _Optional[int] = ..., jobs_resolved: _Optional[int] = ..., failures: _Optional[int] = ..., failures_seen: _Optional[int] = ...) -> None: ...

class RampVerdict(_message.Message):
    __slots__ = ("test", "log_e", "alpha", "ramping", "current", "reference_rate", "pairs", "pairs_worse", "share_percent", "through_sequence")
    TEST_FIELD_NUMBER: _ClassVar[int]
    LOG_E_FIELD_NUMBER: _ClassVar[int]
    ALPHA_FIELD_NUMBER: _ClassVar[int]
    RAMPING_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_RATE_FIELD_NUMBER: _ClassVar[int]
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    PAIRS_WORSE_FIELD_NUMBER: _ClassVar[int]
    SHARE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    THROUGH_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    test: RampTest
    log_e: float
    alpha: float
    ramping: RampSide
    current: RampSide
    reference_rate: float
    pairs: int
    pairs_worse: int
    share_percent: float
    through_sequence: int
    def __init__(self, test: _Optional[_Union[RampTest, str]] = ..., log_e: _Optional[float] = ..., alpha: _Optional[float] = ..., ramping: _Optional[_Union[RampSide, _Mapping]] = ..., current: _Optional[_Union[RampSide, _Mapping]] = ..., reference_rate: _Optional[float] = ..., pairs: _Optional[int] = ..., pairs_worse: _Optional[int] = ..., share_percent: _Optional[float] = ..., through_sequence: _Optional[int] = ...) -> None: ...

class RampSummary(_message.Message):
    __slots__ = ("ramping", "current", "served_percent", "tests", "through_sequence")
    RAMPING_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    SERVED_PERCENT_FIELD_NUMBER: _ClassVar[int]
    TESTS_FIELD_NUMBER: _ClassVar[int]
    THROUGH_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    ramping: RampSide
    current: RampSide
    served_percent: float
    tests: _containers.RepeatedCompositeFieldContainer[RampTested]
    through_sequence: int
    def __init__(self, ramping: _Optional[_Union[RampSide, _Mapping]] = ..., current: _Optional[_Union[RampSide, _Mapping]] = ..., served_percent: _Optional[float] = ..., tests: _Optional[_Iterable[_Union[RampTested, _Mapping]]] = ..., through_sequence: _Optional[int] = ...) -> None: ...

class RampTested(_message.Message):
    __slots__ = ("test", "log_e", "alpha", "rolls_back", "pairs", "pairs_worse", "reference_rate", "ratio", "ratio_low", "ratio_high")
    TEST_FIELD_NUMBER: _ClassVar[int]
    LOG_E_FIELD_NUMBER: _ClassVar[int]
    ALPHA_FIELD_NUMBER: _ClassVar[int]
    ROLLS_BACK_FIELD_NUMBER: _ClassVar[int]
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    PAIRS_WORSE_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_RATE_FIELD_NUMBER: _ClassVar[int]
    RATIO_FIELD_NUMBER: _ClassVar[int]
    RATIO_LOW_FIELD_NUMBER: _ClassVar[int]
    RATIO_HIGH_FIELD_NUMBER: _ClassVar[int]
    test: RampTest
    log_e: float
    alpha: float
    rolls_back: bool
    pairs: int
    pairs_worse: int
    reference_rate: float
    ratio: float
    ratio_low: float
    ratio_high: float
    def __init__(self, test: _Optional[_Union[RampTest, str]] = ..., log_e: _Optional[float] = ..., alpha: _Optional[float] = ..., rolls_back: _Optional[bool] = ..., pairs: _Optional[int] = ..., pairs_worse: _Optional[int] = ..., reference_rate: _Optional[float] = ..., ratio: _Optional[float] = ..., ratio_low: _Optional[float] = ..., ratio_high: _Optional[float] = ...) -> None: ...

class RecordedRate(_message.Message):
    __slots__ = ("jobs", "failures")
    JOBS_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    jobs: int
    failures: int
    def __init__(self, jobs: _Optional[int] = ..., failures: _Optional[int] = ...) -> None: ...

class RampDocument(_message.Message):
    __slots__ = ("ramp_id", "build", "against", "policy", "state", "step", "round", "start_time", "step_time", "state_time", "reason", "recorded", "verdict", "held", "summary", "told")
    RAMP_ID_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    AGAINST_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    STEP_TIME_FIELD_NUMBER: _ClassVar[int]
    STATE_TIME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    TOLD_FIELD_NUMBER: _ClassVar[int]
    ramp_id: str
    build: str
    against: str
    policy: RampPolicy
    state: RampState
    step: int
    round: int
    start_time: _timestamp_pb2.Timestamp
    step_time: _timestamp_pb2.Timestamp
    state_time: _timestamp_pb2.Timestamp
    reason: str
    recorded: RecordedRate
    verdict: RampVerdict
    held: bool
    summary: RampSummary
    told: _containers.RepeatedScalarFieldContainer[RampTest]
    def __init__(self, ramp_id: _Optional[str] = ..., build: _Optional[str] = ..., against: _Optional[str] = ..., policy: _Optional[_Union[RampPolicy, _Mapping]] = ..., state: _Optional[_Union[RampState, str]] = ..., step: _Optional[int] = ..., round: _Optional[int] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., step_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., recorded: _Optional[_Union[RecordedRate, _Mapping]] = ..., verdict: _Optional[_Union[RampVerdict, _Mapping]] = ..., held: _Optional[bool] = ..., summary: _Optional[_Union[RampSummary, _Mapping]] = ..., told: _Optional[_Iterable[_Union[RampTest, str]]] = ...) -> None: ...
