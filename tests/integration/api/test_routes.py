"""RouteService: of two writers one wins, everybody follows, and what a client's wish for a build becomes."""

import asyncio
from pathlib import Path
from typing import Any

import grpc
import pytest

from edgecode.v1 import asset_pb2, event_pb2, fleet_pb2, job_pb2, ramp_pb2, route_pb2
from tests.harness.api import Api, Refusal, refusal, stream
from tests.harness.cli import Cli
from tests.harness.eventually import eventually
from tests.harness.played_worker import PlayedWorker
from tests.harness.release_requests import registration
from tests.integration.api.conftest import PLAYED, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Of no worker.
NOBODY, NOBODY_ELSE = "9.9.9+gaaaaaaaaaaaa", "9.9.9+gbbbbbbbbbbbb"


async def route_of(api: Api) -> route_pb2.Route:
    return await api.routes.GetRoute(route_pb2.GetRouteRequest())


async def is_made(api: Api) -> bool:
    """Whether the leader has made the first worker's build current."""
    return bool((await route_of(api)).current)


async def quarantine(api: Api, build: str, **fields: str) -> route_pb2.Route:
    request = route_pb2.QuarantineBuildRequest(**({"build": build, "comment": "a test"} | fields))
    return await api.routes.QuarantineBuild(request)


async def readmit(api: Api, build: str) -> route_pb2.Route:
    return await api.routes.ReadmitBuild(route_pb2.ReadmitBuildRequest(build=build, comment="a test"))


async def test_of_two_operators_at_once_one_wins_and_the_other_learns_what_the_route_is_now(api: Api) -> None:
    await eventually(lambda: is_made(api))
    before = await route_of(api)
    wanted = (NOBODY, NOBODY_ELSE)
    made = await asyncio.gather(*(quarantine(api, build, etag=before.etag) for build in wanted), return_exceptions=True)
    [won] = [each for each in made if isinstance(each, route_pb2.Route)]
    [lost] = [Refusal.of(each) for each in made if isinstance(each, grpc.aio.AioRpcError)]
    assert (lost.code, lost.reason) == (grpc.StatusCode.ABORTED, "ROUTE_CHANGED")
    now = await route_of(api)
    assert (lost.metadata["revision"], lost.metadata["etag"]) == (str(now.revision), now.etag)
    assert (now.revision, list(now.quarantined)) == (won.revision, list(won.quarantined))
    await readmit(api, now.quarantined[0])


async def test_a_change_says_who_and_why_or_is_refused(api: Api, stack: Stack) -> None:
    silent = await refusal(quarantine(api, NOBODY, comment=""))
    assert (silent.reason, silent.fields) == ("INVALID_FIELD", ("comment",))
    async with grpc.aio.insecure_channel(stack.address) as channel:
        nameless = await refusal(quarantine(Api(channel), NOBODY))
    assert nameless.fields == ("edgecode-caller",)
    route = await quarantine(api, NOBODY, comment="black pictures")
    assert (route.reason, route.comment, route.actor[:5]) == ("QUARANTINED", "black pictures", "test-")
    await readmit(api, NOBODY)


async def test_a_watch_sees_each_revision_and_every_process_gets_there(api: Api) -> None:
    watch = api.routes.WatchRoute(route_pb2.WatchRouteRequest())
    first: Any = await watch.read()
    await quarantine(api, NOBODY)
    last = await readmit(api, NOBODY)
    seen: list[Any] = [await watch.read(), await watch.read()]
    watch.cancel()
    assert (
        [each.revision for each in seen]
        == [first.revision + 1, first.revision + 2]
        == [last.revision - 1, last.revision]
    )

    async def all_are_there() -> bool:
        followers = (await route_of(api)).followers
        return {each.service for each in followers} == {"server", "worker"} and all(
            each.revision == last.revision for each in followers
        )

    await eventually(all_are_there)


