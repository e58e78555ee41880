"""Rebuilding the ledger from the log: new tables beside the old, then a swap. Plans nothing, publishes nothing."""

import time
from collections.abc import Callable
from pathlib import Path

from edgecode.core.bus import Bus
from edgecode.core.errors import FailedPrecondition
from edgecode.core.log import Log
from edgecode.core.log_reader import LogReader
from edgecode.server.ledger.projector import Projector
from edgecode.server.ledger.rows import EXPIRY_MARGIN_US
from edgecode.server.ledger.sqlite import SqliteLedger
from edgecode.server.planner.lock import FileLock

_BATCH = 1000


async def rebuild(bus: Bus, path: Path, on_progress: Callable[[int, int], None]) -> int:
    """Folds the whole log into a new file and puts it in the place of the old one; returns the sequence it stands at.

    `on_progress` gets (folded sequence, last sequence).

    Raises:
        FailedPrecondition: `LEDGER_IN_USE`: a server leads on this ledger.
    """
    lock = FileLock(lock_path(path))
    if not lock.try_acquire():
        raise FailedPrecondition("LEDGER_IN_USE", f"a server uses {path}; stop the servers first")
    try:
        return await _rebuild(bus, path, on_progress)
    finally:
        lock.release()


def lock_path(path: Path) -> Path:
    """The leader's lock of a ledger file."""
    return path.with_name(f"{path.name}.leader")


async def _rebuild(bus: Bus, path: Path, on_progress: Callable[[int, int], None]) -> int:
    fresh = path.with_name(f"{path.name}.rebuild")
    _remove(fresh)
    events = Log(bus)
    ledger = SqliteLedger(fresh)
    await ledger.open()
    head = await fold_all(bus, events, ledger, on_progress)
    await ledger.close()
    _remove(path)
    fresh.replace(path)
    return head


async def fold_all(bus: Bus, events: Log, ledger: SqliteLedger, on_progress: Callable[[int, int], None]) -> int:
    """Folds the whole log into an empty ledger, without what is about to expire; returns the log's head."""
    projector = Projector(ledger, events)
    await projector.open()
    identity = await events.identity()
    reader = LogReader(bus, 0)
    head = identity.last_sequence
    async for entries in reader.history(head, _BATCH):
        # The log's last events may be gone: their sequences are not.
        await projector.fold(entries, min(reader.position, head), reader.take_refused())
        on_progress(projector.cursor.sequence, head)
    await reader.close()
    await ledger.expire(time.time_ns() // 1000 + EXPIRY_MARGIN_US)
    return head


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
