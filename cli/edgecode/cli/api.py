"""The four services on one channel, every call with who we are and a deadline."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc

from edgecode.cli.problem import read_problem
from edgecode.core.stamp import BuildInfo
from edgecode.v1 import asset_pb2_grpc, fleet_pb2_grpc, incident_pb2_grpc, job_pb2_grpc

UNARY_SECONDS = 30.0
# As long as a restarted broker and a ledger that catches up may take.
RETRY_SECONDS = 20.0
# A page of 1,000 jobs with many outputs; the server's own messages are bounded by it, not by gRPC's 4 MB.
RECEIVE_BYTES = 64 << 20
RETRY = {
    "maxAttempts": 4,
    "initialBackoff": "0.2s",
    "maxBackoff": "2s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}
OPTIONS: list[tuple[str, Any]] = [
    ("grpc.max_receive_message_length", RECEIVE_BYTES),
    # Every call here is idempotent: reads, and writes with an id of their own.
    ("grpc.enable_retries", 1),
    (
        "grpc.service_config",
        json.dumps({"methodConfig": [{"name": [{}], "retryPolicy": RETRY}]}),
    ),
]


@dataclass(frozen=True, slots=True)
class Api:
    """Stubs of the services; close the channel when done."""

    channel: grpc.Channel
    assets: asset_pb2_grpc.AssetServiceStub
    jobs: job_pb2_grpc.JobServiceStub
    fleet: fleet_pb2_grpc.FleetServiceStub
    incidents: incident_pb2_grpc.IncidentServiceStub

    def close(self) -> None:
        """Ends all calls."""
        self.channel.close()


def connect(server: str, caller: str, build: BuildInfo, retry_seconds: float = RETRY_SECONDS) -> Api:
    """Opens a channel, which connects at its first call.

    Args:
        server: `host:port`, without TLS.
        caller: in whose name; empty leaves it to the server.
        build: of this client, a claim that the server records.
        retry_seconds: how long a unary call is tried again for an unavailable server that asks for it.
    """
    metadata = [("edgecode-client-version", build.version), ("edgecode-client-revision", build.revision)]
    if caller:
        metadata.append(("edgecode-caller", caller))
    channel = grpc.intercept_channel(
        grpc.insecure_channel(server, options=OPTIONS), _Introduce(metadata, retry_seconds)
    )
    return Api(
        channel,
        asset_pb2_grpc.AssetServiceStub(channel),
        job_pb2_grpc.JobServiceStub(channel),
        fleet_pb2_grpc.FleetServiceStub(channel),
        incident_pb2_grpc.IncidentServiceStub(channel),
    )


def _wait_asked_for(call: Any) -> float | None:
    """Seconds after which an unavailable server asked to be tried again; None when it did not."""
    if call.code() is not grpc.StatusCode.UNAVAILABLE:
        return None
    return read_problem(call).retry_after_seconds


@dataclass(frozen=True, slots=True)
class _Details(grpc.ClientCallDetails):
    method: str
    timeout: float | None
    metadata: tuple[tuple[str, str | bytes], ...] | None
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: grpc.Compression | None


class _Introduce(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
):
    """Adds our metadata to each call, and a deadline to those that end by themselves."""

    def __init__(self, metadata: Sequence[tuple[str, str]], retry_seconds: float) -> None:
        self._metadata = metadata
        self._retry_seconds = retry_seconds

    def _details(self, details: grpc.ClientCallDetails, seconds: float | None) -> _Details:
        return _Details(
            details.method,
            details.timeout if details.timeout is not None else seconds,
            (*(details.metadata or ()), *self._metadata),
            details.credentials,
            details.wait_for_ready,
            details.compression,
        )

    def intercept_unary_unary(
        self,
        continuation: Callable[[grpc.ClientCallDetails, Any], Any],
        client_call_details: grpc.ClientCallDetails,
        request: Any,
    ) -> Any:
        # What the channel tries again by itself ends where the server has answered, and a refusal is an answer.
        patience = time.monotonic() + self._retry_seconds
        while True:
            call = continuation(self._details(client_call_details, UNARY_SECONDS), request)
            wait = _wait_asked_for(call)
            if wait is None or time.monotonic() + wait > patience:
                return call
            threading.Event().wait(wait)

    def intercept_unary_stream(
        self,
        continuation: Callable[[grpc.ClientCallDetails, Any], Any],
        client_call_details: grpc.ClientCallDetails,
        request: Any,
    ) -> Any:
        return continuation(self._details(client_call_details, None), request)

    def intercept_stream_unary(
        self,
        continuation: Callable[[grpc.ClientCallDetails, Any], Any],
        client_call_details: grpc.ClientCallDetails,
        request_iterator: Any,
    ) -> Any:
        return continuation(self._details(client_call_details, None), request_iterator)
