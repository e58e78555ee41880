"""A message that its lane's consumer has forgotten."""

from nats.js.api import AckPolicy, ConsumerConfig

from edgecode.core import subjects
from edgecode.core.bus import Bus
from edgecode.core.stamp import build_key
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
