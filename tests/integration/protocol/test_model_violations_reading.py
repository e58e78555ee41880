"""Of the ten violations the protocol's model found, those of unread events (V9) and of creating (V10).

Each test fails when the rule it names is taken out.
"""

import itertools
import uuid

import pytest

from edgecode.core import contract, headers, subjects
from edgecode.core.bus import Bus
from edgecode.core.errors import AlreadyExists
from edgecode.server.ledger.rebuild import fold_all
from edgecode.v1 import event_pb2
from tests.harness.builds import build_of
from tests.harness.played_server import a_job
from tests.harness.steps import events_of, finish_what_there_is, fold_without_deciding
from tests.harness.tables import tables
from tests.integration.protocol.conftest import StartServer, StartWorker

BAD, GOOD = build_of("b"), build_of("c")


async def test_v9_events_read_after_an_upgrade_give_the_tables_of_a_rebuild(
    start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All logs of four events a job, each readable by the old code or only by the new, upgraded at every place."""
    writer = await start_server("unused.sqlite")
    logs = list(itertools.product((1, 99), repeat=4))
    jobs = [a_job(f"v9-{number}") for number in range(len(logs))]
    heads = [0]
    for step in range(4):
        for job, log in zip(jobs, logs, strict=True):
            monkeypatch.setattr(headers, "CONTRACT", log[step])
            await writer.append(subjects.job_events(job.job_id), a_step(job, step))
        heads.append((await writer.events.identity()).last_sequence)
    monkeypatch.setattr(headers, "CONTRACT", 1)

    found = []
    for upgrade in range(5):
        monkeypatch.setattr(contract, "READS_MAX", 1)
        server = await start_server(f"upgraded-after-{upgrade}.sqlite", letter="e")
        await fold_without_deciding(server, heads[upgrade])
        unread = {row.subject for row in await server.ledger.unread()}
        assert len(unread) == sum(99 in log[:upgrade] for log in logs)
        monkeypatch.setattr(contract, "READS_MAX", 99)
        await fold_without_deciding(server, heads[-1])
        assert await server.ledger.unread() == []
        found.append(await tables(server.ledger))

    rebuilt = await writer.ledger.beside()
    await fold_all(writer.bus, writer.events, rebuilt, lambda _, __: None)
    expected = await tables(rebuilt)
    await rebuilt.close()
    assert len(expected["attempt"]) == len(jobs)
    assert found == [expected] * 5


def a_step(job: event_pb2.JobCreated, step: int) -> event_pb2.Event:
    """The first four events of a job, whose order matters to the fold."""
    attempt = f"{job.job_id}-1"
    return (
        event_pb2.Event(job_created=job),
        event_pb2.Event(job_assigned=event_pb2.JobAssigned(build=BAD, route_revision=1)),
        event_pb2.Event(
            task_scheduled=event_pb2.TaskScheduled(task_id="noop-0", kind=event_pb2.TASK_KIND_NOOP, n=1, epoch=0)
        ),
        event_pb2.Event(attempt_started=event_pb2.AttemptStarted(task_id="noop-0", n=1, attempt_id=attempt)),
    )[step]


async def test_v10_a_request_repeated_after_its_job_is_gone_makes_it_again(
    start_server: StartServer, start_worker: StartWorker, bus: Bus
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    job = a_job("the same")
    first = await server.create(job)
    await bus.js.purge_stream(subjects.EVENTS, subject=subjects.job_events(job.job_id))

    second = await server.create(job)

    assert second > first
    await finish_what_there_is(server, worker)
    assert (await server.record(job.job_id)).job.state == "SUCCEEDED"


async def test_v10_an_orphan_of_an_expired_job_is_purged_and_the_job_made(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    job = a_job("expired")
    for number in range(5):
        late = event_pb2.AttemptReleased(task_id="noop-0", n=number, attempt_id="of-before")
        await server.append(subjects.job_events(job.job_id), event_pb2.Event(attempt_released=late))

    sequence = await server.create(job)

    first = await server.events.first(subjects.job_events(job.job_id))
    assert first is not None
    assert first.WhichOneof("kind") == "job_created"
    assert await server.events.last_sequence(subjects.job_events(job.job_id)) == sequence
    await finish_what_there_is(server, worker)
    assert (await server.record(job.job_id)).job.state == "SUCCEEDED"


async def test_v10_the_same_request_gets_the_same_job_and_another_under_its_id_is_refused(
    start_server: StartServer,
) -> None:
    server, other = await start_server(), await start_server(letter="d")
    job, different = a_job("one id"), a_job("one id")
    job.request = b"this"
    different.request = b"that"
    first = await server.create(job)

    standing, sequence = await other.writer.create(job)
    with pytest.raises(AlreadyExists) as refused:
        await other.create(different)

    assert (standing, sequence) == (job, first)
    assert refused.value.reason == "REQUEST_ID_REUSED"
    assert uuid.UUID(refused.value.metadata["job_id"]) == uuid.UUID(job.job_id)
    assert len(await events_of(server, job.job_id)) == 1
