"""One leader: who holds a lock beside the ledger, with SQLite a file's, which the kernel frees when its holder dies."""

import asyncio
import fcntl
import os
import threading
from pathlib import Path
from typing import Protocol


class LeaderLock(Protocol):
    """An exclusive lock that is waited for without blocking the loop."""

    async def try_acquire(self) -> bool:
        """Takes the lock if it is free."""
        ...

    async def acquire(self) -> None:
        """Waits for the lock.

        Raises:
            Unavailable: who gives it is not there.
        """
        ...

    async def lost(self) -> None:
        """Waits, forever where it cannot happen, until the lock is lost while it is held.

        Raises:
            Unavailable: it is lost.
        """
        ...

    async def release(self) -> None:
        """Gives the lock up; twice is legal."""
        ...


class FileLock:
    """A lock among the processes of one machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    async def try_acquire(self) -> bool:
        """Takes the lock if it is free."""
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    async def acquire(self) -> None:
        """Waits for the lock in a thread of its own, which a stopping process does not wait for."""
        loop = asyncio.get_running_loop()
        held: asyncio.Future[int] = loop.create_future()
        descriptor = self._open()

        def settle() -> None:
            if held.done():
                os.close(descriptor)  # nobody waits any more: the next one shall have it
            else:
                held.set_result(descriptor)

        def wait() -> None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle)

        threading.Thread(target=wait, name="leader-lock", daemon=True).start()
        self._descriptor = await held

    async def lost(self) -> None:
        """Never happens: the kernel keeps it."""
        await asyncio.Event().wait()

    async def release(self) -> None:
        """Gives the lock up; twice is legal."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _open(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
