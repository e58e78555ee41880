"""The broker during a whole job: no message of ours is without a true stamp."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from nats.aio.msg import Msg

from edgecode.core import headers
from edgecode.core.bus import Bus
from edgecode.v1 import asset_pb2, fleet_pb2, job_pb2
from tests.harness.api import Api
from tests.harness.recorder import Recorder
from tests.integration.api.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[3]


def revision_of_git(revision: str) -> str:
    """The commit that git has under this name."""
    command = ["git", "rev-parse", "--verify", f"{revision}^{{commit}}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


async def processes_of(api: Api) -> dict[str, tuple[str, str]]:
    """Every process that runs: instance to service and build."""
    listed = (await api.fleet.ListInstances(fleet_pb2.ListInstancesRequest())).instances
    return {each.stamp.instance: (each.stamp.service, each.stamp.build) for each in listed}


async def test_no_message_of_ours_during_a_whole_job_is_without_a_true_stamp(
    api: Api, stack: Stack, asset: asset_pb2.Asset
) -> None:
    running = await processes_of(api)
    recorder = await Recorder.listen(stack.broker.url)
    job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="web"))
    ended = await api.finished(job.job_id)
    running |= await processes_of(api)
    messages = await recorder.heard()
    await recorder.close()

    assert ended.state == job_pb2.Job.STATE_SUCCEEDED
    # All the ways a job takes were heard, those of core NATS too.
    assert {"event", "task", "wake", "progress", "$KV"} <= {message.subject.split(".")[0] for message in messages}
    services: set[str] = set()
    for message in messages:
        origin = headers.read_origin(message.headers)
        stamp = origin.stamp
        assert running[stamp.instance] == (stamp.service, stamp.build), message.subject
        assert origin.path[-1] == headers.hop(stamp)
        assert (message.headers or {}).get(headers.MSG_ID), message.subject
        services.add(stamp.service)
    assert services == {"server", "worker"}
    # Whoever works on this tree may commit while its processes run: their revision is one that git has.
    revisions = {headers.read_origin(message.headers).stamp.revision for message in messages}
    assert revisions == {revision_of_git(revision) for revision in revisions}


async def test_server_and_worker_answer_the_service_api_with_their_own_stamp_though_the_request_is_forged(
    api: Api, stack: Stack, log_bus: Bus
) -> None:
    running = await processes_of(api)
    replies: asyncio.Queue[Msg] = asyncio.Queue()
    inbox = log_bus.nc.new_inbox()
    await log_bus.nc.subscribe(inbox, cb=replies.put)
    forged = dict.fromkeys(headers.STAMP_HEADERS, "forged")
    await log_bus.nc.publish("$SRV.INFO", b"", reply=inbox, headers=forged)
    answered: set[str] = set()
    async with asyncio.timeout(10):
        while answered != {"server", "worker"}:
            message = await replies.get()
            stamp = headers.read_origin(message.headers).stamp
            assert running[stamp.instance] == (stamp.service, stamp.build)
            assert stamp.build.encode() in message.data
            assert b"forged" not in message.data
            answered.add(stamp.service)
