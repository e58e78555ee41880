"""What an attempt made, into the store: each file with its in-toto statement, the attempt's own manifest last."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from edgecode.core.blobs import Blobs, artifact_key
from edgecode.v1 import bus_pb2, media_pb2, stamp_pb2
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.statement import statement
from edgecode.workers.media.tags import FileTags

STATEMENT_SUFFIX = ".intoto.json"
ATTEMPT_MANIFEST = "attempt.json"


@dataclass(frozen=True, slots=True)
class Maker:
    """Who made the files: this worker process, in one attempt."""

    stamp: stamp_pb2.Stamp
    digests: stamp_pb2.Digests
    attempt_id: str


class Upload:
    """Puts the files of one attempt under keys that no other attempt writes.

    A store with the attempt's manifest has all that the manifest names.
    """

    def __init__(self, blobs: Blobs, task: bus_pb2.TaskMessage, maker: Maker) -> None:
        self._blobs = blobs
        self._task = task
        self._maker = maker

    async def put(
        self, rendered: Sequence[Rendered], tags: FileTags, started: datetime, finished: datetime
    ) -> list[media_pb2.ArtifactFile]:
        """Returns the files with their keys; raises what the store raises."""
        files = []
        for one in rendered:
            file = media_pb2.ArtifactFile()
            file.CopyFrom(one.file)
            file.blob_key = self._key(file.file_name)
            file.statement_blob_key = self._key(file.file_name + STATEMENT_SUFFIX)
            words = statement(
                file, tags, self._maker.stamp, self._maker.digests, self._maker.attempt_id, started, finished
            )
            await self._blobs.put_file(file.blob_key, one.path)
            await self._blobs.put(file.statement_blob_key, words)
            files.append(file)
        await self._blobs.put(self._key(ATTEMPT_MANIFEST), _manifest(files))
        return files

    def _key(self, file_name: str) -> str:
        return artifact_key(self._task.job_id, self._task.task_id, self._maker.attempt_id, file_name)


def _manifest(files: Sequence[media_pb2.ArtifactFile]) -> bytes:
    entries = [
        {
            "blob_key": file.blob_key,
            "statement_blob_key": file.statement_blob_key,
            "sha256": file.sha256,
            "size_bytes": file.size_bytes,
        }
        for file in files
    ]
    return json.dumps({"files": entries}, sort_keys=True, separators=(",", ":")).encode()
