"""What a shadow's task made, compared with what was served. It finds a number or none, and never fails the task."""

from collections.abc import Sequence

import structlog

from edgecode.core.errors import NotFound
from edgecode.v1 import bus_pb2, media_pb2
from edgecode.workers.faults import failure_of
from edgecode.workers.media.likeness import Pair, likeness
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.tasks.work import Work

log = structlog.get_logger()


async def compare_with_served(work: Work, made: Sequence[Rendered]) -> None:
    """Notes in each rendition how like the served one it is, where that can be measured and is not known already."""
    served = {file.output_id: file for file in work.task.served_files}
    for one in made:
        if one.output_id in served and _worth_measuring(one.file, served[one.output_id], work):
            work.on_progress((), 0.0, bus_pb2.PHASE_MEASURING)
            found = await _likeness(work, one, served[one.output_id])
            if found is not None:
                one.file.served_likeness.CopyFrom(found)


def _worth_measuring(made: media_pb2.ArtifactFile, served: media_pb2.ArtifactFile, work: Work) -> bool:
    """Not where the streams are the same, nor where no pixel has a partner."""
    return (
        made.content_sha256 != served.content_sha256
        and (made.width_pixels, made.height_pixels) == (served.width_pixels, served.height_pixels)
        and served.size_bytes <= work.tools.limits.max_output_bytes
    )


async def _likeness(work: Work, made: Rendered, served: media_pb2.ArtifactFile) -> media_pb2.Quality | None:
    path = work.source.with_name("served")
    try:
        await work.blobs.fetch_file(served.blob_key, path, served.sha256)
        seconds = min(made.file.duration_seconds, served.duration_seconds)
        return await likeness(Pair(made.output_id, made.path, path, seconds), work.scratch, work.tools)
    except NotFound:
        return None  # the job that it repeats was deleted, or is kept no more
    except Exception as error:  # noqa: BLE001 - a shadow is judged by what it made, not by how that was looked at
        why = failure_of(error)
        log.warning("served.not_compared", output_id=made.output_id, reason=why.reason, why=why.detail or why.message)
        return None
    finally:
        path.unlink(missing_ok=True)
