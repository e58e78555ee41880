"""Sheets of small pictures of the source."""

from edgecode.workers.media.sprite import sprite
from edgecode.workers.tasks.work import Result, Work


async def run(work: Work) -> Result:
    """Makes and verifies the sheets and the index of each sprite asked for."""
    task = work.task
    files = [
        file
        for output in task.outputs
        for file in await sprite(work.source, task.source, output, work.scratch, work.tags, work.tools)
    ]
    return Result(files=files)
