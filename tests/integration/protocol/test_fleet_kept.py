"""The leader's account of the fleet: in the log, in the ledger, by one leader or several, over an outage."""

import time

from edgecode.core import subjects
from edgecode.server.fleet.decide import news
from edgecode.server.ledger.fleet_rows import FleetBuildRow, FleetChangeRow, InstanceRow
from edgecode.server.ledger.fleet_state import every
from edgecode.server.ledger.open import ledger_of
from edgecode.server.ledger.rebuild import fold_all
from tests.harness.broker import Broker
from tests.harness.played_server import NoLock, PlayedServer
from tests.harness.tables import tables
from tests.integration.protocol.conftest import StartServer, StartWorker

AT_ONCE = {"fleet_restart_seconds": 0.0}


async def states(server: PlayedServer) -> dict[str, str]:
    """How each worker stands in the ledger."""
    return {row.instance: row.state for row in await every(server.ledger, InstanceRow) if row.service == "worker"}


async def account(server: PlayedServer) -> list[str]:
    """Kinds of all that the log holds of the workers' fleet, in order."""
    found: list[str] = []
    sequence = 0
    while (entry := await server.events.next(subjects.fleet_events("worker"), sequence)) is not None:
        sequence, event = entry
        found.append((event.WhichOneof("kind") or "") if event else "unread")
    return found


async def test_who_stops_is_stopped_who_falls_silent_is_lost_and_a_rebuild_says_the_same_and_writes_nothing(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=AT_ONCE)
    stops, dies, stays = [await start_worker("b", server) for _ in range(3)]
    await server.lead()
    await server.settle()
    assert await account(server) == ["fleet_changed", "deployment_seen", "digests_changed"]
    await stops.leave()
    await server.misses(stops.instance)
    server.silence(dies.instance)
    await server.settle()
    assert await states(server) == {stops.instance: "STOPPED", dies.instance: "LOST", stays.instance: "RUNNING"}
    (build,) = [row for row in await every(server.ledger, FleetBuildRow) if row.service == "worker"]
    assert (build.running, build.peak) == (1, 3)
    assert len(await account(server)) == 5
    head = (await server.events.identity()).last_sequence
    fresh = ledger_of(f"sqlite://{server.settings.data_dir}/fresh.sqlite")
    await fresh.open()
    await fold_all(server.bus, server.events, fresh, lambda *_: None)
    assert await tables(fresh, without=("cursor",)) == await tables(server.ledger, without=("cursor",))
    assert (await server.events.identity()).last_sequence == head
    await fresh.close()


async def test_another_build_is_a_deployment_and_the_former_one_again_a_rollback(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=AT_ONCE)
    await server.lead()
    for version in ("1.0.0", "1.1.0", "1.0.0"):
        worker = await start_worker("b", server, version=version)
        await server.settle()
        await worker.leave()
        await server.misses(worker.instance)
        await server.settle()
    said = [row for row in await every(server.ledger, FleetChangeRow) if row.service == "worker"]
    assert [(row.kind, row.version) for row in said if row.kind != "DIGEST_CHANGE"] == [
        ("DEPLOYMENT", "1.0.0"),
        ("BUILD_GONE", "1.0.0"),
        ("DEPLOYMENT", "1.1.0"),
        ("BUILD_GONE", "1.1.0"),
        ("ROLLBACK", "1.0.0"),
        ("BUILD_GONE", "1.0.0"),
    ]


async def test_a_leader_that_lost_its_place_says_nothing_twice(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    one = await start_server()
    other = await start_server(file="other.sqlite", letter="d", lock=NoLock())
    worker = await start_worker("b", one, other)
    await one.lead()
    await other.lead()
    unfolded = other.leader._projector.fleet
    await one.settle()
    late = news(unfolded, other.fleet.sighting())["worker"]
    await other.leader._account._append(subjects.fleet_events("worker"), 0, late)
    await other.settle()
    await one.settle()
    assert await account(one) == ["fleet_changed", "deployment_seen", "digests_changed"]
    assert await states(other) == await states(one) == {worker.instance: "RUNNING"}


async def test_an_outage_of_the_broker_loses_nobody(
    start_server: StartServer, start_worker: StartWorker, nats_server: Broker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    await server.settle()
    before = await account(server)
    await nats_server.kill()
    await server.bus.disconnected.wait()
    await nats_server.start()
    await server.bus.connected.wait()
    await worker.bus.connected.wait()
    server.silence(worker.instance)
    await server.settle()
    assert await states(server) == {worker.instance: "RUNNING"}
    assert await account(server) == before


async def test_who_left_while_nobody_watched_is_gone_unseen(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    first = await start_server()
    worker = await start_worker("b", first)
    await first.lead()
    await first.settle()
    await first.close()
    await worker.close()
    second = await start_server(letter="d")
    del second.fleet._seen[worker.instance]
    await second.lead()
    await second.settle()
    assert await states(second) == {worker.instance: "GONE_UNSEEN"}


async def test_the_times_of_the_account_are_the_brokers_whatever_a_workers_clock_says(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    entry = server.fleet._seen[worker.instance].entry
    for stamp in (entry.beat_time, entry.start_time):
        stamp.FromSeconds(int(time.time()) - 3600)
    await server.lead()
    await server.settle()
    (row,) = [row for row in await every(server.ledger, InstanceRow) if row.service == "worker"]
    assert abs(row.appear_time_us / 1e6 - time.time()) < 60
