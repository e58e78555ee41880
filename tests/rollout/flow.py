"""A steady flow of jobs, as a busy site sends them, and what became of each."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import grpc
from google.protobuf.duration_pb2 import Duration
from grpc import aio

from edgecode.core.lifecycle import end
from edgecode.v1 import job_pb2, media_pb2, ramp_pb2, route_pb2
from tests.harness.eventually import eventually
from tests.harness.system import System

_Reply = TypeVar("_Reply")
_PATIENCE_SECONDS = 120
_LOOK_SECONDS = 0.5


class Flow:
    """Keeps so many jobs unfinished until it is told to stop."""

    def __init__(
        self, system: System, asset_id: str, outputs: Sequence[media_pb2.OutputSpec], at_once: int = 6
    ) -> None:
        self.jobs: list[job_pb2.Job] = []
        self._system = system
        self._asset_id = asset_id
        self._outputs = outputs
        self._at_once = at_once
        self._stopping = False

    async def until(self, seen: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Sends jobs until something is seen, then waits for all that were sent; TimeoutError if it is not seen."""
        senders = [asyncio.create_task(self._send()) for _ in range(self._at_once)]
        try:
            async with asyncio.timeout(seconds):
                while not await seen():  # noqa: ASYNC110 the leader decides by itself
                    await asyncio.sleep(_LOOK_SECONDS)
            self._stopping = True
            await asyncio.gather(*senders)
        finally:
            self._stopping = False
            await end(senders)

    async def _send(self) -> None:
        while not self._stopping:
            self.jobs.append(await self._one(uuid.uuid4().hex))

    async def _one(self, request_id: str) -> job_pb2.Job:
        """A job from its creation to its end."""
        system = self._system
        job_id = await _patiently(lambda: system.create(self._asset_id, self._outputs, request_id=request_id))
        wait = job_pb2.WaitJobRequest(job_id=job_id, timeout=Duration(seconds=_PATIENCE_SECONDS))
        return await _patiently(lambda: system.api.jobs.WaitJob(wait, wait_for_ready=True))

    @property
    def states(self) -> Counter[str]:
        """How the jobs ended."""
        return Counter(job_pb2.Job.State.Name(job.state) for job in self.jobs)

    @property
    def builds(self) -> Counter[str]:
        """Which builds had them last."""
        return Counter(job.build for job in self.jobs)


async def _patiently(call: Callable[[], Awaitable[_Reply]]) -> _Reply:
    """The answer of a call that is made again while there is no server, or it has no broker; each is idempotent."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            try:
                return await call()
            except aio.AioRpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
            await asyncio.sleep(_LOOK_SECONDS)


async def start_ramp(
    system: System, build: str, steps: Sequence[float], min_jobs: int, hold_alpha: float = 0.0
) -> route_pb2.Ramp:
    """As `edgecode route ramp start` does; a level of 0 is the default."""
    policy = ramp_pb2.RampPolicy(steps_percent=steps, min_jobs=min_jobs, min_time_seconds=1.0, hold_alpha=hold_alpha)
    request = route_pb2.StartRampRequest(build=build, policy=policy, comment="a release")
    return await system.api.routes.StartRamp(request, metadata=(("edgecode-caller", "release"),))


async def first_current(system: System) -> str:
    """The build that the leader made current, once it has: a worker that is ready may be seen a moment later."""

    async def current() -> str:
        return (await system.api.routes.GetRoute(route_pb2.GetRouteRequest())).current

    return await eventually(current)


async def ramp_of(system: System) -> route_pb2.Ramp:
    """The last ramp as it stands."""
    return await _patiently(lambda: system.api.routes.GetRamp(route_pb2.GetRampRequest(), wait_for_ready=True))
