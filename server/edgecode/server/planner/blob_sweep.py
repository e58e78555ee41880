"""Removes blobs nobody needs, now and then. Which those are is decided in `garbage.py`."""

import time
from collections.abc import Awaitable, Callable

import structlog

from edgecode.core.blobs import Blobs
from edgecode.server.ledger.port import Ledger
from edgecode.server.planner.garbage import Garbage, GarbageSearch

log = structlog.get_logger()


class BlobSweep:
    """Runs at most once per interval; `sweep_uploads` removes abandoned uploads."""

    def __init__(
        self,
        blobs: Blobs,
        ledger: Ledger,
        sweep_uploads: Callable[[], Awaitable[int]],
        interval_seconds: float,
        young_seconds: float,
    ) -> None:
        self._blobs = blobs
        self._search = GarbageSearch(blobs, ledger)
        self._sweep_uploads = sweep_uploads
        self._interval = interval_seconds
        self._young = young_seconds
        self._due = time.monotonic() + interval_seconds
        self._nobodys: set[str] = set()

    async def run_when_due(self) -> None:
        """Sweeps when the interval has passed."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + self._interval
            await self.run()

    async def run(self) -> int:
        """Sweeps now; returns how many blobs went."""
        gone = await self._sweep_uploads()
        async for page in self._search.artifacts(self._young):
            gone += await self._delete(page.garbage)
        found: set[str] = set()
        async for page in self._search.sources(self._young):
            found |= {each.blob.key for each in page.garbage}
            # Those that were nobody's at the sweep before, too.
            gone += await self._delete([each for each in page.garbage if each.blob.key in self._nobodys])
        self._nobodys = found
        if gone:
            log.info("blobs.swept", count=gone)
        return gone

    async def _delete(self, garbage: list[Garbage]) -> int:
        # Bytes that come again are written again, though the store had them when it was listed.
        return len(await self._blobs.delete_older([each.blob.key for each in garbage], self._young))
