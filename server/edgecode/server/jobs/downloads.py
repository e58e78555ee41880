"""Artifacts as streams of bytes."""

from collections.abc import AsyncIterator

from edgecode.core.blobs import Blobs
from edgecode.core.errors import InvalidRequest, NotFound, OutOfRange
from edgecode.server.assets.digests import crc32c_of
from edgecode.server.calls import CallContext
from edgecode.server.jobs.queries import JobQueries
from edgecode.v1 import job_pb2


class Downloads:
    """Reads from the blob store what the ledger calls published."""

    def __init__(self, blobs: Blobs, queries: JobQueries) -> None:
        self._blobs = blobs
        self._queries = queries

    async def artifact(
        self, request: job_pb2.DownloadArtifactRequest, call: CallContext
    ) -> AsyncIterator[job_pb2.DownloadArtifactResponse]:
        """The bytes of an artifact, or of its statement, from an offset on, at most 1 MiB per message.

        Raises:
            InvalidRequest: the offset is negative.
            NotFound: `ARTIFACT_NOT_FOUND`; `ARTIFACT_GONE` where its bytes are swept already.
            OutOfRange: `OFFSET_BEYOND_END`.
        """
        if request.offset_bytes < 0:
            raise InvalidRequest.field("offset_bytes", f"must not be negative, and is {request.offset_bytes}")
        file = (await self._queries.artifact(request.artifact_id, call)).file
        key = file.statement_blob_key if request.statement else file.blob_key
        size = await self._size(key, request.artifact_id)
        if request.offset_bytes > size:
            raise OutOfRange(
                "OFFSET_BEYOND_END",
                f"offset_bytes is {request.offset_bytes}, and there are {size} bytes",
                metadata={"size_bytes": str(size)},
            )
        offset = request.offset_bytes
        async for data in self._blobs.stream(key, offset):
            yield job_pb2.DownloadArtifactResponse(offset_bytes=offset, data=data, data_crc32c=crc32c_of(data))
            offset += len(data)

    async def _size(self, key: str, artifact_id: str) -> int:
        try:
            return await self._blobs.size_bytes(key)
        except NotFound as error:
            raise NotFound(
                "ARTIFACT_GONE", f"the bytes of artifact {artifact_id} are gone", metadata={"artifact_id": artifact_id}
            ) from error
