"""Events that this build cannot read are kept, hold back their subject, and are read by a build that can."""

import asyncio

import pytest

from edgecode.core import bus as core_bus
from edgecode.core import contract, headers, subjects
from edgecode.core.bus import Outgoing
from edgecode.core.errors import FailedPrecondition
from edgecode.core.stamp import stamp_to_proto
from edgecode.server.ledger.group import UnreadableRoute
from edgecode.server.ledger.open import lock_of
from edgecode.v1 import bus_pb2, event_pb2
from tests.harness.builds import stamp_of
from tests.harness.played_server import PlayedServer, a_job
from tests.integration.protocol.conftest import StartServer, StartWorker

LATER = 99


async def append_as_later_build(
    server: PlayedServer, subject: str, event: event_pb2.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(headers, "CONTRACT", LATER)
        await server.append(subject, event)


async def test_a_job_with_an_unread_event_is_frozen_until_a_build_reads_it(
    start_server: StartServer, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    frozen, other = a_job("frozen", tasks=2), a_job("other")
    await server.create(frozen)
    await server.settle()
    cancel = event_pb2.Event(job_cancel_requested=event_pb2.JobCancelRequested(reason="by a later build"))
    await append_as_later_build(server, subjects.job_events(frozen.job_id), cancel, monkeypatch)
    await server.create(other)
    await server.settle()

    # What follows on its subject is kept too, nothing is decided for it, and other jobs go on.
    while taken := await worker.take():
        await taken.finish()
    await server.settle()
    record = await server.record(frozen.job_id)
    assert (record.job.frozen, record.job.state) == (1, "RUNNING")
    assert record.attempts == {}
    assert len(await server.ledger.unread(subjects.job_events(frozen.job_id))) == 5
    assert (await server.ledger.totals(0)).frozen == 1
    assert (await server.record(other.job_id)).job.state == "SUCCEEDED"
    with pytest.raises(FailedPrecondition) as refused:
        await server.writer.cancel(frozen.job_id, "", "test", lambda _: None)
    assert refused.value.reason == "JOB_FROZEN"

    await server.crash()
    monkeypatch.setattr(contract, "READS_MAX", LATER)
    await server.lead()
    await server.settle()
    record = await server.record(frozen.job_id)
    assert (record.job.frozen, record.job.state, record.job.cancel_reason) == (0, "CANCELLED", "by a later build")
    assert await server.ledger.unread() == []
    assert (await server.ledger.totals(0)).frozen == 0


async def test_a_kind_of_event_unknown_here_freezes_its_job_as_a_later_contract_does(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    await start_worker("b", server)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    unknown = event_pb2.Event.FromString(b"\xfa\x3e\x00")  # field 1007, a message of nothing
    assert unknown.WhichOneof("kind") is None
    await server.append(subjects.job_events(job.job_id), unknown)
    await server.settle()
    assert (await server.record(job.job_id)).job.frozen == 1
    assert (await server.ledger.totals(0)).frozen == 1


async def test_a_job_whose_first_event_cannot_be_read_is_counted_and_made_later(
    start_server: StartServer, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    job = a_job()
    await append_as_later_build(server, subjects.job_events(job.job_id), event_pb2.Event(job_created=job), monkeypatch)
    await server.settle()
    assert await server.ledger.record(job.job_id) is None
    assert (await server.ledger.totals(0)).frozen == 1

    await server.crash()
    monkeypatch.setattr(contract, "READS_MAX", LATER)
    await server.lead()
    await server.settle()
    await (await worker.must_take()).finish()
    await server.settle()
    assert (await server.record(job.job_id)).job.state == "SUCCEEDED"


async def test_an_unreadable_route_event_stops_the_fold_before_it(
    start_server: StartServer, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    await server.settle()
    before = (await server.events.identity()).last_sequence
    route = event_pb2.Event(route_changed=event_pb2.RouteChanged(service="worker", current=worker.bus.stamp.build))
    await append_as_later_build(server, subjects.route_events("worker"), route, monkeypatch)
    job = a_job()
    await server.create(job)
    projector = server.leader._projector
    entries = [e async for batch in server.reader(before).history(before + 2) for e in batch]
    with pytest.raises(UnreadableRoute):
        await projector.fold(entries, before + 2)
    assert (await server.ledger.cursor()).sequence == before
    assert await server.ledger.record(job.job_id) is None

    await server.crash()
    monkeypatch.setattr(contract, "READS_MAX", LATER)
    await server.lead()
    await server.settle()
    assert (await server.record(job.job_id)).job.state == "RUNNING"
    assert projector.route.revision == 2


@pytest.mark.parametrize("kind", ["job", "route"])
async def test_the_leader_yields_to_a_live_server_that_reads_the_event_and_to_none_else(
    start_server: StartServer, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    server = await start_server(settings={"sweep_seconds": 0.2})
    worker = await start_worker("b", server)
    await server.run()
    job = a_job()
    sequence = await server.create(job)
    async with asyncio.timeout(10):
        await server.reads.reached(sequence)
    event, subject = {
        "job": (event_pb2.JobCancelRequested(), subjects.job_events(job.job_id)),
        "route": (event_pb2.RouteChanged(current=worker.bus.stamp.build), subjects.route_events("worker")),
    }[kind]
    name = {"job": "job_cancel_requested", "route": "route_changed"}[kind]
    later = event_pb2.Event()
    getattr(later, name).CopyFrom(event)
    await append_as_later_build(server, subject, later, monkeypatch)
    lock = lock_of(server.settings.ledger)

    newer = await core_bus.connect(server.settings.nats_url, stamp_of("server", "d"))
    for reads in (LATER - 1, LATER):
        entry = bus_pb2.FleetEntry(stamp=stamp_to_proto(newer.stamp), contract_min=1, contract_max=reads)
        entry.beat_time.GetCurrentTime()
        key = subjects.fleet_key("server", newer.stamp.instance)
        if reads < LATER:
            await newer.publish(Outgoing(key, entry.SerializeToString()))
            await server.sees(newer.stamp.instance)
            await asyncio.sleep(3 * server.settings.sweep_seconds)  # nothing to await: it must not happen
            assert server.leader.leading
            assert not await lock.try_acquire()
        else:
            await newer.publish(Outgoing(key, entry.SerializeToString()))
            async with asyncio.timeout(10):
                await lock.acquire()
            assert not server.leader.leading
    await lock.release()
    await newer.close()
