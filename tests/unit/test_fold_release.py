"""The fold of releases: the first registration of a version takes it, and its commits are taken in their order."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold_release import fold_commits, fold_deployment, fold_registered, is_whole
from edgecode.server.ledger.release_rows import CommitRow, ReleaseRow
from edgecode.v1 import event_pb2, release_pb2
from tests.harness.release_requests import commits
from tests.harness.rows import STAMP

A, B = "a" * 40, "b" * 40


def fact(sequence: int = 1, name: str = "1_0_0", **event: Any) -> Fact:
    return Fact(name, sequence, sequence * 10, STAMP, "", "", event_pb2.Event(**event))


def registered(revision: str = A, *, count: int = 0, known: bool = True, digest: str = "d", **where: Any) -> Fact:
    event = event_pb2.ReleaseRegistered(
        version="1.0.0", revision=revision, commit_count=count, commits_known=known, content_sha256=digest
    )
    return fact(release_registered=event, **where)


def piece(first: int, count: int, digest: str = "d", **where: Any) -> Fact:
    event = event_pb2.ReleaseCommits(content_sha256=digest, first_position=first, commits=commits(1, count))
    return fact(release_commits=event, **where)


def begun(**event: Any) -> ReleaseRow:
    row = fold_registered(None, registered(**event))
    assert row is not None
    return row


def test_the_first_registration_takes_the_version() -> None:
    row = begun()
    assert (row.version, row.revision, is_whole(row)) == ("1.0.0", A, True)
    assert fold_registered(row, registered(B, sequence=2)) is None
    assert fold_registered(row, registered(A, digest="other", sequence=2)) is None


def test_a_registration_of_another_subject_is_none() -> None:
    assert fold_registered(None, registered(name="1_0_1")) is None


def test_commits_that_were_not_known_are_known_by_a_later_one_and_never_unknown_again() -> None:
    unknown = begun(known=False)
    known = fold_registered(unknown, registered(count=2, sequence=5))
    assert known is not None
    assert (known.commits_known, known.first_sequence, known.last_sequence, known.register_time_us) == (1, 1, 5, 10)
    whole = fold_commits(known, piece(0, 2))
    assert whole is not None
    assert fold_registered(whole[0], registered(known=False, sequence=7)) is None


def test_one_that_was_left_half_is_replaced_by_another_of_its_revision_only() -> None:
    half = begun(count=2)
    assert fold_registered(half, registered(B, sequence=2)) is None
    other = fold_registered(half, registered(count=1, digest="other", sequence=2))
    assert other is not None
    assert (other.content_sha256, other.stored_count) == ("other", 0)


@given(
    pieces=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5), st.sampled_from(["d", "other"])), max_size=12),
    count=st.integers(0, 9),
)
def test_commits_are_taken_once_each_in_their_order_whatever_comes(
    pieces: list[tuple[int, int, str]], count: int
) -> None:
    row, rows = begun(count=count), list[CommitRow]()
    for sequence, (first, size, digest) in enumerate(pieces, 2):
        folded = fold_commits(row, piece(first, size, digest, sequence=sequence))
        if folded is not None:
            row, new = folded
            rows += new
            assert digest == "d"
    assert [each.position for each in rows] == [*range(row.stored_count)]
    assert row.stored_count <= count


def test_commits_of_no_release_change_nothing() -> None:
    assert fold_commits(None, piece(0, 2)) is None


def deployed(**event: Any) -> Fact:
    given = {"deployment_id": "d", "service": "worker", "state": release_pb2.Deployment.STATE_STARTED, **event}
    return fact(name="worker", deployment_recorded=event_pb2.DeploymentRecorded(**given))


def test_a_deployment_goes_on_under_its_id_and_keeps_its_beginning() -> None:
    first = fold_deployment(None, deployed())
    assert first is not None
    later = fold_deployment(first, deployed(state=release_pb2.Deployment.STATE_FAILED))
    assert later is not None
    assert (first.state, later.state, later.declare_time_us) == ("STARTED", "FAILED", first.declare_time_us)


def test_a_deployment_of_another_service_than_its_subject_is_none() -> None:
    assert fold_deployment(None, deployed(service="server")) is None
