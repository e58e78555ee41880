"""What is in memory stays what the ledger holds, also where a read of the ledger takes its time."""

import asyncio
from pathlib import Path

import pytest

from edgecode.core import subjects
from edgecode.core.bus import Bus, Outgoing
from edgecode.core.log import Log
from edgecode.core.log_reader import LogReader
from edgecode.core.settings import Settings
from edgecode.core.streams import ensure
from edgecode.server.ledger import projector as projector_module
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.projector import Projector
from edgecode.server.ledger.sqlite import SqliteLedger
from edgecode.v1 import event_pb2
from tests.harness.played_server import a_job


class LateLedger(SqliteLedger):
    """Answers a read of a job when it is let, with what it held when it was asked, as a database far away does."""

    waits: asyncio.Event | None = None

    async def record(self, job_id: str) -> JobRecord | None:
        found = await super().record(job_id)
        waits, self.waits = self.waits, None
        if waits is not None:
            await waits.wait()
        return found


async def test_a_job_read_before_a_commit_and_answered_after_it_does_not_take_the_jobs_place(
    bus: Bus, settings: Settings
) -> None:
    await ensure(bus, settings)
    ledger, events = LateLedger(Path(settings.data_dir) / "ledger.sqlite"), Log(bus)
    await ledger.open()
    projector = Projector(ledger, events)
    await projector.open()
    created = a_job()
    subject = subjects.job_events(created.job_id)
    await bus.store(Outgoing(subject, event_pb2.Event(job_created=created).SerializeToString()))
    cancel = event_pb2.Event(job_cancel_requested=event_pb2.JobCancelRequested())
    await bus.store(Outgoing(subject, cancel.SerializeToString()))
    (first, second) = [e async for batch in LogReader(bus, 0).history(2) for e in batch]
    await projector.fold([first])
    await projector.open()  # forgets what it has in memory

    ledger.waits = let = asyncio.Event()
    reading = asyncio.create_task(projector.record(created.job_id))
    while ledger.waits is not None:  # noqa: ASYNC110 - until the read is under way, which tells nobody
        await asyncio.sleep(0)
    await projector.fold([second])
    let.set()
    record = await reading
    assert record is not None
    assert record.job.state == "CANCELLING"
    assert await projector.record(created.job_id) is record
    assert record.job.last_sequence == second.sequence
    await ledger.close()


class BusyLedger(SqliteLedger):
    """Lets others go on before it answers, as a database does."""

    async def record(self, job_id: str) -> JobRecord | None:
        await asyncio.sleep(0)
        return await super().record(job_id)


async def test_a_finished_job_is_found_though_memory_is_full_of_unfinished_ones(
    bus: Bus, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector_module, "_CACHED_RECORDS", 1)
    await ensure(bus, settings)
    ledger, events = BusyLedger(Path(settings.data_dir) / "ledger.sqlite"), Log(bus)
    await ledger.open()
    projector = Projector(ledger, events)
    await projector.open()
    over, open_ = a_job(), a_job()
    cancelled = event_pb2.Event(job_cancelled=event_pb2.JobCancelled())
    for job, event in (
        (over, event_pb2.Event(job_created=over)),
        (over, cancelled),
        (open_, event_pb2.Event(job_created=open_)),
    ):
        await bus.store(Outgoing(subjects.job_events(job.job_id), event.SerializeToString()))
    await projector.fold([e async for batch in LogReader(bus, 0).history(3) for e in batch])

    assert await projector.record(open_.job_id) is not None
    async with asyncio.timeout(5):
        record = await projector.record(over.job_id)
    assert record is not None
    assert record.job.state == "CANCELLED"
    await ledger.close()
