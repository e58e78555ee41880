"""Releases cut on a throw-away clone by the tools that RELEASING.md names, driven for real, and checked by ours."""

import datetime
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgecode.cli.releases.changelog import section
from edgecode.cli.releases.check import check
from edgecode.cli.releases.checkout import Checkout
from tests.packaging.conftest import REPOSITORY, Tree, run, wheel_stamp

TOOLS = REPOSITORY / ".venv-release/bin"
FIRST = ("bump", "--current-version", "0.0.0", "--new-version", "0.1.0")


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A clone on `main` with the first release."""
    root = tmp_path_factory.mktemp("releases") / "edgecode"
    run("git", "clone", "--quiet", "--no-hardlinks", "--no-tags", REPOSITORY, root, cwd=REPOSITORY)
    tree = Tree(root)
    tree.git("checkout", "--quiet", "-B", "main")
    tree.git("config", "user.name", "Release")
    tree.git("config", "user.email", "release@example.invalid")
    tool("bump-my-version", *FIRST, tree=tree)
    return tree


@pytest.fixture
def tree(pristine: Tree, tmp_path: Path) -> Iterator[Tree]:
    """A copy to go on with."""
    root = tmp_path / "edgecode"
    shutil.copytree(pristine.root, root, symlinks=True)
    yield Tree(root)
    shutil.rmtree(root)


def tool(name: str, *arguments: str, tree: Tree) -> str:
    return run(TOOLS / name, *arguments, cwd=tree.root, NO_COLOR="1", TERM="dumb")


def is_released(tree: Tree, version: str) -> None:
    """The whole contract holds, and the release is a commit of its own."""
    found = check(Checkout(tree.root), None)
    assert (found.faults, found.version) == ([], version)
    noted = section((tree.root / "CHANGELOG.md").read_text(), version)
    assert noted is not None
    assert noted.date in {datetime.datetime.now(datetime.UTC).date(), datetime.datetime.now().date()}  # noqa: DTZ005
    assert tree.git("log", "-1", "--format=%s") == f"Release {version}"
    assert sorted(tree.git("show", "--name-only", "--format=").splitlines())[:1] == ["CHANGELOG.md"]
    assert "## [Unreleased]" in (tree.root / "CHANGELOG.md").read_text()


def builds_with_its_stamp(tree: Tree, version: str, pep440: str, dist: Path) -> None:
    wheel = tree.build("wheel", dist)
    tree.build("sdist", dist)
    assert wheel.name == f"edgecode-{pep440}-py3-none-any.whl"
    stamp = wheel_stamp(wheel)
    assert (stamp["version"], stamp["revision"], stamp["dirty"]) == (version, tree.revision, "")
    assert check(Checkout(tree.root), dist).faults == []


def test_bump_my_version_cuts_patch_minor_major_candidates_and_the_final_one(tree: Tree, tmp_path: Path) -> None:
    is_released(tree, "0.1.0")
    steps = {
        "0.1.1": ("patch",),
        "0.2.0": ("minor",),
        "1.0.0": ("major",),
        "1.1.0-rc.1": ("--new-version", "1.1.0-rc.1", "minor"),
        "1.1.0-rc.2": ("number",),
        "1.1.0": ("phase", "--to", "final"),
    }
    previous = "0.1.0"
    for version, arguments in steps.items():
        tree.commit("a change")
        tool("bump-my-version", "bump", *arguments, tree=tree)
        is_released(tree, version)
        checkout = Checkout(tree.root)
        assert checkout.previous(checkout.revision(), version) == previous
        previous = version
        if version in {"0.1.1", "1.1.0-rc.2"}:
            builds_with_its_stamp(tree, version, version.replace("-rc.", "rc"), tmp_path / version)


def test_bump_my_version_refuses_a_tree_with_changes(tree: Tree) -> None:
    (tree.root / "README.md").write_text("changed")
    with pytest.raises(AssertionError, match="not clean"):
        tool("bump-my-version", "bump", "patch", tree=tree)


def test_semantic_release_cuts_what_the_commits_say(tree: Tree, tmp_path: Path) -> None:
    for subject, version, heading in (
        ("fix: renditions keep their order", "0.1.1", "### Fixed"),
        ("feat: a preset for vertical video", "0.2.0", "### Added"),
    ):
        tree.commit(subject)
        semantic_release(tree)
        is_released(tree, version)
        noted = section((tree.root / "CHANGELOG.md").read_text(), version)
        assert noted is not None
        assert heading in noted.text
        assert subject.partition(": ")[2] in noted.text
    builds_with_its_stamp(tree, "0.2.0", "0.2.0", tmp_path / "dist")
    before = tree.revision
    tree.commit("docs: nothing to release")
    semantic_release(tree)
    assert tree.git("rev-parse", "HEAD^") == before


def test_semantic_release_cuts_majors_from_1_0_0_on_and_candidates_on_their_branch(tree: Tree, tmp_path: Path) -> None:
    tool("bump-my-version", "bump", "major", tree=tree)
    tree.git("checkout", "--quiet", "-b", "candidate/2")
    for number in (1, 2):
        tree.commit(f"feat!: change {number} that clients see")
        semantic_release(tree)
        is_released(tree, f"2.0.0-rc.{number}")
    builds_with_its_stamp(tree, "2.0.0-rc.2", "2.0.0rc2", tmp_path / "dist")
    tree.git("checkout", "--quiet", "main")
    tree.git("merge", "--quiet", "--no-ff", "-m", "chore: take the candidate", "candidate/2")
    semantic_release(tree)
    is_released(tree, "2.0.0")
    checkout = Checkout(tree.root)
    assert checkout.previous(checkout.revision(), "2.0.0") == "2.0.0-rc.2"


def semantic_release(tree: Tree) -> None:
    tool("semantic-release", "version", "--no-push", "--no-vcs-release", tree=tree)


def test_the_tools_are_pinned_with_hashes_apart_from_the_runtime() -> None:
    pins = (REPOSITORY / "requirements/release.txt").read_text()
    assert {"bump-my-version", "python-semantic-release"} <= {line.partition("==")[0] for line in pins.splitlines()}
    assert pins.count("--hash=sha256:") > 80
    assert sys.executable != str(TOOLS / "python")
