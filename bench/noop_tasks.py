"""No-op tasks finished by one worker process, the result recorded, against FastStream on the same broker.

Both sides: 64 at once; the tasks wait in a work queue before the worker may take the first; a result is an event in a
stream, its PubAck awaited before the task is acknowledged. Ours also records the start, folds all of it into the ledger
and ends the job, on the same two cores. The rate is taken from the broker's times of first and last result.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from nats.js.api import RetentionPolicy, StorageType, StreamConfig

from bench.outcome import Effort, Goal, Outcome, middle, percentile
from bench.played_jobs import append_all, noop_job
from bench.stack import SYNC_ALWAYS, SYNC_TWO_MINUTES, Stack
from edgecode.core import subjects
from edgecode.core.bus import Bus, connect
from edgecode.core.log import Log
from edgecode.core.log_reader import LogReader
from edgecode.core.stamp import make_stamp
from tests.harness.process import Process

AT_ONCE = 64
THEIR_TASKS, THEIR_RESULTS = "BENCH_TASKS", "BENCH_RESULTS"
_PEER = Path(__file__).with_name("faststream_worker.py")
_PEER_PYTHON = _PEER.parent.parent / ".venv-bench/bin/python"
_TASKS = 2000
_TASKS_OF_A_JOB = 4
_SINGLY = 200


async def run(effort: Effort) -> list[Outcome]:
    found: list[Outcome] = []
    for sync, words in ((SYNC_ALWAYS, "every message synced"), (SYNC_TWO_MINUTES, "synced every 2 minutes")):
        ours, theirs, picked_up = await _sides(effort, sync)
        found.append(
            Outcome(
                f"finished, {words}", middle(ours), "a second", ours, "FastStream", middle(theirs), Goal(at_least=1.0)
            )
        )
        if sync == SYNC_ALWAYS:
            p50, p99 = (percentile(picked_up, percent) * 1000 for percent in (50, 99))
            found.append(Outcome("pick-up p50, one at a time", p50, "ms", goal=Goal(at_most=1.0)))
            found.append(Outcome("pick-up p99, one at a time", p99, "ms"))
    return found


async def _sides(effort: Effort, sync: str) -> tuple[list[float], list[float], list[float]]:
    ours, theirs = list[float](), list[float]()
    # A frozen worker stays in the fleet.
    async with Stack(sync, light_slots=AT_ONCE, fleet_ttl_seconds=120.0) as stack:
        await stack.start_server()
        worker = await stack.start_worker("bench.noting_worker")
        async with _connected(stack) as bus:
            await _finish_all(bus, _TASKS_OF_A_JOB)
            picked_up = await _pick_up(bus, worker, effort.of(_SINGLY))
            await _make_their_streams(bus)
            peer = await _start_peer(stack)
            for _ in range(effort.rounds):
                ours.append(await _our_rate(bus, worker, effort.of(_TASKS)))
                theirs.append(await _their_rate(bus, peer, effort.of(_TASKS)))
    return ours, theirs, picked_up


@asynccontextmanager
async def _connected(stack: Stack) -> AsyncIterator[Bus]:
    bus = await connect(stack.broker.url, make_stamp("server", "bench"))
    yield bus
    await bus.close()


async def _our_rate(bus: Bus, worker: Process, tasks: int) -> float:
    worker.freeze()
    log, head = Log(bus), await _head(bus)
    jobs = tasks // _TASKS_OF_A_JOB
    await append_all(log, [[noop_job(_TASKS_OF_A_JOB)] for _ in range(jobs)])
    await _holds(bus, subjects.TASKS, jobs * _TASKS_OF_A_JOB)
    worker.thaw()
    times = await _results(bus, head, jobs)
    return (len(times) - 1) / (times[-1] - times[0]).total_seconds()


async def _results(bus: Bus, after: int, jobs: int) -> list[datetime]:
    """When each task's result was stored, once all jobs have succeeded."""
    reader, times = LogReader(bus, after), list[datetime]()
    async for entries in reader.batches():
        kinds = [(entry.event and entry.event.WhichOneof("kind"), entry.time) for entry in entries]
        times += [time for kind, time in kinds if kind == "attempt_succeeded"]
        jobs -= sum(kind == "job_succeeded" for kind, _ in kinds)
        if not jobs:
            break
    await reader.close()
    return times


async def _finish_all(bus: Bus, tasks: int) -> None:
    head = await _head(bus)
    await Log(bus).append([noop_job(tasks)])
    await _results(bus, head, 1)


async def _pick_up(bus: Bus, worker: Process, tasks: int) -> list[float]:
    """Seconds from the broker's time of a task to its attempt's start in the worker; one clock, one task at a time."""
    already = len([event for event in worker.events if event["event"] == "bench.picked_up"])
    for _ in range(tasks):
        await _finish_all(bus, 1)
    return [event["seconds"] for event in worker.events if event["event"] == "bench.picked_up"][already:]


async def _make_their_streams(bus: Bus) -> None:
    common: dict[str, Any] = {"storage": StorageType.FILE, "num_replicas": 1, "duplicate_window": 120.0}
    queue = RetentionPolicy.WORK_QUEUE
    await bus.js.add_stream(StreamConfig(name=THEIR_TASKS, subjects=["bench.task"], retention=queue, **common))
    await bus.js.add_stream(StreamConfig(name=THEIR_RESULTS, subjects=["bench.result"], **common))


async def _start_peer(stack: Stack) -> Process:
    if not _PEER_PYTHON.exists():
        raise FileNotFoundError(f"{_PEER_PYTHON}: FastStream has an environment of its own, which `make bench` makes")
    peer = await stack.start("faststream", str(_PEER_PYTHON), str(_PEER), stack.broker.url)
    await peer.event("bench.ready")
    return peer


async def _their_rate(bus: Bus, peer: Process, tasks: int) -> float:
    peer.freeze()
    done = (await bus.js.stream_info(THEIR_RESULTS)).state.messages
    payloads = [json.dumps({"number": number, "words": "x" * 200}).encode() for number in range(tasks)]
    for start in range(0, tasks, AT_ONCE):
        await asyncio.gather(*(bus.js.publish("bench.task", payload) for payload in payloads[start : start + AT_ONCE]))
    peer.thaw()
    await _holds(bus, THEIR_RESULTS, done + tasks)
    first, last = [await bus.js.get_msg(THEIR_RESULTS, seq=number) for number in (done + 1, done + tasks)]
    assert first.time is not None
    assert last.time is not None
    return (tasks - 1) / (last.time - first.time).total_seconds()


async def _holds(bus: Bus, stream: str, messages: int) -> None:
    # Looking costs the broker nothing that would be seen, and it has no event for this.
    while (await bus.js.stream_info(stream)).state.messages < messages:  # noqa: ASYNC110 the broker tells nobody
        await asyncio.sleep(0.1)


async def _head(bus: Bus) -> int:
    return (await Log(bus).identity()).last_sequence
