"""A change of the route under a steady flow of jobs, until the first task stands in the new build's lane; what the
choice of a build costs, and what share of the jobs a ramp's build is given.

Two builds are alive and take nothing. Times are this process's, as it hears what is published: a plain subscriber hears
a message when the stream does.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from grpc import aio

from bench.idle_builds import connected, idle_worker
from bench.outcome import Effort, Goal, Outcome
from bench.played_jobs import append_all, noop_job
from bench.stack import Stack
from edgecode.core import subjects
from edgecode.core.bus import Bus, Incoming
from edgecode.core.lifecycle import end
from edgecode.core.log import Log
from edgecode.core.log_reader import LogReader
from edgecode.core.stamp import build_key
from edgecode.core.subjects import TaskSubject
from edgecode.server.planner.workers import PresentWorker, Workers
from edgecode.server.routes.assignment import choose
from edgecode.server.routes.route import Route
from edgecode.v1 import event_pb2, ramp_pb2, route_pb2
from tests.harness.api import Api
from tests.harness.builds import build_of
from tests.harness.eventually import eventually

_CHANGES = 300
_JOBS = 10_000
_FLOW_PAUSE_SECONDS = 0.02
_PERCENT = 20.0
_OLD, _NEW = build_of("b"), build_of("c")
_BY = (("edgecode-caller", "bench"),)


async def run(effort: Effort) -> list[Outcome]:
    async with Stack(queue_limit_jobs=100 * _JOBS) as stack:
        await stack.start_server()
        async with (
            connected(stack) as bus, idle_worker(stack, "b"), idle_worker(stack, "c"),
            aio.insecure_channel(stack.address) as channel,
        ):  # fmt: skip
            api = Api(channel)
            await eventually(lambda: _both_live(api))
            heard = await _Heard.begin(bus)
            changes = await _changes(api, bus, heard, effort.of(_CHANGES))
            ways = sorted(heard.ways)
            served = await _served(api, bus, effort.of(_JOBS))
    return [
        Outcome("route change to first task in the new lane, p99", _p99(changes), "s", goal=Goal(at_most=1.0)),
        Outcome(
            "the same, median", changes[len(changes) // 2], "s", changes, "a job's way into its lane",
            ways[len(ways) // 2],
        ),
        Outcome(
            f"share served of {effort.of(_JOBS):,} jobs, {_PERCENT:g} % asked", served, "%",
            goal=Goal(at_least=_PERCENT - 1.2, at_most=_PERCENT + 1.2),
        ),
        Outcome("assignment of a job", _assignment_us(effort.of(_JOBS)), "us"),
    ]  # fmt: skip


async def _both_live(api: Api) -> bool:
    route = await api.routes.GetRoute(route_pb2.GetRouteRequest())
    return bool(route.current) and {each.build for each in route.builds} >= {_OLD, _NEW}


class _Heard:
    """Hears jobs, changes of the route, and tasks as they are published.

    `ways` are seconds from a job's creation to its task.
    """

    def __init__(self) -> None:
        self.ways: list[float] = []
        self._created: dict[str, float] = {}
        self._changed = 0.0
        self._key = ""
        self._first: asyncio.Future[float] | None = None

    @classmethod
    async def begin(cls, bus: Bus) -> "_Heard":
        heard = cls()
        await bus.subscribe(subjects.ALL_EVENTS, heard._on_event)
        await bus.subscribe(subjects.ALL_TASKS, heard._on_task)
        return heard

    def next_change(self) -> asyncio.Future[float]:
        """Seconds from the next change of the route to the first task of the build that it makes current."""
        self._key = ""
        self._first = asyncio.get_running_loop().create_future()
        return self._first

    async def _on_event(self, incoming: Incoming) -> None:
        event = event_pb2.Event.FromString(incoming.payload)
        if event.HasField("route_changed"):
            self._changed, self._key = time.perf_counter(), build_key(event.route_changed.current)
        elif event.HasField("job_created"):
            self._created[event.job_created.job_id] = time.perf_counter()

    async def _on_task(self, incoming: Incoming) -> None:
        now, task = time.perf_counter(), TaskSubject.parse(incoming.subject)
        if (created := self._created.pop(task.job_id, None)) is not None:
            self.ways.append(now - created)
        if task.build_key == self._key and self._first is not None and not self._first.done():
            self._first.set_result(now - self._changed)


async def _changes(api: Api, bus: Bus, heard: _Heard, count: int) -> list[float]:
    """Sorted seconds, of each change."""
    found = []
    current = (await api.routes.GetRoute(route_pb2.GetRouteRequest())).current
    for _ in range(count):
        first = heard.next_change()
        current = _OLD if current == _NEW else _NEW
        promote = route_pb2.PromoteRequest(build=current, comment="bench")
        # Jobs come only meanwhile: nobody does them, and each change has the leader look at all that are unfinished.
        async with _flow(Log(bus)):
            changing = asyncio.ensure_future(api.routes.Promote(promote, metadata=_BY))
            found.append(await asyncio.wait_for(first, 30.0))
        await changing
    return sorted(found)


@asynccontextmanager
async def _flow(log: Log) -> AsyncIterator[None]:
    """Fifty jobs a second."""

    async def send() -> None:
        async with asyncio.TaskGroup() as appends:
            while True:
                appends.create_task(log.append([noop_job(1)]))
                await asyncio.sleep(_FLOW_PAUSE_SECONDS)

    sending = asyncio.create_task(send())
    try:
        yield
    finally:
        await end([sending])


async def _served(api: Api, bus: Bus, jobs: int) -> float:
    """Percent of new jobs that the leader gave to the ramping build."""
    build = _OLD if (await api.routes.GetRoute(route_pb2.GetRouteRequest())).current == _NEW else _NEW
    policy = ramp_pb2.RampPolicy(steps_percent=[_PERCENT], min_jobs=10 * jobs, longest_seconds=3_600.0)
    head = (await Log(bus).identity()).last_sequence
    await api.routes.StartRamp(route_pb2.StartRampRequest(build=build, policy=policy, comment="bench"), metadata=_BY)
    units = [[noop_job(1)] for _ in range(jobs)]
    given, _ = await asyncio.gather(_given(bus, head, jobs), append_all(Log(bus), units))
    return 100.0 * given.count(build) / len(given)


async def _given(bus: Bus, head: int, jobs: int) -> list[str]:
    """The builds that the ramp's first jobs went to."""
    found: list[str] = []
    reader = LogReader(bus, head)
    async for entries in reader.batches():
        assigned = (each.event.job_assigned for each in entries if each.event and each.event.HasField("job_assigned"))
        found += [each.build for each in assigned if each.ramp_id]
        if len(found) >= jobs:
            break
    await reader.close()
    return found


def _assignment_us(jobs: int) -> float:
    """The pure part: microseconds."""
    ramp = ramp_pb2.RampDocument(ramp_id="r", build=_NEW, against=_OLD, state=ramp_pb2.RAMP_STATE_RAMPING)
    route = Route(1, 1, _OLD, salt="salt", ramping=_NEW, ramp_percent=_PERCENT, ramp=ramp)
    present = {build: PresentWorker(build, 1, 1, frozenset(), 0) for build in (_OLD, _NEW)}
    workers = Workers(present, absence_counts=True)
    created = [event_pb2.JobCreated(job_id=str(uuid.uuid4()), contract=1) for _ in range(jobs)]
    began = time.perf_counter()
    for each in created:
        choose(route, each, workers)
    return 1e6 * (time.perf_counter() - began) / jobs


def _p99(ordered: list[float]) -> float:
    return ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
