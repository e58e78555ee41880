"""HLS and DASH over what the job has published."""

from edgecode.workers.media.package.package import Ingredient, package, takes
from edgecode.workers.tasks.work import Result, Work


async def run(work: Work) -> Result:
    """Fetches the artifacts and packages them."""
    files = []
    for output in work.task.outputs:
        ingredients = []
        for artifact in work.task.artifacts:
            if takes(output, artifact.file):
                path = work.source.with_name(f"{output.output_id}-of-{artifact.file.file_name}")
                await work.blobs.fetch_file(artifact.file.blob_key, path, artifact.file.sha256)
                ingredients.append(Ingredient(artifact.file, path))
        files += await package(ingredients, work.task.source, output, work.scratch, work.tags, work.tools)
    return Result(files=files)
