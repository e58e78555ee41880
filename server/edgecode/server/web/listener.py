"""The HTTP listener: artifacts on an address of its own, with TLS as the API has it, a stamp on every reply."""

import ssl

from aiohttp import web

from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp
from edgecode.server.web.artifacts import ArtifactFiles

_KEEPALIVE_SECONDS = 30.0
# No request has a body.
_BODY_BYTES = 1 << 10


class HttpListener:
    """Serves from start to stop; with an empty address not at all."""

    def __init__(self, settings: Settings, stamp: Stamp, files: ArtifactFiles) -> None:
        self._settings = settings
        self._stamp = stamp
        self._files = files
        self._runner: web.AppRunner | None = None
        self.address = ""

    async def start(self) -> None:
        """Listens; `address` then has the port it got.

        Raises:
            OSError: the address is taken.
        """
        if not self._settings.http_address:
            return
        app = web.Application(client_max_size=_BODY_BYTES)
        app.add_routes(self._files.routes())
        app.on_response_prepare.append(self._sign)
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, keepalive_timeout=_KEEPALIVE_SECONDS,
            shutdown_timeout=self._settings.drain_seconds,
        )  # fmt: skip
        await self._runner.setup()
        host, _, port = self._settings.http_address.rpartition(":")
        site = web.TCPSite(self._runner, host.strip("[]"), int(port), ssl_context=tls_context(self._settings))
        await site.start()
        self.address = f"{host}:{self._runner.addresses[0][1]}"

    async def _sign(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Edgecode-Version"] = self._stamp.version
        response.headers["Edgecode-Revision"] = self._stamp.revision
        response.headers["Edgecode-Instance"] = self._stamp.instance
        response.headers["Server"] = f"edgecode/{self._stamp.version}"

    async def stop(self) -> None:
        """Ends open downloads after the grace; twice is legal."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """TLS as the API has it; a client certificate is asked for and not demanded, since a token does as well."""
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    if settings.tls_client_authorities is not None:
        context.load_verify_locations(settings.tls_client_authorities)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context
