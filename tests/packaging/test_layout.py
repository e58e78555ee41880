"""The rules of the tree that no other tool checks."""

import hashlib
import re
from pathlib import Path

from tests.packaging.conftest import REPOSITORY, Tree

ROOTS = ("core", "server", "workers", "cli", "protos")
GENERATED = re.compile(r"_pb2(_grpc)?\.pyi?$")


def test_no_root_of_the_namespace_package_has_an_init_file() -> None:
    for root in ROOTS:
        assert (REPOSITORY / root / "edgecode").is_dir()
        assert not (REPOSITORY / root / "__init__.py").exists()
        assert not (REPOSITORY / root / "edgecode" / "__init__.py").exists()


def test_no_file_is_named_after_nothing_and_none_is_longer_than_400_lines(pristine: Tree) -> None:
    written = [path for path in pristine.git("ls-files", "*.py").splitlines() if not GENERATED.search(path)]
    assert len(written) > 10
    nameless = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert [path for path in written if Path(path).stem in nameless] == []
    assert [path for path in written if len((pristine.root / path).read_text().splitlines()) > 400] == []


def test_no_work_is_left_for_later_in_a_comment(pristine: Tree) -> None:
    marks = re.compile("TO" + "DO|FIX" + "ME|XX" + "X")
    kept = pristine.git("ls-files", "*.py", "*.proto", "*.md", "Makefile").splitlines()
    written = [path for path in kept if not GENERATED.search(path)]
    assert [path for path in written if marks.search((pristine.root / path).read_text())] == []


def test_the_clip_of_the_demo_is_the_one_its_attribution_describes() -> None:
    data = REPOSITORY / "cli/edgecode/cli/data"
    clip, attribution = (data / "bbb.mp4").read_bytes(), (data / "README.md").read_text()
    assert hashlib.sha256(clip).hexdigest() in attribution
    assert f"{len(clip):,} bytes" in attribution
    assert "Creative Commons Attribution 3.0" in attribution
