"""Artifacts as streams of bytes, and as signed URLs."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from edgecode.core.blobs import LONGEST_SIGNED_SECONDS, Blobs
from edgecode.core.errors import FailedPrecondition, InvalidRequest, NotFound, OutOfRange
from edgecode.server.assets.digests import crc32c_of
from edgecode.server.calls import CallContext
from edgecode.server.jobs.queries import JobQueries
from edgecode.server.web.urls import ArtifactUrls
from edgecode.v1 import job_pb2

DEFAULT_SIGNED_SECONDS = 3600


class Downloads:
    """Reads from the blob store what the ledger calls published."""

    def __init__(self, blobs: Blobs, queries: JobQueries, urls: ArtifactUrls) -> None:
        self._blobs = blobs
        self._queries = queries
        self._urls = urls

    async def artifact(
        self, request: job_pb2.DownloadArtifactRequest, call: CallContext
    ) -> AsyncIterator[job_pb2.DownloadArtifactResponse]:
        """The bytes of an artifact, or of its statement, from an offset on, at most 1 MiB per message.

        Raises:
            InvalidRequest: the offset is negative.
            NotFound: `ARTIFACT_NOT_FOUND`; `ARTIFACT_GONE` where its bytes are swept already.
            FailedPrecondition: `ARTIFACT_OF_SHADOW`.
            OutOfRange: `OFFSET_BEYOND_END`.
        """
        if request.offset_bytes < 0:
            raise InvalidRequest.field("offset_bytes", f"must not be negative, and is {request.offset_bytes}")
        file = (await self._queries.served(request.artifact_id, call)).file
        key = file.statement_blob_key if request.statement else file.blob_key
        size = await self._size(key, request.artifact_id)
        if request.offset_bytes > size:
            raise OutOfRange(
                "OFFSET_BEYOND_END",
                f"offset_bytes is {request.offset_bytes}, and there are {size} bytes",
                metadata={"size_bytes": str(size)},
            )
        offset = request.offset_bytes
        async with aclosing(self._blobs.stream(key, offset)) as chunks:
            async for data in chunks:
                yield job_pb2.DownloadArtifactResponse(offset_bytes=offset, data=data, data_crc32c=crc32c_of(data))
                offset += len(data)

    async def sign(self, request: job_pb2.SignArtifactUrlRequest, call: CallContext) -> job_pb2.SignArtifactUrlResponse:
        """A URL that reads an artifact, or its statement, until the artifact's own end at the latest.

        It leads to the store where the store can sign, else to this server's HTTP where that is on.

        Raises:
            InvalidRequest: the time is out of range.
            NotFound: `ARTIFACT_NOT_FOUND`; `ARTIFACT_GONE`.
            FailedPrecondition: `STORE_CANNOT_SIGN`; `ARTIFACT_OF_SHADOW`.
        """
        asked = request.expires_in_seconds
        if not 0 <= asked <= LONGEST_SIGNED_SECONDS:
            raise InvalidRequest.field(
                "expires_in_seconds", f"must be 0 for the default or 1 to {LONGEST_SIGNED_SECONDS}, and is {asked}"
            )
        artifact = await self._queries.served(request.artifact_id, call)
        key = artifact.file.statement_blob_key if request.statement else artifact.file.blob_key
        now = datetime.now(UTC)
        left = int((artifact.expire_time.ToDatetime(UTC) - now).total_seconds())
        seconds = max(1, min(asked or DEFAULT_SIGNED_SECONDS, left))
        try:
            url = await self._blobs.sign(key, seconds)
        except FailedPrecondition:
            until = int(now.timestamp()) + seconds
            url = self._urls.signed(request.artifact_id, until, statement=request.statement)
            if not url:
                raise
        await self._size(key, request.artifact_id)
        signed = job_pb2.SignArtifactUrlResponse(url=url)
        signed.expire_time.FromDatetime(now + timedelta(seconds=seconds))
        return signed

    async def _size(self, key: str, artifact_id: str) -> int:
        try:
            return await self._blobs.size_bytes(key)
        except NotFound as error:
            raise NotFound(
                "ARTIFACT_GONE", f"the bytes of artifact {artifact_id} are gone", metadata={"artifact_id": artifact_id}
            ) from error
