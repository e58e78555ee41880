"""Damaged films and hostile files by the dozen: each ends in verified outputs or a typed failure, the worker lives."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from edgecode.v1 import job_pb2, media_pb2
from edgecode.workers.media.faults import Reason
from tests.chaos.settled import finished_once, verified_artifacts
from tests.harness import clips
from tests.harness.journal import job_of, kind
from tests.harness.process import Processes
from tests.harness.system import QUICK, System, instance_of
from tests.hostile.containers import CONTAINERS, film
from tests.hostile.table import LIGHT

FUZZ_SECONDS = 60.0
AT_ONCE = 3
OUTPUTS = [clips.rendition(36), clips.thumbnail(36)]
# Where an index stands first in the file, damage there is what a parser meets.
_INDEX_BYTES = 2048
_MOST_BYTES = 2_000_000


def fixtures() -> tuple[list[bytes], list[bytes]]:
    """A film in every container, and every hostile file that is sent quickly."""
    hostile = [data for data in (row.make() for row in LIGHT) if len(data) < _MOST_BYTES]
    return [film(container) for container in CONTAINERS], hostile


def damaged(data: bytes, dice: random.Random) -> bytes:
    """A few bytes changed, runs taken out or doubled, or the end cut off."""
    found = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 16, 64))):
        place = dice.randrange(min(len(found), dice.choice((_INDEX_BYTES, len(data)))))
        length = dice.choice((1, 2, 4, 64))
        match dice.randrange(8):
            case 0:
                del found[place : place + length]
            case 1:
                found[place:place] = found[place : place + length]
            case 2:
                found[place : place + 4] = dice.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"))
            case _:
                found[place] = dice.randrange(256)
        if not found:
            break
    if not dice.randrange(8):
        del found[dice.randrange(len(found) + 1) :]
    return bytes(found)


def one(sources: tuple[list[bytes], list[bytes]], seed: int) -> bytes:
    """A damaged source; the same seed gives the same one."""
    dice = random.Random(seed)
    return damaged(dice.choice(dice.choice(sources)), dice)


async def outcome(system: System, data: bytes) -> tuple[str, str]:
    """What became of one source, "succeeded" or reason and fault, and what the task that failed said of it.

    All else is an error.
    """
    job_id = await system.create(await system.upload(data), OUTPUTS)
    job = await system.finished(job_id)
    published = [o.spec.output_id for o in job.outputs if o.state == job_pb2.Output.STATE_SUCCEEDED]
    if job.state == job_pb2.Job.STATE_SUCCEEDED:
        await verified_artifacts(system, job_id, clips.ids(OUTPUTS))
        return "succeeded", ""
    assert job.state == job_pb2.Job.STATE_FAILED, job
    await verified_artifacts(system, job_id, published)
    tasks = await system.tasks(job_id)
    for task in tasks.values():
        for attempt in task.attempts:
            if attempt.state == job_pb2.Attempt.STATE_FAILED:
                assert attempt.failure.reason in set(Reason), attempt
    if job.failure.fault == media_pb2.FAULT_USER:
        dead = [task for task in tasks.values() if task.state == job_pb2.Task.STATE_DEAD]
        assert all(len(task.attempts) == 1 for task in dead), dead
    return f"{job.failure.reason} {media_pb2.Fault.Name(job.failure.fault)}", str(job.failure)


@pytest.mark.timeout(240)
async def test_damaged_sources_end_in_verified_outputs_or_typed_failures_and_the_worker_lives(
    processes: Processes, tmp_path: Path, dice: random.Random, tell: Callable[[str], None]
) -> None:
    system = await System.start(processes, tmp_path, workers=1, **QUICK, attempt_budget=2)
    ends: Counter[str] = Counter()
    ours: list[str] = []
    sources = fixtures()
    until = time.monotonic() + FUZZ_SECONDS

    async def feed() -> None:
        while time.monotonic() < until:
            # Of its own seed, so that it can be had again whatever the others did meanwhile.
            seed = dice.getrandbits(32)
            end, words = await outcome(system, one(sources, seed))
            ends[end] += 1
            if media_pb2.Fault.Name(media_pb2.FAULT_OURS) in end:
                ours.append(f"one(fixtures(), {seed}): {words}")

    assert await outcome(system, clips.small()) == ("succeeded", "")
    await asyncio.gather(*(feed() for _ in range(AT_ONCE)))
    tell(f"{dict(ends)}")
    assert ends["succeeded"] < ends.total()
    # No damage to a source is a fault of the build.
    assert not ours, "\n".join(ours)
    created = [job_of(entry) for entry in await system.journal.whole() if kind(entry) == "job_created"]
    assert len(created) == ends.total() + 1
    await finished_once(system, created)
    assert await outcome(system, clips.small()) == ("succeeded", "")
    worker = system.workers[0]
    assert not worker.ended.done()
    assert set(await system.instances()) >= {await instance_of(worker)}
    assert not [event for event in worker.events if event.get("event") == "host.attempt_broke"]
    assert await worker.terminate() == 0
    await system.close()
