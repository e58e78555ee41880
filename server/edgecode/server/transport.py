"""The gRPC server as it is set on purpose: sizes, keepalive, TLS. Documented in docs/limits.md."""

from collections.abc import Sequence
from pathlib import Path

import grpc
from grpc import aio

from edgecode.core.settings import Settings

_MINIMUM_CLIENT_PING_MS = 10_000
_METADATA_LIMIT_BYTES = 16 << 10


def make_server(settings: Settings, interceptors: Sequence[aio.ServerInterceptor]) -> aio.Server:
    """A server that listens nowhere yet."""
    ping_ms = settings.keepalive_seconds * 1000
    return aio.server(
        interceptors=list(interceptors),
        options=[
            # Between the documented limit and this one the interceptor answers, with a reason; beyond it the gRPC core.
            ("grpc.max_receive_message_length", 2 * settings.message_limit_bytes),
            ("grpc.max_send_message_length", 2 * settings.message_limit_bytes),
            ("grpc.max_metadata_size", _METADATA_LIMIT_BYTES),
            ("grpc.keepalive_time_ms", ping_ms),
            # A ping has a timeout of its own, 60 s, and gRPC waits for that where it is not set.
            ("grpc.keepalive_timeout_ms", ping_ms // 2),
            ("grpc.http2.ping_timeout_ms", ping_ms // 2),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", _MINIMUM_CLIENT_PING_MS),
            ("grpc.so_reuseport", 0),
        ],
    )


def listen(server: aio.Server, settings: Settings) -> str:
    """Binds the address, with TLS where a certificate is set; returns `host:port` with the port it got.

    Raises:
        RuntimeError: the address is taken or cannot be had.
    """
    host = settings.grpc_address.rpartition(":")[0]
    if settings.tls_certificate is None:
        port = server.add_insecure_port(settings.grpc_address)
    else:
        port = server.add_secure_port(settings.grpc_address, _credentials(settings))
    return f"{host}:{port}"


def _credentials(settings: Settings) -> grpc.ServerCredentials:
    certificate, key, authorities = settings.tls_certificate, settings.tls_key, settings.tls_client_authorities
    if certificate is None or key is None:
        raise ValueError("tls_certificate and tls_key go together: set both or none")
    return grpc.ssl_server_credentials(
        [(Path(key).read_bytes(), Path(certificate).read_bytes())],
        root_certificates=authorities.read_bytes() if authorities else None,
        require_client_auth=authorities is not None,
    )
