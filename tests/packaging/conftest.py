"""Throw-away clones of this checkout, and what is built from them."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def clean_environ(**extra: str) -> dict[str, str]:
    """Our environment without what would steer git or the build."""
    inherited = {
        k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "EDGECODE_", "SOURCE_DATE", "PYTHON"))
    }
    return inherited | {"PYTHONDONTWRITEBYTECODE": "1"} | extra


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    done = subprocess.run(command, cwd=cwd, env=clean_environ(**environ), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command} gave {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Tree:
    """A source tree in a folder of its own."""

    root: Path

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
        return run("git", *identity, *arguments, cwd=self.root).strip()

    @property
    def revision(self) -> str:
        return self.git("rev-parse", "HEAD")

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--allow-empty", "-m", message)

    def build(self, target: str, out: Path, **environ: str) -> Path:
        run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", out, cwd=self.root, **environ)
        built = sorted(out.glob("*.whl" if target == "wheel" else "*.tar.gz"))
        assert len(built) == 1
        return built[0]

    def refused(self, **environ: str) -> str:
        """What a build says that must not succeed."""
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", f"{self.root.parent}/refused"]
        done = subprocess.run(
            command, cwd=self.root, env=clean_environ(**environ), capture_output=True, text=True, check=False
        )
        assert done.returncode != 0, done.stdout
        assert not list((self.root.parent / "refused").glob("*.whl"))
        return done.stderr

    def build_info(self, **environ: str) -> dict[str, str]:
        """What the code in this tree says about itself, as an editable install would run it."""
        roots = os.pathsep.join(str(self.root / name) for name in ("core", "protos"))
        return ask_build_info(Path(sys.executable), self.root.parent, PYTHONPATH=roots, **environ)


def ask_build_info(python: Path, cwd: Path, **environ: str) -> dict[str, str]:
    code = "import json, dataclasses, edgecode.core.stamp as s; print(json.dumps(dataclasses.asdict(s.build_info())))"
    answer: dict[str, str] = json.loads(run(python, "-c", code, cwd=cwd, **environ))
    return answer


def wheel_stamp(wheel: Path) -> dict[str, Any]:
    with zipfile.ZipFile(wheel) as archive:
        stamp: dict[str, Any] = json.loads(archive.read("edgecode/core/_stamp.json"))
        return stamp


def unpack(archive: Path, into: Path) -> Tree:
    with tarfile.open(archive) as tar:
        tar.extractall(into, filter="data")
    (root,) = into.iterdir()
    return Tree(root)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A clone of HEAD that no test changes."""
    root = tmp_path_factory.mktemp("pristine") / "edgecode"
    run("git", "clone", "--quiet", "--no-hardlinks", REPOSITORY, root, cwd=REPOSITORY)
    return Tree(root)


@pytest.fixture
def clone(pristine: Tree, tmp_path: Path) -> Tree:
    """A clone to change."""
    root = tmp_path / "edgecode"
    run("git", "clone", "--quiet", pristine.root, root, cwd=tmp_path)
    return Tree(root)


@pytest.fixture(scope="session")
def wheel(pristine: Tree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pristine.build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def sdist(pristine: Tree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pristine.build("sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture
def from_sdist(sdist: Path, tmp_path: Path) -> Tree:
    """The unpacked sdist, to change."""
    return unpack(sdist, tmp_path / "sdist")


@pytest.fixture
def bare(clone: Tree) -> Tree:
    """The files of a checkout without its .git."""
    clone.git("checkout-index", "--all", "--force", f"--prefix={clone.root.parent}/bare/")
    return Tree(clone.root.parent / "bare")
