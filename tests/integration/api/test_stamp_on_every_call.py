"""Every reply carries stamp and, where it refuses, a reason: every RPC of the contract, unknown ones, health."""

import asyncio
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from edgecode.server.reflection import HEALTH, SERVICES, V1, V1ALPHA
from edgecode.v1 import asset_pb2, fleet_pb2, incident_pb2, job_pb2, release_pb2, route_pb2, webhook_pb2
from tests.harness.api import STAMP_KEYS, Api, Refusal, metadata_of, refusal, refused, stream
from tests.integration.api.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOREIGN = "00000000-0000-4000-8000-000000000000"
BAD: dict[str, tuple[Message, str]] = {
    "AssetService/UploadAsset": (asset_pb2.UploadAssetRequest(upload_id="../x"), "INVALID_FIELD"),
    "AssetService/QueryUpload": (asset_pb2.QueryUploadRequest(upload_id="none"), "UPLOAD_NOT_FOUND"),
    "AssetService/ImportAsset": (asset_pb2.ImportAssetRequest(uri="file:///etc/passwd"), "IMPORT_NOT_CONFIGURED"),
    "AssetService/GetAsset": (asset_pb2.GetAssetRequest(asset_id="x.>"), "ASSET_NOT_FOUND"),
    "AssetService/ListAssets": (asset_pb2.ListAssetsRequest(page_size=-1), "INVALID_PAGE_SIZE"),
    "AssetService/DeleteAsset": (asset_pb2.DeleteAssetRequest(asset_id=FOREIGN), "ASSET_NOT_FOUND"),
    "JobService/CreateJob": (job_pb2.CreateJobRequest(), "INVALID_FIELD"),
    "JobService/GetJob": (job_pb2.GetJobRequest(), "INVALID_FIELD"),
    "JobService/ListJobs": (job_pb2.ListJobsRequest(filter="colour = red"), "INVALID_FILTER"),
    "JobService/WatchJob": (job_pb2.WatchJobRequest(job_id=FOREIGN), "JOB_NOT_FOUND"),
    "JobService/WatchJobs": (job_pb2.WatchJobsRequest(filter="state = RUNNING"), "INVALID_FILTER"),
    "JobService/WaitJob": (job_pb2.WaitJobRequest(job_id=FOREIGN), "JOB_NOT_FOUND"),
    "JobService/CancelJob": (job_pb2.CancelJobRequest(job_id=FOREIGN), "JOB_NOT_FOUND"),
    "JobService/RetryJob": (job_pb2.RetryJobRequest(job_id=FOREIGN), "JOB_NOT_FOUND"),
    "JobService/DeleteJob": (job_pb2.DeleteJobRequest(job_id=FOREIGN), "JOB_NOT_FOUND"),
    "JobService/ListTasks": (job_pb2.ListTasksRequest(order_by="colour"), "INVALID_ORDER_BY"),
    "JobService/ListArtifacts": (job_pb2.ListArtifactsRequest(page_token="foreign"), "INVALID_PAGE_TOKEN"),
    "JobService/GetArtifact": (job_pb2.GetArtifactRequest(artifact_id=FOREIGN), "ARTIFACT_NOT_FOUND"),
    "JobService/DownloadArtifact": (job_pb2.DownloadArtifactRequest(offset_bytes=-1), "INVALID_FIELD"),
    "JobService/CreatePreset": (job_pb2.CreatePresetRequest(preset="web"), "INVALID_FIELD"),
    "JobService/SignArtifactUrl": (job_pb2.SignArtifactUrlRequest(expires_in_seconds=-1), "INVALID_FIELD"),
    "JobService/GetPreset": (job_pb2.GetPresetRequest(preset="cinema"), "PRESET_NOT_FOUND"),
    "JobService/ListPresets": (job_pb2.ListPresetsRequest(page_token="foreign"), "INVALID_PAGE_TOKEN"),
    "FleetService/ListInstances": (fleet_pb2.ListInstancesRequest(filter="pid = 1"), "INVALID_FILTER"),
    "FleetService/DrainInstance": (fleet_pb2.DrainInstanceRequest(instance=FOREIGN), "INSTANCE_NOT_FOUND"),
    "FleetService/ListBuilds": (fleet_pb2.ListBuildsRequest(page_size=-1), "INVALID_PAGE_SIZE"),
    "WebhookService/CreateWebhook": (webhook_pb2.CreateWebhookRequest(url="ftp://x"), "INVALID_FIELD"),
    "WebhookService/GetWebhook": (webhook_pb2.GetWebhookRequest(webhook_id=FOREIGN), "WEBHOOK_NOT_FOUND"),
    "WebhookService/ListWebhooks": (webhook_pb2.ListWebhooksRequest(filter="colour = red"), "INVALID_FILTER"),
    "WebhookService/DeleteWebhook": (webhook_pb2.DeleteWebhookRequest(webhook_id=FOREIGN), "WEBHOOK_NOT_FOUND"),
    "WebhookService/RotateWebhookSecret": (
        webhook_pb2.RotateWebhookSecretRequest(webhook_id=FOREIGN, old_secret_seconds=-1),
        "INVALID_FIELD",
    ),
    "WebhookService/GetDelivery": (webhook_pb2.GetDeliveryRequest(), "INVALID_FIELD"),
    "WebhookService/ListDeliveries": (webhook_pb2.ListDeliveriesRequest(page_size=-1), "INVALID_PAGE_SIZE"),
    "WebhookService/ResendDelivery": (webhook_pb2.ResendDeliveryRequest(delivery_id=FOREIGN), "DELIVERY_NOT_FOUND"),
    "ReleaseService/RegisterRelease": (release_pb2.RegisterReleaseRequest(version="1.4"), "INVALID_FIELD"),
    "ReleaseService/GetRelease": (release_pb2.GetReleaseRequest(release="a" * 39), "INVALID_FIELD"),
    "ReleaseService/ListReleases": (release_pb2.ListReleasesRequest(order_by="register_time"), "INVALID_ORDER_BY"),
    "ReleaseService/CompareReleases": (release_pb2.CompareReleasesRequest(from_release="1.0.0"), "INVALID_FIELD"),
    "ReleaseService/RecordDeployment": (release_pb2.RecordDeploymentRequest(version="1.0.0"), "INVALID_FIELD"),
    "ReleaseService/ListDeployments": (release_pb2.ListDeploymentsRequest(filter="colour = red"), "INVALID_FILTER"),
    "ReleaseService/ListChanges": (release_pb2.ListChangesRequest(commit_limit=101), "INVALID_FIELD"),
    "RouteService/Promote": (route_pb2.PromoteRequest(), "INVALID_FIELD"),
    "RouteService/StartRamp": (route_pb2.StartRampRequest(build="v1"), "INVALID_FIELD"),
    "RouteService/GetRamp": (route_pb2.GetRampRequest(ramp_id=FOREIGN), "RAMP_NOT_FOUND"),
    "RouteService/PauseRamp": (route_pb2.PauseRampRequest(), "INVALID_FIELD"),
    "RouteService/ResumeRamp": (route_pb2.ResumeRampRequest(), "INVALID_FIELD"),
    "RouteService/AdvanceRamp": (route_pb2.AdvanceRampRequest(), "INVALID_FIELD"),
    "RouteService/AbortRamp": (route_pb2.AbortRampRequest(), "INVALID_FIELD"),
    "RouteService/Rollback": (route_pb2.RollbackRequest(), "INVALID_FIELD"),
    "RouteService/QuarantineBuild": (route_pb2.QuarantineBuildRequest(), "INVALID_FIELD"),
    "RouteService/ReadmitBuild": (route_pb2.ReadmitBuildRequest(), "INVALID_FIELD"),
    "RouteService/StartShadow": (route_pb2.StartShadowRequest(), "INVALID_FIELD"),
    "RouteService/StopShadow": (route_pb2.StopShadowRequest(), "INVALID_FIELD"),
    "RouteService/GetShadow": (route_pb2.GetShadowRequest(shadow_id=FOREIGN), "SHADOW_NOT_FOUND"),
    "RouteService/ListShadowDifferences": (
        route_pb2.ListShadowDifferencesRequest(page_size=-1),
        "INVALID_PAGE_SIZE",
    ),
    "IncidentService/TraceJob": (incident_pb2.TraceJobRequest(job_id="x"), "JOB_NOT_FOUND"),
}
# Their requests have no fields that could be wrong: only bytes that are no message.
WITHOUT_FIELDS = {
    "FleetService/GetStatus", "FleetService/GetBuildInfo", "StorageService/CollectGarbage", "RouteService/GetRoute",
    "RouteService/WatchRoute",
}  # fmt: skip


