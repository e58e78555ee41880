"""Read-your-writes on every server."""

import asyncio

import pytest

from edgecode.core import subjects
from edgecode.core.errors import Unavailable
from tests.harness.played_server import a_job
from tests.integration.protocol.conftest import StartServer, StartWorker


async def test_a_server_that_does_not_lead_reads_what_was_just_written_through_it(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    leading, other = await start_server(), await start_server(letter="d")
    await start_worker("b", leading)
    await leading.run()
    for number in range(20):
        job = a_job(f"job-{number}")
        sequence = await other.create(job)
        assert await other.reads.settled(subjects.job_events(job.job_id)) >= sequence
        record = await other.record(job.job_id)
        assert record.job.last_sequence >= sequence
    assert not other.leader.leading


async def test_without_a_leader_a_read_says_that_the_ledger_is_behind_and_when_to_ask_again(
    start_server: StartServer,
) -> None:
    server = await start_server(settings={"read_wait_seconds": 0.2})
    job = a_job()
    sequence = await server.create(job)
    with pytest.raises(Unavailable) as behind:
        await server.reads.settled(subjects.job_events(job.job_id))
    assert behind.value.reason == "LEDGER_BEHIND"
    assert behind.value.metadata == {"sequence": str(sequence)}
    assert behind.value.retry_after_seconds
    server.reads.moved(0)
    assert server.reads._waiters == []


async def test_the_documented_wait_is_two_seconds(start_server: StartServer) -> None:
    server = await start_server()
    assert server.settings.read_wait_seconds == 2.0
    await server.create(job := a_job())
    began = asyncio.get_running_loop().time()
    with pytest.raises(Unavailable):
        await server.reads.settled(subjects.job_events(job.job_id))
    assert 1.9 < asyncio.get_running_loop().time() - began < 4.0


async def test_a_subject_without_events_needs_no_wait(start_server: StartServer) -> None:
    server = await start_server()
    assert await server.reads.settled(subjects.job_events(a_job().job_id)) == 0
