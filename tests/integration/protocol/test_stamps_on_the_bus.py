"""Nothing of ours is on the broker without a true stamp, and nothing without one is heeded."""

import re
import uuid
from pathlib import Path

import pytest

from edgecode.core import bus as core_bus
from edgecode.core import headers, subjects
from edgecode.core.bus import Bus, Incoming, Outgoing
from edgecode.core.headers import STAMP_HEADERS, UnstampedMessage, read_origin
from edgecode.core.service_api import ServiceApi
from edgecode.v1 import event_pb2
from tests.harness.broker import round_trip
from tests.harness.builds import stamp_of
from tests.harness.eventually import eventually
from tests.harness.played_server import PlayedServer, a_job, a_video
from tests.harness.recorder import Recorder
from tests.integration.protocol.conftest import StartServer, StartWorker

ROOT = Path(__file__).parents[3]


async def test_every_message_of_a_job_carries_the_stamp_of_the_process_that_wrote_it(
    start_server: StartServer, start_worker: StartWorker, bus: Bus
) -> None:
    recorder = await Recorder.listen(bus.nc.connected_url.geturl())  # type: ignore[union-attr]
    server = await start_server(settings={"sweep_seconds": 0.3})
    worker = await start_worker("b", server)
    await server.run()
    await worker.work()
    job = a_video()
    await server.create(job)
    await eventually(lambda: is_done(server, job.job_id))

    ours = {server.bus.stamp, worker.bus.stamp}
    heard = await recorder.heard()
    roots = {message.subject.partition(".")[0] for message in heard}
    assert roots >= {"event", "task", "$KV", "control", "wake", "ledger"}
    for message in heard:
        origin = read_origin(message.headers)
        assert origin.stamp in ours, message.subject
        assert message.headers is not None
        assert message.headers["Nats-Msg-Id"]
    results = [m for m in heard if m.subject.startswith("event.job.") and "worker@" in str(m.headers)]
    assert all(
        read_origin(m.headers).path[:2] == (headers.hop(server.bus.stamp), headers.hop(worker.bus.stamp))
        for m in results
    )
    await recorder.close()


async def is_done(server: PlayedServer, job_id: str) -> bool:
    record = await server.ledger.record(job_id)
    return record is not None and record.job.state == "SUCCEEDED"


async def test_what_is_published_through_the_bus_cannot_be_without_a_stamp(bus: Bus) -> None:
    recorder = await Recorder.listen(bus.nc.connected_url.geturl())  # type: ignore[union-attr]
    forged = dict.fromkeys(STAMP_HEADERS, "forged")
    await bus.publish(Outgoing("some.where", b""), extra=forged)
    await round_trip(bus.nc)
    (message,) = await recorder.heard()
    assert read_origin(message.headers).stamp == bus.stamp
    await recorder.close()


def test_no_code_of_ours_publishes_past_the_one_publish_function() -> None:
    """Whatever calls the library's own publish, request or respond stands here with its reason."""
    past = re.compile(r"(?:nc|js|message|msg|request|raw)\.(?:publish|request|respond|put|create|update)(?:_async)?\(")
    allowed = {
        "core/edgecode/core/bus.py": 1,  # the publish function
        "core/edgecode/core/pull.py": 1,  # `$JS.API.CONSUMER.MSG.NEXT`, exempt
    }
    found: dict[str, int] = {}
    for root in ("core", "server", "workers", "cli"):
        for path in sorted((ROOT / root).rglob("*.py")):
            count = len(past.findall(path.read_text(encoding="utf-8")))
            if count:
                found[str(path.relative_to(ROOT))] = count
    assert found == allowed


async def test_an_event_without_a_stamp_is_refused_by_the_fold_and_holds_up_nothing(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings={"sweep_seconds": 0.3})
    worker = await start_worker("b", server)
    await server.run()
    await worker.work()
    job, unstamped = a_job(), a_job()
    await server.create(job)
    payload = event_pb2.Event(job_cancel_requested=event_pb2.JobCancelRequested(reason="forged")).SerializeToString()
    created = event_pb2.Event(job_created=unstamped).SerializeToString()
    # As any tool would.
    await server.bus.js.publish(subjects.job_events(job.job_id), payload)
    ack = await server.bus.js.publish(subjects.job_events(unstamped.job_id), created)
    await eventually(lambda: is_done(server, job.job_id))
    await server.reads.wait_for(ack.seq)
    assert await server.ledger.record(unstamped.job_id) is None
    record = await server.record(job.job_id)
    assert (record.job.state, record.job.cancel_reason) == ("SUCCEEDED", "")


