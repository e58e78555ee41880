"""The story of the demo, as a release engineer lives it: a good build, then a bad one, while jobs keep coming."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from grpc import aio
from rich.live import Live

from demos.rollout.facts import Facts
from demos.rollout.second_build import SecondBuild
from demos.rollout.traffic import Traffic
from edgecode.cli.session import make_consoles
from edgecode.cli.tables import ramps as tables
from edgecode.v1 import incident_pb2, incident_pb2_grpc, ramp_pb2, route_pb2, route_pb2_grpc

StartWorker = Callable[[SecondBuild], Awaitable[None]]
_BY = (("edgecode-caller", "demo"),)
_AT_ONCE = 4
_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 120
_ENDS = {
    ramp_pb2.RAMP_STATE_WATCHING,
    ramp_pb2.RAMP_STATE_PROMOTED,
    ramp_pb2.RAMP_STATE_ROLLED_BACK,
    ramp_pb2.RAMP_STATE_PAUSED,
    ramp_pb2.RAMP_STATE_ABORTED,
}


class Unexpected(Exception):
    """The demo did not go as it should."""


class Story:
    """Everything the client of the demo does."""

    def __init__(self, address: str, start_worker: StartWorker) -> None:
        self._channel = aio.insecure_channel(address)
        self._routes: Any = route_pb2_grpc.RouteServiceStub(self._channel)
        self._incidents: Any = incident_pb2_grpc.IncidentServiceStub(self._channel)
        self._start_worker = start_worker
        self._out, _ = make_consoles()

    async def tell(self, video: Path, good: SecondBuild, bad: SecondBuild) -> Facts:
        """Both rollouts; raises Unexpected when one ends otherwise than it should."""
        traffic = Traffic(self._channel, _AT_ONCE)
        [first] = await self._revisions_after(0, 1)
        try:
            await traffic.begin(video)
            promoted = await self._ramp(good, [25.0, 50.0], 4, ramp_pb2.RAMP_STATE_WATCHING)
            rolled_back = await self._ramp(bad, [20.0], 1000, ramp_pb2.RAMP_STATE_ROLLED_BACK)
            await traffic.finish()
        finally:
            await traffic.stop()
        failed = [job.job_id for job in traffic.jobs if job.HasField("failure")]
        if failed:
            raise Unexpected(f"{len(failed)} jobs failed: {', '.join(failed[:3])}")
        route = await self._route()
        revisions = [first, *await self._revisions_after(first.revision, route.revision - first.revision)]
        rerun = await self._first_rerun([job.job_id for job in traffic.jobs if job.epoch], revisions)
        return Facts(revisions, route, [promoted, rolled_back], traffic.jobs, rerun)

    async def close(self) -> None:
        """Hangs up."""
        await self._channel.close()

    async def _ramp(
        self, build: SecondBuild, steps: list[float], min_jobs: int, expected: "ramp_pb2.RampState"
    ) -> route_pb2.Ramp:
        self._out.print(f"\n{build.build}: {build.variant.message!r}", markup=False)
        await self._start_worker(build)
        await self._sees_worker(build.build)
        policy = ramp_pb2.RampPolicy(steps_percent=steps, min_jobs=min_jobs, min_time_seconds=1.0)
        request = route_pb2.StartRampRequest(build=build.build, policy=policy, comment=build.variant.message)
        ramp = await self._routes.StartRamp(request, metadata=_BY)
        end = time.monotonic() + _PATIENCE_SECONDS
        with Live(console=self._out, auto_refresh=False, vertical_overflow="visible") as live:
            while ramp.document.state not in _ENDS and time.monotonic() < end:
                await asyncio.sleep(_LOOK_SECONDS)
                ramp = await self._routes.GetRamp(route_pb2.GetRampRequest(ramp_id=ramp.document.ramp_id))
                live.update(tables.ramp(ramp), refresh=True)
        self._out.print()
        if ramp.document.state != expected:
            name = ramp_pb2.RampState.Name(ramp.document.state)
            raise Unexpected(f"the ramp of {build.build} is {name}: {ramp.document.reason}")
        return ramp  # type: ignore[no-any-return]

    async def _sees_worker(self, build: str) -> None:
        """Returns when the server has heard of a worker of a build, which is soon after that says that it is ready."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not any(each.build == build and each.instances for each in (await self._route()).builds):
            if time.monotonic() > end:
                raise Unexpected(f"the server sees no worker of {build}")
            await asyncio.sleep(_LOOK_SECONDS)

    async def _route(self) -> route_pb2.Route:
        route: route_pb2.Route = await self._routes.GetRoute(route_pb2.GetRouteRequest())
        return route

    async def _revisions_after(self, revision: int, count: int) -> list[route_pb2.Route]:
        """So many revisions after one, or, after 0, from the present one on, which may be the first that is to come."""
        watch = self._routes.WatchRoute(route_pb2.WatchRouteRequest(after_revision=revision))
        found = [await watch.read() for _ in range(count)]
        watch.cancel()
        return found

    async def _first_rerun(self, moved: list[str], revisions: list[route_pb2.Route]) -> float:
        """Seconds from the revision of the rollback to the first attempt of a job that it moved; 0 if none moved."""
        verdict = revisions[-1].change_time.ToMicroseconds()
        starts: list[int] = []
        for job_id in moved:
            trace = await self._incidents.TraceJob(incident_pb2.TraceJobRequest(job_id=job_id))
            times = [hop.hop_time.ToMicroseconds() for hop in trace.hops if hop.event == "attempt.started"]
            starts += [time_us for time_us in times if time_us > verdict]
        return (min(starts) - verdict) / 1e6 if starts else 0.0
