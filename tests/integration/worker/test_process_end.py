"""A process that used the blob store ends with the status it means."""

import asyncio
import sys
from pathlib import Path

from tests.harness.process import Process, Processes

RUNS = 16
# Nothing between the last call and the end, which one run in three or so does not survive otherwise.
PROGRAM = """
import asyncio, sys
from edgecode.core.blobs import Blobs
from edgecode.core.process_end import end_process

async def work():
    blobs = Blobs(sys.argv[1])
    await blobs.put("key", b"bytes")
    print("written")
    await blobs.exists("key")

asyncio.new_event_loop().run_until_complete(work())
end_process(3)
"""


async def test_a_process_that_ends_right_after_its_last_call_of_the_store_is_not_aborted(
    processes: Processes, tmp_path: Path
) -> None:
    two_at_once = asyncio.Semaphore(2)

    async def run(number: int) -> tuple[int, list[str]]:
        async with two_at_once:
            url = f"file://{tmp_path / str(number)}"
            process: Process = await processes.start("ends", sys.executable, "-c", PROGRAM, url)
            return await process.exit(), process.lines

    assert await asyncio.gather(*(run(number) for number in range(RUNS))) == [(3, ["written"])] * RUNS
