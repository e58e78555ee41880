"""What a source tree says about itself: version, revision and whether it differs from that revision.

A tree may name its revision in four places: the stamp frozen into an sdist, `EDGECODE_REVISION`, git, and the
`.git_archival.txt` of a `git archive`. All that are there must agree, and one must be there.

The build loads this file alone, from its path: it imports nothing but the standard library.
"""

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

# All that goes into the sdist, and so all that can shape a wheel or an image: a tree is dirty when one of these
# differs. pyproject.toml lists the same for hatchling; tests/packaging compares the two.
SHAPING_PATHS = (
    "core",
    "server",
    "workers",
    "cli",
    "protos",
    "requirements",
    "VERSION",
    "README.md",
    "LICENSE",
    "THIRD_PARTY.md",
    "pyproject.toml",
    "hatch_build.py",
    "build_sbom.py",
    "build_version.py",
    ".gitignore",
)
STAMP_PATH = "core/edgecode/core/_stamp.json"
_REVISION = re.compile(r"[0-9a-f]{40}")


class StampError(Exception):
    """The tree does not say truthfully which revision it is."""


@dataclass(frozen=True, slots=True)
class TreeState:
    """What a tree says about itself.

    Attributes:
        revision: 40 hex digits.
        dirty: empty, or the first 8 hex digits of `files` when the tree differs from the revision.
        committed_at: time of the commit, RFC 3339 in UTC; empty where only `EDGECODE_REVISION` is known.
        files: SHA-256 (hex) over the paths and contents of all files that shape a build.
    """

    revision: str
    dirty: str
    committed_at: str
    files: str


def is_source_tree(root: Path) -> bool:
    """Tell a checkout, sdist or archive from the site-packages of an installed wheel."""
    return (root / "VERSION").is_file() and (root / "hatch_build.py").is_file()


def read_tree(root: Path, environ: Mapping[str, str] = os.environ) -> TreeState:
    """Ask every source of the revision that `root` has.

    Raises:
        StampError: no source, a malformed one, or two that disagree; the message says what to do.
    """
    git = _Git(root, environ)
    frozen = _frozen_stamp(root)
    archival = _archival(root)
    revisions = {
        "the frozen stamp of the sdist": frozen.get("revision", ""),
        "EDGECODE_REVISION": environ.get("EDGECODE_REVISION", ""),
        "git": git.revision() if git.owns_tree else "",
        ".git_archival.txt": archival.get("revision", ""),
    }
    revision = _the_one_revision(root, revisions)
    files = digest_files(root, git.shaping_files() if git.owns_tree else _walk(root))
    dirty = git.differs() if git.owns_tree else bool(frozen) and frozen["files"] != files
    inherited = frozen.get("dirty", "") if not dirty else ""
    epoch = git.commit_epoch() if git.owns_tree else archival.get("committed") or environ.get("SOURCE_DATE_EPOCH", "")
    return TreeState(
        revision=revision,
        dirty=files[:8] if dirty else inherited,
        committed_at=frozen.get("committed_at") or _rfc3339(epoch),
        files=files,
    )


def digest_files(root: Path, paths: Iterable[str]) -> str:
    """SHA-256 (hex) over the sorted relative paths with their contents, times and modes left out."""
    total = hashlib.sha256()
    for path in sorted(paths):
        content = hashlib.sha256((root / path).read_bytes()).hexdigest()
        total.update(f"{content}  {path}\n".encode())
    return total.hexdigest()


def _the_one_revision(root: Path, revisions: Mapping[str, str]) -> str:
    present = {source: revision for source, revision in revisions.items() if revision}
    for source, revision in present.items():
        if not _REVISION.fullmatch(revision):
            raise StampError(f"build stamp: {source} gives {revision!r}, which is not 40 lowercase hex digits")
    if len(set(present.values())) > 1:
        listed = ", ".join(f"{source} says {revision}" for source, revision in present.items())
        raise StampError(f"build stamp: the sources of the revision disagree: {listed}")
    if not present:
        raise StampError(
            f"build stamp: no revision known for {root}: it is no git checkout, no sdist and no git archive;"
            " set EDGECODE_REVISION to the 40 hex digits of the commit it came from"
        )
    return next(iter(present.values()))


