"""The worker, noting for each attempt how long its task had been stored: `bench.picked_up` in its log."""

from datetime import UTC, datetime

import structlog

import edgecode.workers.host
from edgecode.workers.app import main
from edgecode.workers.attempt import Attempt, Ended

log = structlog.get_logger()


class NotingAttempt(Attempt):
    """Notes, then goes on as ever."""

    async def run(self) -> Ended:
        waited = datetime.now(UTC) - self._message.metadata.timestamp
        log.info("bench.picked_up", seconds=waited.total_seconds())
        return await super().run()


if __name__ == "__main__":
    vars(edgecode.workers.host)["Attempt"] = NotingAttempt
    main()
