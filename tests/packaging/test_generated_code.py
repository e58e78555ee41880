"""The checked-in generated code is what the contract generates."""

import filecmp
import shutil
import sys
from pathlib import Path

from tests.packaging.conftest import REPOSITORY, run


def _generated(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix() for path in folder.rglob("*_pb2*.py*") if path.suffix in {".py", ".pyi"}
    }


def test_regenerating_the_contract_changes_nothing(tmp_path: Path) -> None:
    make = ("make", "--old-file=.venv-test/dev-pins", f"TEST_BIN={Path(sys.executable).parent}")
    run(*make, "protos", f"PROTO_OUT={tmp_path}", cwd=REPOSITORY)
    fresh, kept = _generated(tmp_path), _generated(REPOSITORY / "protos")
    assert fresh == kept
    _, different, unreadable = filecmp.cmpfiles(tmp_path, REPOSITORY / "protos", fresh, shallow=False)
    assert different == []
    assert unreadable == []


def test_a_changed_contract_is_noticed(tmp_path: Path) -> None:
    for name in ("Makefile", "protos"):
        source = REPOSITORY / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    stamp = tmp_path / "protos/edgecode/v1/stamp.proto"
    stamp.write_text(stamp.read_text().replace("string service = 1;", "string service = 1;\n  string extra = 99;"))
    make = ("make", "--old-file=.venv-test/dev-pins", f"TEST_BIN={Path(sys.executable).parent}")
    run(*make, "protos", cwd=tmp_path)
    generated = "edgecode/v1/stamp_pb2.py"
    assert (tmp_path / "protos" / generated).read_bytes() != (REPOSITORY / "protos" / generated).read_bytes()