@pytest.mark.parametrize(
    ("asked", "fate"),
    [("its own", "HONOURED"), (NOBODY, "BUILD_UNKNOWN")],
)
async def test_the_reply_says_what_became_of_a_build_asked_for(
    api: Api, asset: asset_pb2.Asset, asked: str, fate: str
) -> None:
    build = (await route_of(api)).current if asked == "its own" else asked
    request = job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail", validate_only=True)
    metadata = (("edgecode-version-override", f"worker={build}"), ("edgecode-version-key", "customer 7"))
    call = api.jobs.CreateJob(request, metadata=metadata)
    job = await call
    assert dict(await call.trailing_metadata())["edgecode-version-override-result"] == fate
    assert event_pb2.OverrideFate.Name(job.override_fate) == f"OVERRIDE_FATE_{fate}"
    assert (job.override_build, job.version_key) == (build, "customer 7")


async def test_the_build_of_a_registered_release_is_known_and_has_no_worker(api: Api, asset: asset_pb2.Asset) -> None:
    release = registration("7.3.1", 1)
    await api.releases.RegisterRelease(stream(release))
    build = f"7.3.1+g{release.revision[:12]}"
    request = job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail", validate_only=True)
    fates = []
    for asked in (build, NOBODY.replace("9.9.9", "7.3.1"), f"{build}.dirty.01234567"):
        call = api.jobs.CreateJob(request, metadata=(("edgecode-version-override", f"worker={asked}"),))
        await call
        fates.append(dict(await call.trailing_metadata())["edgecode-version-override-result"])
    assert fates == ["BUILD_HAS_NO_WORKER", "BUILD_UNKNOWN", "BUILD_UNKNOWN"], "of the release, its revision, its files"


@pytest.mark.parametrize("value", ["1.0.0+g0123456789ab", "worker=v1", "server=1.0.0+g0123456789ab", "worker"])
async def test_what_is_no_override_is_refused_by_its_name(api: Api, asset: asset_pb2.Asset, value: str) -> None:
    request = job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail", validate_only=True)
    refused = await refusal(api.jobs.CreateJob(request, metadata=(("edgecode-version-override", value),)))
    assert refused.fields == ("edgecode-version-override",)


async def test_an_override_sends_one_job_to_a_build_that_gets_no_others(
    api: Api, asset: asset_pb2.Asset, played: PlayedWorker
) -> None:
    request = job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail")
    job = await api.jobs.CreateJob(request, metadata=(("edgecode-version-override", f"worker={PLAYED}"),))

    async def is_there() -> bool:
        return (await api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job.job_id))).build == PLAYED

    await eventually(is_there)
    await api.jobs.CancelJob(job_pb2.CancelJobRequest(job_id=job.job_id))


async def test_a_ramp_is_started_once_steered_and_aborted(api: Api, played: PlayedWorker) -> None:
    policy = ramp_pb2.RampPolicy(steps_percent=[1, 2], min_jobs=1000)
    request = route_pb2.StartRampRequest(build=PLAYED, policy=policy, comment="release", request_id="r1")
    begun = await api.routes.StartRamp(request)
    again = await api.routes.StartRamp(request)
    assert begun.document.ramp_id == again.document.ramp_id
    assert (begun.document.state, begun.asked_percent, begun.comment) == (ramp_pb2.RAMP_STATE_RAMPING, 1.0, "release")
    assert begun.waits_for
    request.request_id = "r2"
    assert (await refusal(api.routes.StartRamp(request))).reason == "RAMP_GOES_ON"
    states = {each.build: each.state for each in (await route_of(api)).builds}
    assert states[PLAYED] == route_pb2.RoutedBuild.STATE_RAMPING

    paused = await api.routes.PauseRamp(route_pb2.PauseRampRequest(comment="lunch"))
    resumed = await api.routes.ResumeRamp(route_pb2.ResumeRampRequest(comment="back"))
    advanced = await api.routes.AdvanceRamp(route_pb2.AdvanceRampRequest(comment="go"))
    aborted = await api.routes.AbortRamp(route_pb2.AbortRampRequest(comment="no"))
    assert [each.document.state for each in (paused, resumed, advanced, aborted)] == [
        ramp_pb2.RAMP_STATE_PAUSED, ramp_pb2.RAMP_STATE_RAMPING, ramp_pb2.RAMP_STATE_RAMPING,
        ramp_pb2.RAMP_STATE_ABORTED,
    ]  # fmt: skip
    assert advanced.asked_percent == 2.0
    assert (await api.routes.GetRamp(route_pb2.GetRampRequest())).document == aborted.document
    assert (await refusal(api.routes.PauseRamp(route_pb2.PauseRampRequest(comment="x")))).reason == "RAMP_STATE"
    missing = await refusal(api.routes.GetRamp(route_pb2.GetRampRequest(ramp_id="none")))
    assert (missing.code, missing.reason) == (grpc.StatusCode.NOT_FOUND, "RAMP_NOT_FOUND")


