"""Two workers killed five times each in a run of 50 small jobs, every kill in the midst of an attempt."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Callable

import pytest

from edgecode.v1 import job_pb2, media_pb2
from tests.chaos.conftest import StartSystem
from tests.harness import clips
from tests.harness.journal import kind, said
from tests.harness.pids import descendants, gone
from tests.harness.process import Process
from tests.harness.system import QUICK, System, instance_of

JOBS = 50
WORKERS = 2
KILLS_OF_EACH = 5
OUTPUTS = [clips.rendition(240), clips.rendition(120), clips.thumbnail()]
# An attempt of these jobs takes about a second.
LONGEST_DELAY_SECONDS = 0.8
LOST = job_pb2.Attempt.STATE_LOST


async def killed_in_an_attempt(system: System, worker: Process, dice: random.Random) -> str:
    """Kills a worker at a random moment of an attempt; its instance.

    It is frozen first: while a media process of it lives, the attempt that started that process has no outcome yet.
    """
    instance = await instance_of(worker)
    seen = 0
    while True:
        seen += dice.randint(1, 4)
        await system.journal.until(
            lambda entry: kind(entry) == "attempt_started" and entry.origin.stamp.instance == instance,
            count=seen,
            seconds=120,
        )
        await asyncio.sleep(dice.uniform(0, LONGEST_DELAY_SECONDS))
        worker.freeze()
        family = descendants(worker.pid)
        if family:
            assert await worker.kill() == -signal.SIGKILL
            await asyncio.gather(*(gone(pid, 2.0) for pid in family))
            return instance
        worker.thaw()
        await system.journal.whole()
        started = [e for e in system.journal.entries if kind(e) == "attempt_started"]
        seen = sum(entry.origin.stamp.instance == instance for entry in started)


async def keep_killing(system: System, dice: random.Random) -> list[str]:
    """One place for a worker: killed five times, started again each time; the instances killed."""
    killed = []
    worker = await system.add_worker()
    for _ in range(KILLS_OF_EACH):
        killed.append(await killed_in_an_attempt(system, worker, dice))
        worker = await system.add_worker()
    return killed


def verdict(job: job_pb2.Job, tasks: dict[str, job_pb2.Task], budget: int) -> str:
    """What became of a finished job: `succeeded`, or `lost`, which takes exactly the losses that the rule names."""
    if job.state == job_pb2.Job.STATE_SUCCEEDED:
        assert all(task.state == job_pb2.Task.STATE_SUCCEEDED for task in tasks.values()), tasks
        return "succeeded"
    assert job.state == job_pb2.Job.STATE_FAILED, job
    dead = [task for task in tasks.values() if task.state == job_pb2.Task.STATE_DEAD]
    assert dead, job
    for task in dead:
        assert task.attempts_spent == budget, task
        assert [attempt.state for attempt in task.attempts].count(LOST) == budget, task
        assert task.failure.reason.startswith("ATTEMPT_LOST_"), task
    return "lost"


async def no_artifact_is_double_or_unverified(system: System, job_id: str, tasks: dict[str, job_pb2.Task]) -> None:
    """Each output has at most one artifact, made by the attempt that won its task, with the bytes of its digest."""
    won = {
        attempt.attempt_id
        for task in tasks.values()
        for attempt in task.attempts
        if attempt.state == job_pb2.Attempt.STATE_SUCCEEDED
    }
    artifacts = await system.whole_artifacts(job_id)
    assert {artifact.attempt_id for artifact in artifacts} <= won
    for artifact in artifacts:
        if artifact.file.kind == media_pb2.ARTIFACT_KIND_RENDITION:
            assert artifact.file.frames == 60, artifact
    assert system.journal.kinds(job_id)["artifact_published"] == len(artifacts)


def one_winner_per_task(system: System, job_id: str, tasks: dict[str, job_pb2.Task]) -> None:
    """No task was won twice."""
    for task in tasks.values():
        winners = [a for a in task.attempts if a.state == job_pb2.Attempt.STATE_SUCCEEDED]
        assert len(winners) == int(task.state == job_pb2.Task.STATE_SUCCEEDED), (job_id, task)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("budget", [4, 20])
async def test_fifty_jobs_survive_two_workers_killed_five_times_each(
    start: StartSystem, dice: random.Random, tell: Callable[[str], None], budget: int
) -> None:
    system = await start(workers=0, **QUICK, attempt_budget=budget)
    asset_id = await system.upload(clips.small())
    job_ids = [await system.create(asset_id, OUTPUTS) for _ in range(JOBS)]
    killed = [i for each in await asyncio.gather(*(keep_killing(system, dice) for _ in range(WORKERS))) for i in each]
    assert len(set(killed)) == WORKERS * KILLS_OF_EACH
    jobs = {job_id: await system.finished(job_id, seconds=300) for job_id in job_ids}
    entries = await system.journal.whole()

    started = {said(e).attempt_id: e.origin.stamp.instance for e in entries if kind(e) == "attempt_started"}
    lost = [started[said(e).attempt_id] for e in entries if kind(e) == "attempt_lost"]
    assert set(killed) <= set(lost), "a kill hit no attempt"
    assert len(lost) >= WORKERS * KILLS_OF_EACH

    verdicts: Counter[str] = Counter()
    for job_id, job in jobs.items():
        tasks = await system.tasks(job_id)
        verdicts[verdict(job, tasks, budget)] += 1
        one_winner_per_task(system, job_id, tasks)
        await no_artifact_is_double_or_unverified(system, job_id, tasks)
    tell(f"{dict(verdicts)}, {len(killed)} workers killed, {len(lost)} attempts lost")
    if budget == 20:
        assert verdicts == {"succeeded": JOBS}
