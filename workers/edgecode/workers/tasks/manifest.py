"""The list of a job's artifacts, itself an artifact; the same job gives the same bytes."""

import hashlib
import json
from typing import Any

from edgecode.v1 import media_pb2
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.tasks.work import Result, Work

OUTPUT_ID = "manifest"
FILE_NAME = "manifest.json"
CONTENT_TYPE = "application/json"
FORMAT = "https://edgecode.dev/manifest/v1"


async def run(work: Work) -> Result:
    """Writes the manifest of the artifacts that the task names."""
    artifacts = sorted(work.task.artifacts, key=lambda artifact: (artifact.file.output_id, artifact.file.file_name))
    document = {
        "format": FORMAT,
        "made_by": work.tags.of_file(OUTPUT_ID),
        "job_id": work.task.job_id,
        "source": {"sha256": work.task.asset_sha256, "size_bytes": work.task.asset_size_bytes},
        "artifacts": [{**_content(artifact.file), **_provenance(artifact)} for artifact in artifacts],
    }
    path = work.scratch / FILE_NAME
    data = _canonical(document)
    path.write_bytes(data)
    file = media_pb2.ArtifactFile(
        output_id=OUTPUT_ID,
        kind=media_pb2.ARTIFACT_KIND_MANIFEST,
        file_name=FILE_NAME,
        content_type=CONTENT_TYPE,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content_sha256=hashlib.sha256(_canonical([_content(a.file) for a in artifacts])).hexdigest(),
    )
    return Result(files=[Rendered(OUTPUT_ID, path, file)])


def _content(file: media_pb2.ArtifactFile) -> dict[str, Any]:
    """What an output is, whichever job and build made it: `content_sha256` of the manifest is over this alone."""
    return {
        "output_id": file.output_id,
        "kind": media_pb2.ArtifactKind.Name(file.kind).removeprefix("ARTIFACT_KIND_"),
        "content_sha256": file.content_sha256,
        "width_pixels": file.width_pixels,
        "height_pixels": file.height_pixels,
        "frames": file.frames,
        "duration_seconds": file.duration_seconds,
        "video_codec": file.video_codec,
        "audio_codec": file.audio_codec,
        "audio_channels": file.audio_channels,
    }


def _provenance(artifact: media_pb2.Artifact) -> dict[str, Any]:
    return {
        "artifact_id": artifact.artifact_id,
        "file_name": artifact.file.file_name,
        "content_type": artifact.file.content_type,
        "size_bytes": artifact.file.size_bytes,
        "sha256": artifact.file.sha256,
        "quality": [_measured(quality) for quality in artifact.file.quality],
        "build": artifact.made_by.build,
        "revision": artifact.made_by.revision,
        "toolchain_digest": artifact.digests.toolchain_digest,
        "config_digest": artifact.digests.config_digest,
    }


def _measured(quality: media_pb2.Quality) -> dict[str, Any]:
    return {
        "metric": media_pb2.QualityMetric.Name(quality.metric).removeprefix("QUALITY_METRIC_"),
        "mean": quality.mean,
        "min": quality.min,
        "frames_compared": quality.frames_compared,
    }


def _canonical(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
