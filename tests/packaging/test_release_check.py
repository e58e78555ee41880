"""`edgecode release check` finds each lie, says one line of it, and says what it could not check."""

import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from edgecode.cli.releases.check import Findings, check
from edgecode.cli.releases.checkout import Checkout
from tests.packaging.conftest import Tree, clean_environ, run

VERSION = "0.2.0"


def cut(tree: Tree, version: str = VERSION, tag: str = "") -> None:
    """A release by hand: VERSION, a dated section, a commit, an annotated tag."""
    (tree.root / "VERSION").write_text(f"{version}\n")
    changelog = tree.root / "CHANGELOG.md"
    heading = f"## [Unreleased]\n\n## [{version}] - 2026-11-21\n\n- all of it\n"
    changelog.write_text(changelog.read_text().replace("## [Unreleased]\n", heading, 1))
    tree.commit(f"Release {version}")
    tree.git("tag", "--annotate", "-m", f"Release {version}", tag or f"v{version}")


@pytest.fixture
def released(clone: Tree) -> Tree:
    cut(clone)
    return clone


def found_in(tree: Tree, dist: Path | None = None) -> Findings:
    return check(Checkout(tree.root), dist)


def test_a_release_has_no_fault(released: Tree) -> None:
    found = found_in(released)
    assert (found.faults, found.version, found.revision) == ([], VERSION, released.revision)
    assert found.unchecked == ["wheel and sdist: name their folder with --dist"]


@pytest.mark.parametrize("text", ["0.2", "v0.2.0", "0.2.0-rc", "0.2.0\n\n", "0.2.0", " 0.2.0\n"])
def test_a_version_of_another_form_is_a_fault(released: Tree, text: str) -> None:
    (released.root / "VERSION").write_text(text)
    assert found_in(released).faults[0].startswith("VERSION: ")


def test_a_tag_that_is_missing_elsewhere_not_annotated_or_not_alone_is_a_fault(released: Tree) -> None:
    first = released.revision
    released.git("tag", "v9.0.0")
    assert found_in(released).faults == ["tag v9.0.0: is at HEAD too, and VERSION says 0.2.0"]
    released.git("tag", "--delete", "v9.0.0")
    released.commit("after it")
    assert found_in(released).faults == [f"tag v0.2.0: is at {first[:12]}, and HEAD is {released.revision[:12]}"]
    released.git("tag", "--force", "v0.2.0")
    assert "is not annotated" in found_in(released).faults[0]
    released.git("tag", "--delete", "v0.2.0")
    assert found_in(released).faults == ["tag v0.2.0: there is none, and VERSION says 0.2.0"]


@pytest.mark.parametrize(
    ("heading", "fault"),
    [
        ("## [0.1.9] - 2026-11-21", "CHANGELOG.md: has no section of 0.2.0"),
        ("## [0.2.0]", "CHANGELOG.md: the section of 0.2.0 has no date"),
        ("## [0.2.0] - 2026-13-21", "CHANGELOG.md: the section of 0.2.0 has no date"),
    ],
)
def test_a_changelog_without_the_dated_section_is_a_fault(released: Tree, heading: str, fault: str) -> None:
    path = released.root / "CHANGELOG.md"
    path.write_text(path.read_text().replace("## [0.2.0] - 2026-11-21", heading))
    assert found_in(released).faults == [fault, "CHANGELOG.md: differs from the commit"]
    path.unlink()
    assert found_in(released).faults[0] == "CHANGELOG.md: is missing"


def test_a_changed_file_and_an_untracked_one_that_would_be_packaged_are_faults(released: Tree) -> None:
    (released.root / "README.md").write_text("changed")
    (released.root / "server/edgecode/server/extra.py").write_text("x = 1\n")
    (released.root / "notes.txt").write_text("not packaged")
    (released.root / ".git/info/exclude").write_text("extra.py\n")
    assert found_in(released).faults == [
        "README.md: differs from the commit",
        "server/edgecode/server/extra.py: is in no commit, and would be packaged",
    ]


@pytest.fixture(scope="module")
def built(pristine: Tree, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tree, Path]:
    folder = tmp_path_factory.mktemp("built")
    run("git", "clone", "--quiet", pristine.root, folder / "tree", cwd=folder)
    tree = Tree(folder / "tree")
    cut(tree)
    for target in ("sdist", "wheel"):
        tree.build(target, folder / "dist")
    return tree, folder / "dist"


