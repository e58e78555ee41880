"""Who is there, and whose absence counts."""

import time

from edgecode.server.planner.workers import Workers
from tests.harness.broker import Broker
from tests.harness.eventually import eventually
from tests.integration.protocol.conftest import StartServer, StartWorker

QUICK = {"fleet_beat_seconds": 0.3, "fleet_ttl_seconds": 1.0, "fleet_grace_seconds": 0.5}


async def test_a_worker_is_seen_when_it_joins_and_gone_when_it_says_so(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    server.watched_for_long()
    assert set(server.fleet.workers().present) == {worker.instance}
    late = await start_server(letter="d")
    assert set(late.fleet.workers().present) == {worker.instance}
    await worker.leave()
    await server.misses(worker.instance)
    assert server.fleet.workers() == Workers({}, absence_counts=True)


async def test_a_worker_that_falls_silent_is_gone_after_ttl_and_grace_and_not_before(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=QUICK)
    began = time.monotonic()
    worker = await start_worker("b", server)
    await worker.close()

    async def gone() -> bool:
        return server.fleet.workers().has_left(worker.instance)

    await eventually(gone)
    assert time.monotonic() - began >= 1.5
    assert [entry.stamp.service for entry in server.fleet.entries()] == ["server"]


async def test_absence_does_not_count_before_the_observer_has_watched_for_ttl_and_grace(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    server.silence(worker.instance)
    workers = server.fleet.workers()
    assert not workers.absence_counts
    assert worker.instance in workers.present
    server.watched_for_long()
    assert server.fleet.workers().has_left(worker.instance)


async def test_absence_never_counts_when_all_vanish_together(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    server.watched_for_long()
    for instance in list(server.fleet._seen):
        server.silence(instance)
    workers = server.fleet.workers()
    assert not workers.absence_counts
    assert worker.instance in workers.present


async def test_after_a_lost_connection_absence_counts_only_after_watching_anew(
    start_server: StartServer, start_worker: StartWorker, nats_server: Broker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    server.watched_for_long()
    assert server.fleet.workers().absence_counts
    await nats_server.kill()
    await server.bus.disconnected.wait()
    assert not server.fleet.workers().absence_counts
    await nats_server.start()
    await server.bus.connected.wait()
    server.silence(worker.instance)
    workers = server.fleet.workers()
    assert not workers.absence_counts
    assert worker.instance in workers.present


async def test_a_worker_whose_clock_is_ahead_is_not_believed_to_speak_from_the_future(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    entry = server.fleet._seen[worker.instance].entry
    entry.beat_time.FromSeconds(int(time.time()) + 1000)
    assert server.fleet.workers().present[worker.instance].beat_time_us <= time.time_ns() // 1000
