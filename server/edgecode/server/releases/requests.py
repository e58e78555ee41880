"""What a client may say of a release or a deployment, checked whole."""

import re
from collections.abc import Iterator

from google.protobuf.timestamp_pb2 import Timestamp

from edgecode.core.errors import Violation
from edgecode.core.version import parse_version
from edgecode.server.jobs.requests import LONGEST_REQUEST_ID, check_text
from edgecode.v1 import release_pb2

LONGEST_NOTES = 64 << 10
LONGEST_URL = 2048
LONGEST_TAG = 255
LONGEST_NAME = 255
LONGEST_SUBJECT = 1024
LONGEST_PATH = 4096
MOST_PARENTS = 64
MOST_FILES = 500
LARGEST_COMMIT_BYTES = 256 << 10
# What a client hears of at once.
MOST_VIOLATIONS = 20
_REVISION = re.compile(r"[0-9a-f]{40}")
_TOKEN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# 0001-01-01 to 9999-12-31, as google.protobuf.Timestamp allows.
_SECONDS = range(-62_135_596_800, 253_402_300_800)
_NANOS = range(1_000_000_000)


def release_faults(request: release_pb2.RegisterReleaseRequest) -> Iterator[Violation]:
    """What is at fault with the first message of a registration, its commits apart."""
    yield from version_faults("version", request.version)
    yield from revision_faults("revision", request.revision)
    yield from check_text("tag", request.tag, LONGEST_TAG)
    if request.previous_version:
        yield from version_faults("previous_version", request.previous_version)
        if request.previous_version == request.version:
            yield Violation("previous_version", "is the version itself: a release does not come before itself")
    yield from _time_faults("commit_time", request.commit_time)
    if len(request.notes) > LONGEST_NOTES:
        yield Violation("notes", f"has {len(request.notes)} characters, at most {LONGEST_NOTES} are allowed")
    yield from check_text("url", request.url, LONGEST_URL)


def commit_faults(field: str, commit: release_pb2.Commit) -> Iterator[Violation]:
    """What is at fault with one commit."""
    yield from revision_faults(f"{field}.revision", commit.revision)
    if len(commit.parents) > MOST_PARENTS:
        yield Violation(f"{field}.parents", f"are {len(commit.parents)}, at most {MOST_PARENTS} are allowed")
    for place, parent in enumerate(commit.parents[:MOST_PARENTS]):
        yield from revision_faults(f"{field}.parents[{place}]", parent)
    yield from check_text(f"{field}.author", commit.author, LONGEST_NAME)
    yield from _time_faults(f"{field}.author_time", commit.author_time)
    yield from check_text(f"{field}.subject", commit.subject, LONGEST_SUBJECT)
    if len(commit.files) > MOST_FILES:
        yield Violation(f"{field}.files", f"are {len(commit.files)}: name {MOST_FILES} and set file_count")
    if any(len(path) > LONGEST_PATH for path in commit.files):
        yield Violation(f"{field}.files", f"has a path of more than {LONGEST_PATH} characters")
    if commit.file_count and commit.file_count < len(commit.files):
        yield Violation(f"{field}.file_count", "is below the number of files that are named")
    if (size := commit.ByteSize()) > LARGEST_COMMIT_BYTES:
        yield Violation(field, f"has {size} bytes, at most {LARGEST_COMMIT_BYTES} are allowed: name fewer files")


def deployment_faults(request: release_pb2.RecordDeploymentRequest) -> Iterator[Violation]:
    """What is at fault with a declared deployment."""
    if request.deployment_id:
        yield from _token_faults("deployment_id", request.deployment_id)
    yield from _token_faults("service", request.service)
    yield from _token_faults("environment", request.environment)
    yield from version_faults("version", request.version)
    if request.revision:
        yield from revision_faults("revision", request.revision)
    if request.state not in release_pb2.Deployment.State.values():
        yield Violation("state", f"{request.state} is no state")
    yield from check_text("actor", request.actor, LONGEST_NAME)
    yield from check_text("url", request.url, LONGEST_URL)
    yield from check_text("request_id", request.request_id, LONGEST_REQUEST_ID)


def version_faults(field: str, text: str) -> Iterator[Violation]:
    """Why a text is no version of ours."""
    try:
        parse_version(text)
    except ValueError:
        yield Violation(field, f"{text[:64]!r} is neither X.Y.Z nor X.Y.Z-(alpha|beta|rc).N")
        return
    if len(text) > LONGEST_TAG:
        yield Violation(field, f"has {len(text)} characters, at most {LONGEST_TAG} are allowed")


def revision_faults(field: str, text: str) -> Iterator[Violation]:
    """Why a text is no whole git revision."""
    if not _REVISION.fullmatch(text):
        yield Violation(field, f"must be 40 lowercase hex digits, and is {text[:64]!r} of {len(text)} characters")


def _token_faults(field: str, text: str) -> Iterator[Violation]:
    if not _TOKEN.fullmatch(text):
        yield Violation(field, f"must match {_TOKEN.pattern}, and is {text[:64]!r}")


def _time_faults(field: str, time: Timestamp) -> Iterator[Violation]:
    if time.seconds not in _SECONDS or time.nanos not in _NANOS:
        yield Violation(field, "is outside the years 1 to 9999")
