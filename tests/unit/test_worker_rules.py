"""The worker's pure rules: which decisions end an attempt, who is asked first, who gets a slot, whose fault it is."""

import asyncio
import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from obstore.exceptions import GenericError, PermissionDeniedError

from edgecode.core.errors import DataLoss, NotFound
from edgecode.core.process_start import process_start
from edgecode.core.settings import Settings
from edgecode.core.store_errors import of_store
from edgecode.v1 import event_pb2, media_pb2
from edgecode.workers.decisions import end_of_attempt
from edgecode.workers.faults import failure_of
from edgecode.workers.lanes import LOW_FIRST_EVERY, order
from edgecode.workers.media.faults import DETAIL_CHARACTERS, Reason, users
from edgecode.workers.media.limits import Limits
from edgecode.workers.scratch import Scratch
from edgecode.workers.slots import Slots

ENDING = {"job_cancel_requested", "job_cancelled", "job_failed", "job_succeeded", "job_deleted"}
KINDS = [field.name for field in event_pb2.Event.DESCRIPTOR.oneofs_by_name["kind"].fields]


def event(kind: str) -> event_pb2.Event:
    found = event_pb2.Event()
    getattr(found, kind).SetInParent()
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_end_of_a_job_or_a_higher_epoch_ends_an_attempt(kind: str) -> None:
    assert end_of_attempt(event(kind), epoch=0) == (kind if kind in ENDING else "")


def test_a_reassignment_ends_attempts_of_lower_epochs_only() -> None:
    moved = event_pb2.Event(job_reassigned=event_pb2.JobReassigned(epoch=2))
    assert end_of_attempt(moved, epoch=1) == "job_reassigned"
    assert end_of_attempt(moved, epoch=2) == ""
    assert end_of_attempt(moved, epoch=3) == ""


def test_an_event_this_build_cannot_read_ends_nothing() -> None:
    assert end_of_attempt(None, epoch=0) == ""


@given(st.integers(1, 10_000))
def test_every_round_asks_each_priority_once_and_every_eighth_begins_with_low(number: int) -> None:
    assert sorted(order(number)) == ["high", "low", "normal"]
    assert order(number)[0] == ("low" if number % LOW_FIRST_EVERY == 0 else "high")
    assert order(number).index("high") < order(number).index("normal")


@given(st.lists(st.tuples(st.sampled_from(["encode", "light"]), st.booleans(), st.booleans()), max_size=60))
def test_slots_are_never_exceeded_and_an_alone_attempt_lets_nobody_in(steps: list[tuple[str, bool, bool]]) -> None:
    slots = Slots({"encode": 1, "light": 3})
    held: list[tuple[str, bool]] = []
    for task_class, alone, gives_back in steps:
        if gives_back and held:
            ended_class, ended_alone = held.pop(0)
            slots.give_back(ended_class, alone=ended_alone)
            continue
        was_alone = any(alone_ for _, alone_ in held)
        free = slots.free(task_class)
        taken = slots.take(task_class, alone=alone)
        assert taken == (free > 0)
        assert not (taken and was_alone)
        if taken:
            held.append((task_class, alone))
        assert slots.taken == len(held)
        assert sum(name == "encode" for name, _ in held) <= 1
        assert sum(name == "light" for name, _ in held) <= 3


async def test_an_alone_attempt_begins_when_the_last_other_one_has_ended() -> None:
    slots = Slots({"encode": 1, "light": 2})
    assert slots.take("encode", alone=False)
    assert slots.take("light", alone=True)
    waiting = asyncio.create_task(slots.nothing_beside())
    await asyncio.sleep(0)
    assert not waiting.done()
    slots.give_back("encode", alone=False)
    await asyncio.wait_for(waiting, 1)
    assert slots.free("encode") == slots.free("light") == 0
    slots.give_back("light", alone=True)
    assert (slots.free("encode"), slots.free("light")) == (1, 2)


@pytest.mark.parametrize(
    ("error", "reason", "fault"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "NO_SPACE", media_pb2.FAULT_TRANSIENT),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "NO_SPACE", media_pb2.FAULT_TRANSIENT),
        (
            of_store(GenericError("Generic LocalFileSystem error: No space left on device (os error 28)")),
            "NO_SPACE",
            media_pb2.FAULT_TRANSIENT,
        ),
        (
            of_store(GenericError("Generic S3 error: connection refused")),
            "STORE_UNAVAILABLE",
            media_pb2.FAULT_TRANSIENT,
        ),
        (of_store(PermissionDeniedError("403 Forbidden")), "STORE_DENIED", media_pb2.FAULT_TRANSIENT),
        (ConnectionResetError("peer"), "STORE_UNAVAILABLE", media_pb2.FAULT_TRANSIENT),
        (NotFound("BLOB_NOT_FOUND", "no blob"), "SOURCE_MISSING", media_pb2.FAULT_OURS),
        (DataLoss("BLOB_DIGEST_MISMATCH", "other bytes"), "SOURCE_DAMAGED", media_pb2.FAULT_TRANSIENT),
        (users(Reason.NOT_MEDIA, "no media"), "NOT_MEDIA", media_pb2.FAULT_USER),
        (ValueError("a defect"), "WORKER_ERROR", media_pb2.FAULT_OURS),
        (KeyError("another"), "WORKER_ERROR", media_pb2.FAULT_OURS),
    ],
)
def test_each_error_has_its_reason_and_its_fault(error: Exception, reason: str, fault: media_pb2.Fault) -> None:
    failure = failure_of(error)
    assert (failure.reason, failure.fault) == (reason, fault)
    assert failure.message


def test_what_goes_into_the_log_of_a_failure_is_bounded() -> None:
    assert len(failure_of(ValueError("x" * 100_000)).detail) == DETAIL_CHARACTERS


def test_a_start_removes_the_scratch_of_dead_processes_and_of_no_living_one(tmp_path: Path) -> None:
    living = Scratch(tmp_path, "living")
    assert living.open() == []
    living.folder("attempt").mkdir()
    (tmp_path / "dead").mkdir()
    (tmp_path / "dead" / "source").write_bytes(b"bytes")
    # The same pid, of an earlier process.
    facts = {"pid": os.getpid(), "start": f"not-{process_start(os.getpid())}"}
    (tmp_path / "dead.owner").write_text(json.dumps(facts))
    (tmp_path / "cut.owner").write_text('{"pid": 1')
    starting = Scratch(tmp_path, "starting")
    assert sorted(starting.open()) == ["cut", "dead"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "children",
        "living",
        "living.owner",
        "starting",
        "starting.owner",
    ]
    assert living.folder("attempt").is_dir()
    starting.close()
    starting.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["children", "living", "living.owner"]


def test_the_stall_limit_is_the_setting_of_that_name_everywhere() -> None:
    assert Limits().stall_seconds == Settings().stall_seconds
