"""Which messages of TASKS are swept."""

import pytest

from edgecode.core.subjects import TaskSubject
from edgecode.server.ledger.rows import FINISHED, JobState, TaskState
from edgecode.server.planner.lanes import is_unwanted

OPEN = [state for state in JobState if state not in FINISHED]
WAITED_FOR = [TaskState.SCHEDULED, TaskState.RUNNING, TaskState.WAITING]


def test_a_message_of_an_unknown_job_is_unwanted() -> None:
    assert is_unwanted(1, None)


@pytest.mark.parametrize("state", sorted(FINISHED))
@pytest.mark.parametrize("n", [1, 2, 3])
def test_every_message_of_a_finished_job_is_unwanted(state: JobState, n: int) -> None:
    assert is_unwanted(n, (state, TaskState.SCHEDULED, 2))


@pytest.mark.parametrize("job", OPEN)
@pytest.mark.parametrize("task", [*TaskState, ""])
def test_below_the_ledger_s_number_always_above_it_never(job: JobState, task: str) -> None:
    assert is_unwanted(1, (job, task, 2))
    assert not is_unwanted(3, (job, task, 2))


@pytest.mark.parametrize("task", list(TaskState))
def test_at_the_ledger_s_number_only_what_is_not_to_run(task: TaskState) -> None:
    assert is_unwanted(2, (JobState.RUNNING, task, 2)) == (task not in WAITED_FOR)


def test_a_task_the_ledger_has_not_heard_of_may_be_another_leader_s() -> None:
    assert not is_unwanted(1, (JobState.RUNNING, "", 0))


def test_subjects_are_read_as_they_are_written() -> None:
    subject = TaskSubject("encode", "low", "1_0_0-gabc", "transcode", "job", "task", 12)
    assert TaskSubject.parse(str(subject)) == subject
    for other in ("task.a.b", "event.a.b.c.d.e.f.1", "task.a.b.c.d.e.f.x", "task.a.b.c.d.e.f.1.2"):
        with pytest.raises(ValueError, match=r"task subject|invalid literal"):
            TaskSubject.parse(other)
