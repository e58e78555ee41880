"""Writes the in-toto statement beside an artifact; `edgecode.core.statement` reads it."""

import json
from datetime import UTC, datetime
from typing import Any

from edgecode.core.statement import BUILD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE
from edgecode.v1 import media_pb2, stamp_pb2
from edgecode.workers.media.tags import FileTags


def statement(  # noqa: PLR0917 - the parts of one document, each named by its type
    file: media_pb2.ArtifactFile,
    tags: FileTags,
    made_by: stamp_pb2.Stamp,
    digests: stamp_pb2.Digests,
    attempt_id: str,
    started: datetime,
    finished: datetime,
) -> bytes:
    """An in-toto Statement v1 with SLSA provenance v1, as canonical JSON.

    It holds what the file itself must not, since retries give the same bytes: instance, attempt and times.

    Args:
        file: the verified artifact.
        tags: as written into the file.
        made_by: stamp of the worker process.
        digests: of the worker.
        attempt_id: that made it.
        started: of the attempt, with a time zone.
        finished: of the attempt, with a time zone.
    """
    document = {
        "_type": STATEMENT_TYPE,
        "subject": [_subject(file)],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "buildDefinition": _definition(file, tags, made_by, digests),
            "runDetails": {
                "builder": {"id": f"https://edgecode.dev/{made_by.service}", "version": _version(made_by)},
                "metadata": {
                    "invocationId": attempt_id,
                    "startedOn": _rfc3339(started),
                    "finishedOn": _rfc3339(finished),
                },
            },
        },
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _subject(file: media_pb2.ArtifactFile) -> dict[str, Any]:
    annotations = {
        "content_sha256": file.content_sha256,
        "size_bytes": file.size_bytes,
        "width_pixels": file.width_pixels,
        "height_pixels": file.height_pixels,
        "frames": file.frames,
    }
    return {
        "name": file.file_name,
        "digest": {"sha256": file.sha256},
        "mediaType": file.content_type,
        "annotations": annotations,
    }


def _definition(
    file: media_pb2.ArtifactFile, tags: FileTags, made_by: stamp_pb2.Stamp, digests: stamp_pb2.Digests
) -> dict[str, Any]:
    return {
        "buildType": BUILD_TYPE,
        "externalParameters": {"job_id": tags.job_id, "output_id": file.output_id},
        "internalParameters": {
            "dirty": made_by.dirty,
            "instance": made_by.instance,
            "environment": made_by.environment,
            "toolchain_digest": digests.toolchain_digest,
            "config_digest": digests.config_digest,
        },
        "resolvedDependencies": [
            {"name": "source", "digest": {"sha256": tags.source_sha256}},
            {"name": "edgecode", "digest": {"gitCommit": made_by.revision}},
        ],
    }


def _version(made_by: stamp_pb2.Stamp) -> dict[str, str]:
    return {
        "service": made_by.service,
        "version": made_by.version,
        "revision": made_by.revision,
        "build": made_by.build,
    }


def _rfc3339(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
