"""What must survive: workers killed, frozen and stopped in mid-work, with the whole system around them."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from edgecode.core import subjects
from edgecode.v1 import job_pb2
from tests.harness import clips
from tests.harness.journal import kind, said
from tests.harness.pids import command, descendants, gone
from tests.harness.process import Process, Processes
from tests.harness.system import QUICK, System, instance_of

# The rungs of the preset `web` for a source of 720 lines, its thumbnail and the manifest.
WEB = ["360p", "480p", "720p", "manifest", "thumbnail"]
StartSystem = Callable[..., Awaitable[System]]


@pytest.fixture
async def start(processes: Processes, tmp_path: Path) -> AsyncIterator[StartSystem]:
    async with AsyncExitStack() as ends:

        async def begin(**options: object) -> System:
            system = await System.start(processes, tmp_path, **options)  # type: ignore[arg-type] # settings of any type
            ends.push_async_callback(system.close)
            return system

        yield begin


async def worker_of(system: System, job_id: str, task_id: str) -> Process:
    """The worker that began the task."""
    started = await system.journal.until_event("attempt_started", job_id, task_id=task_id)
    by_instance = {await instance_of(worker): worker for worker in system.workers}
    return by_instance[started.origin.stamp.instance]


async def all_gone(pids: set[int], seconds: float) -> None:
    """Returns when all of them have ended; TimeoutError when one lives on."""
    await asyncio.gather(*(gone(pid, seconds) for pid in pids))


def states(task: job_pb2.Task) -> list[str]:
    """How its attempts ended, in their order."""
    return [job_pb2.Attempt.State.Name(one.state).removeprefix("STATE_") for one in task.attempts]


async def test_kill_9_of_a_worker_in_mid_encode_another_starts_it_within_45_s_at_default_settings(
    start: StartSystem,
) -> None:
    system = await start(workers=2)
    job_id = await system.create(await system.upload(clips.long()), preset="web")
    await system.until_encoding(job_id)
    victim = await worker_of(system, job_id, "transcode")
    family = descendants(victim.pid)
    assert any("ffmpeg" in command(pid) for pid in family)

    killed = time.monotonic()
    assert await victim.kill() == -signal.SIGKILL
    await all_gone(family, 2.0)

    again = await system.journal.until_event("attempt_started", job_id, count=2, seconds=45, task_id="transcode")
    assert time.monotonic() - killed < 45
    other = next(worker for worker in system.workers if worker is not victim)
    assert again.origin.stamp.instance == await instance_of(other)

    await system.succeeded(job_id)
    transcode = (await system.tasks(job_id))["transcode"]
    assert states(transcode) == ["LOST", "SUCCEEDED"]
    instances = [attempt.worker.instance for attempt in transcode.attempts]
    assert instances == [await instance_of(victim), await instance_of(other)]
    assert [artifact.file.output_id for artifact in await system.whole_artifacts(job_id)] == WEB
    assert system.journal.kinds(job_id)["artifact_published"] == len(WEB)


async def test_a_worker_frozen_past_its_lease_and_thawed_after_its_task_was_done_elsewhere_changes_nothing(
    start: StartSystem,
) -> None:
    # The one that will be frozen looks at the log so rarely that it ends its work before it learns of the other's.
    system = await start(workers=0, **QUICK)
    frozen = await system.add_worker(beat_seconds=1000.0, light_slots=0)
    light = await system.add_worker(encode_slots=0)
    job_id = await system.create(await system.upload(clips.long()), preset="web")
    await system.until_encoding(job_id)
    frozen.freeze()
    other = await system.add_worker()
    done = await system.succeeded(job_id)
    artifacts = await system.whole_artifacts(job_id)
    winner = await instance_of(other)
    assert {a.made_by.instance for a in artifacts if a.task_id == "transcode"} == {winner}
    tasks = await system.tasks(job_id)
    assert states(tasks["transcode"]) == ["LOST", "SUCCEEDED"]

    frozen.thaw()
    late = await system.journal.until(
        lambda entry: (
            kind(entry) == "attempt_succeeded"
            and said(entry).task_id == "transcode"
            and entry.origin.stamp.instance != winner
        ),
        seconds=30,
    )
    assert late.sequence > done.sequence
    metadata = (("edgecode-sequence", str(late.sequence)),)
    after = await system.api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job_id), metadata=metadata)
    assert (after.state, after.outputs, after.end_time) == (done.state, done.outputs, done.end_time)
    assert await system.tasks(job_id) == tasks
    assert await system.whole_artifacts(job_id) == artifacts
    assert system.journal.kinds(job_id)["artifact_published"] == len(WEB)
    # And it goes on working.
    assert await light.terminate() == 0
    assert await other.terminate() == 0
    again = await system.create(await system.upload(clips.small()), [clips.rendition(120)])
    await system.add_worker(encode_slots=0)
    await system.succeeded(again)
    transcode = (await system.tasks(again))["transcode"]
    assert transcode.attempts[-1].worker.instance == await instance_of(frozen)


async def test_a_worker_frozen_past_its_lease_finds_its_job_done_and_stops(start: StartSystem) -> None:
    system = await start(workers=1, **QUICK)
    job_id = await system.create(await system.upload(clips.long()), preset="web")
    await system.until_encoding(job_id)
    frozen = await worker_of(system, job_id, "transcode")
    frozen.freeze()
    await system.add_worker()
    done = await system.succeeded(job_id)
    frozen.thaw()
    attempt = (await system.tasks(job_id))["transcode"].attempts[0].attempt_id
    ended = await frozen.event("attempt.ended", attempt_id=attempt)
    assert ended["how"] in {"stopped", "succeeded"}
    after = await system.api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job_id))
    assert (after.state, after.outputs, after.end_time) == (done.state, done.outputs, done.end_time)
    assert system.journal.kinds(job_id)["artifact_published"] == len(WEB)
    assert await frozen.terminate() == 0


async def test_a_worker_killed_at_each_point_between_work_log_and_lane_costs_one_attempt_at_most(
    start: StartSystem,
) -> None:
    system = await start(workers=0, **QUICK)
    asset_id = await system.upload(clips.small())
    outputs = [clips.rendition(120), clips.thumbnail()]
    for point in ("worker.after_started", "worker.before_outcome", "worker.after_outcome"):
        dying = await system.add_worker(crash_at=point)
        job_id = await system.create(asset_id, outputs)
        assert await dying.exit() == -signal.SIGKILL
        heir = await system.add_worker()
        await system.succeeded(job_id)
        attempts = states((await system.tasks(job_id))["probe"])
        assert attempts == (["SUCCEEDED"] if point == "worker.after_outcome" else ["LOST", "SUCCEEDED"])
        assert [a.file.output_id for a in await system.whole_artifacts(job_id)] == clips.ids(outputs)
        assert system.journal.kinds(job_id)["artifact_published"] == len(clips.ids(outputs))
        assert await heir.terminate() == 0


async def test_sigterm_to_server_and_workers_in_the_middle_costs_no_attempt_and_all_goes_on(start: StartSystem) -> None:
    system = await start(workers=2, **QUICK, worker_drain_seconds=0.0)
    job_id = await system.create(await system.upload(clips.long()), preset="web")
    await system.until_encoding(job_id)
    codes = await asyncio.gather(*(process.terminate() for process in (system.server, *system.workers)))
    assert codes == [0, 0, 0]
    await system.broker.stop()
    await system.broker.start()
    await asyncio.gather(system.start_server(), system.add_worker())
    await system.succeeded(job_id)
    transcode = (await system.tasks(job_id))["transcode"]
    assert (states(transcode), transcode.attempts_spent) == (["RELEASED", "SUCCEEDED"], 0)
    assert [artifact.file.output_id for artifact in await system.whole_artifacts(job_id)] == WEB


async def test_when_all_is_done_no_task_is_left_in_its_lane(start: StartSystem) -> None:
    system = await start(workers=1, **QUICK)
    asset_id = await system.upload(clips.small())
    job_ids = [await system.create(asset_id, [clips.rendition(120), clips.thumbnail()]) for _ in range(3)]
    for job_id in job_ids:
        await system.succeeded(job_id)
    await system.workers[0].terminate()
    assert (await system.bus.js.stream_info(subjects.TASKS)).state.messages == 0
