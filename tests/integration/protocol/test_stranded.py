"""Messages that their lane's consumer has forgotten, and that no sweep of ours makes it forget any."""

from nats.js.api import AckPolicy, ConsumerConfig

from edgecode.core import subjects
from edgecode.core.bus import Bus
from edgecode.core.stamp import build_key
from edgecode.v1 import event_pb2
from tests.harness.eventually import eventually
from tests.harness.played_server import a_job
from tests.integration.protocol.conftest import StartServer, StartWorker


async def listen_to(bus: Bus, lane: str, subject: str) -> None:
    """Makes the consumer of a lane, or gives it another filter."""
    config = ConsumerConfig(name=lane, durable_name=lane, filter_subject=subject, ack_policy=AckPolicy.EXPLICIT)
    await bus.js.add_consumer(subjects.TASKS, config)


async def test_a_task_that_its_lane_has_forgotten_is_given_again(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    forgotten, other = a_job("forgotten"), a_job("other")
    for job in (forgotten, other):
        await server.create(job)
        await server.settle()
    key = build_key(worker.bus.stamp.build)
    lane = subjects.lane_consumer(key, "light", "normal")
    await server.bus.js.delete_consumer(subjects.TASKS, lane)
    await listen_to(server.bus, lane, f"task.light.normal.{key}.noop.{other.job_id}.>")
    await (await worker.must_take()).finish()
    await server.settle()
    # Widened, it never goes back for what its narrow filter passed over.
    await listen_to(server.bus, lane, subjects.lane_filter(key, "light", "normal"))
    assert await worker.take() is None

    for _ in range(3):  # seen, seen again and deleted, published again
        await server.sweep()
        await server.settle()

    await (await worker.must_take()).finish()
    await server.settle()
    assert (await server.record(forgotten.job_id)).job.state == "SUCCEEDED"


async def test_deleting_a_task_under_way_lets_its_lane_forget_no_other(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings={"ack_wait_seconds": 3.0})
    dying = await start_worker("b", server)
    await server.lead()
    held, cancelled, later = a_job("held"), a_job("cancelled"), a_job("later")
    for job in (held, cancelled):
        await server.create(job)
        await server.settle()
    assert [(await dying.must_take()).task.job_id for _ in range(2)] == [held.job_id, cancelled.job_id]
    cancel = event_pb2.Event(job_cancel_requested=event_pb2.JobCancelRequested(reason="changed my mind"))
    await server.append(subjects.job_events(cancelled.job_id), cancel)
    await server.settle()  # deletes its message, which the worker has
    assert len(await server.standing()) == 1
    other = await start_worker("b", server)
    await server.create(later)
    await server.settle()
    # Of three things taken, the second deleted, this one is the last: its ack may not count for the first.
    taken = await other.must_take()
    assert taken.task.job_id == later.job_id
    await taken.finish()
    await dying.close()

    again = await eventually(other.take)  # without a sweep: the broker itself gives it again

    assert again is not None
    assert again.task.job_id == held.job_id