async def test_a_job_id_taken_by_a_message_without_a_stamp_is_free_all_the_same(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings={"sweep_seconds": 0.3})
    worker = await start_worker("b", server)
    await server.run()
    await worker.work()
    job = a_job()
    await server.bus.js.publish(subjects.job_events(job.job_id), b"mine")
    await server.create(job)
    await eventually(lambda: is_done(server, job.job_id))


async def test_a_client_can_cancel_a_job_whose_last_message_carries_no_stamp(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings={"sweep_seconds": 0.3})
    await start_worker("b", server)
    await server.run()
    job = a_job()
    await server.create(job)
    await server.bus.js.publish(subjects.job_events(job.job_id), b"mine")
    await server.writer.cancel(job.job_id, "no more", "test", lambda _: None)

    async def cancelled() -> bool:
        return (await server.record(job.job_id)).job.state == "CANCELLED"

    await eventually(cancelled)


async def test_messages_without_a_stamp_never_reach_a_handler(bus: Bus) -> None:
    heard: list[Incoming] = []

    async def handler(incoming: Incoming) -> None:
        heard.append(incoming)

    await bus.subscribe("control.me", handler)
    other = await core_bus.connect(bus.nc.connected_url.geturl(), stamp_of("server", "a"))  # type: ignore[union-attr]
    whole = headers.stamp_headers(other.stamp)
    for missing in STAMP_HEADERS:
        await other.nc.publish("control.me", b"", headers={k: v for k, v in whole.items() if k != missing})
    await other.nc.publish("control.me", b"")
    await other.nc.publish("control.me", b"", headers={**whole, "Edgecode-Revision": "f" * 40})
    await other.publish(Outgoing("control.me", b"stamped"))
    await round_trip(other.nc)
    await eventually(lambda: came(heard))
    assert [(m.payload, m.origin.stamp) for m in heard] == [(b"stamped", other.stamp)]
    await other.close()


async def came(heard: list[Incoming]) -> bool:
    return bool(heard)


async def test_a_fleet_entry_without_a_stamp_is_nobody(start_server: StartServer, bus: Bus) -> None:
    await start_server()
    await bus.js.publish(subjects.fleet_key("worker", "stranger"), b"")
    await bus.js.publish(subjects.fleet_key("worker", "garbage"), b"\xff\xff")
    await bus.publish(Outgoing(subjects.fleet_key("worker", "stamped-garbage"), b"\xff\xff"))
    await round_trip(bus.nc)
    late = await start_server(letter="d")
    assert {entry.stamp.service for entry in late.fleet.entries()} <= {"server"}


async def test_a_task_without_a_stamp_is_refused_by_the_consume_function(bus: Bus) -> None:
    inbox = bus.nc.new_inbox()
    subscription = await bus.nc.subscribe(inbox)
    await bus.nc.publish(inbox, b"a task")
    message = await subscription.next_msg(5)
    with pytest.raises(UnstampedMessage, match="Edgecode-Service"):
        core_bus.receive(message)


async def test_a_request_with_a_forged_stamp_gets_a_true_reply(bus: Bus) -> None:
    api = ServiceApi(bus, "a test")
    await api.start()
    other = await core_bus.connect(bus.nc.connected_url.geturl(), stamp_of("server", "a"))  # type: ignore[union-attr]
    forged = headers.stamp_headers(other.stamp) | {"Nats-Msg-Id": uuid.uuid4().hex}
    reply = await other.nc.request(f"$SRV.PING.test.{bus.stamp.instance}", b"", headers=forged)
    assert read_origin(reply.headers).stamp == bus.stamp
    await api.stop()
    await other.close()
