"""What is the source?"""

from edgecode.workers.media.probe import probe
from edgecode.workers.tasks.work import Result, Work

# Outputs that need no picture.
OF_SOUND = frozenset({"audio", "package"})


async def run(work: Work) -> Result:
    """Finds out in the sandbox; the task says what will be made of it."""
    outputs = work.task.outputs
    sound_suffices = bool(outputs) and all(output.WhichOneof("kind") in OF_SOUND for output in outputs)
    return Result(source=await probe(work.source, work.scratch, work.tools, sound_suffices=sound_suffices))
