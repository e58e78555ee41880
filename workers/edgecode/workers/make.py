"""The work of one attempt: the source into scratch, the task's kind run on it, what it made into the store."""

import dataclasses
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from edgecode.core.blobs import source_key
from edgecode.core.stamp import stamp_to_proto
from edgecode.v1 import bus_pb2, event_pb2, media_pb2
from edgecode.workers.media.rendered import OnProgress
from edgecode.workers.media.tags import FileTags
from edgecode.workers.parts import Parts
from edgecode.workers.tasks.kinds import KINDS, Kind
from edgecode.workers.tasks.work import Work
from edgecode.workers.upload import Maker, Upload


@dataclass(frozen=True, slots=True)
class Made:
    """What an attempt found and made; the files are in the store."""

    source: media_pb2.MediaInfo | None = None
    files: Sequence[media_pb2.ArtifactFile] = ()
    exports: Sequence[event_pb2.ExportedFile] = ()
    failed: Mapping[str, media_pb2.Failure] = field(default_factory=dict)


async def make(task: bus_pb2.TaskMessage, attempt_id: str, parts: Parts, on_progress: OnProgress) -> Made:
    """Does it. Cancelled, it stops what it started within a second; in any case it leaves no scratch.

    Raises:
        MediaFailure, or what store, disk and defects raise: `faults.failure_of` reads them.
    """
    kind = KINDS[task.kind]
    folder = parts.scratch.folder(attempt_id)
    work = Work(
        task=task,
        source=folder / "source",
        scratch=folder / "work",
        tags=_tags(task, parts),
        tools=dataclasses.replace(parts.tools, observe=parts.children.of(kind.name)),
        on_progress=on_progress,
        blobs=parts.blobs,
        stores=parts.settings.stores,
    )
    if not kind.needs_scratch:
        return Made((await kind.run(work)).source)
    work.scratch.mkdir(parents=True)
    try:
        if kind.needs_source:
            on_progress((), 0.0, bus_pb2.PHASE_FETCHING)
            with parts.tracer.span("fetch source"):
                await parts.blobs.fetch_file(source_key(task.asset_sha256), work.source, task.asset_sha256)
        return await _make(kind, work, Maker(stamp_to_proto(parts.stamp), parts.digests, attempt_id), parts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _make(kind: Kind, work: Work, maker: Maker, parts: Parts) -> Made:
    started = datetime.now(UTC)
    result = await kind.run(work)
    if not result.files:
        return Made(result.source, exports=result.exports)
    work.on_progress((), 0.0, bus_pb2.PHASE_STORING)
    upload = Upload(parts.blobs, work.task, maker)
    with parts.tracer.span("store files"):
        files = await upload.put(result.files, work.tags, started, datetime.now(UTC))
    return Made(result.source, files, failed=result.failed)


def _tags(task: bus_pb2.TaskMessage, parts: Parts) -> FileTags:
    stamp = parts.stamp
    return FileTags(
        service=stamp.service,
        version=stamp.version,
        revision=stamp.revision,
        dirty=bool(stamp.dirty),
        toolchain_digest=parts.digests.toolchain_digest,
        source_sha256=task.asset_sha256,
        job_id=task.job_id,
    )
