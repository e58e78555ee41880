"""Sizes and deadlines: typed up to the documented limit's double, plain beyond it, and never half a state."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from edgecode.v1 import asset_pb2, asset_pb2_grpc, fleet_pb2, job_pb2
from tests.harness.api import STAMP_KEYS, Api, refusal, stream
from tests.harness.process import Processes
from tests.integration.api.conftest import Stack, start_stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


def big(asset: asset_pb2.Asset, size: int, **fields: Any) -> job_pb2.CreateJobRequest:
    return job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail", output_uri="x" * size, **fields)


async def jobs_of(api: Api, caller: str, after: int = 0) -> int:
    request = job_pb2.ListJobsRequest(filter=f"caller = {caller}")
    return len((await api.jobs.ListJobs(request, metadata=(("edgecode-sequence", str(after)),))).jobs)


async def test_a_message_over_the_documented_limit_is_refused_with_reason_and_stamp(
    api: Api, stack: Stack, asset: asset_pb2.Asset
) -> None:
    limit = stack.settings.message_limit_bytes
    for call in (
        api.jobs.CreateJob(big(asset, limit)),
        api.jobs.WatchJobs(job_pb2.WatchJobsRequest(filter="x" * limit)),
        api.assets.UploadAsset(stream(asset_pb2.UploadAssetRequest(upload_id="a", data=bytes(limit)))),
    ):
        found = await refusal(call)
        assert (found.code, found.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "MESSAGE_TOO_LARGE")
        assert found.metadata["limit_bytes"] == str(limit)
        assert all(found.trailing.get(key) for key in STAMP_KEYS)


async def test_a_message_over_the_transports_limit_gets_a_plain_status_and_leaves_nothing(
    stack: Stack, asset: asset_pb2.Asset, unique: Callable[[], str]
) -> None:
    caller, upload_id = unique(), unique()
    async with stack.client(caller) as api:
        beyond = 2 * stack.settings.message_limit_bytes + 1
        found = await refusal(api.jobs.CreateJob(big(asset, beyond)))
        assert (found.code, found.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "")
        first = asset_pb2.UploadAssetRequest(upload_id=upload_id, data=b"abc")
        found = await refusal(
            api.assets.UploadAsset(stream(first, asset_pb2.UploadAssetRequest(offset_bytes=3, data=bytes(beyond))))
        )
        assert (found.code, found.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "")
        assert await jobs_of(api, caller) == 0
        assert not (await api.assets.ListAssets(asset_pb2.ListAssetsRequest(filter=f"caller = {caller}"))).assets


async def test_a_deadline_of_1_ms_gets_a_plain_status_and_the_same_request_then_one_whole_job(
    stack: Stack, asset: asset_pb2.Asset, unique: Callable[[], str]
) -> None:
    caller = unique()
    async with stack.client(caller) as api:
        requests = [
            job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail", request_id=f"{caller}-{number}")
            for number in range(8)
        ]
        hurried = [refusal_or_job(api.jobs.CreateJob(request, timeout=0.001)) for request in requests]
        outcomes = await asyncio.gather(*hurried)
        assert {outcome for outcome in outcomes if outcome is not None} <= {grpc.StatusCode.DEADLINE_EXCEEDED}
        assert grpc.StatusCode.DEADLINE_EXCEEDED in outcomes
        made = [await api.jobs.CreateJob(request) for request in requests]
        assert len({job.job_id for job in made}) == 8
        assert await jobs_of(api, caller, max(job.sequence for job in made)) == 8
        for job in made:
            assert (await api.finished(job.job_id)).state == job_pb2.Job.STATE_SUCCEEDED


async def refusal_or_job(call: Any) -> grpc.StatusCode | None:
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code()
    return None


async def test_an_upload_cut_by_a_deadline_goes_on_where_it_stopped(stack: Stack, unique: Callable[[], str]) -> None:
    upload_id, caller = unique(), unique()
    async with stack.client(caller) as api:
        outcome = await asyncio.to_thread(hurried_upload, stack.address, upload_id, caller)
        assert outcome in {None, grpc.StatusCode.DEADLINE_EXCEEDED}
        async with asyncio.timeout(20):
            asset = await _ended(api, upload_id)
        # A single read waits for all of its subject, so the list after it has seen the asset.
        assert (await api.assets.GetAsset(asset_pb2.GetAssetRequest(asset_id=asset.asset_id))).size_bytes == 3
        listed = await api.assets.ListAssets(asset_pb2.ListAssetsRequest(filter=f"caller = {caller}"))
        assert [found.asset_id for found in listed.assets] == [asset.asset_id]


def hurried_upload(address: str, upload_id: str, caller: str) -> grpc.StatusCode | None:
    """By gRPC's synchronous client: the other one sometimes answers such a stream with a cancelled task."""
    request = asset_pb2.UploadAssetRequest(upload_id=upload_id, data=b"abc", finish=True)
    with grpc.insecure_channel(address) as channel:
        stub = asset_pb2_grpc.AssetServiceStub(channel)
        try:
            stub.UploadAsset(iter([request]), timeout=0.001, metadata=(("edgecode-caller", caller),))
        except grpc.RpcError as error:
            return error.code()
    return None


async def _ended(api: Api, upload_id: str) -> asset_pb2.Asset:
    while True:
        try:
            query = await api.assets.QueryUpload(asset_pb2.QueryUploadRequest(upload_id=upload_id))
            start = query.committed_bytes
        except grpc.aio.AioRpcError:
            start = 0
        request = asset_pb2.UploadAssetRequest(
            upload_id=upload_id, offset_bytes=start, data=b"abc"[start:], finish=True
        )
        try:
            return (await api.assets.UploadAsset(stream(request))).asset
        except grpc.aio.AioRpcError as error:
            assert error.code() in {grpc.StatusCode.ABORTED, grpc.StatusCode.OUT_OF_RANGE}  # noqa: PT017 the cut one still ends


async def test_a_unary_call_without_a_deadline_gets_the_servers_and_a_reason(tmp_path: Path) -> None:
    processes = Processes()
    try:
        stack = await start_stack(processes, tmp_path, worker=False, default_deadline_seconds=0.5)
        async with stack.client() as api:
            assert (await api.fleet.GetStatus(fleet_pb2.GetStatusRequest())).answered_by.service == "server"
            stack.broker.process.freeze()
            found = await refusal(api.fleet.GetStatus(fleet_pb2.GetStatusRequest()))
            stack.broker.process.thaw()
        assert (found.code, found.reason) == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED")
        assert all(found.trailing.get(key) for key in STAMP_KEYS)
    finally:
        await processes.close()


async def test_without_a_broker_a_write_is_refused_with_a_time_to_try_again(tmp_path: Path) -> None:
    processes = Processes()
    try:
        stack = await start_stack(processes, tmp_path, worker=False)
        async with stack.client() as api:
            own = await api.upload(b"abc")
            request = job_pb2.CreateJobRequest(asset_id=own.asset_id, preset="thumbnail", request_id="once")
            await stack.broker.kill()
            found = await refusal(api.jobs.CreateJob(request))
            assert (found.code, found.reason) == (grpc.StatusCode.UNAVAILABLE, "BROKER_UNAVAILABLE")
            assert found.retry_seconds is not None
            await stack.broker.start()
            async with asyncio.timeout(30):
                while await refusal_or_job(api.jobs.CreateJob(request)) is not None:
                    pass
            again = await api.jobs.CreateJob(request)
            assert await jobs_of(api, again.caller, again.sequence) == 1
    finally:
        await processes.close()
