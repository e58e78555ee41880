"""What the stamp costs a `CreateJob`: CPU time of server and broker, with it on every message and call and without.

CPU time and not the rate: a difference of a few percent drowns in what else the machine does.
"""

import asyncio
from contextlib import AsyncExitStack

from bench.calls import Creator
from bench.outcome import Effort, Goal, Outcome, middle
from bench.stack import Stack

_CALLS = 2500
_MODULES = {"stamped": "edgecode.server", "bare": "bench.server_without_stamps"}


async def run(effort: Effort) -> list[Outcome]:
    costs: dict[str, list[float]] = {side: [] for side in _MODULES}
    async with AsyncExitStack() as stacks:
        sides: dict[str, tuple[Stack, Creator]] = {}
        for side, module in _MODULES.items():
            stack = await stacks.enter_async_context(Stack())
            await stack.start_server(module)
            creator = Creator(stack.address)
            stacks.push_async_callback(creator.close)
            await creator.open()
            sides[side] = stack, creator
        for _ in range(effort.rounds):
            for side, (stack, creator) in sides.items():
                before = stack.cpu_seconds()
                await creator.burst(effort.of(_CALLS))
                await asyncio.sleep(1.0)  # the fold of them belongs to their cost
                costs[side].append((stack.cpu_seconds() - before) / effort.of(_CALLS) * 1e6)
    stamped, bare = costs["stamped"], costs["bare"]
    return [
        Outcome(
            "CPU of a CreateJob, server and broker", middle(stamped), "us", stamped, "without stamps", middle(bare),
            Goal(at_most=1.05),
        )
    ]  # fmt: skip
