"""The services on one channel."""

import json
from dataclasses import dataclass
from typing import Any

import grpc

from edgecode.cli.calls import Introduction, Stopping
from edgecode.cli.reach import Reach
from edgecode.cli.tracing import CommandTrace, PassedOn
from edgecode.core.stamp import BuildInfo
from edgecode.v1 import (
    asset_pb2_grpc,
    fleet_pb2_grpc,
    incident_pb2_grpc,
    job_pb2_grpc,
    release_pb2_grpc,
    route_pb2_grpc,
    storage_pb2_grpc,
    webhook_pb2_grpc,
)

# As long as a restarted broker and a ledger that catches up may take.
RETRY_SECONDS = 20.0
# A page of 1,000 jobs with many outputs; the server's own messages are bounded by it, not by gRPC's 4 MB.
RECEIVE_BYTES = 64 << 20
# A server that says nothing for so long is asked whether it is there, and given up after half of that more.
SILENCE_SECONDS = 20
RETRY = {
    "maxAttempts": 4,
    "initialBackoff": "0.2s",
    "maxBackoff": "2s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}


def _options(silence_seconds: int) -> list[tuple[str, Any]]:
    """Of a channel on which a server may be silent for so long before it is asked whether it is there."""
    return [
        ("grpc.max_receive_message_length", RECEIVE_BYTES),
        # A watch lasts as long as its job: nothing else would tell it that the server's machine is gone.
        ("grpc.keepalive_time_ms", silence_seconds * 1000),
        ("grpc.keepalive_timeout_ms", silence_seconds * 500),
        ("grpc.http2.ping_timeout_ms", silence_seconds * 500),
        ("grpc.http2.max_pings_without_data", 0),
        # Every call here is idempotent: reads, and writes with an id of their own.
        ("grpc.enable_retries", 1),
        ("grpc.service_config", json.dumps({"methodConfig": [{"name": [{}], "retryPolicy": RETRY}]})),
    ]


@dataclass(frozen=True, slots=True)
class Api:
    """Stubs of the services; close the channel when done."""

    reach: Reach
    channel: grpc.Channel
    assets: asset_pb2_grpc.AssetServiceStub
    jobs: job_pb2_grpc.JobServiceStub
    fleet: fleet_pb2_grpc.FleetServiceStub
    incidents: incident_pb2_grpc.IncidentServiceStub
    storage: storage_pb2_grpc.StorageServiceStub
    webhooks: webhook_pb2_grpc.WebhookServiceStub
    releases: release_pb2_grpc.ReleaseServiceStub
    routes: route_pb2_grpc.RouteServiceStub
    stopping: Stopping
    trace: CommandTrace

    def close(self) -> None:
        """Closes the connection, when nothing is asked any more: from another thread use `stopping` first."""
        self.channel.close()
        self.trace.close()


def connect(
    reach: Reach,
    caller: str,
    build: BuildInfo,
    *,
    retry_seconds: float = RETRY_SECONDS,
    silence_seconds: int = SILENCE_SECONDS,
    trace: CommandTrace | None = None,
) -> Api:
    """Opens a channel, which connects at its first call.

    Args:
        reach: where the server is.
        caller: in whose name; empty leaves it to the server.
        build: of this client, a claim that the server records.
        retry_seconds: how long a unary call is tried again for an unavailable server that asks for it.
        silence_seconds: how long a server may be silent in a call before it is asked whether it is there.
        trace: of the command; without one calls carry none.

    Raises:
        CommandFailed: a PEM file is wrong.
    """
    metadata = [("edgecode-client-version", build.version), ("edgecode-client-revision", build.revision)]
    if caller:
        metadata.append(("edgecode-caller", caller))
    stopping, trace = Stopping(), trace or PassedOn()
    channel = grpc.intercept_channel(
        _channel(reach, _options(silence_seconds)), Introduction(metadata, retry_seconds, stopping, trace)
    )
    return Api(
        reach,
        channel,
        asset_pb2_grpc.AssetServiceStub(channel),
        job_pb2_grpc.JobServiceStub(channel),
        fleet_pb2_grpc.FleetServiceStub(channel),
        incident_pb2_grpc.IncidentServiceStub(channel),
        storage_pb2_grpc.StorageServiceStub(channel),
        webhook_pb2_grpc.WebhookServiceStub(channel),
        release_pb2_grpc.ReleaseServiceStub(channel),
        route_pb2_grpc.RouteServiceStub(channel),
        stopping,
        trace,
    )


def _channel(reach: Reach, options: list[tuple[str, Any]]) -> grpc.Channel:
    if reach.tls is None:
        return grpc.insecure_channel(reach.server, options=options)
    return grpc.secure_channel(reach.server, reach.tls.credentials(), options=options)
