"""Bytes between our processes and the blob store for one job, from its upload to its end, counted on the wire.

The store is a real S3 server behind a proxy. The least possible: the source once into the store and once out of it,
each artifact once into it. Requests and what stands beside the artifacts (statements, manifests) count as moved.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grpc import aio

from bench.media_cost import CLIP
from bench.outcome import Effort, Outcome
from bench.stack import Stack
from edgecode.server.jobs.built_in import BUILT_IN
from edgecode.v1 import job_pb2
from tests.harness.api import Api
from tests.harness.process import Processes
from tests.harness.proxy import Proxy
from tests.harness.s3 import S3Server

_JOB_SECONDS = 300


async def run(_effort: Effort) -> list[Outcome]:
    processes = Processes()
    with tempfile.TemporaryDirectory(prefix="edgecode-bench-") as folder:
        try:
            s3 = await S3Server.start(processes, Path(folder))
            async with Proxy.to(s3.endpoint.removeprefix("http://")) as proxy:
                url = s3.url().replace(s3.endpoint, f"http://{proxy.address}")
                with _environment(s3.environment):
                    async with Stack(blobs_url=url) as stack:
                        return await _jobs(stack, proxy)
        finally:
            await processes.close()


@contextmanager
def _environment(more: Mapping[str, str]) -> Iterator[None]:
    """Where the processes of a stack find the credentials."""
    before = dict(os.environ)
    os.environ.update(more)
    yield
    os.environ.clear()
    os.environ.update(before)


async def _jobs(stack: Stack, proxy: Proxy) -> list[Outcome]:
    await stack.start_server()
    await stack.start_worker()
    outcomes = []
    source = CLIP.read_bytes()
    async with aio.insecure_channel(stack.address) as channel:
        api = Api(channel)
        for preset in BUILT_IN:
            before = _passed(proxy)
            # Other bytes each time: a source that is there already is not stored again.
            asset = await api.upload(source + preset.encode())
            request = job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset=preset)
            job = await api.finished((await api.jobs.CreateJob(request)).job_id, _JOB_SECONDS)
            assert job.state == job_pb2.Job.STATE_SUCCEEDED, job
            moved = (_passed(proxy) - before) / 1e6
            made = sum(artifact.file.size_bytes for artifact in await api.artifacts(job.job_id))
            least = (2 * len(source) + made) / 1e6
            outcomes.append(Outcome(f"`{preset}`, moved", moved, "MB", (), "the least possible", least))
    return outcomes


def _passed(proxy: Proxy) -> int:
    return sum(len(way.seen) for way in [*proxy.up, *proxy.down])
