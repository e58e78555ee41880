"""A second build of this very tree: cloned, changed, committed, and run as an editable install would run it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from edgecode.core.settings import Settings
from tests.harness.process import Process, Processes, environment

REPOSITORY = Path(__file__).resolve().parents[2]
_ROOTS = ("core", "server", "workers", "cli", "protos")
_IDENTITY = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")


@dataclass(frozen=True, slots=True)
class SecondBuild:
    """A tree of its own with a commit of its own.

    Attributes:
        root: the clone.
        build: what its processes call themselves.
    """

    root: Path
    build: str

    @classmethod
    def make(cls, root: Path, changes: Mapping[str, tuple[str, str]]) -> Self:
        """Clones HEAD, replaces in each named file one text by another, and commits."""
        _git("clone", "--quiet", "--no-hardlinks", str(REPOSITORY), str(root), cwd=REPOSITORY)
        for name, (before, after) in changes.items():
            text = (root / name).read_text(encoding="utf-8")
            assert text.count(before) == 1, f"{name} has not one {before!r}"
            (root / name).write_text(text.replace(before, after), encoding="utf-8")
        _git(*_IDENTITY, "commit", "--quiet", "--all", "--no-verify", "--message", "another build", cwd=root)
        version = (root / "VERSION").read_text(encoding="utf-8").strip()
        revision = _git("rev-parse", "HEAD", cwd=root)
        return cls(root, f"{version}+g{revision[:12]}")

    async def launch(self, processes: Processes, module: str, settings: Settings) -> Process:
        """A process of it (`edgecode.workers`, `edgecode.server`), ready."""
        # What stands first on the path is found first: none of the tree under test is.
        path = os.pathsep.join(str(self.root / name) for name in _ROOTS)
        started = await processes.start(
            f"{module} {self.build}", sys.executable, "-m", module, env={**environment(settings), "PYTHONPATH": path}
        )
        ready = await started.ready()
        assert ready["build"] == self.build
        return started


def _git(*arguments: str, cwd: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(("git", *arguments), cwd=cwd, env=kept, capture_output=True, text=True, check=True)
    return done.stdout.strip()
