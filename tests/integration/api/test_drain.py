"""A stopping server: health says so first, open calls get their grace, watches are told to resume elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from edgecode.v1 import asset_pb2
from tests.harness.process import Processes
from tests.integration.api.conftest import start_stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_stopping_server_says_so_and_lets_an_open_upload_end(tmp_path: Path) -> None:
    processes = Processes()
    try:
        stack = await start_stack(processes, tmp_path, worker=False)
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def requests() -> AsyncIterator[asset_pb2.UploadAssetRequest]:
            yield asset_pb2.UploadAssetRequest(upload_id="open", data=b"abc")
            begun.set()
            await go_on.wait()
            yield asset_pb2.UploadAssetRequest(offset_bytes=3, data=b"def", finish=True)

        async with stack.client() as api, aio.insecure_channel(stack.address) as channel:
            health = health_pb2_grpc.HealthStub(channel)
            watch = health.Watch(health_pb2.HealthCheckRequest(service="edgecode.v1.JobService"))
            assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
            upload = asyncio.ensure_future(api.assets.UploadAsset(requests()))
            await begun.wait()
            stopped = asyncio.ensure_future(stack.server.terminate())
            assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
            watch.cancel()
            go_on.set()
            assert (await upload).asset.size_bytes == 6
        assert await stopped == 0
    finally:
        await processes.close()


async def test_a_call_that_does_not_end_is_cut_after_the_grace(tmp_path: Path) -> None:
    processes = Processes()
    try:
        stack = await start_stack(processes, tmp_path, worker=False, drain_seconds=0.5)
        begun = asyncio.Event()

        async def endless() -> AsyncIterator[asset_pb2.UploadAssetRequest]:
            yield asset_pb2.UploadAssetRequest(upload_id="endless", data=b"abc")
            begun.set()
            await asyncio.Event().wait()

        async with stack.client() as api:
            upload = asyncio.ensure_future(api.assets.UploadAsset(endless()))
            await begun.wait()
            assert await stack.server.terminate(seconds=10) == 0
            with pytest.raises(aio.AioRpcError):
                await upload
    finally:
        await processes.close()
