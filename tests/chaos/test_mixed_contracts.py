"""Builds that read different message contracts beside each other: real ones, each of a commit of its own."""

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from grpc import aio

from edgecode.v1 import fleet_pb2, job_pb2, media_pb2, webhook_pb2
from tests.chaos.conftest import StartSystem
from tests.harness import clips
from tests.harness.api import Api
from tests.harness.eventually import eventually
from tests.harness.journal import kind
from tests.harness.process import Process, Processes
from tests.harness.receiver import ReceiverProcess
from tests.harness.second_build import SecondBuild
from tests.harness.system import QUICK, System, instance_of

LOCAL_WEBHOOKS: dict[str, Any] = {"webhook_allow_http": True, "webhook_networks": ["127.0.0.0/8"]}


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> SecondBuild:
    """A build that reads contract 1 alone."""
    contract = {"core/edgecode/core/contract.py": ("READS_MAX = 3", "READS_MAX = 1")}
    return SecondBuild.make(tmp_path_factory.mktemp("older") / "edgecode", contract)


@pytest.fixture
async def receiver(processes: Processes, tmp_path: Path) -> ReceiverProcess:
    """Where webhooks go."""
    found = ReceiverProcess(processes, tmp_path / "receiver")
    await found.start()
    return found


async def add_worker(system: System, older: SecondBuild) -> Process:
    """A worker of the older build."""
    worker = await older.launch(system.processes, "edgecode.workers", system.settings)
    system.workers.append(worker)
    return worker


async def jobs_of_contract_2(system: System, asset_id: str, receiver: ReceiverProcess) -> list[str]:
    """One for each reason: an output of a new kind, an export, a webhook."""
    several = media_pb2.OutputSpec(output_id="several", thumbnail=media_pb2.ThumbnailSpec(height_pixels=120, count=2))
    plain = [clips.thumbnail()]
    hook = webhook_pb2.JobWebhook(url=receiver.url("/ok"))
    return [
        await system.create(asset_id, [several]),
        await system.create(asset_id, plain, output_uri=f"{system.settings.stores['out'].url}/jobs"),
        await system.create(asset_id, plain, webhook=hook),
    ]


async def problems(system: System, wanted: str) -> list[str]:
    """What status says about it."""
    status = await system.api.fleet.GetStatus(fleet_pb2.GetStatusRequest())
    return [line for line in status.problems if wanted in line]


async def who_began(system: System, job_ids: Sequence[str]) -> set[str]:
    """Instances that began an attempt of one of the jobs."""
    await system.journal.whole()
    events = [entry for job_id in job_ids for entry in system.journal.of(job_id)]
    return {entry.origin.stamp.instance for entry in events if kind(entry) == "attempt_started"}


@pytest.mark.timeout(120)
async def test_an_older_worker_gets_no_job_that_it_would_misread_and_status_says_who_is_short(
    start: StartSystem, older: SecondBuild, receiver: ReceiverProcess, tmp_path: Path
) -> None:
    stores = {"out": {"url": f"file://{tmp_path}/out", "uses": ["export"]}}
    system = await start(workers=0, stores=stores, **QUICK, **LOCAL_WEBHOOKS)
    former = await add_worker(system, older)
    asset_id = await system.upload(clips.small())
    assert (await system.succeeded(await system.create(asset_id, [clips.thumbnail()]))).build == older.build
    later = await jobs_of_contract_2(system, asset_id, receiver)
    # They are in nobody's way.
    await system.succeeded(await system.create(asset_id, [clips.thumbnail()]))
    short = f"3 queued jobs need message contract 2, which the current build {older.build} does not read"
    assert await problems(system, short) == [f"{short}; builds that do: no live worker does"]

    newer = await system.add_worker()
    build = str((await newer.ready())["build"])

    async def named() -> bool:
        return await problems(system, short) == [f"{short}; builds that do: {build}"]

    await eventually(named)
    assert await who_began(system, later) == set()
    # The way of an upgrade: the older one goes, its place in the route with it.
    assert await former.terminate() == 0
    for job_id in later:
        assert (await system.succeeded(job_id)).build == build
    assert await who_began(system, later) == {await instance_of(newer)}
    assert await problems(system, "need message contract") == []


@pytest.mark.timeout(120)
async def test_an_older_leader_leaves_a_job_with_a_webhook_to_a_server_that_delivers(
    start: StartSystem, older: SecondBuild, receiver: ReceiverProcess
) -> None:
    system = await start(workers=1, **QUICK, **LOCAL_WEBHOOKS)
    asset_id = await system.upload(clips.small())
    assert await system.server.terminate() == 0
    leading = await older.launch(system.processes, "edgecode.server", system.settings)
    await leading.event("leader.leads")
    newer = system.settings.model_copy(update={"grpc_address": "127.0.0.1:0"})
    other = await system.processes.server(newer)
    async with aio.insecure_channel((await other.ready())["grpc_address"]) as channel:
        request = job_pb2.CreateJobRequest(
            asset_id=asset_id, outputs=[clips.thumbnail()], request_id=uuid.uuid4().hex,
            webhook=webhook_pb2.JobWebhook(url=receiver.url("/ok")),
        )  # fmt: skip
        job_id = (await Api(channel).jobs.CreateJob(request)).job_id
    await leading.event("leader.yields")
    await system.succeeded(job_id)

    async def delivered() -> bool:
        return [got.type for got in receiver.got(job_id)] == ["job.succeeded"]

    await eventually(delivered)
