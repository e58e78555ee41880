"""A second build as a release makes it: clone, change, commit, build, install into a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demos.rollout.variants import Variant

REPOSITORY = Path(__file__).resolve().parents[2]
_WHO = ("-c", "user.name=release", "-c", "user.email=release@example.invalid")


@dataclass(frozen=True, slots=True)
class SecondBuild:
    """An installed build beside this one.

    Attributes:
        build: its name, `0.2.0+g9f1c2ab3d4e5`.
        installed: folder that comes first on the path of its processes.
    """

    variant: Variant
    build: str
    installed: Path

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process of this interpreter one of that build."""
        return {"PYTHONPATH": str(self.installed)}


def make_build(variant: Variant, folder: Path) -> SecondBuild:
    """Makes a build in an empty folder; takes some seconds.

    Raises:
        subprocess.CalledProcessError: a step failed; its output is in the error.
        ValueError: what the variant changes does not stand in this tree.
    """
    clone, installed = folder / "tree", folder / "installed"
    _run("git", "clone", "--quiet", "--no-hardlinks", REPOSITORY, clone, cwd=folder)
    for edit in variant.edits:
        path = clone / edit.file
        text = path.read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            raise ValueError(f"{edit.file} does not hold {edit.old!r} once")
        path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
    (clone / "VERSION").write_text(f"{variant.version}\n", encoding="utf-8")
    _run("git", *_WHO, "commit", "--quiet", "--no-verify", "--all", "-m", variant.message, cwd=clone)
    revision = _run("git", "rev-parse", "HEAD", cwd=clone).strip()
    install = ("install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--no-compile", "--target")
    _run(
        sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *install, installed, clone, cwd=folder
    )
    return SecondBuild(variant, f"{variant.version}+g{revision[:12]}", installed)


def _run(*command: str | Path, cwd: Path) -> str:
    steering = ("GIT_", "EDGECODE_", "SOURCE_DATE", "PYTHON")
    environ: Mapping[str, str] = {k: v for k, v in os.environ.items() if not k.startswith(steering)}
    done = subprocess.run(
        command, cwd=cwd, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, f"{done.stdout}{done.stderr}")
    return done.stdout
