"""What must survive: two workers killed again and again in a run of many jobs, every kill in mid-attempt."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from edgecode.v1 import job_pb2
from tests.chaos.killing import Hit, attempts_of, kill_in_mid_attempt
from tests.chaos.settled import finished_once, jobs_of, lanes_are_empty, verified_artifacts
from tests.harness import clips
from tests.harness.journal import kind, said
from tests.harness.process import Process, Processes
from tests.harness.system import QUICK, System, instance_of

JOBS = 50
KILLS_EACH = 5
OUTPUTS = [clips.rendition(240, "slow")]
# Absence is noticed soon, and yet not of a worker that a busy machine keeps waiting. One attempt of each class at
# once, so that moments with just one under way are common.
PATIENT = QUICK | {"fleet_ttl_seconds": 6.0, "ack_wait_seconds": 20.0, "light_slots": 1}


def source() -> bytes:
    """Four seconds of 240 lines: work enough for all 50 to last over all kills."""
    return clips.made("source.mp4", *clips.pictures("320x240", 4), *clips.H264, *clips.FASTSTART)


async def kill_and_restart(system: System, worker: Process, dice: random.Random) -> list[Hit]:
    """Kills it, starts another in its place, and so on."""
    hits = []
    for _ in range(KILLS_EACH):
        hits.append(await kill_in_mid_attempt(system, worker, dice))
        worker = await system.add_worker()
    return hits


async def losses(system: System) -> Counter[str]:
    """Attempts that the log calls lost, and how often."""
    return Counter(said(entry).attempt_id for entry in await system.journal.whole() if kind(entry) == "attempt_lost")


def dead_as_the_rule_says(job: job_pb2.Job, tasks: Sequence[job_pb2.Task], hits: Sequence[Hit], budget: int) -> None:
    """A job that failed has a dead task, and every attempt of that was lost to a kill, as many as the budget allows."""
    assert job.state == job_pb2.Job.STATE_FAILED, job
    dead = [task for task in tasks if task.state == job_pb2.Task.STATE_DEAD]
    assert dead, tasks
    killed = {hit.attempt_id for hit in hits}
    for task in dead:
        assert [attempt.state for attempt in task.attempts] == [job_pb2.Attempt.STATE_LOST] * budget
        assert {attempt.attempt_id for attempt in task.attempts} <= killed
        assert task.attempts_spent == budget
        assert task.failure.reason == job.failure.reason == "ATTEMPT_LOST_INSTANCE_LEFT"


@pytest.mark.timeout(420)
@pytest.mark.parametrize("budget", [4, 20])
async def test_two_workers_killed_five_times_each_in_a_run_of_50_jobs(
    processes: Processes, tmp_path: Path, dice: random.Random, budget: int
) -> None:
    system = await System.start(processes, tmp_path, workers=2, **PATIENT, attempt_budget=budget)
    asset_id = await system.upload(source())
    job_ids = [await system.create(asset_id, OUTPUTS) for _ in range(JOBS)]

    killers = (kill_and_restart(system, worker, dice) for worker in system.workers[:2])
    hits = [hit for found in await asyncio.gather(*killers) for hit in found]
    jobs = await jobs_of(system, job_ids, seconds=240)

    # Every kill hit one attempt, and nothing else was ever lost.
    assert await losses(system) == Counter(hit.attempt_id for hit in hits)
    assert len(hits) == 2 * KILLS_EACH
    await finished_once(system, job_ids)
    contents: set[str] = set()
    for job_id, job in jobs.items():
        if budget < 2 * KILLS_EACH and job.state != job_pb2.Job.STATE_SUCCEEDED:
            dead_as_the_rule_says(job, list((await system.tasks(job_id)).values()), hits, budget)
            continue
        assert job.state == job_pb2.Job.STATE_SUCCEEDED, job
        artifacts = await verified_artifacts(system, job_id, clips.ids(OUTPUTS))
        contents.update(a.file.content_sha256 for a in artifacts if a.file.output_id == "240p")
    assert len(contents) == 1, "one source, one preset, one build: the same bytes, however often it was tried"
    await lanes_are_empty(system)
    await system.close()


@pytest.mark.timeout(120)
async def test_a_task_whose_workers_are_killed_as_often_as_its_budget_allows_is_dead_and_its_job_failed(
    processes: Processes, tmp_path: Path
) -> None:
    system = await System.start(processes, tmp_path, workers=0, **PATIENT, attempt_budget=2)
    job_id = await system.create(await system.upload(clips.long()), [clips.rendition(720)])
    hits = []
    for count in (1, 2):
        worker = await system.add_worker()
        await system.journal.until_event("attempt_started", job_id, count=count, task_id="transcode")
        hits += await attempts_of(system, await instance_of(worker))
        await worker.kill()
    await system.add_worker()
    job = await system.finished(job_id)
    tasks = await system.tasks(job_id)
    dead_as_the_rule_says(job, list(tasks.values()), hits, 2)
    assert [task.task_id for task in tasks.values() if task.state == job_pb2.Task.STATE_DEAD] == ["transcode"]
    assert await losses(system) == Counter(hit.attempt_id for hit in hits)
    await finished_once(system, [job_id])
    assert await system.api.artifacts(job_id) == []
    await system.close()
