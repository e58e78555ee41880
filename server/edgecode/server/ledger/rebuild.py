"""Rebuilding the ledger from the log: new tables beside the old, then a swap. Plans nothing, publishes nothing."""

import time
from collections.abc import Callable

from edgecode.core.bus import Bus
from edgecode.core.errors import FailedPrecondition
from edgecode.core.log import Log
from edgecode.core.log_reader import LogReader
from edgecode.core.urls import without_password
from edgecode.server.ledger.open import ledger_of, lock_of
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.projector import Projector
from edgecode.server.ledger.rows import EXPIRY_MARGIN_US

_BATCH = 1000


async def rebuild(bus: Bus, url: str, on_progress: Callable[[int, int], None]) -> int:
    """Folds the whole log into new tables and puts them in the place of the old; returns the sequence they stand at.

    `on_progress` gets (folded sequence, last sequence). Other processes may read meanwhile: the old tables, then the
    new.

    Raises:
        FailedPrecondition: `LEDGER_IN_USE`: a server leads on this ledger.
        Unavailable: `LEDGER_UNAVAILABLE`: its database does not answer; the old tables stand.
    """
    lock = lock_of(url)
    if not await lock.try_acquire():
        raise FailedPrecondition("LEDGER_IN_USE", f"a server uses {without_password(url)}; stop the servers first")
    try:
        ledger = ledger_of(url)
        fresh = await ledger.beside()
        try:
            head = await fold_all(bus, Log(bus), fresh, on_progress)
            await ledger.replace_by(fresh)
        finally:
            await fresh.close()
            await ledger.close()
        return head
    finally:
        await lock.release()


async def fold_all(bus: Bus, events: Log, ledger: Ledger, on_progress: Callable[[int, int], None]) -> int:
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
