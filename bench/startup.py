"""`edgecode up` on an empty folder, from its start until the first job is accepted."""

import tempfile
import time
from pathlib import Path

from grpc import aio

from bench.outcome import Effort, Goal, Outcome, middle
from edgecode.v1 import job_pb2
from tests.harness.api import Api
from tests.harness.process import Processes
from tests.harness.up import Up


async def run(effort: Effort) -> list[Outcome]:
    seconds = [await _once() for _ in range(effort.rounds)]
    return [Outcome("until the first job is accepted", middle(seconds), "s", seconds, goal=Goal(at_most=3.0))]


async def _once() -> float:
    processes = Processes()
    with tempfile.TemporaryDirectory(prefix="edgecode-bench-") as folder:
        try:
            began = time.perf_counter()
            up = await Up.start(processes, Path(folder))
            async with aio.insecure_channel(up.server) as channel:
                api = Api(channel)
                asset = await api.upload(b"not a video: it is only accepted")
                await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="web"))
            seconds = time.perf_counter() - began
            await up.process.terminate()
            return seconds
        finally:
            await processes.close()
