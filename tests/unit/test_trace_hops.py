"""Hops of a trace from entries of the log."""

from datetime import UTC, datetime, timedelta

from edgecode.core.headers import Origin
from edgecode.core.log import Entry
from edgecode.core.stamp import Stamp
from edgecode.server.incidents.sentences import _SENTENCES
from edgecode.server.incidents.trace import hops
from edgecode.v1 import event_pb2, media_pb2, stamp_pb2

START = datetime(2026, 1, 1, tzinfo=UTC)
WORKER = Stamp("worker", "1.5.0", "d" * 40, "", "0123456789abcdef", "test")


def entry(sequence: int, event: event_pb2.Event | None, seconds: float = 0.0) -> Entry:
    origin = Origin(
        WORKER, ("server@1.4.2+gaaaaaaaaaaaa", "worker@1.5.0+gdddddddddddd"), 1, f"00-{'a' * 32}-{'b' * 16}-01"
    )
    return Entry(sequence, "event.job.x", START + timedelta(seconds=seconds), origin, event, b"")


def test_an_attempts_end_carries_its_duration_digests_and_failure() -> None:
    digests = stamp_pb2.Digests(toolchain_digest="t", config_digest="c")
    failure = media_pb2.Failure(reason="STALLED", message="no frame for 60 s", fault=media_pb2.FAULT_OURS)
    start, end = hops([
        entry(7, event_pb2.Event(attempt_started=event_pb2.AttemptStarted(
            task_id="transcode", attempt_id="abcdefghij", digests=digests))),
        entry(9, event_pb2.Event(attempt_failed=event_pb2.AttemptFailed(
            task_id="transcode", attempt_id="abcdefghij", failure=failure)), 2.5),
    ])  # fmt: skip
    assert (start.event, start.HasField("duration_seconds")) == ("attempt.started", False)
    assert (end.event, end.sequence, end.duration_seconds, end.digests, end.failure) == (
        "attempt.failed", 9, 2.5, digests, failure,
    )  # fmt: skip
    assert end.summary == (
        "worker 1.5.0+gdddddddddddd (01234567) failed attempt abcdefgh of transcode: "
        "STALLED (ours): no frame for 60 s after 2.50 s"
    )


def test_a_hop_names_its_build_the_hops_before_and_the_trace() -> None:
    (hop,) = hops([entry(1, event_pb2.Event(job_succeeded=event_pb2.JobSucceeded()))])
    assert (hop.stamp.build, hop.stamp.instance) == ("1.5.0+gdddddddddddd", "0123456789abcdef")
    assert list(hop.path) == ["server@1.4.2+gaaaaaaaaaaaa", "worker@1.5.0+gdddddddddddd"]
    assert hop.trace_id == "a" * 32


def test_an_event_that_cannot_be_read_is_a_hop_that_says_so() -> None:
    (hop,) = hops([entry(1, None)])
    assert hop.event == "unread"
    assert "cannot read" in hop.summary


# Events of other things than jobs.
OTHERS = (
    "asset_", "route_", "preset_", "webhook_", "delivery_", "release_", "deployment_", "fleet_", "digests_", "build_",
)  # fmt: skip


def test_every_event_of_a_job_has_a_sentence_of_its_own() -> None:
    kinds = {field.name for field in event_pb2.Event.DESCRIPTOR.oneofs_by_name["kind"].fields}
    assert {kind for kind in kinds if not kind.startswith(OTHERS)} == set(_SENTENCES)
    for kind in _SENTENCES:
        event = event_pb2.Event()
        getattr(event, kind).SetInParent()
        (hop,) = hops([entry(1, event)])
        assert hop.summary.startswith("worker 1.5.0+gdddddddddddd (01234567) ")


def test_what_a_later_build_adds_to_an_enum_is_told_by_its_number() -> None:
    unknown = media_pb2.Failure(reason="NEW", message="of a later build", fault=77)  # type: ignore[arg-type]
    lost = event_pb2.AttemptLost(task_id="probe", attempt_id="abcdefghij", reason=88)  # type: ignore[arg-type]
    (failed, gone) = hops([
        entry(1, event_pb2.Event(job_failed=event_pb2.JobFailed(failure=unknown))),
        entry(2, event_pb2.Event(attempt_lost=lost)),
    ])  # fmt: skip
    assert failed.summary.endswith("NEW (77): of a later build")
    assert gone.summary.endswith("lost: 88")
