"""All renditions of one part of a source, in one process."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from edgecode.core.blobs import source_key
from edgecode.v1 import bus_pb2, media_pb2
from edgecode.workers.media import quality
from edgecode.workers.media.faults import MediaFailure
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.rendition import plan_rendition
from edgecode.workers.media.tools import Work as MediaWork
from edgecode.workers.media.transcode import transcode
from edgecode.workers.tasks.served import compare_with_served
from edgecode.workers.tasks.work import Result, Work


async def run(work: Work) -> Result:
    """Encodes and verifies the ladder, and measures what is to be measured."""
    task, marks = work.task, await _marks(work)
    files = await transcode(
        work.source,
        task.source,
        task.outputs,
        work.scratch,
        work.tags,
        work.tools,
        work.on_progress,
        marks,
    )
    specs = {spec.output_id: spec for spec in task.outputs if spec.HasField("quality")}
    result = await _measured(work, files, specs, marks) if specs else Result(files=files)
    await compare_with_served(work, result.files)
    return result


async def _measured(
    work: Work, files: Sequence[Rendered], specs: dict[str, media_pb2.OutputSpec], marks: Mapping[str, Path]
) -> Result:
    work.on_progress((), 0.0, bus_pb2.PHASE_MEASURING)
    media_work = MediaWork(work.source, work.task.source, work.scratch, work.tools)
    subjects = [
        quality.Subject(
            specs[one.output_id],
            plan_rendition(specs[one.output_id], work.task.source, work.scratch, {}, marks=marks, may_copy=False),
            one.file.duration_seconds,
        )
        for one in files
        if one.output_id in specs
    ]
    failed: dict[str, media_pb2.Failure] = {}
    for output_id, found in (await quality.measure(media_work, subjects)).items():
        next(one for one in files if one.output_id == output_id).file.quality.append(found)
        failure = quality.too_low(specs[output_id], found)
        if failure is not None:
            failed[output_id] = failure
    if len(failed) == len(work.task.outputs):
        # Nothing is left to publish.
        raise MediaFailure(next(iter(failed.values())))
    return Result(files=[one for one in files if one.output_id not in failed], failed=failed)


async def _marks(work: Work) -> dict[str, Path]:
    """Every watermark that the outputs name, fetched, by SHA-256."""
    digests = {o.rendition.watermark.asset_sha256 for o in work.task.outputs if o.rendition.HasField("watermark")}
    marks = {digest: work.source.with_name(f"mark-{digest}") for digest in sorted(digests)}
    for digest, path in marks.items():
        await work.blobs.fetch_file(source_key(digest), path, digest)
    return marks
