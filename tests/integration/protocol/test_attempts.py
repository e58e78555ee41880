"""What an attempt costs: the budget, the waits between attempts, and when one is lost."""

from edgecode.core import subjects
from edgecode.core.log import Entry
from edgecode.v1 import event_pb2
from tests.harness.builds import build_of
from tests.harness.eventually import eventually
from tests.harness.played_server import PlayedServer, a_job
from tests.harness.played_worker import PlayedWorker, Taken
from tests.integration.protocol.conftest import StartServer, StartWorker


async def entries_of(server: PlayedServer, job_id: str, kind: str) -> list[tuple[Entry, event_pb2.Event]]:
    """All events of one kind that the log has of a job."""
    reader = server.reader(0)
    head = (await server.events.identity()).last_sequence
    found = [entry async for batch in reader.history(head) for entry in batch]
    await reader.close()
    return [
        (entry, entry.event)
        for entry in found
        if entry.subject == subjects.job_events(job_id) and entry.event and entry.event.WhichOneof("kind") == kind
    ]


async def lose(server: PlayedServer, worker: PlayedWorker) -> Taken:
    """A worker takes the task, begins, and is never heard of again."""
    taken = await worker.must_take()
    await taken.start()
    await server.fold()
    server.silence(worker.instance)
    await server.settle()
    await taken.ack()  # as the broker would after its lease
    await server.settle()
    return taken


async def test_attempts_that_are_ours_are_tried_again_after_waits_that_double_until_the_budget_is_spent(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings={"backoff_seconds": 0.2, "sweep_seconds": 0.1})
    worker = await start_worker("b", server)
    await server.run()
    job = a_job(budget=4)
    await server.create(job)
    for _ in range(4):
        taken = await eventually(worker.take)
        assert taken is not None
        await taken.start()
        await taken.fail()
        await taken.ack()

    async def dead() -> bool:
        return (await server.record(job.job_id)).job.state == "FAILED"

    await eventually(dead)
    assert (await server.record(job.job_id)).tasks["noop-0"].state == "DEAD"
    scheduled = await entries_of(server, job.job_id, "task_scheduled")
    started = await entries_of(server, job.job_id, "attempt_started")
    assert len(scheduled) == len(started) == 4
    failed = await entries_of(server, job.job_id, "attempt_failed")
    # From when the leader planned, which was after the failure was stored and before the decision was.
    for wait, (why, _), (said, event), (begun, _) in zip(
        (0.2, 0.4, 0.8), failed[:3], scheduled[1:], started[1:], strict=True
    ):
        due = event.task_scheduled.not_before_time.ToMicroseconds() / 1e6
        assert why.time.timestamp() + wait <= due + 0.001
        assert due <= said.time.timestamp() + wait + 0.001
        assert begun.time.timestamp() >= due


async def test_an_attempt_is_lost_when_its_worker_left_and_two_losses_make_the_task_run_alone(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    await server.lead()
    workers = [await start_worker("b", server) for _ in range(4)]
    server.watched_for_long()
    job = a_job(budget=4)
    await server.create(job)
    await server.settle()
    taken = [await lose(server, worker) for worker in workers]

    assert [one.task.alone for one in taken] == [False, False, True, True]
    lost = [event.attempt_lost for _, event in await entries_of(server, job.job_id, "attempt_lost")]
    assert [one.attempt_id for one in lost] == [one.attempt_id for one in taken]
    assert {one.reason for one in lost} == {event_pb2.AttemptLost.REASON_INSTANCE_LEFT}
    record = await server.record(job.job_id)
    assert (record.job.state, record.tasks["noop-0"].state) == ("FAILED", "DEAD")
    assert record.tasks["noop-0"].failure_reason == "ATTEMPT_LOST_INSTANCE_LEFT"


async def test_the_last_attempt_is_on_another_build_when_one_is_live(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    await server.settle()
    other = await start_worker("c", server)
    job = a_job(budget=4)
    await server.create(job)
    await server.settle()
    for _ in range(3):
        taken = await worker.must_take()
        await taken.start()
        await taken.fail()
        await taken.ack()
        await server.settle()

    assert await worker.take() is None
    moved = (await server.record(job.job_id)).job
    assert (moved.build, moved.epoch) == (build_of("c"), 1)
    await (await other.must_take()).finish()
    await server.settle()
    assert (await server.record(job.job_id)).job.state == "SUCCEEDED"


async def test_an_attempt_is_lost_when_another_of_its_epoch_begins(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    first, second = await start_worker("b", server), await start_worker("b", server)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    one = await first.must_take()
    await one.start()
    again = Taken(second.log, one.message, one.incoming, one.task)  # delivered again after its lease
    await again.start()
    await server.settle()
    ((_, event),) = await entries_of(server, job.job_id, "attempt_lost")
    assert (event.attempt_lost.attempt_id, event.attempt_lost.reason) == (
        one.attempt_id, event_pb2.AttemptLost.REASON_ANOTHER_STARTED,
    )  # fmt: skip
    assert (await server.record(job.job_id)).tasks["noop-0"].spent == 1
    await again.succeed()
    await again.ack()
    await server.settle()
    assert (await server.record(job.job_id)).job.state == "SUCCEEDED"


async def test_a_task_handed_back_costs_nothing(start_server: StartServer, start_worker: StartWorker) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    job = a_job(budget=1)
    await server.create(job)
    await server.settle()
    for _ in range(3):
        taken = await worker.must_take()
        await taken.start()
        await taken.release()
        await taken.ack()
        await server.settle()
    assert (await server.record(job.job_id)).tasks["noop-0"].spent == 0
    await (await worker.must_take()).finish()
    await server.settle()
    assert (await server.record(job.job_id)).job.state == "SUCCEEDED"
