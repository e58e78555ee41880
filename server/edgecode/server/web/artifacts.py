"""GET and HEAD of artifacts, with ranges."""

import base64
import re
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from aiohttp import web

from edgecode.core.blobs import Blobs
from edgecode.core.errors import Internal, NotFound
from edgecode.core.settings import Settings
from edgecode.server.calls import CallContext
from edgecode.server.jobs.queries import JobQueries
from edgecode.server.signing import SigningKeys
from edgecode.server.status import recognised
from edgecode.server.web.errors import refusal, response_of
from edgecode.server.web.ranges import Span, Unsatisfiable, matches, span_of
from edgecode.server.web.tokens import is_good

log = structlog.get_logger()

_UNPLAIN = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class _File:
    """What is served: bytes under a key, and how they are called."""

    key: str
    size_bytes: int
    etag: str
    headers: dict[str, str]


class ArtifactFiles:
    """Serves what the ledger calls published.

    Args:
        blobs: where the bytes are.
        queries: finds artifacts.
        keys: make tokens.
        settings: say whether callers need a certificate, as the API's do, or else a token.
    """

    def __init__(self, blobs: Blobs, queries: JobQueries, keys: SigningKeys, settings: Settings) -> None:
        self._blobs = blobs
        self._queries = queries
        self._keys = keys
        self._closed = settings.tls_client_authorities is not None

    def routes(self) -> list[web.RouteDef]:
        """GET and HEAD of each."""
        return [
            web.get("/artifacts/{artifact_id}", self._answer),
            web.get("/artifacts/{artifact_id}/statement", self._answer),
        ]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            if not self._may_read(request):
                why = "show a client certificate, or a URL whose token is for this path and not over"
                return refusal(403, "PERMISSION_DENIED", "TOKEN_REFUSED", why)
            return await self._send(request, await self._file(request))
        except Exception as error:
            known = recognised(error)
            if known is None and not isinstance(error, web.HTTPException | ConnectionError):
                log.error("web.failed", path=request.path, error=repr(error), exc_info=error)
                known = Internal("INTERNAL", "a defect of this server; its log tells more")
            if known is None:
                raise
            return response_of(known)

    def _may_read(self, request: web.Request) -> bool:
        """A token that is there must be good, also where none is needed."""
        token = request.query.get("token")
        if token is not None:
            return is_good(self._keys, request.path, token, time.time())
        transport = request.transport
        return not self._closed or bool(transport is not None and transport.get_extra_info("peercert"))

    async def _file(self, request: web.Request) -> _File:
        artifact = await self._queries.served(request.match_info["artifact_id"], CallContext())
        file = artifact.file
        if request.path.endswith("/statement"):
            key, name, kind = file.statement_blob_key, f"{file.file_name}.intoto.json", "application/vnd.in-toto+json"
            size, etag, headers = await self._size(key, artifact.artifact_id), f'"{artifact.artifact_id}"', {}
        else:
            key, name, kind = file.blob_key, file.file_name, file.content_type
            size, etag = await self._size(key, artifact.artifact_id), f'"{file.sha256}"'
            headers = {"Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:"}
        disposition = "attachment" if "download" in request.query else "inline"
        headers |= {
            "Content-Type": kind or "application/octet-stream",
            "Content-Disposition": f'{disposition}; filename="{_UNPLAIN.sub("_", name)}"',
            "ETag": etag,
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, max-age=300",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
            "Edgecode-Made-By": artifact.made_by.build,
        }
        return _File(key, size, etag, headers)

    async def _size(self, key: str, artifact_id: str) -> int:
        try:
            return await self._blobs.size_bytes(key)
        except NotFound as error:
            raise NotFound("ARTIFACT_GONE", f"the bytes of artifact {artifact_id} are gone") from error

    async def _send(self, request: web.Request, file: _File) -> web.StreamResponse:
        if matches(request.headers.get("If-None-Match", ""), file.etag):
            return web.Response(status=304, headers=file.headers)
        wanted = request.headers.get("Range", "") if request.method == "GET" else ""
        if request.headers.get("If-Range", file.etag) != file.etag:
            wanted = ""  # the client has a part of something else: it gets the whole
        try:
            span = span_of(wanted, file.size_bytes)
        except Unsatisfiable:
            found = refusal(416, "OUT_OF_RANGE", "RANGE_BEYOND_END", f"there are {file.size_bytes} bytes")
            found.headers["Content-Range"] = f"bytes */{file.size_bytes}"
            return found
        response = web.StreamResponse(status=200 if span is None else 206, headers=file.headers)
        whole = span or Span(0, file.size_bytes)
        if span is not None:
            response.headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{file.size_bytes}"
        response.content_length = whole.size_bytes
        await response.prepare(request)
        if request.method == "GET":
            async with aclosing(self._bytes(file, whole)) as pieces:
                async for piece in pieces:
                    await response.write(piece)
        await response.write_eof()
        return response

    async def _bytes(self, file: _File, span: Span) -> AsyncGenerator[bytes, None]:
        left = span.size_bytes
        async for data in self._blobs.stream(file.key, span.start):
            yield data[:left]
            left -= len(data)
            if left <= 0:
                return
