"""A git checkout with a release in it: its VERSION, its tags, and the commits since the release before."""

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecode.cli.exits import CommandFailed
from edgecode.core.version import Version, parse_version

# Of what one message of a registration may hold: see docs/limits.md.
MOST_FILES = 500
LONGEST_PATH = 4096
LONGEST_SUBJECT = 1024
LONGEST_NAME = 255
_FIELDS = "%H%x00%P%x00%an <%ae>%x00%at%x00%s"


@dataclass(frozen=True, slots=True)
class CommitFacts:
    """A commit as git says it; `author_time` in seconds since 1970, `files` at most 500 of `file_count`."""

    revision: str
    parents: tuple[str, ...]
    author: str
    author_time: int
    subject: str
    files: tuple[str, ...]
    file_count: int


class Checkout:
    """Questions to git about one checkout; each raises CommandFailed where git refuses."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # A hook exports GIT_DIR and others, which would make git answer about another repository.
        self._environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        self.root = Path(self.ask("rev-parse", "--show-toplevel"))

    def ask(self, *arguments: str) -> str:
        """What git prints, without the newline at its end."""
        answer = self._run(arguments)
        if answer.returncode:
            raise CommandFailed(f"git {arguments[0]} failed in {self._folder}: {answer.stderr.strip()}")
        return answer.stdout.rstrip("\n")

    def says(self, *arguments: str) -> bool:
        """Whether git says yes."""
        return self._run(arguments).returncode == 0

    def _run(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        command = ["git", "--no-optional-locks", "-c", f"safe.directory={self._folder.resolve()}", *arguments]
        try:
            return subprocess.run(
                command,
                cwd=self._folder,
                env=self._environment | {"LC_ALL": "C"},
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        except FileNotFoundError:
            raise CommandFailed("git is not installed, or the folder is not there") from None

    @property
    def is_shallow(self) -> bool:
        """Whether history was left out when it was cloned."""
        return self.ask("rev-parse", "--is-shallow-repository") == "true"

    def revision(self, name: str = "HEAD") -> str:
        """The commit of a name, 40 hex digits."""
        return self.ask("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")

    def commit_time(self, revision: str) -> int:
        """Seconds since 1970."""
        return int(self.ask("log", "-1", "--no-show-signature", "--format=%ct", revision))

    def text(self, revision: str, path: str) -> str:
        """A file as a commit has it; empty where it has none."""
        name = f"{revision}:{path}"
        return self._run(("show", name)).stdout if self.says("cat-file", "-e", name) else ""

    def has_tag(self, tag: str) -> bool:
        """Whether there is such a tag."""
        return self.says("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}")

    def is_annotated(self, tag: str) -> bool:
        """Whether the tag is an object of its own, with an author and a time."""
        return self.ask("cat-file", "-t", f"refs/tags/{tag}") == "tag"

    def tags_at(self, revision: str) -> list[str]:
        """Tags of versions at a commit, highest version first."""
        listed = self.ask("tag", "--list", "v*", "--points-at", revision).split()
        return _by_precedence(listed)

    def previous(self, revision: str, version: str) -> str:
        """Version of the nearest release behind a commit: one that no other release behind it has behind itself.

        Of several, as after a merge, the highest. Empty where there is none.
        """
        listed = self.ask(
            "for-each-ref",
            f"--merged={revision}",
            "--format=%(refname:strip=2) %(objectname) %(*objectname)",
            "refs/tags/v*",
        )
        behind = {words[0]: words[-1] for words in map(str.split, listed.splitlines())}
        behind = {tag: at for tag, at in behind.items() if version_of(tag) and tag != f"v{version}" and at != revision}
        if not behind:
            return ""
        nearest = set(self.ask("merge-base", "--independent", *set(behind.values())).split())
        return _by_precedence(tag for tag, at in behind.items() if at in nearest)[0].removeprefix("v")

    def commits(self, previous: str, revision: str) -> Iterator[CommitFacts]:
        """The commits behind `revision` and not behind the release `previous`, newest first."""
        range_ = [revision, f"^v{previous}"] if previous else [revision]
        listed = self.ask(
            "log", "-z", "--topo-order", "--no-show-signature", "--name-only", "--no-renames",
            f"--format=%x01{_FIELDS}%x00", *range_, "--",
        )  # fmt: skip
        for record in listed.split("\x01")[1:]:
            yield _commit(record)


_NONE = Version(0, 0, 0)


def version_of(tag: str) -> Version | None:
    """The version that a tag `vX.Y.Z` names, None for other tags."""
    try:
        return parse_version(tag.removeprefix("v")) if tag.startswith("v") else None
    except ValueError:
        return None


def _by_precedence(tags: Iterable[str]) -> list[str]:
    return sorted(filter(version_of, tags), key=lambda tag: version_of(tag) or _NONE, reverse=True)


def _commit(record: str) -> CommitFacts:
    revision, parents, author, author_time, subject, *paths = record.split("\0")
    files = [path.lstrip("\n") for path in paths]
    files = [path for path in files if path]
    return CommitFacts(
        revision,
        tuple(parents.split()),
        _shown(author, LONGEST_NAME),
        int(author_time or 0),
        _shown(subject, LONGEST_SUBJECT),
        tuple(path[:LONGEST_PATH] for path in files[:MOST_FILES]),
        len(files),
    )


def _shown(text: str, longest: int) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text)[:longest]