def _frozen_stamp(root: Path) -> dict[str, str]:
    path = root / STAMP_PATH
    if not path.is_file():
        return {}
    stamp: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    version = (root / "VERSION").read_text(encoding="utf-8").strip()
    if stamp["version"] != version:
        raise StampError(f"build stamp: {STAMP_PATH} is of version {stamp['version']}, but VERSION says {version}")
    return stamp


def _archival(root: Path) -> dict[str, str]:
    path = root / ".git_archival.txt"
    if not path.is_file():
        return {}
    lines = (line.partition(": ") for line in path.read_text(encoding="utf-8").splitlines())
    # In a checkout the placeholders still stand there: `git archive` fills them in.
    return {key: value for key, _, value in lines if not value.startswith("$Format")}


def _walk(root: Path) -> list[str]:
    found = []
    for shaping in SHAPING_PATHS:
        start = root / shaping
        below = start.rglob("*") if start.is_dir() else [start]
        found += [path.relative_to(root) for path in below if path.is_file()]
    return [path.as_posix() for path in found if "__pycache__" not in path.parts and path.as_posix() != STAMP_PATH]


def _rfc3339(epoch: str) -> str:
    return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if epoch else ""


class _Git:
    """Questions to git about the checkout whose top is `root`, if it is one."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self._root = root
        # A git hook exports GIT_DIR and others, which would make git answer about another repository.
        self._environ = {key: value for key, value in environ.items() if not key.startswith("GIT_")} | {"LC_ALL": "C"}
        # An sdist unpacked somewhere inside another checkout has no .git of its own and must not borrow that one.
        self.owns_tree = (root / ".git").exists() and self._git_is_usable()

    def revision(self) -> str:
        return self._ask("rev-parse", "--verify", "HEAD^{commit}").strip()

    def commit_epoch(self) -> str:
        return self._ask("log", "-1", "--no-show-signature", "--format=%ct").strip()

    def differs(self) -> bool:
        changed = self._ask("status", "--porcelain", "--untracked-files=no", "--", *SHAPING_PATHS)
        return bool(changed) or bool(self._untracked())

    def shaping_files(self) -> set[str]:
        tracked = self._ask("ls-files", "-z", "--cached", "--", *SHAPING_PATHS).split("\0")
        return {path for path in (*tracked, *self._untracked()) if path and (self._root / path).is_file()}

    def _untracked(self) -> list[str]:
        # Only .gitignore counts, as for hatchling: what someone's global excludes hide would still be packaged.
        listed = self._ask("ls-files", "-z", "--others", "--exclude-per-directory=.gitignore", "--", *SHAPING_PATHS)
        return [path for path in listed.split("\0") if path and "__pycache__" not in path]

    def _git_is_usable(self) -> bool:
        try:
            self._ask("--version")
        except FileNotFoundError:
            if self._environ.get("EDGECODE_REVISION"):
                return False
            raise StampError(
                f"build stamp: {self._root} is a git checkout, but git is not installed:"
                " install it or set EDGECODE_REVISION"
            ) from None
        return True

    def _ask(self, *arguments: str) -> str:
        # safe.directory: in a container the checkout belongs to another user. No locks: a question changes nothing.
        options = ["--no-optional-locks", "-c", f"safe.directory={self._root}", "-C", str(self._root)]
        command = ["git", *options, *arguments]
        answer = subprocess.run(command, env=self._environ, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise StampError(f"build stamp: git {arguments[0]} failed in {self._root}: {answer.stderr.strip()}")
        return answer.stdout
