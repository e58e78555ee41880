"""The sweep of blobs when an operator asks for it: each blob with why nobody needs it. Any server does it."""

from collections.abc import AsyncGenerator, AsyncIterator

from edgecode.core.blobs import Blobs
from edgecode.core.settings import Settings
from edgecode.server.assets.uploads import Uploads
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.planner.garbage import Garbage, GarbageSearch, Page
from edgecode.v1 import storage_pb2
from edgecode.v1.storage_pb2 import GarbageBlob


class GarbageCollection:
    """Says what the sweep would delete, or does it now."""

    def __init__(self, settings: Settings, blobs: Blobs, ledger: Ledger, reads: Reads, uploads: Uploads) -> None:
        self._blobs = blobs
        self._search = GarbageSearch(blobs, ledger)
        self._reads = reads
        self._uploads = uploads
        self._young = settings.blob_young_seconds
        self._abandoned = settings.upload_abandoned_seconds

    async def collect(
        self, request: storage_pb2.CollectGarbageRequest
    ) -> AsyncIterator[storage_pb2.CollectGarbageResponse]:
        """Each blob, then the totals. Unless it is a dry run, a blob is named when it has been deleted.

        Raises:
            Unavailable: `LEDGER_BEHIND`, or the store's own.
        """
        # All that the log holds now counts, so a ledger that lags takes nothing for garbage.
        await self._reads.caught_up()
        total = storage_pb2.GarbageTotal(dry_run=request.dry_run, unread_events=bool(await self._search.unread()))
        async for page in self._pages():
            total.looked_at += page.looked_at
            for each in page.garbage if request.dry_run else await self._delete(page.garbage):
                total.blobs += 1
                total.size_bytes += each.blob.size_bytes
                yield storage_pb2.CollectGarbageResponse(blob=_message(each))
        yield storage_pb2.CollectGarbageResponse(total=total)

    async def _pages(self) -> AsyncGenerator[Page, None]:
        async for blobs in self._uploads.abandoned(self._abandoned):
            yield Page(len(blobs), [Garbage(blob, GarbageBlob.REASON_UPLOAD_ABANDONED) for blob in blobs])
        async for page in self._search.artifacts(self._young):
            yield page
        first = {each.blob.key async for page in self._search.sources(self._young) for each in page.garbage}
        await self._reads.caught_up()
        async for page in self._search.sources(self._young):
            yield Page(page.looked_at, [each for each in page.garbage if each.blob.key in first])

    async def _delete(self, garbage: list[Garbage]) -> list[Garbage]:
        gone = set(await self._blobs.delete_older([each.blob.key for each in garbage], self._young))
        return [each for each in garbage if each.blob.key in gone]


def _message(garbage: Garbage) -> storage_pb2.GarbageBlob:
    found = storage_pb2.GarbageBlob(
        key=garbage.blob.key, size_bytes=garbage.blob.size_bytes, reason=garbage.reason, job_id=garbage.job_id
    )
    found.update_time.FromDatetime(garbage.blob.modified)
    return found