async def test_the_commands_do_what_the_calls_do(api: Api, stack: Stack, played: PlayedWorker, tmp_path: Path) -> None:
    cli = Cli(stack.address, tmp_path)
    before = (await route_of(api)).current

    async def run(*words: str) -> Any:
        return await asyncio.to_thread(cli.json, "route", *words)

    async def ramp(*words: str) -> tuple[str, float]:
        shown = await run("ramp", *words, "-m", "a release")
        return shown["document"]["state"].removeprefix("RAMP_STATE_"), shown.get("asked_percent", 0.0)

    assert await ramp("start", PLAYED, "--steps", "1,2", "--min-jobs", "1000") == ("RAMPING", 1.0)
    assert await ramp("advance") == ("RAMPING", 2.0)
    assert await ramp("pause") == ("PAUSED", 2.0)
    assert await ramp("resume") == ("RAMPING", 2.0)
    assert await ramp("abort") == ("ABORTED", 0.0)
    assert (await run("promote", PLAYED, "-m", "looked well"))["current"] == PLAYED
    back = await run("rollback", "-m", "it did not")
    assert (back["current"], back["quarantined"]) == (before, [PLAYED])
    drained = await run("wait-drained", PLAYED, "--timeout", "10s")
    assert (drained["build"], drained["state"]) == (PLAYED, "STATE_QUARANTINED")
    assert PLAYED not in (await run("readmit", PLAYED, "-m", "it was the store")).get("quarantined", [])
    assert (await run("quarantine", PLAYED, "-m", "it was not"))["quarantined"] == [PLAYED]
    await readmit(api, PLAYED)


async def test_what_would_be_is_shown_and_nothing_done(api: Api, played: PlayedWorker) -> None:
    before = await route_of(api)
    request = route_pb2.PromoteRequest(build=PLAYED, comment="see", validate_only=True)
    assert (await api.routes.Promote(request)).current == PLAYED
    assert (await route_of(api)).etag == before.etag


async def test_the_workers_of_a_quarantined_build_get_nothing_and_say_why_until_it_is_readmitted(
    api: Api, asset: asset_pb2.Asset
) -> None:
    build = (await route_of(api)).current
    left = await quarantine(api, build)
    assert (left.current, list(left.quarantined)) == ("", [build])

    async def says_why() -> bool:
        reply = await api.fleet.ListInstances(fleet_pb2.ListInstancesRequest(filter='service = "worker"'))
        return [each.idle_reason for each in reply.instances] == ["BUILD_QUARANTINED"]

    await eventually(says_why)
    job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset="thumbnail"))
    assert (await api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job.job_id))).state == job_pb2.Job.STATE_QUEUED
    await readmit(api, build)
    await api.routes.Promote(route_pb2.PromoteRequest(build=build, comment="it was us"))
    assert (await api.finished(job.job_id)).state == job_pb2.Job.STATE_SUCCEEDED
