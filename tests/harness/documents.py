"""The documents' blocks of code, as tests run them.

What stands after the language in a block's first line says how: CONTRIBUTING.md, "Documents".
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.harness.process import tool

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = tuple(
    sorted(
        path
        for path in [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md"), *REPOSITORY.glob("deploy/**/*.md")]
        if path.is_file()
    )
)
# Where documents say that the server is.
ADDRESS = "127.0.0.1:50051"
_BLOCK = re.compile(r"^```(?P<language>\w*)(?: (?P<mark>[\w./-]+))?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its language, how it is tested (or the name of the file it is), and its text."""

    language: str
    mark: str
    text: str


def blocks(document: str) -> list[Block]:
    """All fenced blocks of a document, named from the repository's root."""
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    return [Block(found["language"], found["mark"] or "", found["text"]) for found in _BLOCK.finditer(text)]


def script(document: str, *marks: str, server: str) -> str:
    """The shell blocks with one of these marks, one after the other, with the server's real address in them."""
    found = [block.text for block in blocks(document) if block.language == "sh" and block.mark in marks]
    assert found, f"{document} has no shell block marked {' or '.join(marks)}"
    return "\n".join(found).replace(ADDRESS, server)


def write_files(document: str, folder: Path) -> None:
    """Writes the blocks that are files into a folder."""
    for block in blocks(document):
        if block.language != "sh" and block.mark:
            (folder / block.mark).write_text(block.text, encoding="utf-8")


def reader_folder(folder: Path) -> Path:
    """A folder in which a reader of the documents finds what is in the repository, and new files are the test's own."""
    for name in ("cli", "protos", "deploy"):
        (folder / name).symlink_to(REPOSITORY / name)
    return folder


def write_descriptor_set(folder: Path) -> None:
    """Makes `edgecode-v1.binpb` as `make dist` does, without the wheels."""
    target = folder / "edgecode-v1.binpb"
    subprocess.run([tool("buf"), "build", "--as-file-descriptor-set", "-o", str(target)], cwd=REPOSITORY, check=True)
