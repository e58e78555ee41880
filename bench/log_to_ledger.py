"""Log to ledger: events a second of a whole fold, its memory, and the lag of a running leader's."""

import asyncio
import struct
import sys
import time
from typing import Any

from bench.outcome import Effort, Goal, Outcome, middle, percentile
from bench.played_jobs import append_all, finished_job
from bench.stack import SYNC_TWO_MINUTES, Stack
from edgecode.core import streams
from edgecode.core.bus import Bus, Incoming, connect
from edgecode.core.log import Log
from edgecode.core.stamp import make_stamp
from edgecode.server.ledger.reads import COMMITTED
from tests.harness.postgres import Postgres

_JOBS = 24_000
_EVENTS_OF_A_JOB = 6
_HALF_THE_RATE = 2500
_LAG_SECONDS = 6
_JOBS_AT_ONCE = 5
_JOBS_FILLED_AT_ONCE = 800
# A busy machine folds a tenth of what a quiet one does.
_PATIENCE_SECONDS = 600.0


async def run(effort: Effort) -> list[Outcome]:
    return [*await _whole_fold(effort), await _lag(effort)]


async def _whole_fold(effort: Effort) -> list[Outcome]:
    rates, growth, in_postgresql = list[float](), list[float](), list[float]()
    # Filled without syncs, which reading knows nothing of.
    with Postgres() as postgres:
        async with Stack(SYNC_TWO_MINUTES) as stack:
            bus = await connect(stack.broker.url, make_stamp("server", "bench"))
            await streams.ensure(bus, stack.settings)
            log = Log(bus)
            for _ in range(effort.of(_JOBS) // _JOBS_FILLED_AT_ONCE):
                await append_all(log, [finished_job(bus.stamp.build) for _ in range(_JOBS_FILLED_AT_ONCE)])
            await bus.close()
            for _ in range(effort.rounds):
                said = await _fold(stack)
                rates.append(said["events"] / said["seconds"])
                growth.append(said["end"] / said["half"])
                said = await _fold(stack, EDGECODE_LEDGER_URL=postgres.database("bench"))
                in_postgresql.append(said["events"] / said["seconds"])
    return [
        Outcome("whole fold", middle(rates), "events a second", rates, goal=Goal(at_least=5000)),
        Outcome("its memory, end of the log to half of it", middle(growth), "", growth, goal=Goal(at_most=1.1)),
        Outcome(
            "whole fold into PostgreSQL", middle(in_postgresql), "events a second", in_postgresql,
            "into SQLite", middle(rates), Goal(at_least=0.5),
        ),
    ]  # fmt: skip


async def _fold(stack: Stack, **environment: str) -> dict[str, Any]:
    environment["EDGECODE_NATS_URL"] = stack.broker.url
    process = await stack.start("fold", sys.executable, "-m", "bench.fold_log", env=environment)
    said = await process.event("bench.folded", _PATIENCE_SECONDS)
    await process.exit()
    return said


async def _lag(effort: Effort) -> Outcome:
    late: list[float] = []
    async with Stack() as stack:
        await stack.start_server()
        bus = await connect(stack.broker.url, make_stamp("server", "bench"))
        commits = asyncio.Queue[tuple[int, float]]()

        async def on_committed(incoming: Incoming) -> None:
            commits.put_nowait((struct.unpack(">Q", incoming.payload)[0], time.perf_counter()))

        await bus.subscribe(COMMITTED, on_committed)
        for _ in range(effort.rounds):
            late += await _lags(bus, commits, max(1.0, _LAG_SECONDS * effort.scale))
        await bus.close()
    p99 = percentile(late, 99) * 1000
    return Outcome(f"lag of the ledger at {_HALF_THE_RATE} events a second, p99", p99, "ms", goal=Goal(at_most=50))


async def _lags(bus: Bus, commits: asyncio.Queue[tuple[int, float]], seconds: float) -> list[float]:
    """Seconds from the broker's word that an event is stored to the ledger's that it is committed, of each group."""
    log = Log(bus)
    stored: list[tuple[int, float]] = []

    async def append() -> None:
        unit = [message for _ in range(_JOBS_AT_ONCE) for message in finished_job(bus.stamp.build)]
        last = (await log.append(unit))[-1].sequence
        stored.append((last, time.perf_counter()))

    period = _JOBS_AT_ONCE * _EVENTS_OF_A_JOB / _HALF_THE_RATE
    began, appends = time.perf_counter(), list[asyncio.Task[None]]()
    while (now := time.perf_counter()) < began + seconds:
        appends.append(asyncio.create_task(append()))
        await asyncio.sleep(max(0.0, began + len(appends) * period - now))
    await asyncio.gather(*appends)
    reached = list[tuple[int, float]]()
    while not reached or reached[-1][0] < max(stored)[0]:
        reached.append(await asyncio.wait_for(commits.get(), 30.0))
    return [next(at for sequence, at in reached if sequence >= last) - at_store for last, at_store in stored]
