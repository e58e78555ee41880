"""How far a job is, as a client sees it: to its end, over a killed worker, and for who comes late."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from edgecode.v1 import bus_pb2, job_pb2
from tests.harness import clips
from tests.harness.process import Processes
from tests.harness.system import QUICK, System


@pytest.fixture
async def ends() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def watching(system: System, job_id: str) -> AsyncIterator[bus_pb2.Progress]:
    """The progress of a job as it comes."""
    async for update in system.api.jobs.WatchJob(job_pb2.WatchJobRequest(job_id=job_id)):
        if update.HasField("progress"):
            yield update.progress


async def watched(system: System, job_id: str) -> tuple[list[bus_pb2.Progress], str]:
    """All progress of a job, and the kind of the event it ended with."""
    progress, last = list[bus_pb2.Progress](), ""
    async for update in system.api.jobs.WatchJob(job_pb2.WatchJobRequest(job_id=job_id)):
        if update.HasField("progress"):
            progress.append(update.progress)
        else:
            last = update.event.event.WhichOneof("kind") or ""
    return progress, last


def never_falls(progress: Sequence[bus_pb2.Progress]) -> None:
    """Neither the job nor any of its outputs."""
    whole = [each.job.fraction for each in progress]
    assert whole == sorted(whole)
    for output_id in {output.output_id for each in progress for output in each.outputs}:
        seen = [output.fraction for each in progress for output in each.outputs if output.output_id == output_id]
        assert seen == sorted(seen), output_id


async def test_a_job_moves_on_by_cost_to_its_end_and_says_what_remains(
    processes: Processes, tmp_path: Path, ends: AsyncExitStack
) -> None:
    system = await System.start(processes, tmp_path)
    ends.push_async_callback(system.close)
    job_id = await system.create(await system.upload(clips.long()), preset="web")
    progress, last = await watched(system, job_id)

    assert last == "job_succeeded"
    never_falls(progress)
    assert (progress[-1].job.fraction, progress[-1].job.remaining_seconds) == (1.0, 0.0)
    encoding = [each for each in progress if each.phase == bus_pb2.PHASE_ENCODING and each.task_id == "transcode"]
    assert len({each.job.fraction for each in encoding}) > 3
    # What is encoded is still to be verified and stored, and the job has a manifest to make.
    verifying = [each for each in progress if each.phase == bus_pb2.PHASE_VERIFYING]
    assert verifying
    for each in (*encoding, *verifying):
        assert each.job.fraction < 1
        assert all(output.fraction < 1 for output in each.outputs)
    assert all(output.frames_done == output.frames_total > 0 for output in verifying[0].outputs)
    foretold = [each for each in encoding if each.job.HasField("remaining_seconds")]
    assert foretold
    assert all(0 < each.remaining_seconds < each.job.remaining_seconds < 120 for each in foretold)
    assert foretold[0].job.speed_ratio > 0
    assert not (await system.api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job_id))).HasField("progress")


async def test_who_comes_late_sees_what_was_last_heard_and_nothing_falls_when_an_attempt_begins_again(
    processes: Processes, tmp_path: Path, ends: AsyncExitStack
) -> None:
    system = await System.start(processes, tmp_path, **QUICK)
    ends.push_async_callback(system.close)
    job_id = await system.create(await system.upload(clips.long()), preset="web")
    news = watching(system, job_id)
    progress = [await anext(news)]
    while progress[-1].task_id != "transcode" or progress[-1].job.fraction < 0.2:
        progress.append(await anext(news))
    total = progress[-1].outputs[0].frames_total

    # Nothing is reported any more, and yet: what was heard last is shown.
    system.workers[0].freeze()
    asked = await system.api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job_id))
    assert asked.progress.fraction >= progress[-1].job.fraction
    assert {output.output_id for output in asked.progress.outputs} == {"720p", "480p", "360p"}
    assert (await anext(watching(system, job_id))).job.fraction >= progress[-1].job.fraction

    await system.workers[0].kill()
    await system.add_worker()
    progress += [each async for each in news]
    never_falls(progress)
    assert progress[-1].job.fraction == 1.0
    again = [each for each in progress if any(output.restarts == 1 for output in each.outputs)]
    assert again
    # It began with its first frame, and was shown where the other had been.
    assert again[0].outputs[0].frames_done < total / 2
