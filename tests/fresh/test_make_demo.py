"""`make demo` as a newcomer runs it: a clone, nothing installed, one command.

Apart from `make test`, for it downloads and installs a second environment, which takes a minute and the package index.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e import derived
from tests.harness.pids import command, parents

REPOSITORY = Path(__file__).resolve().parents[2]
# Of a slow index and a busy machine; the demo itself takes some seconds.
PATIENCE_SECONDS = 500


def newcomers_environ() -> dict[str, str]:
    """Ours without what steers make, git or Python, and without the programs of the tests' environment."""
    steering = ("EDGECODE_", "GIT_", "MAKE", "MFLAGS", "PYTHON", "VIRTUAL_ENV", "COLUMNS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    own = str(REPOSITORY / ".venv-test")
    return kept | {"PATH": os.pathsep.join(p for p in kept["PATH"].split(os.pathsep) if not p.startswith(own))}


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, cwd=cwd, env=newcomers_environ(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, timeout=PATIENCE_SECONDS,
    )  # fmt: skip


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("fresh") / "edgecode"
    cloned = run("git", "clone", "--quiet", "--no-hardlinks", REPOSITORY, root, cwd=root.parent)
    assert cloned.returncode == 0, cloned.stdout
    return root


@pytest.fixture(scope="module")
def demo(clone: Path) -> subprocess.CompletedProcess[str]:
    return run("make", "demo", cwd=clone)


def test_make_demo_in_a_fresh_clone_ends_well_and_leaves_files_of_this_very_revision(
    clone: Path, demo: subprocess.CompletedProcess[str]
) -> None:
    assert demo.returncode == 0, demo.stdout
    folder = clone / "demo-output"
    facts = json.loads((folder / "facts.json").read_bytes())
    assert derived.of_files(folder, facts) == []
    assert {"720p", "480p", "360p", "thumbnail"} < {each["file"]["output_id"] for each in facts["artifacts"]}
    revision = run("git", "rev-parse", "HEAD", cwd=clone).stdout.strip()
    made_by = {(each["made_by"]["revision"], each["made_by"].get("dirty", False)) for each in facts["artifacts"]}
    assert made_by == {(revision, False)}


def test_make_demo_leaves_nothing_running_and_a_clean_tree(clone: Path, demo: subprocess.CompletedProcess[str]) -> None:
    assert demo.returncode == 0, demo.stdout
    assert [line for line in map(command, parents()) if str(clone) in line] == []
    status = run("git", "status", "--porcelain", "--ignored", cwd=clone).stdout
    # The build hook is a program of the tree: Python keeps what it compiled of it.
    assert {line for line in status.splitlines() if "__pycache__/" not in line} == {"!! .venv/", "!! demo-output/"}


def test_make_demo_again_needs_no_second_install_of_the_pins(
    clone: Path, demo: subprocess.CompletedProcess[str]
) -> None:
    assert demo.returncode == 0, demo.stdout
    installed = (clone / ".venv/runtime-pins").stat().st_mtime_ns
    again = run("make", "demo", cwd=clone)
    assert again.returncode == 0, again.stdout
    assert (clone / ".venv/runtime-pins").stat().st_mtime_ns == installed
