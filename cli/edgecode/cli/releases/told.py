"""A release of a checkout as messages to the server."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edgecode.cli.exits import CommandFailed
from edgecode.cli.releases.changelog import section
from edgecode.cli.releases.checkout import Checkout, CommitFacts
from edgecode.core.version import parse_version
from edgecode.v1 import release_pb2

# Well below what a server takes as one message.
MESSAGE_BYTES = 1 << 20
LARGEST_COMMIT_BYTES = 240 << 10
LONGEST_NOTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Release:
    """A release as its checkout has it; `previous` is empty for a first one, or where a shallow clone does not say."""

    version: str
    revision: str
    tag: str
    previous: str
    notes: str
    commit_time: int
    commits_known: bool


def read_release(checkout: Checkout, revision: str, previous: str | None) -> Release:
    """Reads the release of a commit.

    Args:
        checkout: where.
        revision: 40 hex digits.
        previous: what the caller says of the release before; None leaves it to git's ancestry.

    Raises:
        CommandFailed: VERSION is none.
    """
    said = checkout.text(revision, "VERSION").strip()
    try:
        version = str(parse_version(said))
    except ValueError as error:
        raise CommandFailed(f"VERSION of {revision[:12]}: {error}") from error
    found = section(checkout.text(revision, "CHANGELOG.md"), version)
    tag = f"v{version}"
    before = checkout.previous(revision, version) if previous is None else previous.removeprefix("v")
    return Release(
        version,
        revision,
        tag if checkout.has_tag(tag) and checkout.revision(tag) == revision else "",
        before,
        found.text[:LONGEST_NOTES] if found else "",
        checkout.commit_time(revision),
        _are_known(checkout, before),
    )


def _are_known(checkout: Checkout, before: str) -> bool:
    """Whether git has all commits since the release before: in a shallow clone history may end between the two."""
    if before:
        return checkout.has_tag(f"v{before}") and not _ends_between(checkout, before)
    return not checkout.is_shallow


def _ends_between(checkout: Checkout, before: str) -> bool:
    if not checkout.is_shallow:
        return False
    boundary = (checkout.root / checkout.ask("rev-parse", "--git-path", "shallow")).read_text(encoding="ascii").split()
    listed = set(checkout.ask("rev-list", "HEAD", f"^v{before}").split())
    return any(revision in listed for revision in boundary)


def messages(
    release: Release, commits: Iterable[CommitFacts], url: str
) -> Iterator[release_pb2.RegisterReleaseRequest]:
    """The registration: one message, and more where its commits are many."""
    message = release_pb2.RegisterReleaseRequest(
        version=release.version,
        revision=release.revision,
        tag=release.tag,
        previous_version=release.previous,
        notes=release.notes,
        url=url,
        commits_unknown=not release.commits_known,
    )
    message.commit_time.FromSeconds(release.commit_time)
    size = message.ByteSize()
    for facts in commits if release.commits_known else ():
        commit = _commit(facts)
        if size + commit.ByteSize() > MESSAGE_BYTES:
            message.more_follow = True
            yield message
            message, size = release_pb2.RegisterReleaseRequest(), 0
        message.commits.append(commit)
        size += commit.ByteSize() + 8
    yield message


def _commit(facts: CommitFacts) -> release_pb2.Commit:
    commit = release_pb2.Commit(
        revision=facts.revision,
        parents=facts.parents,
        author=facts.author,
        subject=facts.subject,
        files=facts.files,
        file_count=facts.file_count if facts.file_count > len(facts.files) else 0,
    )
    commit.author_time.FromSeconds(min(max(facts.author_time, 0), 253_402_300_799))
    while commit.ByteSize() > LARGEST_COMMIT_BYTES:
        commit.file_count = facts.file_count
        del commit.files[len(commit.files) // 2 :]
    return commit
