"""What stands in a file's own metadata: only what every attempt of one task on one build shares."""

import json
from dataclasses import dataclass

PREFIX = "edgecode-"
# Where all tags stand as one comment.
MATROSKA_TAG = "edgecode"


@dataclass(frozen=True, slots=True)
class FileTags:
    """Who made a file, of what, for which job.

    Attributes:
        service, version, revision, dirty: of the stamp.
        toolchain_digest: of the worker.
        source_sha256: of the source's bytes.
        job_id: the job the file was made for.
    """

    service: str
    version: str
    revision: str
    dirty: bool
    toolchain_digest: str
    source_sha256: str
    job_id: str

    def of_file(self, output_id: str) -> dict[str, str]:
        """The tags of one output's file: MP4 metadata keys and their values."""
        return {
            "edgecode-service": self.service,
            "edgecode-version": self.version,
            "edgecode-revision": self.revision,
            "edgecode-dirty": "true" if self.dirty else "false",
            "edgecode-toolchain-digest": self.toolchain_digest,
            "edgecode-source-sha256": self.source_sha256,
            "edgecode-job-id": self.job_id,
            "edgecode-output-id": output_id,
        }


def to_comment(tags: dict[str, str]) -> str:
    """Tags as one line of canonical JSON, for formats whose only place is a comment."""
    return json.dumps(tags, sort_keys=True, separators=(",", ":"))


def from_comment(comment: str) -> dict[str, str]:
    """Our tags in a comment; empty when it is somebody else's."""
    try:
        found = json.loads(comment)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def of_container(metadata: dict[str, str]) -> dict[str, str]:
    """Our tags in an MP4's or a Matroska file's metadata; the latter are written in capitals."""
    lower = {key.lower(): value for key, value in metadata.items()}
    return only_ours(lower | from_comment(lower.get(MATROSKA_TAG, "")))


def only_ours(tags: dict[str, str]) -> dict[str, str]:
    """Of all of a file's metadata, what this project wrote."""
    return {key: value for key, value in tags.items() if key.startswith(PREFIX)}
