"""Sound alone."""

from edgecode.workers.media.audio import audio
from edgecode.workers.tasks.work import Result, Work


async def run(work: Work) -> Result:
    """Encodes and verifies each output of sound."""
    task = work.task
    files = [
        await audio(work.source, task.source, output, work.scratch, work.tags, work.tools, work.on_progress)
        for output in task.outputs
    ]
    return Result(files=files)