def methods() -> Iterator[MethodDescriptor]:
    pool = descriptor_pool.Default()
    for service in SERVICES:
        yield from pool.FindServiceByName(service).methods


def path(method: MethodDescriptor) -> str:
    return f"{method.containing_service.full_name}/{method.name}"


async def answer(stack: Stack, method: MethodDescriptor, request: bytes) -> Refusal:
    arity = f"{'stream' if method.client_streaming else 'unary'}_{'stream' if method.server_streaming else 'unary'}"
    return await asyncio.to_thread(refused, stack.address, f"/{path(method)}", arity, request)


def is_stamped(metadata: Any, stack: Stack) -> bool:
    instance = stack.server.events[0]["instance"]
    return all(metadata.get(key) for key in STAMP_KEYS) and metadata["edgecode-instance"] == instance


def check(found: Refusal, stack: Stack) -> None:
    assert is_stamped(found.initial, stack), found
    assert is_stamped(found.trailing, stack), found
    assert (found.domain, found.message != "") == ("edgecode.dev", True)


@pytest.mark.parametrize("method", [pytest.param(method, id=method.name) for method in methods()])
async def test_every_rpc_answers_a_bad_request_with_stamp_and_reason(stack: Stack, method: MethodDescriptor) -> None:
    garbage = await answer(stack, method, b"\xff\xff\xff")
    check(garbage, stack)
    assert (garbage.code, garbage.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_MESSAGE")
    name = path(method).removeprefix("edgecode.v1.")
    if name not in WITHOUT_FIELDS:
        request, reason = BAD[name]
        found = await answer(stack, method, request.SerializeToString())
        check(found, stack)
        assert found.reason == reason


async def test_every_kind_of_success_is_stamped_in_initial_and_trailing_metadata(
    api: Api, stack: Stack, finished_job: job_pb2.Job
) -> None:
    calls: list[Any] = [
        api.fleet.GetStatus(fleet_pb2.GetStatusRequest()),
        api.jobs.WatchJob(job_pb2.WatchJobRequest(job_id=finished_job.job_id)),
        api.assets.UploadAsset(stream(asset_pb2.UploadAssetRequest(upload_id="stamped"))),
    ]
    for one in calls:
        initial, trailing = await metadata_of(one)
        assert is_stamped(initial, stack)
        assert is_stamped(trailing, stack)


@pytest.mark.parametrize("name", ["/edgecode.v1.JobService/Explode", "/no.such.Service/At", "/x"])
@pytest.mark.parametrize("arity", ["unary_unary", "unary_stream", "stream_unary", "stream_stream"])
async def test_an_unknown_method_of_any_arity_is_answered_with_stamp_and_reason(
    stack: Stack, name: str, arity: str
) -> None:
    found = await asyncio.to_thread(refused, stack.address, name, arity, b"x")
    check(found, stack)
    assert (found.code, found.reason) == (grpc.StatusCode.UNIMPLEMENTED, "METHOD_UNKNOWN")


async def test_a_request_with_a_forged_stamp_gets_no_forged_reply(api: Api, stack: Stack) -> None:
    forged = (("edgecode-version", "6.6.6"), ("edgecode-instance", "evil"), ("edgecode-revision", "6" * 40))
    initial, trailing = await metadata_of(api.fleet.GetBuildInfo(fleet_pb2.GetBuildInfoRequest(), metadata=forged))
    assert is_stamped(initial, stack)
    assert is_stamped(trailing, stack)
    assert "6.6.6" not in (initial["edgecode-version"], trailing["edgecode-version"])


async def test_health_names_every_service_and_refuses_others_like_any_error(stack: Stack) -> None:
    async with aio.insecure_channel(stack.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for service in ("", *SERVICES):
            reply = await health.Check(health_pb2.HealthCheckRequest(service=service))
            assert reply.status == health_pb2.HealthCheckResponse.SERVING
        found = await refusal(health.Check(health_pb2.HealthCheckRequest(service="no.such.Service")))
        check(found, stack)
        assert (found.code, found.reason) == (grpc.StatusCode.NOT_FOUND, "SERVICE_UNKNOWN")


async def test_claims_too_long_or_of_the_wrong_form_are_named(api: Api, stack: Stack) -> None:
    for key, value in (("edgecode-client-version", "x" * 257), ("edgecode-sequence", "soon")):
        found = await refusal(api.fleet.GetStatus(fleet_pb2.GetStatusRequest(), metadata=((key, value),)))
        check(found, stack)
        assert (found.code, found.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (key,))


@pytest.mark.parametrize("service", [V1, V1ALPHA, HEALTH])
async def test_health_and_reflection_refuse_garbage_like_any_method(stack: Stack, service: str) -> None:
    name, arity = ("Check", "unary_unary") if service == HEALTH else ("ServerReflectionInfo", "stream_stream")
    found = await asyncio.to_thread(refused, stack.address, f"/{service}/{name}", arity, b"\xff\xff\xff")
    check(found, stack)
    assert found.reason == "MALFORMED_MESSAGE"
