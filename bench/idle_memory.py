"""RSS of an idle server and an idle worker."""

import asyncio

from bench.outcome import Effort, Goal, Outcome
from bench.stack import Stack, resident_bytes

# Long enough for the first beats, sweeps and scrapes.
_SETTLE_SECONDS = 6.0


async def run(effort: Effort) -> list[Outcome]:
    async with Stack() as stack:
        await stack.start_server()
        worker = await stack.start_worker()
        await asyncio.sleep(_SETTLE_SECONDS)
        server_megabytes = resident_bytes(stack.server.pid) / 1e6
        worker_megabytes = resident_bytes(worker.pid) / 1e6
    return [
        Outcome("server", server_megabytes, "MB", goal=Goal(at_most=120)),
        Outcome("worker", worker_megabytes, "MB", goal=Goal(at_most=90)),
    ]
