"""One leader among several servers; a second one is harmless."""

import asyncio
import sys
from collections.abc import Sequence

import pytest

from edgecode.core.bus import Outgoing, Stored
from edgecode.server.ledger.rebuild import fold_all
from edgecode.server.planner.lock import LeaderLock
from tests.harness.builds import build_of
from tests.harness.eventually import eventually
from tests.harness.played_server import NoLock, PlayedServer, a_job, a_video
from tests.harness.process import Processes
from tests.harness.tables import tables
from tests.integration.protocol.conftest import StartServer, StartWorker

QUICK = {"sweep_seconds": 0.3}


async def all_succeeded(server: PlayedServer, count: int) -> None:
    async def done() -> bool:
        return (await server.ledger.totals(0)).jobs == {"SUCCEEDED": count}

    await eventually(done, 60)


@pytest.mark.parametrize("lock", [None, NoLock()], ids=["with the lock", "both think they lead"])
async def test_two_servers_on_one_ledger_finish_every_job_once(
    start_server: StartServer, start_worker: StartWorker, lock: LeaderLock | None
) -> None:
    servers = [await start_server(letter=letter, lock=lock, settings=QUICK) for letter in "ad"]
    workers = [await start_worker("b", *servers) for _ in range(2)]
    for server in servers:
        await server.run()
    for worker in workers:
        await worker.work()
    jobs = [a_video(f"video-{n}") for n in range(10)] + [a_job(f"noop-{n}") for n in range(20)]
    for number, job in enumerate(jobs):
        await servers[number % 2].create(job)

    await all_succeeded(servers[0], len(jobs))

    if lock is None:
        assert sum(server.leader.leading for server in servers) == 1
    for job in jobs[:10]:
        record = await servers[0].record(job.job_id)
        assert sorted(a.output_id for a in record.artifacts.values()) == ["360p", "720p", "manifest", "thumb"]
    for server in servers:
        await server.crash()
    # What was said last of the fleet may not have been folded.
    await servers[0].lead()
    await servers[0].catch_up()
    rebuilt = await servers[0].ledger.beside()
    await fold_all(servers[0].bus, servers[0].events, rebuilt, lambda _, __: None)
    assert await tables(rebuilt) == await tables(servers[0].ledger)
    await rebuilt.close()


async def test_the_lock_passes_on_when_the_process_that_holds_it_is_killed(
    start_server: StartServer, start_worker: StartWorker, processes: Processes
) -> None:
    server = await start_server(settings=QUICK)
    code = (
        "import asyncio, sys\n"
        "from edgecode.server.ledger.open import lock_of\n"
        "async def hold():\n"
        "    lock = lock_of(sys.argv[1])\n"  # a name: a session that nobody holds is closed
        "    assert await lock.try_acquire()\n"
        "    print('held', flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(hold())\n"
    )
    holder = await processes.start("holder", sys.executable, "-c", code, server.settings.ledger)
    await holder.line(lambda line: line == "held")
    worker = await start_worker("b", server)
    await worker.work()
    await server.run()
    await server.create(a_job())
    await asyncio.sleep(1.0)  # nothing to await: it must not happen
    assert not server.leader.leading
    assert (await server.ledger.totals(0)).jobs == {}

    await holder.kill()

    await all_succeeded(server, 1)
    assert server.leader.leading


async def test_a_server_that_stops_while_it_waits_takes_no_lock_with_it(start_server: StartServer) -> None:
    first, second, third = [await start_server(letter=letter) for letter in "ade"]
    await first.run()
    await eventually(lambda: _leads(first))
    await second.run()
    await asyncio.sleep(0)
    await second.leader.stop()

    await first.leader.stop()
    await third.run()

    await eventually(lambda: _leads(third))


async def _leads(server: PlayedServer) -> bool:
    return server.leader.leading


async def test_a_leader_remembers_nothing_of_jobs_that_are_over(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    for number in range(3):
        await server.create(a_job(f"over-{number}"))
    await server.settle()
    while taken := await worker.take():
        await taken.start()
        await taken.fail()
        await taken.ack()
        await server.settle()
    leader = server.leader
    assert (await server.ledger.totals(0)).jobs == {"FAILED": 3}
    assert (leader._settled, leader._giver._given, leader._running, leader._decisions._views) == ({}, {}, {}, {})


async def test_a_view_that_was_decided_upon_is_not_decided_upon_again_before_the_fold_has_passed_it(
    start_server: StartServer, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start_server()
    await start_worker("b", server)
    await server.lead()
    await server.settle()
    job = a_job("decided")
    await server.create(job)
    await server.fold()  # decides, and has not folded what it decided
    appended = []
    append = server.events.append

    async def noting(messages: Sequence[Outgoing]) -> list[Stored]:
        appended.append(messages)
        return await append(messages)

    monkeypatch.setattr(server.events, "append", noting)
    await server.look(job.job_id)
    assert appended == []
    await server.settle()
    assert (await server.record(job.job_id)).job.build == build_of("b")
