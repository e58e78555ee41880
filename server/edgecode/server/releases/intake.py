"""A registration as it comes in: its messages one after another, checked, digested and cut into events of the log."""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import islice

from edgecode.core.errors import Exhausted, InvalidRequest, Violation
from edgecode.server.jobs.requests import refuse
from edgecode.server.releases.requests import MOST_VIOLATIONS, commit_faults, release_faults
from edgecode.v1 import event_pb2, release_pb2

MOST_COMMITS = 200_000
LARGEST_BYTES = 128 << 20
# Half of what the broker takes as one message.
PIECE_BYTES = 512 << 10
_IN_ANY_MESSAGE = ("commits", "more_follow")


class Intake:
    """One registration. What it holds are the events to be: its memory is the size of the log's part."""

    def __init__(self, first: release_pb2.RegisterReleaseRequest) -> None:
        """Checks what the first message says; raises InvalidRequest."""
        refuse([*release_faults(first)])
        self._first = first
        self._commits_unknown = first.commits_unknown
        self._total = hashlib.sha256()
        self._digest_header()
        self._pieces: list[bytes] = []
        self._piece = event_pb2.ReleaseCommits()
        self._piece_bytes = 0
        self._bytes = 0
        self._messages = 0
        self._revisions: set[bytes] = set()
        self.commit_count = 0
        # A client that dies ends its stream too: only what it said tells the one from the other.
        self.is_whole = False

    def _digest_header(self) -> None:
        header = release_pb2.RegisterReleaseRequest()
        header.CopyFrom(self._first)
        header.ClearField("commits")
        header.ClearField("more_follow")
        self._add_to_digest(header.SerializeToString(deterministic=True))

    def _add_to_digest(self, data: bytes) -> None:
        self._total.update(len(data).to_bytes(8))
        self._total.update(data)

    def take(self, request: release_pb2.RegisterReleaseRequest) -> None:
        """Takes the commits of a message; of a later one, all it may have.

        Raises:
            InvalidRequest: a commit is at fault, or a later message says more than commits.
            Exhausted: `RELEASE_TOO_LARGE`.
        """
        said = [name.name for name, _ in request.ListFields() if name.name not in _IN_ANY_MESSAGE]
        if self._messages and said:
            refuse([Violation(name, "is said in the first message; a later one has commits only") for name in said])
        self._messages += 1
        self.is_whole = not request.more_follow
        if request.commits and self._commits_unknown:
            raise InvalidRequest.field("commits", "must be empty where commits_unknown is set")
        self._check(request.commits)
        for commit in request.commits:
            self._add(commit)

    def _check(self, commits: Sequence[release_pb2.Commit]) -> None:
        numbered = enumerate(commits, self.commit_count)
        faults = (fault for place, commit in numbered for fault in commit_faults(f"commits[{place}]", commit))
        refuse(list(islice(faults, MOST_VIOLATIONS)))
        if self.commit_count + len(commits) > MOST_COMMITS:
            raise _too_large(f"has more than {MOST_COMMITS} commits")

    def _add(self, commit: release_pb2.Commit) -> None:
        revision = bytes.fromhex(commit.revision)
        if revision in self._revisions:
            raise InvalidRequest.field(f"commits[{self.commit_count}].revision", f"{commit.revision} comes twice")
        self._revisions.add(revision)
        data = commit.SerializeToString(deterministic=True)
        self._add_to_digest(data)
        self._bytes += len(data)
        if self._bytes > LARGEST_BYTES:
            raise _too_large(f"has commits of more than {LARGEST_BYTES >> 20} MiB")
        if self._piece_bytes + len(data) > PIECE_BYTES:
            self._end_piece()
        self._piece.commits.append(commit)
        self._piece_bytes += len(data)
        self.commit_count += 1

    def _end_piece(self) -> None:
        if self._piece.commits:
            self._pieces.append(self._piece.SerializeToString(deterministic=True))
        self._piece = event_pb2.ReleaseCommits(first_position=self.commit_count)
        self._piece_bytes = 0

    def registered(self, caller: str) -> event_pb2.ReleaseRegistered:
        """The event that takes the version; to be asked for when all messages were taken."""
        first = self._first
        return event_pb2.ReleaseRegistered(
            version=first.version,
            revision=first.revision,
            tag=first.tag,
            previous_version=first.previous_version,
            commit_time=first.commit_time if first.HasField("commit_time") else None,
            notes=first.notes,
            url=first.url,
            commits_known=not first.commits_unknown,
            commit_count=self.commit_count,
            content_sha256=self._total.hexdigest(),
            caller=caller,
        )

    def pieces(self, stored_count: int) -> Iterable[event_pb2.ReleaseCommits]:
        """The commits in order, in events of bounded size, from a position on at which a piece begins."""
        self._end_piece()
        digest = self._total.hexdigest()
        for data in self._pieces:
            piece = event_pb2.ReleaseCommits.FromString(data)
            if piece.first_position >= stored_count:
                piece.content_sha256 = digest
                yield piece


def _too_large(what: str) -> Exhausted:
    return Exhausted("RELEASE_TOO_LARGE", f"the release {what}; register it with commits_unknown, or in several steps")