class TestBuilt:
    """What was built, against what the checkout says."""

    def test_wheel_and_sdist_of_the_commit_have_no_fault(self, built: tuple[Tree, Path]) -> None:
        assert found_in(*built).faults == []

    def test_of_a_later_commit_they_have(self, built: tuple[Tree, Path], tmp_path: Path) -> None:
        tree, dist = built
        later = Tree(tmp_path / "later")
        run("git", "clone", "--quiet", tree.root, later.root, cwd=tmp_path)
        cut(later, "0.3.0")
        faults = found_in(later, dist).faults
        names = ("edgecode-0.2.0-py3-none-any.whl", "edgecode-0.2.0.tar.gz")
        assert faults == [
            line
            for name in names
            for line in (
                f"{name}: its name is not of 0.3.0",
                f"{name}: its metadata says version 0.2.0, not 0.3.0",
                f"{name}: its stamp says version 0.2.0, not 0.3.0",
                f"{name}: its stamp says revision {tree.revision[:12]}, and HEAD is {later.revision[:12]}",
            )
        ]

    def test_a_dirty_build_is_a_fault_and_so_are_two_builds_of_different_files(
        self, built: tuple[Tree, Path], tmp_path: Path
    ) -> None:
        tree, dist = built
        dirty = Tree(tmp_path / "dirty")
        run("git", "clone", "--quiet", tree.root, dirty.root, cwd=tmp_path)
        (dirty.root / "core/edgecode/core/extra.py").write_text("x = 1\n")
        shutil.copytree(dist, tmp_path / "dist")
        wheel = dirty.build("wheel", tmp_path / "other")
        shutil.copy(wheel, tmp_path / "dist")
        faults = found_in(tree, tmp_path / "dist").faults
        assert any("was built of a tree that differed from its commit" in fault for fault in faults)
        assert faults[-1].endswith("wheel and sdist were built of different files")

    def test_a_file_that_is_missing_twice_there_or_no_archive_is_a_fault(
        self, built: tuple[Tree, Path], tmp_path: Path
    ) -> None:
        tree, dist = built
        (tmp_path / "edgecode-0.2.0-py3-none-any.whl").write_bytes(b"no archive")
        faults = found_in(tree, tmp_path).faults
        assert "cannot be read" in faults[0]
        assert faults[1:] == [f"{tmp_path}: has 0 files *.tar.gz, and must have one sdist"]
        with zipfile.ZipFile(tmp_path / "edgecode-0.2.0-py3-none-any.whl", "w") as empty:
            empty.writestr("x", "")
        with tarfile.open(tmp_path / "edgecode-0.2.0.tar.gz", "w:gz"):
            pass
        assert [fault.partition(": cannot be read")[1] for fault in found_in(tree, tmp_path).faults] == [
            ": cannot be read",
            ": cannot be read",
        ]
        assert sorted(path.name for path in dist.iterdir()) == [
            "edgecode-0.2.0-py3-none-any.whl",
            "edgecode-0.2.0.tar.gz",
        ]


class TestShallow:
    """A clone of one commit, as CI makes it."""

    @staticmethod
    def shallow(released: Tree, tmp_path: Path, *options: str) -> Tree:
        target = tmp_path / "shallow"
        run("git", "clone", "--quiet", "--depth=1", *options, f"file://{released.root}", target, cwd=tmp_path)
        return Tree(target)

    def test_with_its_tag_it_is_checked_and_says_what_could_not_be(self, released: Tree, tmp_path: Path) -> None:
        found = found_in(self.shallow(released, tmp_path, "--branch=v0.2.0"))
        assert found.faults == []
        assert found.unchecked[0] == "the release before, and the commits since: this is a shallow clone"

    def test_without_tags_it_says_so_and_calls_nothing_a_lie(self, released: Tree, tmp_path: Path) -> None:
        found = found_in(self.shallow(released, tmp_path, "--no-tags"))
        assert found.faults == []
        assert found.unchecked[0].startswith("tag v0.2.0: this shallow clone has no tags")


def edgecode(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from edgecode.cli.app import main; main()", *arguments]
    return subprocess.run(command, cwd=cwd, env=clean_environ(), capture_output=True, text=True, check=False)


def test_the_command_says_one_line_per_fault_and_its_status_tells_the_truth(released: Tree) -> None:
    good = edgecode("release", "check", cwd=released.root)
    assert (good.returncode, good.stdout) == (0, f"0.2.0 of {released.revision[:12]} is a release\n")
    assert "not checked: whether the version was registered before" in good.stderr
    (released.root / "README.md").write_text("changed")
    released.git("tag", "--delete", "v0.2.0")
    bad = edgecode("release", "check", cwd=released.root / "server")
    assert bad.returncode == 1
    assert bad.stdout.splitlines() == [
        "tag v0.2.0: there is none, and VERSION says 0.2.0",
        "README.md: differs from the commit",
    ]
    as_json = json.loads(edgecode("release", "check", "--output", "json", cwd=released.root).stdout)
    assert (as_json["version"], as_json["faults"]) == ("0.2.0", bad.stdout.splitlines())


def test_the_notes_are_the_section_of_the_changelog(released: Tree) -> None:
    notes = edgecode("release", "notes", cwd=released.root)
    assert (notes.returncode, notes.stdout.splitlines()[0]) == (0, "- all of it")
    missing = edgecode("release", "notes", "7.0.0", cwd=released.root)
    assert (missing.returncode, missing.stderr) == (1, "edgecode: CHANGELOG.md has no section of 7.0.0\n")


def test_a_folder_that_is_no_checkout_is_said_in_one_line(tmp_path: Path) -> None:
    done = edgecode("release", "check", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("edgecode: git rev-parse failed in")
