"""What must survive: nats-server killed under load; what it acknowledged is there, and everything is decided once."""

import asyncio
import random
import uuid
from collections.abc import Sequence
from pathlib import Path

import grpc
import pytest
from grpc import aio

from edgecode.core import subjects
from edgecode.v1 import job_pb2
from tests.chaos.settled import finished_once, jobs_of, lanes_are_empty, verified_artifacts
from tests.harness import clips
from tests.harness.journal import Journal, job_of, kind
from tests.harness.process import Processes
from tests.harness.system import QUICK, System

JOBS = 40
KILLS = 4
CLIENTS = 4
# Creates go on over all kills.
PAUSE_SECONDS = 0.3
OUTPUTS = [clips.rendition(120), clips.thumbnail()]
# What a client may try again under the same request id.
PASSING = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}


async def accepted(system: System, request: job_pb2.CreateJobRequest) -> str:
    """The job's id, once a server has said so; the same request again until then."""
    while True:
        try:
            return (await system.api.jobs.CreateJob(request, timeout=10, wait_for_ready=True)).job_id
        except aio.AioRpcError as error:
            if error.code() not in PASSING:
                raise
            await asyncio.sleep(PAUSE_SECONDS)


async def create(system: System, asset_id: str, count: int) -> list[str]:
    """One client's jobs, one after the other."""
    job_ids = []
    for _ in range(count):
        request = job_pb2.CreateJobRequest(asset_id=asset_id, outputs=OUTPUTS, request_id=uuid.uuid4().hex)
        job_ids.append(await accepted(system, request))
        await asyncio.sleep(PAUSE_SECONDS)
    return job_ids


async def kill_under_load(system: System, dice: random.Random) -> None:
    """Kills the broker again and again, each time with an attempt under way, and starts it on the same store."""
    for _ in range(KILLS):
        seen = len(system.journal.entries)
        await system.journal.until(lambda entry, seen=seen: kind(entry) == "attempt_started" and entry.sequence > seen)  # type: ignore[misc] # a default cannot be annotated
        await asyncio.sleep(dice.uniform(0.0, 1.5))
        await system.broker.kill()
        await asyncio.sleep(dice.uniform(0.0, 1.0))
        await system.broker.start()
        await asyncio.wait_for(system.bus.connected.wait(), 30)


async def read_anew(system: System) -> list[tuple[int, str, bytes]]:
    """The log as a reader who was never there finds it."""
    journal = Journal(system.bus)
    try:
        return [(entry.sequence, entry.message_id, entry.data) for entry in await journal.whole()]
    finally:
        await journal.close()


async def created_once(system: System, job_ids: Sequence[str]) -> None:
    """What was accepted is in the log, once, and no job is there that no client asked for."""
    created = [job_of(entry) for entry in await system.journal.whole() if kind(entry) == "job_created"]
    assert sorted(created) == sorted(job_ids)


@pytest.mark.timeout(300)
async def test_nats_server_killed_under_load_and_every_accepted_job_finishes_once(
    processes: Processes, tmp_path: Path, dice: random.Random
) -> None:
    system = await System.start(processes, tmp_path, workers=2, **QUICK, attempt_budget=20)
    asset_id = await system.upload(clips.small())
    clients = asyncio.gather(*(create(system, asset_id, JOBS // CLIENTS) for _ in range(CLIENTS)))
    await kill_under_load(system, dice)
    job_ids = [job_id for found in await clients for job_id in found]
    assert len(set(job_ids)) == JOBS

    jobs = await jobs_of(system, job_ids, seconds=180)
    assert {job.state for job in jobs.values()} == {job_pb2.Job.STATE_SUCCEEDED}
    await created_once(system, job_ids)
    await finished_once(system, job_ids)
    for job_id in job_ids:
        await verified_artifacts(system, job_id, clips.ids(OUTPUTS))
        for task in (await system.tasks(job_id)).values():
            ends = [attempt.state for attempt in task.attempts]
            assert ends.count(job_pb2.Attempt.STATE_SUCCEEDED) == 1, task
    # What was read before a kill stands there after it, at its place, and the ledger has all of it.
    whole = [(entry.sequence, entry.message_id, entry.data) for entry in await system.journal.whole()]
    assert await read_anew(system) == whole
    assert [sequence for sequence, _, _ in whole] == list(range(1, len(whole) + 1))
    assert (await system.bus.js.stream_info(subjects.EVENTS)).state.messages == len(whole)
    await lanes_are_empty(system)
    await system.close()
