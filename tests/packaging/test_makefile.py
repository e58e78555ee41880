"""What `make` says on a machine that cannot run us."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import REPOSITORY, clean_environ

SH = "#!/bin/sh\n"
FAKES = {
    "without venv": (SH + 'case "$2" in *ensurepip*) exit 1;; esac\n', "has no venv module: install it"),
    "too old": (SH + "exit 1\n", "needs Python 3.11 or newer, and"),
}


@pytest.mark.parametrize("kind", FAKES)
@pytest.mark.parametrize("target", ["demo", "venv-test"])
def test_an_unfit_python_is_named_in_one_clear_sentence(kind: str, target: str, tmp_path: Path) -> None:
    script, sentence = FAKES[kind]
    fake = tmp_path / "python"
    fake.write_text(script)
    fake.chmod(0o755)
    done = _make(tmp_path, target, f"PYTHON={fake}")
    assert done.returncode != 0
    assert done.stderr.count(sentence) == 1
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("tree/.venv*"))


def test_a_machine_without_any_fit_python_is_told_what_to_install(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("make", "sh", "grep", "rm", "test"):
        found = shutil.which(tool)
        assert found
        (tools / tool).symlink_to(found)
    done = _make(tmp_path, "demo", PATH=str(tools))
    assert done.returncode != 0
    assert "edgecode needs Python 3.11 or newer: install it" in done.stderr


def _make(tmp_path: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    tree = tmp_path / "tree"
    (tree / "requirements").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "requirements/runtime.txt", "requirements/dev.txt"):
        shutil.copy(REPOSITORY / name, tree / name)
    outer = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}  # `make test` may be what runs us
    inherited = {key: value for key, value in clean_environ(**environ).items() if key not in outer}
    make = os.fspath(shutil.which("make") or "make")
    return subprocess.run([make, *arguments], cwd=tree, env=inherited, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("first", "status"), [("false", 1), ("true", 0)])
def test_ci_runs_everything_it_can_says_what_it_cannot_and_masks_no_failure(
    first: str, status: int, tmp_path: Path
) -> None:
    ci = tmp_path / ".ci/run"
    ci.parent.mkdir()
    shutil.copy(REPOSITORY / ".ci/run", ci)
    recipes = {
        "test": f"@echo 7 passed in 1.00s; {first}",
        "test-chaos": "@read line; echo 3 passed in 2.00s",
        "test-browser": "@echo make test-browser could not run: there is no npm here",
        "test-media": "@echo 8 passed in 8.00s",
        "test-containers": "@echo make test-containers could not run: no container engine answers",
        "test-fresh": "@echo 5 passed in 4.00s",
        "test-grown-up": "@echo 9 passed in 9.00s; echo ledgers in PostgreSQL: 9, stores in S3: 9",
        "test-grpcurl": "@echo 4 passed in 3.00s",
        "test-node": "@echo make test-node could not run: there is no npm here",
        "test-release": "@echo 9 passed in 9.00s",
        "test-rollout": "@echo 9 passed in 9.00s",
        "test-s3": "@echo 6 passed in 5.00s",
        "test-survival": "@echo 9 passed in 9.00s",
    }
    (tmp_path / "Makefile").write_text("".join(f"{name}:\n\t{recipe}\n" for name, recipe in recipes.items()))
    done = subprocess.run([ci], env=clean_environ(), input="never read", capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    assert done.stdout.splitlines()[-len(recipes) :] == [
        "== make test: 7 passed in 1.00s",
        "== make test-browser: make test-browser could not run: there is no npm here",
        "== make test-chaos: 3 passed in 2.00s",
        "== make test-containers: make test-containers could not run: no container engine answers",
        "== make test-fresh: 5 passed in 4.00s",
        "== make test-grown-up: 9 passed in 9.00s",
        "== make test-grpcurl: 4 passed in 3.00s",
        "== make test-media: 8 passed in 8.00s",
        "== make test-node: make test-node could not run: there is no npm here",
        "== make test-release: 9 passed in 9.00s",
        "== make test-rollout: 9 passed in 9.00s",
        "== make test-s3: 6 passed in 5.00s",
        "== make test-survival: 9 passed in 9.00s",
    ]


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("test-grpcurl", "there is no Go here"),
        ("test-node", "there is no npm here"),
        ("test-browser", "there is no Chromium here, and apt-get could not install it"),
        ("test-s3", "there is no Go here"),
        ("test-containers", "there is no docker here"),
    ],
)
def test_a_target_that_needs_more_than_python_says_in_one_line_what_is_missing(
    target: str, sentence: str, tmp_path: Path
) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("make", "sh", "grep", "env", "echo"):
        (tools / name).symlink_to(shutil.which(name) or name)
    (tools / "python3").symlink_to(sys.executable)
    marks = tmp_path / "tree/.venv-test/dev-pins"
    marks.parent.mkdir(parents=True)
    marks.touch()
    done = _make(tmp_path, target, "--assume-old=.venv-test/dev-pins", PATH=str(tools))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"make {target} could not run: {sentence}"]


@pytest.mark.parametrize("strace", ["absent", "forbidden"])
def test_chaos_says_which_of_its_files_cannot_run_here_and_runs_the_others(strace: str, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("make", "sh", "grep", "env", "echo", "sleep", "timeout", "true"):
        (tools / name).symlink_to(shutil.which(name) or name)
    (tools / "python3").symlink_to(sys.executable)
    stand_ins = [tools / "unshare"] + [tools / "strace"] * (strace == "forbidden")
    for stand_in in stand_ins:
        stand_in.write_text(SH + "exit 1\n")
        stand_in.chmod(0o755)
    python = tmp_path / "tree/.venv-test/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(SH + 'echo "$@"\n')
    python.chmod(0o755)
    (tmp_path / "tree/.venv-test/dev-pins").touch()
    done = _make(tmp_path, "test-chaos", "--assume-old=.venv-test/dev-pins", PATH=str(tools))
    assert done.returncode == 0, done.stderr
    why = {"absent": "strace not found", "forbidden": "strace may not attach"}[strace]
    traced = "tests/chaos/test_acknowledged_is_synced.py tests/chaos/test_hostile_traced.py"
    mounted = "tests/chaos/test_disk_full.py"
    ignored = " ".join(f"--ignore={file}" for file in f"{traced} {mounted}".split())
    assert done.stdout.splitlines() == [
        f"{why}: make test-chaos passes over {traced}",
        f"no tmpfs can be mounted: make test-chaos passes over {mounted}",
        f"-m pytest -n 2 --dist loadfile tests/chaos {ignored}",
    ]


def test_the_grown_up_stores_meet_every_end_to_end_test(tmp_path: Path) -> None:
    marks = tmp_path / "tree/.venv-test/dev-pins"
    marks.parent.mkdir(parents=True)
    marks.touch()
    done = _make(tmp_path, "--dry-run", "--assume-old=.venv-test/dev-pins", "test-grown-up")
    words = done.stdout.split()
    assert {"tests.grown_up", "tests/e2e", "tests/survival/test_servers.py", "tests/survival/test_workers.py"} <= set(
        words
    ), done.stderr
    assert not [word for word in words if word.startswith(("--ignore", "--deselect", "-k"))]
