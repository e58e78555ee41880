"""Steps that tests of the protocol take, and what they look at."""

from edgecode.core import subjects
from edgecode.v1 import event_pb2
from tests.harness.played_server import PlayedServer
from tests.harness.played_worker import PlayedWorker


async def finish_what_there_is(server: PlayedServer, worker: PlayedWorker) -> None:
    await server.settle()
    while taken := await worker.take():
        await taken.finish()
        await server.settle()


async def purge_tasks(server: PlayedServer, subject: str = subjects.ALL_TASKS) -> None:
    """Somebody purges, late."""
    await server.bus.js.purge_stream(subjects.TASKS, subject=subject)


async def ledger_state(server: PlayedServer, job_id: str) -> tuple[str, int, str]:
    job = (await server.record(job_id)).job
    return job.state, job.epoch, job.build


async def events_of(server: PlayedServer, job_id: str) -> list[event_pb2.Event]:
    """All the log holds of a job."""
    reader = server.reader(0)
    head = (await server.events.identity()).last_sequence
    subject = subjects.job_events(job_id)
    found = [e async for batch in reader.history(head) for e in batch if e.subject == subject]
    await reader.close()
    return [entry.event for entry in found if entry.event is not None]


async def fold_without_deciding(server: PlayedServer, until: int) -> None:
    projector = server.leader._projector
    await projector.open()
    reader = server.reader(projector.cursor.sequence)
    async for entries in reader.history(until):
        await projector.fold(entries)
    await reader.close()
