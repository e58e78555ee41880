"""Watching and waiting: in the log's order, resumable anywhere, ending with the last event."""

import asyncio
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import duration_pb2

from edgecode.v1 import asset_pb2, job_pb2
from tests.harness.api import Api, Refusal, refusal
from tests.harness.process import Processes
from tests.integration.api.conftest import Stack, start_stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


def wanted(asset: asset_pb2.Asset, **fields: Any) -> job_pb2.CreateJobRequest:
    return job_pb2.CreateJobRequest(asset_id=asset.asset_id, **({"preset": "thumbnail"} | fields))


async def events(api: Api, job_id: str, after_sequence: int = 0) -> list[job_pb2.JobEvent]:
    request = job_pb2.WatchJobRequest(job_id=job_id, after_sequence=after_sequence)
    return [update.event async for update in api.jobs.WatchJob(request) if update.HasField("event")]


async def test_a_watch_from_the_start_sees_every_event_in_order_and_ends(api: Api, asset: asset_pb2.Asset) -> None:
    job = await api.jobs.CreateJob(wanted(asset))
    seen = await events(api, job.job_id)
    kinds = [event.event.WhichOneof("kind") for event in seen]
    assert (kinds[0], kinds[-1]) == ("job_created", "job_succeeded")
    assert [event.sequence for event in seen] == sorted({event.sequence for event in seen})
    assert kinds.index("attempt_started") < kinds.index("attempt_succeeded") < kinds.index("artifact_published")
    assert all(event.stamp.revision and event.path and event.job_id == job.job_id for event in seen)
    assert {event.stamp.service for event in seen} == {"server", "worker"}
    assert len({event.trace_id for event in seen}) == 1


async def test_a_watch_resumes_after_any_event_without_gap_or_repeat(api: Api, finished_job: job_pb2.Job) -> None:
    whole = await events(api, finished_job.job_id)
    for place, event in enumerate(whole):
        assert await events(api, finished_job.job_id, event.sequence) == whole[place + 1 :]


async def test_a_watch_of_a_finished_job_that_saw_its_end_is_empty(api: Api, finished_job: job_pb2.Job) -> None:
    assert await events(api, finished_job.job_id, finished_job.sequence) == []
    assert await events(api, finished_job.job_id, 2**63) == []


async def test_a_watch_does_not_end_at_a_failure_that_a_retry_follows(api: Api) -> None:
    own = await api.upload(b"this is no video")
    job = await api.finished((await api.jobs.CreateJob(wanted(own))).job_id)
    await api.jobs.RetryJob(job_pb2.RetryJobRequest(job_id=job.job_id))
    kinds = [event.event.WhichOneof("kind") for event in await events(api, job.job_id)]
    assert kinds.count("job_failed") == 2
    assert kinds[-1] == "job_failed"


async def test_progress_comes_beside_the_events_and_never_falls(api: Api, clip: bytes) -> None:
    job_id = (await api.upload(clip, preset="web")).job_id
    fractions: dict[str, list[float]] = {}
    async for update in api.jobs.WatchJob(job_pb2.WatchJobRequest(job_id=job_id)):
        for output in update.progress.outputs:
            fractions.setdefault(output.output_id, []).append(output.fraction)
    assert {"720p", "480p", "360p"} <= set(fractions)
    for seen in fractions.values():
        assert seen == sorted(seen)
        assert 0 <= seen[0] <= seen[-1] <= 1


async def test_watch_jobs_brings_the_jobs_that_match_and_resumes(api: Api, asset: asset_pb2.Asset) -> None:
    first = await api.jobs.CreateJob(wanted(asset, labels={"watched": "yes"}))
    other = await api.jobs.CreateJob(wanted(asset, labels={"watched": "no"}))
    await api.finished(other.job_id)
    await api.finished(first.job_id)
    request = job_pb2.WatchJobsRequest(
        filter=f"labels.watched = yes AND caller = {first.caller}", after_sequence=first.sequence - 1
    )
    seen: list[job_pb2.JobEvent] = []
    call = api.jobs.WatchJobs(request)
    async for update in call:
        seen.append(update.event)
        if update.event.event.HasField("job_succeeded"):
            break
    call.cancel()
    assert {event.job_id for event in seen} == {first.job_id}
    assert seen == await events(api, first.job_id)


