"""Attempts that end early: cancelled by control or by the log alone, drained, handed back."""

import signal
import time

import pytest

from edgecode.core import subjects
from edgecode.core.settings import Settings
from edgecode.v1 import bus_pb2, event_pb2
from tests.harness.broker import Broker
from tests.harness.process import Process, Processes
from tests.harness.stand_in import NOOP, TRANSCODE, StandIn, kind
from tests.integration.worker.media_tasks import SLOW, probed, rendition
from tests.integration.worker.test_host import processes_that_mention


async def begin(lead: StandIn, clip: str, worker: Process) -> tuple[bus_pb2.TaskMessage, str]:
    """A task that takes half a minute, being encoded; and the folder of its worker."""
    info = await probed(lead, clip)
    task = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=SLOW))
    await lead.until_event(task.job_id, "attempt_started")
    return task, (await worker.ready())["instance"]


async def nothing_more(lead: StandIn, job_id: str, *allowed: str) -> None:
    """The task is acknowledged, and its log has nothing but these events."""
    await lead.until_tasks_left(0)
    found = await lead.log([subjects.job_events(job_id)])
    assert [kind(entry) for entry in found] == list(allowed)


async def test_a_control_message_ends_an_attempt_within_a_second_with_nothing_published(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings)
    task, instance = await begin(lead, clip, worker)
    began = time.monotonic()
    order = bus_pb2.StopJob(job_id=task.job_id, epoch=task.epoch, reason="job_cancelled")
    await lead.control(instance, bus_pb2.Control(stop_job=order))
    await worker.event("attempt.ended", job_id=task.job_id, how="stopped")
    assert time.monotonic() - began < 1.0
    assert processes_that_mention(str(settings.scratch / instance)) == []
    await nothing_more(lead, task.job_id, "attempt_started")
    assert not [*(settings.data_dir / "blobs").glob(f"artifacts/{task.job_id}/**/*.mp4")]


async def test_a_control_message_for_another_job_or_an_older_epoch_ends_nothing(
    lead: StandIn, processes: Processes, settings: Settings, clip: str
) -> None:
    worker = await processes.worker(settings)
    info = await probed(lead, clip)
    outputs = [rendition(360, "medium")]
    task = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=outputs, epoch=2))
    await lead.until_event(task.job_id, "attempt_started")
    instance = (await worker.ready())["instance"]
    for order in (bus_pb2.StopJob(job_id=task.job_id, epoch=1), bus_pb2.StopJob(job_id="other", epoch=9)):
        await lead.control(instance, bus_pb2.Control(stop_job=order))
    await lead.until_event(task.job_id, "attempt_succeeded")
    await nothing_more(lead, task.job_id, "attempt_started", "attempt_succeeded")


@pytest.mark.parametrize(
    "decision",
    [
        event_pb2.Event(job_cancelled=event_pb2.JobCancelled()),
        event_pb2.Event(job_failed=event_pb2.JobFailed()),
        event_pb2.Event(job_deleted=event_pb2.JobDeleted()),
        event_pb2.Event(job_reassigned=event_pb2.JobReassigned(epoch=1)),
    ],
    ids=lambda event: str(event.WhichOneof("kind")),
)
async def test_a_decision_in_the_log_alone_ends_an_attempt_within_a_second_of_its_beat(
    lead: StandIn, clip: str, processes: Processes, settings: Settings, decision: event_pb2.Event
) -> None:
    quick = settings.model_copy(update={"beat_seconds": 0.3})
    worker = await processes.worker(quick)
    task, _ = await begin(lead, clip, worker)
    name = str(decision.WhichOneof("kind"))
    began = time.monotonic()
    await lead.decide(task.job_id, decision)
    await worker.event("attempt.ended", job_id=task.job_id, how="stopped")
    assert time.monotonic() - began < quick.beat_seconds + 1.0
    await nothing_more(lead, task.job_id, "attempt_started", name)


async def test_a_decision_made_before_the_task_was_taken_ends_its_attempt_too(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings.model_copy(update={"beat_seconds": 0.3}))
    info = await probed(lead, clip)
    task = lead.task(TRANSCODE, sha256=clip, source=info, outputs=SLOW)
    scheduled = await lead.decide(task.job_id, event_pb2.Event(task_scheduled=event_pb2.TaskScheduled()))
    task.after_sequence = scheduled
    await lead.decide(task.job_id, event_pb2.Event(job_cancelled=event_pb2.JobCancelled()))
    await lead.give(task)
    await worker.event("attempt.ended", job_id=task.job_id, how="stopped")
    await nothing_more(lead, task.job_id, "task_scheduled", "job_cancelled", "attempt_started")


async def test_lost_attempts_and_events_of_the_same_epoch_end_nothing(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    await processes.worker(settings.model_copy(update={"beat_seconds": 0.2}))
    info = await probed(lead, clip)
    outputs = [rendition(480, "slow")]
    task = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=outputs, epoch=1))
    await lead.until_event(task.job_id, "attempt_started")
    await lead.decide(task.job_id, event_pb2.Event(attempt_lost=event_pb2.AttemptLost(task_id=task.task_id)))
    await lead.decide(task.job_id, event_pb2.Event(job_reassigned=event_pb2.JobReassigned(epoch=1)))
    await lead.until_event(task.job_id, "attempt_succeeded")
    await nothing_more(lead, task.job_id, "attempt_started", "attempt_lost", "job_reassigned", "attempt_succeeded")


async def test_a_draining_worker_finishes_what_it_has_and_takes_nothing_more(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings)
    info = await probed(lead, clip)
    outputs = [rendition(360, "medium")]
    task = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=outputs))
    await lead.until_event(task.job_id, "attempt_started")
    worker.send(signal.SIGTERM)
    await worker.event("host.drains")
    later = await lead.give(lead.task(NOOP))
    assert await worker.exit() == 0
    found = await lead.log([subjects.job_events(task.job_id)])
    assert [kind(entry) for entry in found] == ["attempt_started", "attempt_succeeded"]
    assert await lead.log([subjects.job_events(later.job_id)]) == []
    assert await lead.tasks_left() == 1


async def test_a_draining_worker_says_so_and_hands_back_what_it_cannot_finish(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings.model_copy(update={"worker_drain_seconds": 1.0}))
    task, instance = await begin(lead, clip, worker)
    began = time.monotonic()
    worker.send(signal.SIGTERM)
    await worker.event("attempt.asked_to_end", reason="drain")
    await lead.fleet(instance, lambda entry: entry.draining)
    assert await worker.exit() == 0
    assert time.monotonic() - began < 1.0 + 3.0
    await nothing_more(lead, task.job_id, "attempt_started", "attempt_released")
    assert processes_that_mention(str(settings.scratch / instance)) == []
    assert not (settings.scratch / instance).exists()


async def test_a_second_signal_ends_the_grace_at_once(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings.model_copy(update={"worker_drain_seconds": 600.0}))
    task, _ = await begin(lead, clip, worker)
    worker.send(signal.SIGTERM)
    await worker.event("host.drains")
    worker.send(signal.SIGTERM)
    assert await worker.exit(5.0) == 0
    await nothing_more(lead, task.job_id, "attempt_started", "attempt_released")


async def test_a_worker_ends_in_bounded_time_when_the_broker_is_gone(
    lead: StandIn, clip: str, nats_server: Broker, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings.model_copy(update={"worker_drain_seconds": 0.5}))
    _, instance = await begin(lead, clip, worker)
    await nats_server.kill()
    await worker.event("bus.disconnected")
    assert await worker.terminate(10.0) == 0
    assert processes_that_mention(str(settings.scratch / instance)) == []
