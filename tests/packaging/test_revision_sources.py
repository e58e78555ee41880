"""Where a build learns its revision, what it calls dirty, and when it refuses."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import Tree, ask_build_info, clean_environ, run, unpack, wheel_stamp

OTHER = "0123456789abcdef0123456789abcdef01234567"


def _dirt(tree: Tree) -> str:
    """The live answer, which must be that of a wheel built now."""
    live = tree.build_info()["dirty"]
    out = tree.root.parent / "dirty-check"
    shutil.rmtree(out, ignore_errors=True)
    assert wheel_stamp(tree.build("wheel", out))["dirty"] == live
    return live


def test_a_changed_file_an_untracked_file_and_a_missing_file_each_make_another_dirty_build(clone: Tree) -> None:
    assert _dirt(clone) == ""
    seen = set()
    module = clone.root / "core/edgecode/core/version.py"
    module.write_text(module.read_text() + "# changed\n")
    seen.add(_dirt(clone))
    clone.git("checkout", "--", ".")
    (clone.root / "workers/edgecode/workers/new_task.py").write_text("")
    seen.add(_dirt(clone))
    clone.git("clean", "-fdq")
    (clone.root / "cli/edgecode/cli/py.typed").unlink()
    seen.add(_dirt(clone))
    assert len(seen) == 3
    assert all(len(digest) == 8 and int(digest, 16) >= 0 for digest in seen)
    clone.git("checkout", "--", ".")
    assert _dirt(clone) == ""


def test_a_staged_change_is_as_dirty_as_the_same_change_unstaged(clone: Tree) -> None:
    (clone.root / "README.md").write_text("other\n")
    unstaged = clone.build_info()["dirty"]
    clone.git("add", "README.md")
    assert unstaged == clone.build_info()["dirty"] != ""


def test_what_is_not_packaged_makes_nothing_dirty(clone: Tree) -> None:
    (clone.root / "tests/test_scratch.py").write_text("")
    (clone.root / "core/edgecode/core/__pycache__").mkdir(exist_ok=True)
    (clone.root / "core/edgecode/core/__pycache__/version.cpython-311.pyc").write_bytes(b"")
    assert _dirt(clone) == ""


def test_a_packaged_file_that_only_my_global_excludes_hide_still_counts(clone: Tree) -> None:
    (clone.root / ".git/info").mkdir(exist_ok=True)
    (clone.root / ".git/info/exclude").write_text("hidden.py\n")
    (clone.root / "core/edgecode/core/hidden.py").write_text("")
    assert clone.git("status", "--porcelain") == ""
    assert _dirt(clone) != ""


def test_a_tree_without_git_fails_and_says_what_to_set(bare: Tree) -> None:
    complaint = bare.refused()
    assert "no revision known" in complaint
    assert "EDGECODE_REVISION" in complaint


def test_a_tree_without_git_builds_with_the_revision_it_is_told(bare: Tree, tmp_path: Path) -> None:
    wheel = bare.build("wheel", tmp_path / "out", EDGECODE_REVISION=OTHER, SOURCE_DATE_EPOCH="1700000000")
    stamp = wheel_stamp(wheel)
    assert stamp["revision"] == OTHER
    assert stamp["committed_at"] == "2023-11-14T22:13:20Z"


def test_a_tree_without_git_inside_another_checkout_does_not_borrow_its_revision(bare: Tree, clone: Tree) -> None:
    inner = Tree(clone.root / "vendored")
    shutil.copytree(bare.root, inner.root)
    assert "no revision known" in inner.refused()


def test_a_told_revision_that_is_not_the_one_of_git_is_refused(clone: Tree) -> None:
    complaint = clone.refused(EDGECODE_REVISION=OTHER)
    assert "disagree" in complaint
    assert OTHER in complaint
    assert clone.revision in complaint


def test_a_told_revision_that_is_not_the_one_of_the_sdist_is_refused(from_sdist: Tree) -> None:
    assert "disagree" in from_sdist.refused(EDGECODE_REVISION=OTHER)


def test_a_told_revision_that_agrees_is_accepted(clone: Tree, tmp_path: Path) -> None:
    wheel = clone.build("wheel", tmp_path / "out", EDGECODE_REVISION=clone.revision)
    assert wheel_stamp(wheel)["revision"] == clone.revision


@pytest.mark.parametrize("told", ["main", OTHER[:12], OTHER.upper(), f"{OTHER}-dirty"])
def test_a_told_revision_must_be_forty_hex_digits(bare: Tree, told: str) -> None:
    assert "40 lowercase hex digits" in bare.refused(EDGECODE_REVISION=told)


def test_an_sdist_whose_version_was_edited_is_refused(from_sdist: Tree) -> None:
    (from_sdist.root / "VERSION").write_text("9.9.9\n")
    assert "VERSION says 9.9.9" in from_sdist.refused()


def test_an_sdist_whose_code_was_edited_builds_as_dirty(from_sdist: Tree) -> None:
    assert _dirt(from_sdist) == ""
    (from_sdist.root / "core/edgecode/core/patched.py").write_text("")
    assert len(_dirt(from_sdist)) == 8


def test_a_git_archive_knows_its_commit(clone: Tree, tmp_path: Path) -> None:
    clone.git("archive", "--format=tar.gz", "--prefix=edgecode/", f"--output={tmp_path}/tree.tar.gz", "HEAD")
    tree = unpack(tmp_path / "tree.tar.gz", tmp_path / "unpacked")
    stamp = wheel_stamp(tree.build("wheel", tmp_path / "out"))
    assert stamp["revision"] == clone.revision
    assert stamp == wheel_stamp(clone.build("wheel", tmp_path / "checkout"))


def test_a_checkout_of_another_user_is_read_and_git_hooks_do_not_mislead(clone: Tree, tmp_path: Path) -> None:
    real = shutil.which("git")
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {real} "$@"\n')
    wrapper.chmod(0o755)
    path = f"{wrapper.parent}:{clean_environ()['PATH']}"
    refused = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        cwd=clone.root,
        env=clean_environ(PATH=path, HOME=str(tmp_path), GIT_CONFIG_NOSYSTEM="1"),
        capture_output=True,
        check=False,
    )
    assert b"dubious ownership" in refused.stderr
    told = clone.build_info(PATH=path, HOME=str(tmp_path), GIT_DIR=str(tmp_path / "nowhere"))
    assert told["revision"] == clone.revision


def test_a_checkout_on_a_machine_without_git_asks_for_it(clone: Tree, tmp_path: Path) -> None:
    complaint = clone.refused(PATH=str(tmp_path))
    assert "git is not installed" in complaint
    told = clone.build_info(PATH=str(tmp_path), EDGECODE_REVISION=OTHER)
    assert told["revision"] == OTHER


def test_an_editable_install_asks_git_live(clone: Tree, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=tmp_path)
    python = venv / "bin/python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip())
    # Our own packages, the build backend among them, without a download; .pth files in there are not followed.
    ours = run(sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path)
    (site / "ours.pth").write_text(ours)
    install = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(clone.root)]
    run(sys.executable, "-m", "pip", "--python", python, *install, cwd=tmp_path)
    assert not list(clone.root.rglob("_stamp.json"))

    assert ask_build_info(python, tmp_path)["revision"] == clone.revision
    clone.commit("one more")
    (clone.root / "server/edgecode/server/fresh.py").write_text("")
    info = ask_build_info(python, tmp_path)
    assert info["revision"] == clone.revision
    assert len(info["dirty"]) == 8
    run(python, "-c", "import edgecode.server.fresh, edgecode.workers, edgecode.cli, edgecode.v1.job_pb2", cwd=tmp_path)
