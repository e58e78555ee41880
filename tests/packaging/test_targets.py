"""What `make test` runs, and rules of the tree that its tools enforce."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import REPOSITORY, Tree, clean_environ

BIN = Path(sys.executable).parent
TOOLS = (
    "ruff format --check .",
    "ruff check .",
    "mypy",
    "lint-imports --no-logo",
    "buf format --diff --exit-code",
    "buf lint",
)
# Each has a target of its own, because it kills, takes long, or needs more than Python.
ON_THEIR_OWN = {"chaos", "fresh", "grpcurl", "node", "browser", "containers", "survival", "rollout", "release"}
APART = "server, workers and cli never import each other"


def _dry_run(*arguments: str) -> list[str]:
    """The commands that make would run."""
    environ = {key: value for key, value in clean_environ().items() if key not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    make = os.fspath(shutil.which("make") or "make")
    command = [make, "--dry-run", "--no-print-directory", *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, env=environ, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_make_test_runs_every_check_and_every_folder_of_tests() -> None:
    steps = _dry_run("--assume-old=.venv-test/dev-pins", "test")
    for tool in TOOLS:
        assert any(step.endswith(f"/{tool}") for step in steps), tool
    assert all(not step.startswith(("-", "@-")) and "|| true" not in step for step in steps)
    (line,) = (step for step in steps if "-m pytest" in step)
    tests = [word for word in line.split() if word.startswith("tests/")]
    holding = {
        path.relative_to(REPOSITORY / "tests").parts[0] for path in (REPOSITORY / "tests").glob("*/**/test_*.py")
    }
    assert holding - ON_THEIR_OWN <= {Path(folder).name for folder in tests}
    assert all((REPOSITORY / folder).is_dir() for folder in tests)


def test_what_make_test_passes_over_another_target_of_ci_runs() -> None:
    passed_over = [
        word.removeprefix("--ignore=")
        for step in _dry_run("--assume-old=.venv-test/dev-pins", "test")
        for word in step.split()
        if word.startswith("--ignore=")
    ]
    assert passed_over
    others = ["test-media", "test-release", "test-grown-up"]
    assert {f"run {target}" for target in others} <= set((REPOSITORY / ".ci/run").read_text("utf-8").splitlines())
    run = [word for step in _dry_run(*others) for word in step.split()]
    for path in passed_over:
        assert (REPOSITORY / path).exists(), path
        assert any(path == word or path.startswith(f"{word}/") for word in run if word.startswith("tests/")), path


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("server/edgecode/server/ids.py", "import edgecode.workers.host", APART),
        ("workers/edgecode/workers/host.py", "import edgecode.server.ids", APART),
        ("core/edgecode/core/bus.py", "import edgecode.server.ids", "core imports none of them"),
    ],
)
def test_a_forbidden_import_breaks_the_contracts(clone: Tree, file: str, line: str, contract: str) -> None:
    roots = os.pathsep.join(str(clone.root / name) for name in ("core", "server", "workers", "cli", "protos"))
    command = [str(BIN / "lint-imports"), "--no-logo", "--no-cache"]
    environ = clean_environ(PYTHONPATH=roots)
    whole = subprocess.run(command, cwd=clone.root, env=environ, capture_output=True, text=True, check=False)
    assert whole.returncode == 0, whole.stdout
    path = clone.root / file
    path.write_text(f"{path.read_text()}\n{line}\n")
    broken = subprocess.run(command, cwd=clone.root, env=environ, capture_output=True, text=True, check=False)
    assert broken.returncode != 0
    assert f"{contract} BROKEN" in broken.stdout


def test_the_tree_has_its_documents_and_is_licensed_as_it_says() -> None:
    for name in ("README", "ARCHITECTURE", "CONTRIBUTING", "CHANGELOG", "THIRD_PARTY", "SECURITY"):
        assert len((REPOSITORY / f"{name}.md").read_text(encoding="utf-8").split()) > 100, name
    licence = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert re.search(r"Apache License\s+Version 2.0, January 2004", licence)
    assert 'license = "Apache-2.0"' in (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")


def test_make_demo_installs_hashed_pins_then_the_project_without_an_index_and_runs_the_demo() -> None:
    steps = _dry_run("--assume-new=requirements/runtime.txt", "demo")
    assert steps[-5].endswith(" -m venv .venv")
    pip = ".venv/bin/python -m pip --disable-pip-version-check --no-input install --quiet"
    assert steps[-4] == f"{pip} --require-hashes --only-binary :all: -r requirements/runtime.txt"
    assert steps[-3].startswith("touch ")
    assert steps[-2] == f"{pip} --force-reinstall --no-deps --no-build-isolation --no-index ."
    assert steps[-1] == ".venv/bin/edgecode demo"
