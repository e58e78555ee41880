"""The log is read whole and in order, whatever happens to the consumer or the broker."""

import asyncio
from datetime import timedelta

import pytest
from nats.aio.msg import Msg

from edgecode.core import subjects
from edgecode.core.bus import connect
from edgecode.core.headers import trace_id_of
from edgecode.core.log import Entry
from edgecode.core.log_reader import LogReader
from edgecode.core.pull import ConsumerGone, Puller
from edgecode.core.stamp import Stamp
from edgecode.core.telemetry import Tracer, traceparent_of
from edgecode.v1 import event_pb2
from tests.harness.broker import Broker
from tests.harness.played_server import PlayedServer, a_job
from tests.integration.protocol.conftest import StartServer


async def append(server: PlayedServer, count: int) -> list[int]:
    """Sequences of so many events of one job."""
    subject = subjects.job_events(a_job().job_id)
    event = event_pb2.Event(job_cancel_requested=event_pb2.JobCancelRequested())
    return [(await server.append(subject, event)).sequence for _ in range(count)]


async def read(reader: LogReader, count: int) -> list[Entry]:
    found: list[Entry] = []
    async with asyncio.timeout(30):
        async for entries in reader.batches(size=4):
            found += entries
            if len(found) >= count:
                break
    return found


async def test_a_gap_in_what_a_consumer_gives_loses_nothing_before_or_after_it(start_server: StartServer) -> None:
    server = await start_server()
    sequences = await append(server, 10)

    class Lossy(LogReader):
        dropped = 0

        def _accept(self, messages: list[Msg]) -> list[Entry]:
            if len(messages) > 2 and not self.dropped:
                self.dropped += 1
                del messages[1]
            return super()._accept(messages)

    reader = Lossy(server.bus, 0)
    assert [entry.sequence for entry in await read(reader, 10)] == sequences
    assert reader.dropped == 1
    await reader.close()


async def test_a_consumer_that_is_deleted_is_made_again_where_it_stood(start_server: StartServer) -> None:
    server = await start_server()
    sequences = await append(server, 6)
    reader = LogReader(server.bus, 0)
    found = await read(reader, 4)
    for consumer in await server.bus.js.consumers_info(subjects.EVENTS):
        await server.bus.js.delete_consumer(subjects.EVENTS, consumer.name)
    sequences += await append(server, 3)
    found += await read(reader, 5)
    assert [entry.sequence for entry in found] == sequences
    await reader.close()


async def test_reading_goes_on_where_it_stood_when_the_broker_is_killed_and_back(
    start_server: StartServer, nats_server: Broker
) -> None:
    server = await start_server()
    sequences = await append(server, 5)
    reader = LogReader(server.bus, 0)
    found = await read(reader, 5)
    following = asyncio.create_task(read(reader, 3))
    await asyncio.sleep(0)
    await nats_server.restart()
    await server.bus.connected.wait()
    sequences += await append(server, 3)
    found += await following
    assert [entry.sequence for entry in found] == sequences
    await reader.close()


async def test_history_ends_at_the_sequence_though_later_events_are_there_and_earlier_ones_gone(
    start_server: StartServer,
) -> None:
    server = await start_server()
    sequences = await append(server, 4)
    await server.create(gone := a_job(life=timedelta(hours=1)))
    until = (await server.events.identity()).last_sequence
    await server.bus.js.purge_stream(subjects.EVENTS, subject=subjects.job_events(gone.job_id))
    reader = LogReader(server.bus, sequences[0])
    found = [entry.sequence async for entries in reader.history(until) for entry in entries]
    assert found == sequences[1:]
    assert reader.position == until
    await append(server, 2)
    assert [e async for entries in LogReader(server.bus, until).history(until) for e in entries] == []
    await reader.close()


async def test_a_pull_from_a_closed_connection_says_that_there_is_nobody_to_pull_from(
    start_server: StartServer, nats_server: Broker, stamp: Stamp
) -> None:
    await start_server()
    bus = await connect(nats_server.url, stamp)
    puller = Puller(bus, subjects.EVENTS, "any")
    await puller.start()
    await bus.close()
    with pytest.raises(ConsumerGone):
        await puller.pull(1)


async def test_what_many_write_at_once_stands_each_under_the_trace_of_who_wrote_it(start_server: StartServer) -> None:
    server = await start_server()
    tracer = Tracer(server.bus.stamp)
    wrote: dict[int, str] = {}

    async def write(number: int) -> None:
        subject = subjects.job_events(a_job(f"{number}").job_id)
        event = event_pb2.Event(job_cancel_requested=event_pb2.JobCancelRequested())
        if number == 0:
            wrote[(await server.append(subject, event)).sequence] = ""
            return
        with tracer.span("a call") as span:
            stored = await server.append(subject, event)
            wrote[stored.sequence] = trace_id_of(traceparent_of(span))

    await asyncio.gather(*(write(number) for number in range(8)))
    found = await read(LogReader(server.bus, 0), 8)
    assert {entry.sequence: entry.origin.trace_id for entry in found} == wrote
    assert len(set(wrote.values())) == 8
