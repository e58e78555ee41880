"""The commands of storage: import, sign, gc, as a shell runs them."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgecode.core.blobs import source_key
from tests.e2e.conftest import running_up
from tests.harness.cli import CLIP, Cli


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    shutil.copy(CLIP, folder / "take 1.mp4")
    return folder


@pytest.fixture(scope="module")
def storing(tmp_path_factory: pytest.TempPathFactory, inbox: Path) -> Iterator[Cli]:
    stores = {"inbox": {"url": f"file://{inbox}", "uses": ["import"]}}
    folder = tmp_path_factory.mktemp("up")
    settings = {
        "EDGECODE_STORES": json.dumps(stores),
        "EDGECODE_BLOBS_URL": f"file://{folder}/blobs",  # a folder in any case
        "EDGECODE_BLOB_YOUNG_SECONDS": "0",
    }
    with running_up(folder, **settings) as running:
        yield running


def test_an_object_of_a_configured_store_is_imported_and_no_other(storing: Cli, inbox: Path) -> None:
    uri = f"file://{inbox}/take 1.mp4"
    looked = storing.json("asset", "import", uri, "--validate-only")
    assert (looked["asset_id"], looked["file_name"]) == ("", "take 1.mp4")
    asset = storing.json("asset", "import", uri, "--request-id", "once", "--label", "a=b")
    assert asset["sha256"] == hashlib.sha256(CLIP.read_bytes()).hexdigest()
    again = storing.json("asset", "import", uri, "--request-id", "once", "--label", "a=b")
    assert again["asset_id"] == asset["asset_id"]
    refused = storing("asset", "import", "file:///etc/passwd")
    assert refused.status == 1
    assert "IMPORT_NOT_CONFIGURED" in refused.err
    assert f"file://{inbox}/" in refused.err


def test_an_artifact_of_a_folder_is_not_signed_and_the_command_says_what_to_do(storing: Cli, inbox: Path) -> None:
    asset = storing.json("asset", "import", f"file://{inbox}/take 1.mp4", "--preset", "thumbnail")
    storing.json("job", "wait", asset["job_id"])
    artifact = storing.json("artifact", "list", "--job", asset["job_id"])["artifacts"][0]
    refused = storing("artifact", "sign", artifact["artifact_id"])
    assert refused.status == 1
    assert "STORE_CANNOT_SIGN" in refused.err
    assert refused.out == ""


def test_gc_says_why_a_blob_goes_and_then_deletes_it(storing: Cli) -> None:
    blobs = storing.folder / "blobs"
    lost = blobs / source_key("ab" * 32)
    lost.parent.mkdir(parents=True, exist_ok=True)
    lost.write_bytes(b"nobody's")
    said = storing("gc", "--dry-run")
    assert said.status == 0
    assert "source unused" in said.out
    assert "8 bytes" in said.out
    assert lost.exists()
    found = storing.json("gc")
    assert [blob["reason"] for blob in found["blobs"]] == ["REASON_SOURCE_UNUSED"]
    assert not lost.exists()
    again = storing("gc")
    assert "0 blobs" in again.out
