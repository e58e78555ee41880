"""A rollback with 10,000 queued tasks: from the revision of the route to the first task run again, and to all moved.

The bad build is a worker played by hand, which takes nothing; the good one a real process. All times are the broker's,
of the log. Also: what an assignment costs, and the share served against the share asked.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from grpc import aio
from nats.js.errors import NotFoundError

from bench.noop_tasks import AT_ONCE
from bench.outcome import Effort, Goal, Outcome, middle
from bench.played_jobs import append_all, noop_job
from bench.stack import Stack
from edgecode.core import subjects
from edgecode.core.bus import Bus, connect
from edgecode.core.lifecycle import end
from edgecode.core.log import Log
from edgecode.core.log_reader import LogReader
from edgecode.core.stamp import make_stamp
from edgecode.server.planner.workers import PresentWorker, Workers
from edgecode.server.routes.assignment import choose
from edgecode.server.routes.route import Route
from edgecode.v1 import event_pb2, ramp_pb2, route_pb2
from tests.harness.api import Api
from tests.harness.builds import build_of, stamp_of
from tests.harness.played_worker import PlayedWorker

_TASKS = 10_000
_BAD, _GOOD = build_of("b"), build_of("c")
_BY = (("edgecode-caller", "bench"),)


async def run(effort: Effort) -> list[Outcome]:
    rounds = [await _round(effort.of(_TASKS)) for _ in range(effort.rounds)]
    first, moved = [each[0] for each in rounds], [each[1] for each in rounds]
    return [
        Outcome("rollback to first task run again", middle(first), "s", first, goal=Goal(at_most=2.0)),
        Outcome("rollback to the last job moved", middle(moved), "s", moved),
        *_assignments(effort.of(_TASKS)),
    ]


async def _round(tasks: int) -> tuple[float, float]:
    async with Stack(light_slots=AT_ONCE, queue_limit_jobs=10 * tasks) as stack:
        await stack.start_server()
        async with _connected(stack) as bus, _bad_worker(stack), aio.insecure_channel(stack.address) as channel:
            await append_all(Log(bus), [[noop_job(1)] for _ in range(tasks)])
            await _holds(bus, tasks)
            await stack.start_worker()
            head = (await Log(bus).identity()).last_sequence
            request = route_pb2.RollbackRequest(build=_BAD, to_build=await _good(Api(channel)), comment="bench")
            await Api(channel).routes.Rollback(request, metadata=_BY)
            return await _times(bus, head, tasks)


@asynccontextmanager
async def _connected(stack: Stack) -> AsyncIterator[Bus]:
    bus = await connect(stack.broker.url, make_stamp("server", "bench"))
    yield bus
    await bus.close()


@asynccontextmanager
async def _bad_worker(stack: Stack) -> AsyncIterator[None]:
    """Alive, current by being first, and idle."""
    worker = await PlayedWorker.connect(stack.broker.url, stamp_of("worker", "b"))

    async def beat() -> None:
        while True:
            await worker.beat()
            await asyncio.sleep(1.0)

    beats = asyncio.create_task(beat())
    try:
        yield
    finally:
        await end([beats])
        await worker.close()


async def _holds(bus: Bus, tasks: int) -> None:
    while True:
        try:
            if (await bus.js.stream_info(subjects.TASKS)).state.messages >= tasks:
                return
        except NotFoundError:
            pass
        await asyncio.sleep(0.1)


async def _good(api: Api) -> str:
    route = await api.routes.GetRoute(route_pb2.GetRouteRequest())
    return next(each.build for each in route.builds if each.build != _BAD)


async def _times(bus: Bus, head: int, jobs: int) -> tuple[float, float]:
    """Seconds from the revision to the first attempt after it, and to the last job's move."""
    reader, moved = LogReader(bus, head), 0
    began: datetime | None = None
    first: float | None = None
    async for entries in reader.batches():
        for entry in entries:
            kind = entry.event.WhichOneof("kind") if entry.event is not None else ""
            if kind == "route_changed":
                began = entry.time
            elif began is not None and kind == "attempt_started" and first is None:
                first = (entry.time - began).total_seconds()
            elif began is not None and kind == "job_reassigned":
                moved += 1
                last = (entry.time - began).total_seconds()
                if moved == jobs and first is not None:
                    await reader.close()
                    return first, last
    raise AssertionError("the log never ends")


def _assignments(jobs: int) -> list[Outcome]:
    """The pure part: what the choice of a build costs, and what share of the jobs the ramping one gets."""
    ramp = ramp_pb2.RampDocument(ramp_id="r", build=_GOOD, against=_BAD, state=ramp_pb2.RAMP_STATE_RAMPING)
    route = Route(1, 1, _BAD, salt="salt", ramping=_GOOD, ramp_percent=20.0, ramp=ramp)
    present = {build: PresentWorker(build, 1, 1, frozenset(), 0) for build in (_BAD, _GOOD)}
    workers = Workers(present, absence_counts=True)
    created = [event_pb2.JobCreated(job_id=str(uuid.uuid4()), contract=1) for _ in range(jobs)]
    began = time.perf_counter()
    chosen = [choose(route, each, workers) for each in created]
    seconds = time.perf_counter() - began
    served = 100.0 * sum(choice is not None and choice.build == _GOOD for choice in chosen) / jobs
    return [
        Outcome("assignment of a job", 1e6 * seconds / jobs, "us"),
        Outcome(f"share served of {jobs:,} jobs, 20 % asked", served, "%", goal=Goal(at_least=18.8, at_most=21.2)),
    ]
