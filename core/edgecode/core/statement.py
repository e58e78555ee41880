"""Reads the in-toto statement that stands beside every artifact; the worker writes it. No media, no server needed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edgecode.core.errors import InvalidRequest

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "https://edgecode.dev/media/v1"
# A statement has one subject and no lists that grow: more is something else.
LARGEST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """What one statement says.

    Attributes:
        file_name, sha256: of the artifact.
        content_sha256: of its encoded streams without metadata; for images, of the decoded pixels.
        build: of the worker, as `1.4.2+g9f1c2ab3d4e5`.
        service, version, revision, dirty, instance, environment: the worker's stamp.
        toolchain_digest, config_digest: of the worker.
        source_sha256: of the source.
        job_id, output_id, attempt_id: what it was made for, in which attempt.
        started, finished: RFC 3339, UTC.
    """

    file_name: str
    sha256: str
    content_sha256: str
    build: str
    service: str
    version: str
    revision: str
    dirty: bool
    instance: str
    environment: str
    toolchain_digest: str
    config_digest: str
    source_sha256: str
    job_id: str
    output_id: str
    attempt_id: str
    started: str
    finished: str


def read_statement(document: bytes) -> StatementFacts:
    """Reads one statement.

    Raises:
        InvalidRequest: STATEMENT_UNREADABLE, naming what is missing or of another kind.
    """
    statement = _parse(document)
    for key, kind in (("_type", STATEMENT_TYPE), ("predicateType", PREDICATE_TYPE)):
        if statement.get(key) != kind:
            raise _unreadable(f"{key} is {statement.get(key)!r}, not {kind}")
    try:
        return _facts(statement)
    except (KeyError, IndexError, TypeError) as error:
        raise _unreadable(f"it lacks {error}") from error


def _parse(document: bytes) -> dict[str, Any]:
    if len(document) > LARGEST_BYTES:
        raise _unreadable(f"it has {len(document)} bytes, at most {LARGEST_BYTES} are read")
    try:
        statement = json.loads(document)
    except ValueError as error:
        raise _unreadable(f"it is no JSON: {error}") from error
    if not isinstance(statement, dict):
        raise _unreadable("it is no JSON object")
    return statement


def _facts(statement: Mapping[str, Any]) -> StatementFacts:
    subject = statement["subject"][0]
    definition = statement["predicate"]["buildDefinition"]
    run = statement["predicate"]["runDetails"]
    worker, outer, inner = run["builder"]["version"], definition["externalParameters"], definition["internalParameters"]
    return StatementFacts(
        file_name=subject["name"],
        sha256=subject["digest"]["sha256"],
        content_sha256=subject["annotations"]["content_sha256"],
        build=worker["build"],
        service=worker["service"],
        version=worker["version"],
        revision=worker["revision"],
        dirty=inner["dirty"],
        instance=inner["instance"],
        environment=inner["environment"],
        toolchain_digest=inner["toolchain_digest"],
        config_digest=inner["config_digest"],
        source_sha256=definition["resolvedDependencies"][0]["digest"]["sha256"],
        job_id=outer["job_id"],
        output_id=outer["output_id"],
        attempt_id=run["metadata"]["invocationId"],
        started=run["metadata"]["startedOn"],
        finished=run["metadata"]["finishedOn"],
    )


def _unreadable(why: str) -> InvalidRequest:
    return InvalidRequest("STATEMENT_UNREADABLE", f"this is no statement of an edgecode artifact: {why}")
