"""What is the source?"""

from edgecode.workers.media.probe import probe
from edgecode.workers.tasks.work import Result, Work


async def run(work: Work) -> Result:
    """Finds out in the sandbox."""
    return Result(source=await probe(work.source, work.scratch, work.tools))
