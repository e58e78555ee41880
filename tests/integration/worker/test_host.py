"""The host: slots, priorities, alone, redelivery, lanes that come later."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from edgecode.core import headers, subjects
from edgecode.core.bus import Bus, Incoming, Outgoing
from edgecode.core.log import Entry
from edgecode.core.pull import Puller
from edgecode.core.settings import Settings
from edgecode.core.stamp import build_key
from edgecode.v1 import bus_pb2
from edgecode.workers.host import REDELIVERY_SECONDS
from tests.harness.broker import Broker
from tests.harness.process import Processes
from tests.harness.stand_in import NOOP, PROBE, TRANSCODE, StandIn, kind
from tests.integration.worker.media_tasks import SLOW, probed, rendition


def most_at_once(entries: Sequence[Entry], kinds: tuple[str, ...] = ()) -> int:
    """How many attempts were under way at once, by the log's order."""
    running: set[str] = set()
    most = 0
    for entry in entries:
        assert entry.event is not None
        name = kind(entry)
        said = getattr(entry.event, name)
        if kinds and not said.task_id.startswith(kinds):
            continue
        if name == "attempt_started":
            running.add(said.attempt_id)
            most = max(most, len(running))
        else:
            running.discard(said.attempt_id)
    return most


def started_order(entries: Sequence[Entry]) -> list[str]:
    return [e.event.attempt_started.task_id for e in entries if e.event and kind(e) == "attempt_started"]