async def test_watch_jobs_without_a_sequence_begins_now(api: Api, stack: Stack, asset: asset_pb2.Asset) -> None:
    call: Any = api.jobs.WatchJobs(job_pb2.WatchJobsRequest(filter=f"asset_id = {asset.asset_id}"))
    await call.initial_metadata()
    async with stack.client() as writer:
        # The watch begins a moment after its metadata: jobs are made until one is seen.
        made: list[str] = []
        reading = asyncio.ensure_future(call.read())
        while not reading.done():
            made.append((await writer.jobs.CreateJob(wanted(asset))).job_id)
            await asyncio.wait([reading], timeout=0.5)
        assert reading.result().event.job_id in made
    call.cancel()


async def test_a_wait_ends_with_the_job_or_with_its_timeout(tmp_path: Path) -> None:
    processes = Processes()
    try:
        stack = await start_stack(processes, tmp_path, worker=False)
        async with stack.client() as api:
            own = await api.upload(b"abc")
            job = await api.jobs.CreateJob(wanted(own))
            short = job_pb2.WaitJobRequest(job_id=job.job_id, timeout=duration_pb2.Duration(nanos=200_000_000))
            assert not (await api.jobs.WaitJob(short)).HasField("end_time")
            none = job_pb2.WaitJobRequest(job_id=job.job_id, timeout=duration_pb2.Duration())
            assert (await api.jobs.WaitJob(none)).job_id == job.job_id
            waiting = asyncio.ensure_future(api.jobs.WaitJob(job_pb2.WaitJobRequest(job_id=job.job_id)))
            await api.jobs.CancelJob(job_pb2.CancelJobRequest(job_id=job.job_id))
            assert (await asyncio.wait_for(waiting, 10)).state == job_pb2.Job.STATE_CANCELLED
            for seconds in (-1, 3601):
                bad = job_pb2.WaitJobRequest(job_id=job.job_id, timeout=duration_pb2.Duration(seconds=seconds))
                assert (await refusal(api.jobs.WaitJob(bad))).fields == ("timeout",)
    finally:
        await processes.close()


async def test_a_stopping_server_tells_its_watches_to_resume_elsewhere(tmp_path: Path) -> None:
    processes = Processes()
    try:
        stack = await start_stack(processes, tmp_path, worker=False)
        async with stack.client() as api:
            own = await api.upload(b"abc")
            job = await api.jobs.CreateJob(wanted(own))
            watch: Any = api.jobs.WatchJob(job_pb2.WatchJobRequest(job_id=job.job_id))
            assert (await watch.read()).event.event.HasField("job_created")
            jobs = api.jobs.WatchJobs(job_pb2.WatchJobsRequest())
            await jobs.initial_metadata()
            wait = api.jobs.WaitJob(job_pb2.WaitJobRequest(job_id=job.job_id))
            ended = asyncio.ensure_future(asyncio.gather(_end(watch), _end(jobs), refusal(wait)))
            # On the same connection: once this is answered, the calls above have begun.
            await api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job.job_id))
            assert await stack.server.terminate() == 0
            for found in await ended:
                assert (found.code, found.reason) == (grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")
                assert found.retry_seconds == 0.5
    finally:
        await processes.close()


async def _end(call: Any) -> Refusal:
    try:
        while await call.read() is not grpc.aio.EOF:
            continue
    except grpc.aio.AioRpcError as error:
        return Refusal.of(error)
    return Refusal.of(await _error(call))


async def _error(call: Any) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(
        await call.code(), await call.initial_metadata(), await call.trailing_metadata(), await call.details()
    )
