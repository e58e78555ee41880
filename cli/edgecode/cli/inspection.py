"""What a file, and the statement beside it, say of who made it; and whether they agree."""

import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgecode.cli.exits import CommandFailed
from edgecode.cli.extras import has_extra
from edgecode.cli.stack.stack import python_module
from edgecode.cli.transfer.download import STATEMENT_SUFFIX, sha256
from edgecode.core.errors import InvalidRequest
from edgecode.core.statement import StatementFacts, read_statement

READER = "edgecode.workers.media.inspect_file"
# Field of the statement, tag of the file.
_SAME = {
    "service": "edgecode-service",
    "version": "edgecode-version",
    "revision": "edgecode-revision",
    "toolchain_digest": "edgecode-toolchain-digest",
    "source_sha256": "edgecode-source-sha256",
    "job_id": "edgecode-job-id",
    "output_id": "edgecode-output-id",
    "content_sha256": "content_sha256",
}


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that was read.

    Attributes:
        file: its path.
        sha256: of its bytes, computed here.
        statement: None when there is none beside it.
        tags: of the file's own metadata; None when they were not read.
        how: one sentence each on what was read how, or why not.
        contradictions: what does not agree; empty for a file that is what its statement says.
    """

    file: Path
    sha256: str
    statement: StatementFacts | None
    tags: dict[str, str] | None
    how: tuple[str, ...]
    contradictions: tuple[str, ...]

    @property
    def ours(self) -> bool:
        """Whether anything says that edgecode made the file."""
        return self.statement is not None or any(tag.startswith("edgecode-") for tag in self.tags or {})

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "file": str(self.file)}


def inspect_file(file: Path, statement_file: Path | None) -> Inspection:
    """Reads the statement always, and the file's own metadata where the worker is installed.

    Raises:
        CommandFailed: the statement named is not there, or is none.
    """
    digest = sha256(file)
    statement, about_statement = _read_statement(file, statement_file)
    tags, about_tags = _read_tags(file)
    return Inspection(
        file, digest, statement, tags, (about_statement, about_tags), contradictions(digest, statement, tags or {})
    )


def contradictions(digest: str, statement: StatementFacts | None, tags: dict[str, str]) -> tuple[str, ...]:
    """Sentences on what the statement says otherwise than the file's bytes or tags."""
    if statement is None:
        return ()
    found = []
    if statement.sha256 != digest:
        found.append(f"the statement is about a file with SHA-256 {statement.sha256}, this one has {digest}")
    for name, tag in _SAME.items():
        said = getattr(statement, name)
        if tag in tags and tags[tag] != said:
            found.append(f"{name} is {said} in the statement and {tags[tag]} in the file")
    return tuple(found)


def _read_statement(file: Path, named: Path | None) -> tuple[StatementFacts | None, str]:
    path = named or file.with_name(file.name + STATEMENT_SUFFIX)
    if not path.is_file():
        if named is not None:
            raise CommandFailed(f"{named} is no file")
        return None, f"no statement: there is no {path}"
    try:
        return read_statement(path.read_bytes()), f"statement read from {path}"
    except InvalidRequest as error:
        raise CommandFailed(f"{path}: {error.message}") from error


def _read_tags(file: Path) -> tuple[dict[str, str] | None, str]:
    if not has_extra("worker"):
        return None, "the file's own metadata was not read: that takes pip install 'edgecode[worker]'"
    answer = subprocess.run(python_module(READER, [str(file.absolute())]), capture_output=True, text=True, check=False)
    try:
        found = json.loads(answer.stdout)
    except ValueError:
        last = answer.stderr.strip().rpartition("\n")[2]
        return None, f"the file's own metadata was not read: the sandboxed probe crashed ({last})"
    if answer.returncode != 0:
        return None, f"the file's own metadata cannot be read: {found['reason']}: {found['message']}"
    return found["tags"], f"the file's own metadata read in the sandbox ({', '.join(found['sandbox'])})"
