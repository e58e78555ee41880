from pathlib import Path

import pytest

from edgecode.cli.config import rows
from edgecode.cli.exits import CommandFailed
from edgecode.cli.local import read_settings
from edgecode.core.settings import Settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"EDGECODE_{name.upper()}", raising=False)
    monkeypatch.delenv("EDGECODE_CONFIG", raising=False)


def test_every_setting_is_printed_once_with_default_and_meaning() -> None:
    found = rows(read_settings())
    assert [row.name for row in found] == list(Settings.model_fields)
    assert all(row.description for row in found)
    assert all(row.source == "default" for row in found)


def test_the_source_of_a_value_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "edgecode.toml"
    file.write_text("encode_slots = 3\nlight_slots = 5\n")
    monkeypatch.setenv("EDGECODE_CONFIG", str(file))
    monkeypatch.setenv("EDGECODE_LIGHT_SLOTS", "7")
    found = {row.name: row for row in rows(read_settings())}
    assert (found["encode_slots"].value, found["encode_slots"].source) == (3, "file")
    assert (found["light_slots"].value, found["light_slots"].source) == (7, "environment")
    assert (found["beat_seconds"].source, found["encode_slots"].default) == ("default", 1)


def test_no_password_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGECODE_LEDGER_URL", "postgresql://edgecode:secret@database/edgecode")
    shown = {row.name: row.value for row in rows(read_settings())}
    assert shown["ledger_url"] == "postgresql://edgecode:***@database/edgecode"
    assert "secret" not in str(shown)


def test_a_wrong_setting_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGECODE_ENCODE_SLOTS", "many")
    with pytest.raises(CommandFailed, match=r"EDGECODE_ENCODE_SLOTS: .*'many'"):
        read_settings()


def test_a_settings_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGECODE_CONFIG", "/nowhere/edgecode.toml")
    with pytest.raises(CommandFailed, match=r"/nowhere/edgecode\.toml"):
        read_settings()
