"""What the stamp, and what telemetry costs a `CreateJob`: CPU time of server and broker with and without it.

CPU time and not the rate: a difference of a few percent drowns in what else the machine does.
"""

from contextlib import AsyncExitStack

from bench.calls import Creator
from bench.outcome import Effort, Goal, Outcome, middle
from bench.stack import Stack

_CALLS = 2500


async def stamp(effort: Effort) -> list[Outcome]:
    return await _price(effort, "bench.server_without_stamps", "without stamps")


async def telemetry(effort: Effort) -> list[Outcome]:
    return await _price(effort, "bench.server_without_telemetry", "without spans and metrics")


async def _price(effort: Effort, module: str, without: str) -> list[Outcome]:
    modules = {"whole": "edgecode.server", "bare": module}
    costs: dict[str, list[float]] = {side: [] for side in modules}
    async with AsyncExitStack() as stacks:
        sides: dict[str, tuple[Stack, Creator]] = {}
        for side, each in modules.items():
            stack = await stacks.enter_async_context(Stack())
            await stack.start_server(each)
            creator = Creator(stack.address)
            stacks.push_async_callback(creator.close)
            await creator.open()
            sides[side] = stack, creator
        for turn in range(effort.rounds):
            # Neither side always comes after the other.
            for side, (stack, creator) in sorted(sides.items(), reverse=turn % 2 == 0):
                before = stack.cpu_seconds()
                await creator.burst(effort.of(_CALLS))
                await creator.settle()  # the fold of them belongs to their cost
                costs[side].append((stack.cpu_seconds() - before) / effort.of(_CALLS) * 1e6)
    whole, bare = costs["whole"], costs["bare"]
    return [
        Outcome(
            "CPU of a CreateJob, server and broker", middle(whole), "us", whole, without, middle(bare),
            Goal(at_most=1.05),
        )
    ]  # fmt: skip
