"""The count behind the queue's limit."""

import asyncio

import pytest

from edgecode.core.errors import Exhausted
from edgecode.core.settings import Settings
from edgecode.server.jobs.write import QueueGauge
from edgecode.server.ledger.open import ledger_of


async def test_a_ledger_that_is_away_for_a_while_does_not_end_the_counting(settings: Settings) -> None:
    ledger = ledger_of(settings.ledger)
    await ledger.open()
    gauge = QueueGauge(ledger, limit_jobs=1, refresh_seconds=0.01)
    await gauge.start()
    gauge.added()
    await ledger.close()
    with pytest.raises(Exhausted):
        gauge.check()
    await asyncio.sleep(0.05)  # several counts fail
    await ledger.open()

    async def is_counted_again() -> None:
        while True:
            try:
                return gauge.check()
            except Exhausted:
                await asyncio.sleep(0.01)

    await asyncio.wait_for(is_counted_again(), 10)
    await gauge.stop()
    await ledger.close()
