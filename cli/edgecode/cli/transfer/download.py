"""Downloads an artifact: checked piece by piece and whole, visible under its name only when it is right."""

import contextlib
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import google_crc32c
import grpc

from edgecode.cli.api import Api
from edgecode.cli.exits import CommandFailed
from edgecode.cli.transfer.resume import Patience
from edgecode.v1 import job_pb2, media_pb2

STATEMENT_SUFFIX = ".intoto.json"

OnBytes = Callable[[int], None]


def file_name(artifact: media_pb2.Artifact) -> str:
    """The name to save it under: the last part of what the server says, never hidden, never a path."""
    name = artifact.file.file_name.replace("\\", "/").rpartition("/")[2].lstrip(".")
    if not name or not name.isprintable():
        return f"{artifact.artifact_id}.bin"
    return name


def download(api: Api, artifact: media_pb2.Artifact, target: Path, on_bytes: OnBytes) -> bool:
    """Saves an artifact; False when the file is there already with the right digest.

    Raises:
        CommandFailed: another file has the name, or the bytes are not what the server published.
        grpc.RpcError: the server refused, or stayed away for 30 s.
    """
    if target.exists():
        if sha256(target) == artifact.file.sha256:
            return False
        raise CommandFailed(f"{target} exists and is another file: move it away, or choose another folder")
    with _new_file(target) as file:
        _fetch(api, job_pb2.DownloadArtifactRequest(artifact_id=artifact.artifact_id), file, on_bytes)
        file.seek(0)
        found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # IO[bytes] will do
        if found != artifact.file.sha256:
            raise CommandFailed(
                f"{artifact.artifact_id} arrived with SHA-256 {found}, published was {artifact.file.sha256}: not saved"
            )
    return True


def download_statement(api: Api, artifact: media_pb2.Artifact, beside: Path) -> Path:
    """Saves the in-toto statement of an artifact beside its file, replacing one that is there."""
    target = beside.with_name(beside.name + STATEMENT_SUFFIX)
    request = job_pb2.DownloadArtifactRequest(artifact_id=artifact.artifact_id, statement=True)
    with _new_file(target) as file:
        _fetch(api, request, file, lambda _count: None)
    return target


def sha256(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _new_file(target: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name when all went well, and vanishes otherwise."""
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        with temporary.open("xb+") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _fetch(api: Api, request: job_pb2.DownloadArtifactRequest, file: IO[bytes], on_bytes: OnBytes) -> None:
    patience = Patience(api)
    while True:
        request.offset_bytes = file.tell()
        try:
            for part in api.jobs.DownloadArtifact(request):
                _append(part, file)
                patience.progress()
                on_bytes(file.tell())
        except grpc.RpcError as error:
            patience.wait(error)
        else:
            return


def _append(part: job_pb2.DownloadArtifactResponse, file: IO[bytes]) -> None:
    if part.offset_bytes != file.tell() or google_crc32c.value(part.data) != part.data_crc32c:
        raise CommandFailed(f"bytes at {part.offset_bytes} did not arrive as they were sent: try again")
    file.write(part.data)
