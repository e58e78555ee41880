"""Published artifacts, written below the job's `output_uri`: each whole or not at all, always with the same bytes."""

from collections.abc import Mapping

from obstore.exceptions import BaseError

from edgecode.core.blobs import Blobs
from edgecode.core.errors import DataLoss, EdgecodeError
from edgecode.core.named_stores import NamedStore, Place, find_place
from edgecode.v1 import event_pb2, media_pb2
from edgecode.workers.faults import ExportFailed, ExportStoreUnknown
from edgecode.workers.tasks.work import Result, Work


async def run(work: Work) -> Result:
    """Writes the artifacts that the task names, one after another, from bytes that have their digest."""
    return Result(exports=[await _write(work, artifact) for artifact in work.task.artifacts])


async def _write(work: Work, artifact: media_pb2.Artifact) -> event_pb2.ExportedFile:
    file = artifact.file
    uri = f"{work.task.output_uri.rstrip('/')}/{file.file_name}"
    target, key = _target(work.stores, uri)
    path = work.scratch / artifact.artifact_id
    await work.blobs.fetch_file(file.blob_key, path, file.sha256)
    try:
        # The name appears when all bytes are there, and stands for the same bytes whoever writes it again.
        await target.put_file(key, path)
        size = await target.size_bytes(key)
    except (BaseError, OSError, EdgecodeError) as error:
        raise ExportFailed(f"{uri}: {error}") from error
    finally:
        path.unlink(missing_ok=True)
    if size != file.size_bytes:
        raise DataLoss("BLOB_DIGEST_MISMATCH", f"{uri} has {size} bytes, expected {file.size_bytes}")
    return event_pb2.ExportedFile(artifact_id=artifact.artifact_id, uri=uri, size_bytes=size)


def _target(stores: Mapping[str, NamedStore], uri: str) -> tuple[Blobs, str]:
    """The store of a URI, opened, and the key in it."""
    place: Place | None = find_place(stores, "export", uri)
    if place is None:
        raise ExportStoreUnknown(f"{uri} lies in no store that this worker has for export")
    try:
        return Blobs(stores[place.store].url), place.key
    except (BaseError, OSError, EdgecodeError) as error:
        raise ExportFailed(f"{uri}: {error}") from error