def processes_that_mention(words: str) -> list[int]:
    """Pids of processes whose command line holds these words."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if words.encode() in command:
                found.append(int(entry.name))
    return found


async def until_gone(words: str, seconds: float) -> None:
    """Waits for the end of every process whose command line holds these words."""
    deadline = time.monotonic() + seconds
    for pid in processes_that_mention(words):
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(handle, gone.set)
        try:
            await asyncio.wait_for(gone.wait(), max(deadline - time.monotonic(), 0.001))
        finally:
            asyncio.get_running_loop().remove_reader(handle)
            os.close(handle)


async def test_slots_are_never_exceeded_whatever_waits_in_however_many_lanes(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    entries: list[bus_pb2.FleetEntry] = []

    async def take(incoming: Incoming) -> None:
        entries.append(bus_pb2.FleetEntry.FromString(incoming.payload))

    await lead.bus.subscribe(subjects.ALL_FLEET, take)
    for number in range(4):
        for priority in subjects.PRIORITIES:
            probe = lead.task(PROBE, sha256=clip, task_id=f"probe-{priority}-{number}", job_id="probes")
            await lead.give(probe, priority)
    await processes.worker(settings.model_copy(update={"light_slots": 2}))
    found = await lead.until_event("probes", "attempt_succeeded", count=12)
    assert most_at_once(found) == 2
    assert max(len(entry.attempt_ids) for entry in entries) == 2
    assert entries[0].slots == {"encode": 1, "light": 2}


async def test_higher_priorities_go_first_and_low_never_starves(
    lead: StandIn, processes: Processes, settings: Settings
) -> None:
    for priority, count in (("low", 2), ("normal", 3), ("high", 16)):
        for number in range(count):
            await lead.give(lead.task(NOOP, task_id=f"{priority}-{number}", job_id="many"), priority)
    await processes.worker(settings.model_copy(update={"light_slots": 1}))
    order = [name.split("-")[0] for name in started_order(await lead.until_event("many", "attempt_succeeded", 21))]
    assert order == [*["high"] * 7, "low", *["high"] * 7, "low", *["high"] * 2, *["normal"] * 3]


async def test_a_quarantined_build_asks_for_nothing_until_it_is_readmitted(
    lead: StandIn, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings.model_copy(update={"fleet_beat_seconds": 0.2}))
    instance = (await worker.ready())["instance"]
    await lead.route(quarantined=[lead.build])
    await lead.fleet(instance, lambda entry: entry.idle_reason == "BUILD_QUARANTINED")
    task = await lead.give(lead.task())
    for _ in range(3):
        given = time.time()
        await lead.fleet(instance, lambda entry: entry.beat_time.ToMicroseconds() > given * 1e6)  # noqa: B023 used at once

    await lead.route()
    await lead.until_event(task.job_id, "attempt_succeeded")

    info = await lead.bus.js.consumer_info(
        subjects.TASKS, subjects.lane_consumer(build_key(lead.build), "light", "normal")
    )
    assert info.delivered is not None
    assert info.delivered.consumer_seq == 1, "it was asked for once, and not handed back before"


async def test_an_alone_task_waits_for_what_runs_and_nothing_starts_beside_it(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings.model_copy(update={"light_slots": 4}))
    info = await probed(lead, clip)
    outputs = [rendition(360, "medium")]
    first = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=outputs, job_id="j", task_id="a"))
    await lead.until_event(first.job_id, "attempt_started")
    alone = lead.task(PROBE, sha256=clip, alone=True, job_id="j", task_id="b-alone")
    await lead.give(alone)
    for number in range(6):
        await lead.give(lead.task(PROBE, sha256=clip, job_id="j", task_id=f"c-{number}"))
    found = await lead.until_event("j", "attempt_succeeded", count=8)
    words = [(getattr(e.event, kind(e)).task_id, kind(e)) for e in found]
    place = words.index(("b-alone", "attempt_started"))
    assert words[place + 1] == ("b-alone", "attempt_succeeded")
    assert words.index(("a", "attempt_succeeded")) < place
    begun = {name for name, word in words[:place] if word == "attempt_started"}
    ended = {name for name, word in words[:place] if word == "attempt_succeeded"}
    assert begun == ended
    assert worker.pid


async def test_a_task_of_a_killed_worker_is_run_by_another_and_nothing_of_the_killed_one_lives_on(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    quick = settings.model_copy(update={"ack_wait_seconds": 2.0, "beat_seconds": 0.5})
    for task_class in subjects.CLASSES:
        for priority in subjects.PRIORITIES:
            await lead.bus.js.delete_consumer(
                subjects.TASKS, subjects.lane_consumer(lead.bus.stamp.build_key, task_class, priority)
            )
    lead = StandIn(lead.bus, quick, lead.build)
    await lead.open()
    first = await processes.worker(quick)
    instance = (await first.ready())["instance"]
    info = await probed(lead, clip)
    outputs = [rendition(480, "medium")]
    task = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=outputs))
    await lead.until_event(task.job_id, "attempt_started")
    scratch = str(settings.scratch / instance)
    async with asyncio.timeout(10):
        while not processes_that_mention(scratch):  # noqa: ASYNC110 - the system has no event for it
            await asyncio.sleep(0.02)
    assert await first.kill() == -signal.SIGKILL
    await until_gone(scratch, 2.0)
    assert processes_that_mention(scratch) == []

    second = await processes.worker(quick)
    leftovers = await second.event("scratch.leftovers")
    assert leftovers["folders"] == [instance]
    assert not (settings.scratch / instance).exists()
    found = await lead.until_event(task.job_id, "attempt_succeeded")
    assert [kind(entry) for entry in found] == ["attempt_started", "attempt_started", "attempt_succeeded"]
    assert [e.origin.stamp.instance for e in found] == [instance, *[(await second.ready())["instance"]] * 2]
    await lead.until_tasks_left(0)


async def test_after_a_wake_a_worker_looks_twice_since_the_broker_may_tell_of_a_task_a_moment_later(
    lead: StandIn, processes: Processes, settings: Settings
) -> None:
    key = lead.bus.stamp.build_key
    lane = subjects.lane_consumer(key, "light", "low")
    asked = await lead.bus.nc.subscribe(f"$JS.API.CONSUMER.MSG.NEXT.{subjects.TASKS}.{lane}")
    await (await processes.worker(settings)).ready()
    await asked.next_msg(timeout=10)
    await lead.bus.publish(Outgoing(subjects.wake("light", key), b""))
    for _ in range(2):
        await asked.next_msg(timeout=REDELIVERY_SECONDS / 2)


async def test_beats_keep_a_long_attempt_from_being_delivered_again(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    quick = settings.model_copy(update={"ack_wait_seconds": 0.5, "beat_seconds": 0.1})
    lane = subjects.lane_consumer(lead.bus.stamp.build_key, "encode", "normal")
    await lead.bus.js.delete_consumer(subjects.TASKS, lane)
    lead = StandIn(lead.bus, quick, lead.build)
    await lead.open()
    worker = await processes.worker(quick)
    info = await probed(lead, clip)
    task = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=SLOW))
    await lead.until_event(task.job_id, "attempt_started")
    # Another worker that waits at the lane gets the task as soon as the broker thinks the first one dead.
    other = Puller(lead.bus, subjects.TASKS, lane)
    await other.start()
    assert await other.pull(1, expires_seconds=4 * quick.ack_wait_seconds) == []
    assert [kind(entry) for entry in await lead.log([subjects.job_events(task.job_id)])] == ["attempt_started"]
    await worker.kill()
    assert len(await other.pull(1, expires_seconds=4 * quick.ack_wait_seconds)) == 1
    await other.stop()


async def test_a_worker_that_comes_before_its_lanes_binds_them_when_told(
    bus: Bus, processes: Processes, settings: Settings
) -> None:
    patient = settings.model_copy(update={"fleet_beat_seconds": 600.0})
    worker = await processes.worker(patient)
    await worker.event("host.no_lanes")
    lead = StandIn(bus, settings, bus.stamp.build)
    await lead.open()
    task = lead.task(NOOP)
    await bus.js.publish(str(lead.subject(task)), task.SerializeToString(), headers=_stamped(bus))
    ready = bus_pb2.Control(lanes_ready=bus_pb2.LanesReady(build=bus.stamp.build))
    await lead.control((await worker.ready())["instance"], ready)
    await lead.until_event(task.job_id, "attempt_succeeded", seconds=4.0)


def _stamped(bus: Bus) -> dict[str, str]:
    return headers.stamp_headers(bus.stamp)


async def test_an_outcome_waits_for_the_broker_and_arrives_once(
    lead: StandIn, clip: str, nats_server: Broker, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings)
    info = await probed(lead, clip)
    outputs = [rendition(360, "medium")]
    task = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=outputs))
    await lead.until_event(task.job_id, "attempt_started")
    await nats_server.kill()
    await worker.event("log.append_again", subject=subjects.job_events(task.job_id))
    await nats_server.start()
    await lead.bus.connected.wait()
    found = await lead.until_event(task.job_id, "attempt_succeeded")
    assert [kind(entry) for entry in found] == ["attempt_started", "attempt_succeeded"]
    await lead.until_tasks_left(0)


async def test_a_worker_that_comes_before_the_broker_waits_for_it(
    nats_server: Broker, processes: Processes, settings: Settings
) -> None:
    await nats_server.kill()
    worker = await processes.launch("edgecode.workers", settings)
    await worker.event("bus.error")
    await nats_server.start()
    await worker.ready()
    assert await worker.terminate() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_idle_worker_leaves_the_fleet_and_ends_with_status_0(
    lead: StandIn, processes: Processes, settings: Settings, number: signal.Signals
) -> None:
    worker = await processes.worker(settings)
    instance = (await worker.ready())["instance"]
    assert (await lead.fleet(instance)).stamp.build == lead.build
    worker.send(number)
    assert await worker.exit(10) == 0
    gone = await lead.bus.js.get_last_msg(subjects.FLEET, subjects.fleet_key("worker", instance))
    assert (gone.headers or {})["KV-Operation"] == "DEL"
    assert not (settings.scratch / instance).exists()


async def test_the_first_log_line_of_a_worker_is_its_stamp(
    lead: StandIn, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings)
    first = worker.events[0]
    assert first["event"] == "process.starting"
    assert (first["service"], first["build"], first["revision"]) == ("worker", lead.build, lead.bus.stamp.revision)
    assert worker.lines[0].startswith("{")
