"""A client that keeps a number of CreateJob calls in flight."""

import asyncio
import time
import uuid
from dataclasses import dataclass

from grpc import aio

from edgecode.v1 import fleet_pb2, job_pb2
from tests.harness.api import Api

IN_FLIGHT = 64
_LOOK_AGAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Burst:
    """How a number of calls went."""

    per_second: float
    seconds: list[float]


class Creator:
    """Creates jobs of one asset on one server, over one channel."""

    def __init__(self, address: str) -> None:
        self._channel = aio.insecure_channel(address)
        self._api = Api(self._channel)
        self._asset_id = ""

    async def open(self) -> None:
        """Uploads what the jobs are made from, and warms up."""
        self._asset_id = (await self._api.upload(b"not a video: no job of a benchmark is worked on")).asset_id
        await self.burst(5 * IN_FLIGHT)

    async def close(self) -> None:
        await self._channel.close()

    async def settle(self) -> None:
        """Returns when the ledger has folded all that was created."""
        while True:
            status = await self._api.fleet.GetStatus(fleet_pb2.GetStatusRequest())
            if status.ledger_sequence >= status.log_sequence:
                return
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def burst(self, calls: int, in_flight: int = IN_FLIGHT) -> Burst:
        """So many calls, each answered before its successor is sent."""
        todo, seconds = iter(range(calls)), list[float]()

        async def keep_calling() -> None:
            for _ in todo:
                began = time.perf_counter()
                await self._api.jobs.CreateJob(
                    job_pb2.CreateJobRequest(asset_id=self._asset_id, preset="web", request_id=uuid.uuid4().hex)
                )
                seconds.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(keep_calling() for _ in range(in_flight)))
        return Burst(calls / (time.perf_counter() - began), seconds)
