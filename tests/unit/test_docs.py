"""The documents are what the code is, and no command in them is left untested."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.generate import PRESETS, render
from docs.preset_outputs import PAGE, title
from edgecode.server.jobs.built_in import BUILT_IN
from tests.harness.documents import DOCUMENTS, REPOSITORY, blocks

# How a shell block is tested; CONTRIBUTING.md says what each means.
MARKS = {
    "make": "tests/unit/test_docs.py",
    "start": "tests/e2e/test_readme.py",
    "running": "tests/e2e/test_readme.py",
    "stopped": "tests/e2e/test_readme.py",
    "grpcurl": "tests/grpcurl/test_grpcurl.py",
    "grpcurl-refused": "tests/grpcurl/test_grpcurl.py",
    "grpcurl-set": "tests/grpcurl/test_grpcurl.py",
    "grpcurl-release": "tests/grpcurl/test_grpcurl.py",
    "release-first": "tests/release/test_recipes.py",
    "release-bump": "tests/release/test_recipes.py",
    "release-semantic": "tests/release/test_recipes.py",
    "release-ci": "tests/release/test_recipes.py",
    "go": "tests/grpcurl/test_go.py",
    "node": "tests/node/test_node.py",
    "compose": "tests/containers/test_compose.py",
    "compose-running": "tests/containers/test_compose.py",
    "compose-down": "tests/containers/test_compose.py",
    "compose-observability": "tests/containers/test_observability.py",
    "kubernetes": "tests/unit/test_kubernetes.py",
}
_LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#]*)(?:#[^)]*)?\)")
_TABLES = re.compile(r"<!-- generated: \w+ -->")

NAMES = [str(path.relative_to(REPOSITORY)) for path in DOCUMENTS]


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if _TABLES.search(path.read_text(encoding="utf-8"))])
def test_the_tables_of_the_documents_are_what_the_code_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert render(text) == text, f"{path.name} is older than the code: make docs"


def test_a_changed_table_is_noticed() -> None:
    text = (REPOSITORY / "docs/settings.md").read_text(encoding="utf-8")
    assert render(text.replace("`edgecode-data`", "`elsewhere`")) == text
    assert render(text.replace("`edgecode-data`", "`elsewhere`")) != text.replace("`edgecode-data`", "`elsewhere`")


def test_the_page_of_real_outputs_has_each_revision_of_a_preset_and_each_of_its_outputs() -> None:
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    shown = {
        section.partition("\n")[0]: list(dict.fromkeys(re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)))
        for section in sections
    }
    asked = {title(preset): [output.output_id for output in preset.outputs] for preset in PRESETS}
    assert shown == asked, "older than the presets: make preset-outputs"
    assert {preset.preset for preset in PRESETS} == BUILT_IN.keys()


@pytest.mark.parametrize("name", NAMES)
def test_every_shell_block_says_how_it_is_tested_and_that_test_is_there(name: str) -> None:
    for block in blocks(name):
        if block.language in {"sh", "bash", "shell", "console"}:
            assert block.language == "sh", block.text
            assert block.mark in MARKS, f"{name}: how is this tested?\n{block.text}"
            assert f'"{block.mark}"' in (REPOSITORY / MARKS[block.mark]).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_link_inside_the_repository_leads_somewhere(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    missing = [
        found["path"]
        for found in _LINK.finditer(text)
        if found["path"] and not ((REPOSITORY / name).parent / found["path"]).exists()
    ]
    assert not missing


# THIRD_PARTY.md names files of others.
@pytest.mark.parametrize("name", [name for name in NAMES if name != "THIRD_PARTY.md"])
def test_every_source_file_a_document_names_is_there(name: str) -> None:
    named = set(
        re.findall(r"`([\w./-]+\.(?:py|sql|proto|toml|txt|yaml|conf))`", (REPOSITORY / name).read_text("utf-8"))
    )
    missing = {path for path in named if "/" in path and not any(_places(path, name))}
    assert not missing


def _places(path: str, document: str) -> Iterator[Path]:
    """Where a path of a document may stand: from the root, beside the document, or `server/x.py` for its package."""
    root, _, rest = path.partition("/")
    for place in (
        REPOSITORY / path,
        (REPOSITORY / document).parent / path,
        REPOSITORY / root / "edgecode" / root / rest,
    ):
        if place.exists():
            yield place


def test_make_knows_every_target_the_documents_name() -> None:
    lines = [
        line.partition("#")[0].split()
        for name in NAMES
        for block in blocks(name)
        if block.language == "sh" and block.mark == "make"
        for line in block.text.splitlines()
    ]
    targets = {word for line in lines if line and line[0] == "make" for word in line[1:] if "=" not in word}
    assert {"demo", "test"} <= targets
    known = subprocess.run(["make", "-qp"], cwd=REPOSITORY, capture_output=True, text=True, check=False).stdout
    for target in targets:
        assert re.search(rf"^{re.escape(target)}:", known, re.MULTILINE), f"there is no make {target}"


def test_the_platforms_called_installable_are_those_the_pins_are_resolved_for() -> None:
    pins = (REPOSITORY / "tests/packaging/test_pins.py").read_text(encoding="utf-8")
    names = {
        "x86_64-manylinux_2_28": "Linux x86-64 (glibc 2.28 or newer)",
        "aarch64-manylinux_2_28": "Linux arm64 (glibc 2.28 or newer)",
        "aarch64-apple-darwin": "macOS 14 arm64",
    }
    listed = {
        (row[0], python.strip())
        for line in (REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()
        if len(row := [cell.strip() for cell in line.strip("|").split("|")]) == 4 and row[3] == "yes"
        for python in row[1].split(",")
    }
    pythons = set(re.findall(r'"(3\.\d+)"', pins.partition("def test_the_pins_resolve")[0]))
    platforms = set(re.findall(r'"([\w]+-(?:manylinux_2_28|apple-darwin))"', pins))
    assert platforms == names.keys()
    assert listed == {(names[platform], python) for platform in platforms for python in pythons}
