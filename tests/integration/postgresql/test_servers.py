"""Servers on one PostgreSQL: one leads, another takes over, all read their writes, and none minds a restart of it."""

from pathlib import Path

import grpc
import pytest
from grpc import aio

from edgecode.core.bus import Bus
from edgecode.core.settings import Settings
from edgecode.v1 import asset_pb2, fleet_pb2, job_pb2
from tests.harness.api import Api, refusal
from tests.harness.eventually import eventually
from tests.harness.postgres import PASSWORD, Postgres
from tests.harness.process import Process, Processes
from tests.integration.postgresql.conftest import ask, backends

LEADER = "edgecode leader"
LEADS = "leader.leads"


@pytest.fixture
def settings(settings: Settings, postgres: Postgres, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"ledger_url": postgres.database(str(tmp_path))})


async def api_of(server: Process) -> tuple[aio.Channel, Api]:
    channel = aio.insecure_channel((await server.ready())["grpc_address"])
    return channel, Api(channel)


def holder(url: str) -> object:
    """The backend of the session that holds the lead."""
    found = ask(
        url, "SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database "
        "WHERE locktype = 'advisory' AND granted AND d.datname = current_database()"
    )  # fmt: skip
    return found[0][0] if found else None


async def test_two_servers_one_leads_and_when_it_is_killed_the_other_does(
    processes: Processes, settings: Settings
) -> None:
    first = await processes.server(settings)
    await first.event(LEADS)
    second = await processes.server(settings)
    channel, api = await api_of(second)
    own = await api.upload(b"abc")
    # Written by one, folded by the other, read where it was written.
    job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=own.asset_id, preset="web"))
    assert (await api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job.job_id))).sequence >= job.sequence
    assert not [event for event in second.events if event["event"] == LEADS]
    assert len(backends(settings.ledger, LEADER)) == 2

    await first.kill()

    await second.event(LEADS, seconds=20)
    cancelled = await api.jobs.CancelJob(job_pb2.CancelJobRequest(job_id=job.job_id))
    assert cancelled.state in {job_pb2.Job.STATE_CANCELLING, job_pb2.Job.STATE_CANCELLED}
    await channel.close()


async def test_a_leader_whose_session_is_cut_leads_no_more_and_another_does(
    processes: Processes, settings: Settings
) -> None:
    first = await processes.server(settings)
    await first.event(LEADS)
    second = await processes.server(settings)

    async def both_want_it() -> bool:
        return len(backends(settings.ledger, LEADER)) == 2

    await eventually(both_want_it)
    ask(settings.ledger, "SELECT pg_terminate_backend(%s)", holder(settings.ledger))

    await first.event("leader.starts_again")
    await second.event(LEADS, seconds=20)
    channel, api = await api_of(first)
    own = await api.upload(b"abc")
    assert (await api.assets.GetAsset(asset_pb2.GetAssetRequest(asset_id=own.asset_id))).size_bytes == 3
    await channel.close()


async def test_a_killed_database_makes_calls_unavailable_and_no_server_ends(
    processes: Processes, settings: Settings, own_postgres: Postgres, bus: Bus
) -> None:
    url = own_postgres.database("ledger")
    server = await processes.server(settings.model_copy(update={"ledger_url": url}))
    await server.event(LEADS)
    channel, api = await api_of(server)
    own = await api.upload(b"abc")
    job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=own.asset_id, preset="web"))
    asked = job_pb2.GetJobRequest(job_id=job.job_id)
    await api.jobs.GetJob(asked)

    own_postgres.kill()
    for _ in range(3):
        found = await refusal(api.jobs.GetJob(asked))
        assert (found.code, found.reason) == (grpc.StatusCode.UNAVAILABLE, "LEDGER_UNAVAILABLE")
        assert found.retry_seconds == 1.0
        assert "127.0.0.1" not in found.message
    await server.event("leader.starts_again")
    own_postgres.start()

    async def answers() -> bool:
        try:
            return (await api.jobs.GetJob(asked)).job_id == job.job_id
        except aio.AioRpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE:
                raise AssertionError(server.output) from error
            return False

    await eventually(answers, 20)
    # It leads again: what is written is folded.
    cancelled = await api.jobs.CancelJob(job_pb2.CancelJobRequest(job_id=job.job_id))
    assert cancelled.state in {job_pb2.Job.STATE_CANCELLING, job_pb2.Job.STATE_CANCELLED}
    assert (await api.fleet.GetStatus(fleet_pb2.GetStatusRequest())).ledger_sequence >= cancelled.sequence
    await channel.close()
    assert PASSWORD not in server.output


async def test_a_server_that_starts_before_its_database_waits_for_it(
    processes: Processes, settings: Settings, own_postgres: Postgres
) -> None:
    url = own_postgres.database("ledger")
    own_postgres.stop()
    server = await processes.launch("edgecode.server", settings.model_copy(update={"ledger_url": url}))
    await server.event("ledger.unavailable")
    own_postgres.start()
    await server.ready()
    assert len([event for event in server.events if event["event"] == "ledger.unavailable"]) == 1
    assert PASSWORD not in server.output


async def test_a_rebuild_is_refused_while_a_server_leads_and_then_gives_the_same_tables(
    processes: Processes, settings: Settings
) -> None:
    server = await processes.server(settings)
    await server.event(LEADS)
    channel, api = await api_of(server)
    own = await api.upload(b"abc")
    job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=own.asset_id, preset="web"))
    await api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job.job_id))
    environment = {"EDGECODE_NATS_URL": settings.nats_url, "EDGECODE_LEDGER_URL": settings.ledger}

    refused = await processes.edgecode("ledger", "rebuild", env=environment)
    assert await refused.exit() == 78
    assert "stop the servers first" in refused.output
    assert PASSWORD not in refused.output

    await server.terminate()
    await channel.close()
    before = ask(settings.ledger, "SELECT * FROM job")
    done = await processes.edgecode("ledger", "rebuild", env=environment)
    assert await done.exit() == 0, done.output
    assert "edgecode:***@127.0.0.1" in done.output
    assert PASSWORD not in done.output
    assert ask(settings.ledger, "SELECT * FROM job") == before
    assert before
