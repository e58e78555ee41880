"""What is frozen into wheel and sdist, and that it is the same whoever builds it."""

import json
import sys
import tarfile
import tomllib
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from packaging.version import Version

from edgecode.core.source_tree import SHAPING_PATHS
from tests.packaging.conftest import REPOSITORY, Tree, ask_build_info, run, unpack, wheel_stamp


def test_the_stamp_of_the_wheel_is_the_stamp_of_the_sdist_and_what_git_says(
    pristine: Tree, wheel: Path, sdist: Path
) -> None:
    with tarfile.open(sdist) as tar:
        (member,) = [member for member in tar.getmembers() if member.name.endswith("core/edgecode/core/_stamp.json")]
        content = tar.extractfile(member)
        assert content is not None
        frozen = json.load(content)
    stamp = wheel_stamp(wheel)
    assert stamp == frozen
    assert stamp["revision"] == pristine.revision
    assert stamp["version"] == (pristine.root / "VERSION").read_text().strip()
    assert stamp["dirty"] == ""
    committed = datetime.fromtimestamp(int(pristine.git("log", "-1", "--format=%ct")), UTC)
    assert stamp["committed_at"] == committed.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_wheel_from_the_sdist_is_byte_for_byte_the_wheel_from_the_tree(
    from_sdist: Tree, wheel: Path, tmp_path: Path
) -> None:
    again = from_sdist.build("wheel", tmp_path / "out")
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_the_same_commit_gives_the_same_bytes_elsewhere_and_later(pristine: Tree, clone: Tree, target: str) -> None:
    for path in clone.root.rglob("*.py"):
        path.chmod(0o600)
    out = clone.root.parent
    here = pristine.build(target, out / "first", SOURCE_DATE_EPOCH="1700000000")
    there = clone.build(target, out / "second", SOURCE_DATE_EPOCH="1700000000", TZ="Asia/Tokyo", LC_ALL="C")
    assert here.read_bytes() == there.read_bytes()


def test_the_wheel_holds_every_part_of_the_namespace_with_types_and_protos(pristine: Tree, wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for part in ("core", "server", "workers", "cli", "v1"):
        assert f"edgecode/{part}/py.typed" in names
    tracked = pristine.git("ls-files", "*/edgecode/**").splitlines()
    assert {path.partition("/")[2] for path in tracked} <= names
    assert {name for name in names if name.startswith("edgecode/")} - {path.partition("/")[2] for path in tracked} == {
        "edgecode/core/_stamp.json"
    }


def test_the_metadata_carry_the_pep_440_form_and_the_stamp_the_semver(clone: Tree, tmp_path: Path) -> None:
    (clone.root / "VERSION").write_text("1.4.0-rc.2\n")
    clone.commit("candidate")
    wheel = clone.build("wheel", tmp_path / "out")
    assert wheel.name == "edgecode-1.4.0rc2-py3-none-any.whl"
    assert str(Version("1.4.0-rc.2")) == "1.4.0rc2"
    metadata = zipfile.ZipFile(wheel).read("edgecode-1.4.0rc2.dist-info/METADATA").decode()
    assert "\nVersion: 1.4.0rc2\n" in metadata
    assert wheel_stamp(wheel)["version"] == "1.4.0-rc.2"


@pytest.mark.parametrize("version", ["v1.4.0\n", "1.4.0", "1.4.0-1\n", "1.4.0\n\n", "1.4.0+g123\n", "1.4.0\r\n", ""])
def test_a_malformed_version_file_is_never_built(clone: Tree, version: str) -> None:
    (clone.root / "VERSION").write_bytes(version.encode())
    clone.commit("malformed")
    assert "VERSION" in clone.refused() or "neither X.Y.Z" in clone.refused()


def test_an_installed_wheel_says_what_was_frozen_wherever_it_runs(wheel: Path, clone: Tree, tmp_path: Path) -> None:
    run(sys.executable, "-m", "zipfile", "-e", wheel, tmp_path / "site", cwd=tmp_path)
    stamp = wheel_stamp(wheel)
    info = ask_build_info(Path(sys.executable), clone.root, PYTHONPATH=str(tmp_path / "site"))
    assert info == {key: stamp[key] for key in ("version", "revision", "dirty", "committed_at")}


def test_make_demo_installs_with_pip_without_index_isolation_or_dependencies(clone: Tree, tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    run(*pip, "--target", tmp_path / "site", clone.root, cwd=tmp_path)
    info = ask_build_info(Path(sys.executable), tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert info["revision"] == clone.revision
    assert info["dirty"] == ""
    assert clone.git("status", "--porcelain") == ""


def test_the_sdist_holds_exactly_what_can_make_a_tree_dirty(sdist: Path, pristine: Tree, tmp_path: Path) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    assert tuple(project["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"]) == SHAPING_PATHS
    root = unpack(sdist, tmp_path / "unpacked").root
    packed = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    tracked = set(pristine.git("ls-files", "--", *SHAPING_PATHS).splitlines())
    assert packed - {"PKG-INFO", "core/edgecode/core/_stamp.json"} == tracked
