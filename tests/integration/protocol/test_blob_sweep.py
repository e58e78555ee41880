"""The sweep removes blobs nobody needs, and none that somebody may need."""

import os
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from edgecode.core import subjects
from edgecode.core.blobs import Blob, Blobs, artifact_key, source_key
from edgecode.server.planner.blob_sweep import BlobSweep
from edgecode.v1 import event_pb2
from tests.harness.builds import build_of
from tests.harness.eventually import eventually
from tests.harness.played_server import PlayedServer, a_job
from tests.harness.played_worker import PlayedWorker, Taken
from tests.integration.protocol.conftest import StartServer, StartWorker

SOURCE = "5" * 64
NOBODYS = "6" * 64


async def no_uploads() -> int:
    return 0


class UploadedMeanwhile(Blobs):
    """A store to which somebody uploads the bytes again, right after it was asked which are old."""

    async def pages(self, prefix: str) -> AsyncIterator[list[Blob]]:
        async for page in super().pages(prefix):
            for blob in page:
                await self.put(blob.key, b"source")
            yield page


class Stage:
    """A leader, a worker, and a store with one blob for each attempt."""

    def __init__(self, server: PlayedServer, worker: PlayedWorker) -> None:
        self.server, self.worker = server, worker
        self.blobs = Blobs(server.settings.blobs)

    async def job(self, name: str, life: timedelta = timedelta(days=1)) -> event_pb2.JobCreated:
        job = a_job(name, life=life)
        job.asset_sha256 = SOURCE
        await self.server.create(job)
        await self.server.settle()
        return job

    async def take(self) -> tuple[Taken, str]:
        """The next task, begun, and the blob its attempt has put."""
        taken = await self.worker.must_take()
        await taken.start()
        key = artifact_key(taken.task.job_id, taken.task.task_id, taken.attempt_id, "file")
        await self.blobs.put(key, b"made")
        return taken, key

    async def end(self, taken: Taken) -> None:
        await taken.succeed()
        await taken.ack()
        await self.server.settle()

    async def left(self) -> set[str]:
        """Keys of all blobs after two sweeps to which none is too young."""
        sweep = BlobSweep(self.blobs, self.server.ledger, no_uploads, 1.0, 0.0)
        for _ in range(2):
            await sweep.run()
        return {key for prefix in ("artifacts/", "sources/") for key, _ in await self.blobs.entries(prefix)}


@pytest.fixture
async def stage(start_server: StartServer, start_worker: StartWorker) -> Stage:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    stage = Stage(server, worker)
    for sha256 in (SOURCE, NOBODYS):
        await stage.blobs.put(source_key(sha256), b"source")
    return stage


async def test_blobs_of_losing_attempts_and_of_deleted_and_expired_jobs_go_and_those_of_others_stay(
    stage: Stage,
) -> None:
    await stage.job("kept")
    failed, lost_key = await stage.take()
    await failed.fail()
    await failed.ack()
    await stage.server.settle()
    taken, kept_key = await stage.take()
    await stage.end(taken)
    deleted = await stage.job("deleted")
    taken, deleted_key = await stage.take()
    await stage.end(taken)
    expired = await stage.job("expired", timedelta(seconds=60))
    taken, expired_key = await stage.take()
    await stage.end(taken)
    await stage.job("running")
    _, running_key = await stage.take()
    await stage.server.settle()
    assert await stage.left() == {kept_key, deleted_key, expired_key, running_key, source_key(SOURCE)}
    assert not await stage.blobs.exists(lost_key)

    event = event_pb2.Event(job_deleted=event_pb2.JobDeleted(caller="test"))
    await stage.server.append(subjects.job_events(deleted.job_id), event)
    await stage.server.settle()
    await stage.server.ledger.expire((await stage.server.record(expired.job_id)).job.expire_time_us)
    assert await stage.left() == {kept_key, running_key, source_key(SOURCE)}


async def test_what_a_bad_build_made_too_late_goes(stage: Stage, start_worker: StartWorker) -> None:
    job = await stage.job("moved")
    taken, late_key = await stage.take()
    await start_worker("c", stage.server)
    await stage.server.route(build_of("c"), quarantined=(build_of("b"),))
    await stage.server.settle()
    await taken.succeed()
    await stage.server.settle()
    moved = await stage.server.record(job.job_id)
    assert (moved.job.build, moved.attempts[taken.attempt_id].state) == (build_of("c"), "REFUSED")
    assert late_key not in await stage.left()


async def test_what_an_unread_event_may_speak_of_stays(stage: Stage) -> None:
    job = await stage.job("frozen")
    await stage.server.append(subjects.job_events(job.job_id), event_pb2.Event())  # of a later build
    taken, key = await stage.take()
    await stage.end(taken)
    assert (await stage.server.record(job.job_id)).attempts == {}
    assert await stage.left() == {key, source_key(SOURCE), source_key(NOBODYS)}


async def test_bytes_uploaded_again_while_the_sweep_looks_stay(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "folder"  # in any case: no other store lets a test make its blobs older
    blobs = UploadedMeanwhile(f"file://{folder}")
    await blobs.put(source_key(NOBODYS), b"source")
    sweep = BlobSweep(blobs, stage.server.ledger, no_uploads, 1.0, 3600.0)
    for _ in range(2):
        os.utime(folder / source_key(NOBODYS), (0, 0))
        assert await sweep.run() == 0

    assert await blobs.exists(source_key(NOBODYS))


async def test_a_source_goes_only_when_it_was_nobodys_at_the_sweep_before_too(stage: Stage) -> None:
    sweep = BlobSweep(stage.blobs, stage.server.ledger, no_uploads, 1.0, 0.0)
    assert await sweep.run() == 0
    await stage.job("accepted meanwhile")

    assert await sweep.run() == 1

    assert await stage.blobs.exists(source_key(SOURCE))
    assert not await stage.blobs.exists(source_key(NOBODYS))


async def test_rows_artifacts_and_blobs_of_a_job_vanish_together_when_its_retention_is_over(stage: Stage) -> None:
    kept, short = await stage.job("kept"), await stage.job("short", timedelta(seconds=8))
    keys = {}
    for _ in range(2):
        taken, key = await stage.take()
        await stage.end(taken)
        keys[taken.task.job_id] = key
    assert {keys[kept.job_id], keys[short.job_id]} <= await stage.left()
    row = (await stage.server.record(short.job_id)).job
    assert row.state == "SUCCEEDED"
    assert row.expire_time_us > time.time_ns() // 1000, "all of it stands to the end"

    async def events_are_over() -> bool:
        return not await stage.server.events.last_sequence(subjects.job_events(short.job_id))

    await eventually(events_are_over)
    assert abs(time.time_ns() // 1000 - row.expire_time_us) < 4_000_000, "the broker's clock ends it at the instant"
    await stage.server.sweep()
    assert await stage.server.ledger.record(short.job_id) is None
    assert await stage.left() == {keys[kept.job_id], source_key(SOURCE)}
