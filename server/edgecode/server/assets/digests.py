"""SHA-256 and CRC32C of bytes as they pass."""

import asyncio
import hashlib

import google_crc32c


class Digests:
    """Running digests of a file. Big pieces are hashed beside the event loop."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self.crc32c = 0
        self.size_bytes = 0

    async def update(self, data: bytes) -> None:
        """Adds bytes."""
        await asyncio.to_thread(self._update, data)

    def _update(self, data: bytes) -> None:
        self._sha256.update(data)
        self.crc32c = google_crc32c.extend(self.crc32c, data)
        self.size_bytes += len(data)

    @property
    def sha256(self) -> str:
        """Of all added so far, 64 hex digits."""
        return self._sha256.hexdigest()


def crc32c_of(data: bytes) -> int:
    """CRC32C (Castagnoli) of some bytes."""
    return int(google_crc32c.value(data))
