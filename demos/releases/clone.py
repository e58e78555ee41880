"""A throw-away clone, in which release tools cut releases that are built for real."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / ".venv-release/bin"


def environment(**more: str) -> dict[str, str]:
    """Ours, without what would steer git, the build or a process of Edgecode."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "EDGECODE_", "PYTHON"))}
    return kept | {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"} | more


def run(command: Sequence[str | Path], cwd: Path, **more: str) -> str:
    """What a command prints; ends the demo where it fails."""
    done = subprocess.run(
        [str(each) for each in command], cwd=cwd, env=environment(**more), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} gave {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


@dataclass(frozen=True, slots=True)
class Built:
    """An installed build: processes run it by putting `site` before everything else."""

    name: str
    version: str
    revision: str
    dist: Path
    site: Path


class Clone:
    """The clone and what was built of it, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "clone"
        run(["git", "clone", "--quiet", "--no-hardlinks", "--no-tags", REPOSITORY, self.root], folder)
        self.git("checkout", "--quiet", "-B", "main")
        self.git("config", "user.name", "Release Engineer")
        self.git("config", "user.email", "release@example.com")

    def git(self, *arguments: str) -> str:
        """Asks git."""
        return run(["git", *arguments], self.root)

    def change(self, path: str, line: str, subject: str) -> None:
        """A commit that adds a line to a file."""
        with (self.root / path).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        self.git("commit", "--quiet", "--all", "--message", subject)

    def bump(self, *arguments: str) -> None:
        """Lets bump-my-version cut a release."""
        run([TOOLS / "bump-my-version", "bump", *arguments], self.root)

    def semantic_release(self) -> None:
        """Lets python-semantic-release cut one."""
        run([TOOLS / "semantic-release", "version", "--no-push", "--no-vcs-release"], self.root)

    @property
    def version(self) -> str:
        """What VERSION says now."""
        return (self.root / "VERSION").read_text(encoding="utf-8").strip()

    def build(self, name: str = "") -> Built:
        """Builds sdist and wheel of the tree as it is, and installs the wheel into a folder of its own."""
        name = name or self.version
        dist, site = self.folder / "dist" / name, self.folder / "builds" / name
        for target in ("sdist", "wheel"):
            run([sys.executable, "-m", "hatchling", "build", "-t", target, "-d", dist], self.root)
        (wheel,) = dist.glob("*.whl")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        run([*pip, "--no-deps", "--no-index", "--target", site, wheel], self.folder)
        return Built(name, self.version, self.git("rev-parse", "HEAD"), dist, site)
