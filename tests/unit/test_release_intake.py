"""Registrations as they come in: checked, digested alike however they were cut, cut into events of bounded size."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgecode.core.errors import EdgecodeError, InvalidRequest
from edgecode.server.ledger.fold_release import release_key
from edgecode.server.releases import intake as intakes
from edgecode.server.releases.intake import PIECE_BYTES, Intake
from edgecode.v1 import release_pb2

REVISION = "ab" * 20
Commit = release_pb2.Commit
Request = release_pb2.RegisterReleaseRequest


def commit(number: int, size: int = 0) -> Commit:
    return Commit(revision=f"{number:040x}", author="Ada", subject="s" * 9, files=["f" * 100] * (size // 100))


def taken(requests: Iterable[Request]) -> Intake:
    first, *rest = requests
    intake = Intake(first)
    for request in (first, *rest):
        intake.take(request)
    return intake


def violations(*requests: Request) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        taken(requests)
    return {each.field: each.description for each in caught.value.violations}


@given(sizes=st.lists(st.integers(0, 40_000), max_size=40), cuts=st.lists(st.integers(1, 9), max_size=9))
@settings(deadline=None)
def test_however_the_stream_is_cut_the_digest_and_the_commits_in_order_are_the_same(
    sizes: list[int], cuts: list[int]
) -> None:
    commits = [commit(number, size) for number, size in enumerate(sizes)]
    one = taken([Request(version="1.0.0", revision=REVISION, commits=commits)])
    messages, rest = [Request(version="1.0.0", revision=REVISION)], commits
    for cut in [*cuts, len(commits)]:
        messages.append(Request(commits=rest[:cut]))
        rest = rest[cut:]
    other = taken(messages)
    assert one.registered("ci") == other.registered("ci")
    pieces = [*other.pieces(0)]
    assert [each for piece in pieces for each in piece.commits] == commits
    assert [*one.pieces(0)] == pieces
    assert all(piece.ByteSize() < PIECE_BYTES + 50_000 for piece in pieces)
    assert all(piece.content_sha256 == one.registered("").content_sha256 for piece in pieces)


def test_what_is_stored_already_is_not_written_again() -> None:
    intake = taken([Request(version="1.0.0", revision=REVISION, commits=[commit(n, 40_000) for n in range(40)])])
    first, *rest = intake.pieces(0)
    assert rest
    assert [*intake.pieces(len(first.commits))] == rest


def test_other_commits_notes_or_knowledge_have_another_digest() -> None:
    plain = Request(version="1.0.0", revision=REVISION, commits=[commit(1)])
    others = [
        Request(version="1.0.0", revision=REVISION, commits=[commit(2)]),
        Request(version="1.0.0", revision=REVISION, commits=[commit(1)], notes="n"),
        Request(version="1.0.0", revision=REVISION, commits_unknown=True),
    ]
    digests = {taken([each]).registered("").content_sha256 for each in (plain, *others)}
    assert len(digests) == 4


@pytest.mark.parametrize("version", ["", "1", "1.0", "v1.0.0", "1.0.0-1", "01.0.0", "1.0.0+x", "1.0.0\n", "1.0.0-rc"])
def test_a_malformed_version_is_refused_by_its_field(version: str) -> None:
    assert set(violations(Request(version=version, revision=REVISION))) == {"version"}


@pytest.mark.parametrize("revision", ["", "a" * 39, "a" * 41, "A" * 40, "g" * 40, "a" * 39 + "\n"])
def test_a_revision_of_other_than_40_lowercase_hex_digits_is_refused_by_its_field(revision: str) -> None:
    assert set(violations(Request(version="1.0.0", revision=revision))) == {"revision"}
    found = violations(Request(version="1.0.0", revision=REVISION, commits=[commit(1), Commit(revision=revision)]))
    assert set(found) == {"commits[1].revision"}


def test_all_other_faults_are_named_by_their_fields() -> None:
    bad = Request(version="1.0.0", revision=REVISION, previous_version="1.0.0", tag="a\x00", url="u" * 3000)
    bad.commit_time.seconds = 1 << 60
    assert set(violations(bad)) == {"previous_version", "tag", "url", "commit_time"}
    assert set(violations(Request(version="1.0.0", revision=REVISION, previous_version="v0.9.0"))) == {
        "previous_version"
    }
    many = Commit(revision=REVISION, parents=["x"], author="a" * 300, subject="\x1b[31m", files=["f"] * 501)
    many.author_time.nanos = -1
    assert set(violations(Request(version="1.0.0", revision=REVISION, commits=[many]))) == {
        f"commits[0].{name}" for name in ("parents[0]", "author", "author_time", "subject", "files")
    }


def test_a_commit_that_comes_twice_is_refused() -> None:
    found = violations(Request(version="1.0.0", revision=REVISION, commits=[commit(1)]), Request(commits=[commit(1)]))
    assert set(found) == {"commits[1].revision"}


def test_a_later_message_has_commits_only_and_none_where_they_are_not_known() -> None:
    first = Request(version="1.0.0", revision=REVISION)
    assert set(violations(first, Request(tag="v1.0.0"))) == {"tag"}
    unknown = Request(version="1.0.0", revision=REVISION, commits_unknown=True)
    assert set(violations(unknown, Request(commits=[commit(1)]))) == {"commits"}


def test_more_than_a_release_may_have_is_refused_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intakes, "MOST_COMMITS", 3)
    with pytest.raises(EdgecodeError, match="commits_unknown") as caught:
        taken([Request(version="1.0.0", revision=REVISION, commits=[commit(n) for n in range(4)])])
    assert caught.value.reason == "RELEASE_TOO_LARGE"


def test_a_client_hears_of_twenty_faults_at_once_at_most() -> None:
    assert len(violations(Request(version="1.0.0", revision=REVISION, commits=[Commit()] * 100))) == 20


def test_a_version_is_one_token_of_a_subject() -> None:
    assert release_key("1.4.2-rc.1") == "1_4_2-rc_1"
