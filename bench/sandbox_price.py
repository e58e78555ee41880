"""What the sandbox adds to each child: `true` started inside it and without it, and that beside the smallest task.

That is a probe, which starts one child; the others start two to four.
"""

import asyncio
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.media_cost import CLIP
from bench.outcome import Effort, Outcome, middle
from bench.transcode import measured
from edgecode.workers.media.probe import probe
from edgecode.workers.media.run_child import ask
from edgecode.workers.media.tools import MediaTools, find_tools

_CHILDREN = 50
Way = Callable[[Path], None]


def _inside(tools: MediaTools, children: int) -> Way:
    async def run(folder: Path) -> None:
        for _ in range(children):
            await ask(["true"], CLIP, folder, tools)

    return lambda folder: asyncio.run(run(folder))


def _outside(children: int) -> Way:
    async def run() -> None:
        for _ in range(children):
            process = await asyncio.create_subprocess_exec("true", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            await process.communicate()

    return lambda _: asyncio.run(run())


def _probed(tools: MediaTools) -> Way:
    def run(folder: Path) -> None:
        asyncio.run(probe(CLIP, folder, tools))

    return run


def _measure(children: int, rounds: int) -> list[Outcome]:
    with tempfile.TemporaryDirectory(prefix="edgecode-bench-") as folder:
        tools = find_tools(Path(folder) / "children")
        ways: dict[str, Way] = {
            "inside": _inside(tools, children),
            "outside": _outside(children),
            "probe": _probed(tools),
        }
        found = {name: [measured(way) for _ in range(rounds)] for name, way in ways.items()}
    outcomes = []
    for place, kind in enumerate(("wall", "CPU")):
        inside, outside = ([each[place] * 1000 / children for each in found[name]] for name in ("inside", "outside"))
        added = middle(inside) - middle(outside)
        task = middle([each[place] * 1000 for each in found["probe"]])
        outcomes += [
            Outcome(f"a child in the sandbox, {kind}", middle(inside), "ms", inside, "without", middle(outside)),
            Outcome(f"what it adds, {kind}", added, "ms", (), "a probe of the demo's clip", task),
        ]
    return outcomes


async def run(effort: Effort) -> list[Outcome]:
    # In a thread: each way has a loop of its own.
    return await asyncio.to_thread(_measure, effort.of(_CHILDREN), effort.rounds)
