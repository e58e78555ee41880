"""Histories of a job: any sequence of any events, of few names so that they meet."""

from hypothesis import strategies as st

from edgecode.v1 import event_pb2, media_pb2
from tests.harness.folding import DAY_US, JOB, NOW_US, B, C, created, event

REASON = event_pb2.JobReassigned.Reason

# Any sequence of any events, of few names so that they meet.
TASKS, ATTEMPTS = st.sampled_from(["noop-0", "noop-1", "probe", ""]), st.sampled_from(["1", "2", "3"])
NAMES = {"task_id": TASKS, "attempt_id": ATTEMPTS, "n": st.integers(0, 3), "epoch": st.integers(0, 2)}
FAILURES = st.builds(
    lambda fault, reason: media_pb2.Failure(fault=fault, reason=reason), st.integers(0, 5), st.sampled_from(["A", ""])
)
FILE = st.builds(
    lambda name, file_name, kind: media_pb2.ArtifactFile(output_id=name, file_name=file_name, kind=kind),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["1.jpg", "2.jpg"]),
    st.integers(0, 9),
)
FILES = st.lists(FILE, max_size=2)
FAILED = st.lists(
    st.builds(
        lambda name, failure: event_pb2.FailedOutput(output_id=name, failure=failure),
        st.sampled_from(["a", "b"]),
        FAILURES,
    ),
    max_size=1,
)
BUILDS = st.sampled_from([B, C, ""])
SMALL = {"noop_tasks": 2, "job_id": JOB, "attempt_budget": 2, "contract": 1, "priority": 2}
EVENTS = st.one_of(
    st.builds(lambda life: _with_expiry(event("job_created", **SMALL), life), st.integers(-1, 2)),
    st.builds(event, st.just("job_cancel_requested")),
    st.builds(event, st.just("job_retry_requested"), task_id=TASKS),
    st.builds(event, st.just("job_deleted")),
    st.builds(event, st.just("job_assigned"), build=BUILDS, epoch=st.just(0)),
    st.builds(event, st.just("job_reassigned"), build=BUILDS, epoch=st.integers(0, 2), reason=st.integers(0, 9)),
    st.builds(
        event, st.just("task_scheduled"), task_id=TASKS, n=st.integers(0, 3), epoch=st.integers(0, 2),
        kind=st.integers(0, 9), output_ids=st.lists(st.sampled_from(["a", "b"]), max_size=2),
    ),
    st.builds(event, st.just("task_dead"), task_id=TASKS, failure=FAILURES),
    st.builds(event, st.just("attempt_started"), **NAMES),
    st.builds(event, st.just("attempt_succeeded"), **NAMES, files=FILES, failed=FAILED),
    st.builds(event, st.just("attempt_failed"), **NAMES, failure=FAILURES),
    st.builds(event, st.just("attempt_released"), **NAMES),
    st.builds(event, st.just("attempt_lost"), **NAMES, reason=st.integers(0, 9)),
    st.builds(
        event, st.just("artifact_published"), artifact_id=st.sampled_from(["x", "y"]), task_id=TASKS,
        attempt_id=ATTEMPTS, epoch=st.integers(0, 2), file=FILE,
        made_by=st.builds(lambda build: {"build": build}, BUILDS),
    ),
    st.builds(event, st.sampled_from(["job_succeeded", "asset_deleted", "route_changed"])),
    st.builds(event, st.sampled_from(["job_failed", "job_cancelled"]), failure=FAILURES),
    st.just(event_pb2.Event()),
)  # fmt: skip


BEGUN = [
    created(tasks=2),
    event("job_assigned", build=B),
    event("task_scheduled", task_id="noop-0", kind=5, n=1),
    event("attempt_started", task_id="noop-0", attempt_id="1", n=1),
]
HISTORIES = st.builds(
    lambda begun, rest: [(found, False) for found in BEGUN[:begun]] + rest,
    st.integers(0, len(BEGUN)),
    st.lists(st.tuples(EVENTS, st.booleans()), max_size=40),
)


def _with_expiry(found: event_pb2.Event, days: int) -> event_pb2.Event:
    found.job_created.expire_time.FromMicroseconds(NOW_US + days * DAY_US)
    return found
