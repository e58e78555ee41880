import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.core.errors import InvalidRequest
from edgecode.core.statement import read_statement
from edgecode.v1 import media_pb2, stamp_pb2
from edgecode.workers.media.statement import statement
from edgecode.workers.media.tags import FileTags, from_comment, only_ours, to_comment

REVISION = "9f1c2ab3d4e5f60718293a4b5c6d7e8f90a1b2c3"
TAGS = FileTags("worker", "1.4.2", REVISION, True, "aa" * 32, "bb" * 32, "job-1")  # noqa: FBT003
FILE = media_pb2.ArtifactFile(
    output_id="720p",
    file_name="720p.mp4",
    content_type="video/mp4",
    sha256="cc" * 32,
    content_sha256="dd" * 32,
    frames=132,
)
STAMP = stamp_pb2.Stamp(
    service="worker",
    version="1.4.2",
    revision=REVISION,
    dirty=True,
    instance="0011223344556677",
    environment="production",
    build="1.4.2+g9f1c2ab3d4e5.dirty.0a1b2c3d",
)
DIGESTS = stamp_pb2.Digests(toolchain_digest="aa" * 32, config_digest="ee" * 32)
STARTED = datetime(2026, 11, 21, 6, 0, 0, 250_000, tzinfo=UTC)


def document(started: datetime = STARTED) -> bytes:
    return statement(FILE, TAGS, STAMP, DIGESTS, "attempt-9", started, STARTED + timedelta(seconds=3))


def test_the_statement_is_in_toto_v1_with_slsa_provenance_v1() -> None:
    found = json.loads(document())
    assert found["_type"] == "https://in-toto.io/Statement/v1"
    assert found["predicateType"] == "https://slsa.dev/provenance/v1"
    assert found["subject"][0]["digest"] == {"sha256": FILE.sha256}
    assert {"name": "edgecode", "digest": {"gitCommit": REVISION}} in found["predicate"]["buildDefinition"][
        "resolvedDependencies"
    ]


def test_what_is_written_is_read_back() -> None:
    facts = read_statement(document())
    assert (facts.file_name, facts.sha256, facts.content_sha256) == ("720p.mp4", FILE.sha256, FILE.content_sha256)
    assert (facts.build, facts.service, facts.version) == (STAMP.build, "worker", "1.4.2")
    assert (facts.revision, facts.dirty) == (REVISION, True)
    assert (facts.instance, facts.environment) == (STAMP.instance, "production")
    assert (facts.toolchain_digest, facts.config_digest) == (DIGESTS.toolchain_digest, DIGESTS.config_digest)
    assert (facts.source_sha256, facts.job_id) == (TAGS.source_sha256, "job-1")
    assert (facts.output_id, facts.attempt_id) == ("720p", "attempt-9")
    assert (facts.started, facts.finished) == ("2026-11-21T06:00:00.250Z", "2026-11-21T06:00:03.250Z")


def test_it_is_canonical_whatever_the_time_zone() -> None:
    assert document() == document(STARTED.astimezone(timezone(timedelta(hours=5))))
    found = json.loads(document())
    assert document() == json.dumps(found, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JSON"),
        (b"[]", "no JSON object"),
        (b"{}", "_type"),
        (b'{"_type": "https://in-toto.io/Statement/v1"}', "predicateType"),
        (document().replace(b'"attempt-9"', b"1").replace(b"invocationId", b"other"), "invocationId"),
        (document().replace(b'"subject":[', b'"subject":[],"other":['), "index"),
        (b"x" * (1024 * 1024 + 1), "bytes"),
    ],
)
def test_what_is_no_statement_of_ours_is_refused_by_name(content: bytes, why: str) -> None:
    with pytest.raises(InvalidRequest, match=why) as caught:
        read_statement(content)
    assert caught.value.reason == "STATEMENT_UNREADABLE"


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text(), st.lists, max_leaves=5).map(json.dumps).map(str.encode)
)
def test_no_bytes_make_the_reader_crash(content: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read_statement(content)


def test_a_files_tags_name_no_instance_attempt_or_time() -> None:
    """Retries give the same bytes, so a file holds only what every attempt shares."""
    assert set(TAGS.of_file("720p")) == {
        "edgecode-service",
        "edgecode-version",
        "edgecode-revision",
        "edgecode-dirty",
        "edgecode-toolchain-digest",
        "edgecode-source-sha256",
        "edgecode-job-id",
        "edgecode-output-id",
    }


@given(st.dictionaries(st.text(), st.text()))
def test_tags_survive_a_comment(tags: dict[str, str]) -> None:
    assert from_comment(to_comment(tags)) == tags


@pytest.mark.parametrize("comment", ["", "made with love", "[1]", "1"])
def test_a_comment_of_somebody_else_has_no_tags(comment: str) -> None:
    assert from_comment(comment) == {}


def test_only_our_own_tags_are_shown() -> None:
    assert only_ours({"encoder": "Lavf", "edgecode-job-id": "1"}) == {"edgecode-job-id": "1"}
