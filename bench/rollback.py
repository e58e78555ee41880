"""A rollback with 10,000 queued tasks: from the revision of the route to the first task run again, and to all moved.

The bad build is a worker played by hand, which takes nothing; the good one a real process. All times are the broker's,
of the log. What the moves are compared with is appending their decisions one job after another, in the same log.
"""

import asyncio
import time
from datetime import datetime

from grpc import aio
from nats.js.errors import NotFoundError

from bench.idle_builds import connected, idle_worker
from bench.noop_tasks import AT_ONCE
from bench.outcome import Effort, Goal, Outcome, middle
from bench.played_jobs import append_all, finished_job, noop_job
from bench.stack import Stack
from edgecode.core import subjects
from edgecode.core.bus import Bus
from edgecode.core.log import Log
from edgecode.core.log_reader import LogReader
from edgecode.v1 import route_pb2
from tests.harness.api import Api
from tests.harness.builds import build_of

_TASKS = 10_000
# Jobs whose decisions are appended one after another.
_ALONE = 500
_BAD, _GOOD = build_of("b"), build_of("c")
_BY = (("edgecode-caller", "bench"),)


async def run(effort: Effort) -> list[Outcome]:
    rounds = [await _round(effort.of(_TASKS)) for _ in range(effort.rounds)]
    first, moved, alone = zip(*rounds, strict=True)
    return [
        Outcome("rollback to first task run again", middle(first), "s", first, goal=Goal(at_most=2.0)),
        Outcome("rollback to the last job moved", middle(moved), "s", moved, "one job after another", middle(alone)),
    ]


async def _round(tasks: int) -> tuple[float, float, float]:
    async with Stack(light_slots=AT_ONCE, queue_limit_jobs=10 * tasks) as stack:
        await stack.start_server()
        async with connected(stack) as bus, idle_worker(stack, "b"), aio.insecure_channel(stack.address) as channel:
            await append_all(Log(bus), [[noop_job(1)] for _ in range(tasks)])
            await _holds(bus, tasks)
            await stack.start_worker()
            head = (await Log(bus).identity()).last_sequence
            request = route_pb2.RollbackRequest(build=_BAD, to_build=await _good(Api(channel)), comment="bench")
            await Api(channel).routes.Rollback(request, metadata=_BY)
            first, moved = await _times(bus, head, tasks)
            return first, moved, tasks * await _alone(Log(bus))


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


async def _alone(log: Log) -> float:
    """Seconds for the two decisions of one move while nothing else is to be stored. No job is moved by these."""
    began = time.perf_counter()
    for _ in range(_ALONE):
        await log.append(finished_job(_GOOD)[1:3])  # of a job that nobody has created: the fold passes over it
    return (time.perf_counter() - began) / _ALONE
