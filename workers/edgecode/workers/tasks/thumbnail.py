"""One picture of the source."""

from edgecode.workers.media.thumbnail import thumbnail
from edgecode.workers.tasks.work import Result, Work


async def run(work: Work) -> Result:
    """Makes and verifies each thumbnail asked for."""
    task = work.task
    files = [
        await thumbnail(work.source, task.source, output, work.scratch, work.tags, work.tools)
        for output in task.outputs
    ]
    return Result(files=files)
