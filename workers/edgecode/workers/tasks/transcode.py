"""All renditions of a job, in one process."""

from edgecode.workers.media.transcode import transcode
from edgecode.workers.tasks.work import Result, Work


async def run(work: Work) -> Result:
    """Encodes and verifies the ladder."""
    task = work.task
    files = await transcode(
        work.source, task.source, task.outputs, work.scratch, work.tags, work.tools, work.on_progress
    )
    return Result(files=files)
