"""Labels that lie, planted on purpose, and what must find each."""

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demos.releases.clone import Built, Clone, environment

_COMMAND = "from edgecode.cli.app import main; main()"


@dataclass(slots=True)
class Lie:
    """A lie, the words that give it away, and where they were found."""

    what: str
    words: str
    found: list[str] = field(default_factory=list)


def look(lies: list[Lie], where: str, said: str) -> None:
    """Notes which lies somebody's words give away."""
    for lie in lies:
        if lie.words in said:
            lie.found.append(where)


def in_checkouts(clone: Clone, built: Built, server: str) -> list[Lie]:
    """Plants one lie after another in copies of a released checkout, and has `edgecode release check` look at each."""
    tag = f"v{built.version}"
    plants: dict[str, tuple[str, Any]] = {
        "VERSION is no SemVer": ("VERSION: ", lambda tree: (tree / "VERSION").write_text("v0.2\n")),
        "the tag is of another commit": ("and HEAD is", lambda tree: _git(tree, "commit", "--allow-empty", "-m", "x")),
        "the tag is not annotated": (
            "is not annotated",
            lambda tree: _git(tree, "tag", "--force", tag),
        ),
        "there is no tag": ("there is none", lambda tree: _git(tree, "tag", "--delete", tag)),
        "the CHANGELOG has no section": ("has no section", lambda tree: (tree / "CHANGELOG.md").write_text("# x\n")),
        "a file differs": ("differs from the commit", lambda tree: (tree / "README.md").write_text("other\n")),
        "an untracked module would be packaged": (
            "is in no commit, and would be packaged",
            lambda tree: (tree / "core/edgecode/core/planted.py").write_text("x = 1\n"),
        ),
        "the wheel is of another commit": ("its stamp says revision", lambda tree: _recut(tree, built.version)),
        "the version was registered of another revision": (
            "was registered of revision",
            lambda tree: _recut(tree, built.version),
        ),
    }
    lies = []
    for number, (what, (words, plant)) in enumerate(plants.items()):
        tree = clone.folder / "lies" / str(number)
        shutil.copytree(clone.root, tree, symlinks=True)
        _git(tree, "checkout", "--quiet", "--force", f"v{built.version}")
        plant(tree)
        lie = Lie(what, words)
        look([lie], "edgecode release check", _check(tree, built.dist, server))
        lies.append(lie)
        shutil.rmtree(tree)
    return lies


def _recut(tree: Path, version: str) -> None:
    """The same version again, of another commit."""
    _git(tree, "commit", "--quiet", "--allow-empty", "-m", "another")
    _git(tree, "tag", "--force", "--annotate", "-m", "again", f"v{version}")


def _git(tree: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=tree, env=environment(), check=True, capture_output=True)


def _check(tree: Path, dist: Path, server: str) -> str:
    command = [
        sys.executable,
        "-c",
        "from edgecode.cli.app import main; main()",
        "release",
        "check",
        "--dist",
        str(dist),
    ]
    done = subprocess.run(
        command, cwd=tree, env=environment(EDGECODE_SERVER=server), capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode == 1 else f"status {done.returncode}: {done.stdout}{done.stderr}"
