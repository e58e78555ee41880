"""Pictures of the source."""

from edgecode.workers.media.thumbnail import thumbnails
from edgecode.workers.tasks.work import Result, Work


async def run(work: Work) -> Result:
    """Makes and verifies each thumbnail asked for."""
    task = work.task
    files = [
        file
        for output in task.outputs
        for file in await thumbnails(work.source, task.source, output, work.scratch, work.tags, work.tools)
    ]
    return Result(files=files)
