"""Metrics and health over HTTP: `/metrics` for Prometheus, `/healthz` for probes. No secrets; its own thread."""

import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

_SILENCE_SECONDS = 5.0


class _Server(ThreadingMixIn, WSGIServer):
    """A thread for each connection: one that says nothing keeps no probe waiting, nor the end."""

    daemon_threads = True
    block_on_close = False


class _Quiet(WSGIRequestHandler):
    timeout = _SILENCE_SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class names it so
        """Probes come every few seconds; they are no news."""


class MetricsServer:
    """Serves until stopped."""

    def __init__(self, address: str, registry: CollectorRegistry, is_healthy: Callable[[], bool]) -> None:
        self._address = address
        self._metrics = make_wsgi_app(registry)
        self._is_healthy = is_healthy
        self._server: WSGIServer | None = None

    @property
    def address(self) -> str:
        """Where it listens, `host:port` with the port that port 0 became; before the start as it was given."""
        if self._server is None:
            return self._address
        return f"{self._address.rpartition(':')[0]}:{self._server.server_port}"

    async def start(self) -> None:
        """Listens at `host:port`, port 0 for a free one; an empty address means not at all.

        Raises:
            OSError: the address is taken.
        """
        if not self._address:
            return
        host, _, port = self._address.rpartition(":")
        self._server = make_server(host, int(port), self._answer, _Server, _Quiet)
        threading.Thread(target=self._server.serve_forever, name="metrics-http", daemon=True).start()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != "/healthz":
            return list(self._metrics(environ, start_response))
        healthy = self._is_healthy()
        start_response("200 OK" if healthy else "503 Service Unavailable", [("Content-Type", "text/plain")])
        return [b"ok\n" if healthy else b"not serving\n"]

    async def stop(self) -> None:
        """Stops listening; twice is legal."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
