"""`CreateJob` accepted, 64 in flight, against the same server and reply path with the publish left out."""

import asyncio
import sys
from contextlib import AsyncExitStack

from bench.calls import Burst, Creator
from bench.outcome import Effort, Goal, Outcome, middle, percentile
from bench.stack import SYNC_ALWAYS, SYNC_TWO_MINUTES, Stack

_CALLS = 2500
_NAME = "publish left out"


async def run(effort: Effort) -> list[Outcome]:
    synced = await _bursts(effort, SYNC_ALWAYS)
    unsynced = await _bursts(effort, SYNC_TWO_MINUTES)
    rates = [burst.per_second for burst in synced["whole"]]
    late = [percentile(burst.seconds, 99) * 1000 for burst in synced["whole"]]
    late_baseline = middle([percentile(burst.seconds, 99) * 1000 for burst in synced["forgetful"]])
    return [
        _against("accepted, every message synced", synced, Goal(at_least=0.35)),
        Outcome("accepted, every message synced", middle(rates), "a second", rates, goal=Goal(at_least=1000)),
        Outcome("its p99", middle(late), "ms", late, goal=Goal(at_most=50)),
        Outcome("p99 with the publish left out", late_baseline, "ms"),
        Outcome("answered by a server of the framework alone, for scale", await _echo(effort), "a second"),
        _against("accepted, synced every 2 minutes", unsynced, Goal(at_least=0.6)),
    ]


async def _echo(effort: Effort) -> float:
    async with Stack() as stack:
        echo = await stack.start("echo", sys.executable, "-m", "bench.echo_server")
        port = await echo.line(str.isdigit)
        creator = Creator(f"127.0.0.1:{port}")
        try:
            return middle([(await creator.burst(effort.of(_CALLS))).per_second for _ in range(effort.rounds)])
        finally:
            await creator.close()


def _against(what: str, bursts: dict[str, list[Burst]], goal: Goal) -> Outcome:
    rates = {side: [burst.per_second for burst in found] for side, found in bursts.items()}
    return Outcome(what, middle(rates["whole"]), "a second", rates["whole"], _NAME, middle(rates["forgetful"]), goal)


async def _bursts(effort: Effort, sync: str) -> dict[str, list[Burst]]:
    found: dict[str, list[Burst]] = {"whole": [], "forgetful": []}
    modules = {"whole": "edgecode.server", "forgetful": "bench.server_without_log"}
    async with AsyncExitStack() as stacks:
        creators: dict[str, Creator] = {}
        for side, module in modules.items():
            stack = await stacks.enter_async_context(Stack(sync))
            await stack.start_server(module)
            creators[side] = Creator(stack.address)
            stacks.push_async_callback(creators[side].close)
            await creators[side].open()
        for _ in range(effort.rounds):
            for side, creator in creators.items():
                found[side].append(await creator.burst(effort.of(_CALLS)))
                await asyncio.sleep(0.5)  # what the leader still has to fold is not the other side's burden
    return found
