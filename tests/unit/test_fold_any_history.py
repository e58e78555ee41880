"""What holds of the fold whatever happens."""

from typing import Any

from hypothesis import given, settings

from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold import fold_job
from edgecode.server.ledger.rows import FINISHED, AttemptState
from edgecode.v1 import event_pb2
from tests.harness.folding import JOB, NOW_US, WORKER, B, Story
from tests.harness.histories import HISTORIES


@settings(max_examples=300, deadline=None)
@given(HISTORIES)
def test_no_sequence_of_events_breaks_the_fold_and_what_is_refused_changes_nothing(
    history: list[tuple[event_pb2.Event, bool]],
) -> None:
    story = Story()
    for found, quarantined in history:
        story.quarantined = frozenset({B}) if quarantined else frozenset()
        before = story.record.copy() if story.record else None
        took_effect = story.then(found)
        after = story.record
        if before is None:
            assert took_effect == (after is not None)
            continue
        assert after is not None
        assert after.job.last_sequence == story.sequence
        kind = found.WhichOneof("kind")
        if not took_effect:
            before.job = _at(before.job, story.sequence)
            assert _but_closed_attempts(after) == _but_closed_attempts(before), kind
        elif kind != "job_created":
            assert after.job.epoch in {before.job.epoch, before.job.epoch + (kind == "job_reassigned")}
            ended = before.job.state in FINISHED
            assert not ended or kind in {"job_retry_requested", "job_deleted"}
            for name, task in before.tasks.items():
                assert after.tasks[name].n in {task.n, task.n + (kind == "task_scheduled")}
        outputs = [artifact.output_id for artifact in after.artifacts.values()]
        assert len(outputs) == len(set(outputs))
        assert all(0 <= task.lost <= task.spent for task in after.tasks.values())


def _at(job: Any, sequence: int) -> Any:
    return type(job)(**{name: getattr(job, name) for name in job.__slots__} | {"last_sequence": sequence})


def _but_closed_attempts(record: Any) -> Any:
    """An outcome that comes too late may close its attempt; that is all it does."""
    attempts = {
        name: attempt for name, attempt in record.attempts.items()
        if attempt.state not in {AttemptState.RUNNING, AttemptState.REFUSED}
    }  # fmt: skip
    return record.job, record.tasks, attempts, record.artifacts


@settings(deadline=None)
@given(HISTORIES)
def test_folding_twice_gives_the_same_and_a_copy_shares_no_change(
    history: list[tuple[event_pb2.Event, bool]],
) -> None:
    one, two = Story(), Story()
    for found, quarantined in history:
        snapshot = one.record.copy() if one.record else None
        seen = (snapshot.job, dict(snapshot.tasks), dict(snapshot.attempts)) if snapshot else None
        for story in (one, two):
            story.quarantined = frozenset({B}) if quarantined else frozenset()
            story.then(found)
        if snapshot is not None:
            assert seen == (snapshot.job, snapshot.tasks, snapshot.attempts)
    assert one.record == two.record
    assert fold_job(None, Fact(JOB, 1, NOW_US, WORKER, "", "", event_pb2.Event())) == (None, False)
