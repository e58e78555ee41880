"""The documents' commands, run as a reader runs them: `edgecode up` in one terminal, the rest in another."""

import shlex
from pathlib import Path

import pytest

from tests.harness.documents import blocks, reader_folder, script
from tests.harness.process import Processes
from tests.harness.up import Up, run_script

WITH_RUNNING = ["docs/clients.md", "docs/operations.md", "docs/presets.md", "docs/settings.md", "docs/storage.md"]


def start_arguments(document: str) -> list[str]:
    """Of the document's `edgecode up`."""
    commands = [block.text for block in blocks(document) if block.language == "sh" and block.mark == "start"]
    assert len(commands) == 1
    words = shlex.split(commands[0], comments=True)
    assert words[:2] == ["edgecode", "up"]
    return words[2:]


@pytest.mark.parametrize("document", WITH_RUNNING)
async def test_the_commands_of_a_document_work_as_they_stand(
    document: str, processes: Processes, tmp_path: Path
) -> None:
    reader_folder(tmp_path)
    up = await Up.start(processes, tmp_path, *start_arguments("README.md"))
    status, output = await run_script(
        processes, script(document, "running", server=up.server), tmp_path, server=up.server
    )
    assert status == 0, output
    assert await up.process.terminate() == 0


async def test_the_tour_leaves_verified_renditions_and_a_stopped_folder_goes_on_after_a_rebuild(
    processes: Processes, tmp_path: Path
) -> None:
    reader_folder(tmp_path)
    up = await Up.start(processes, tmp_path, *start_arguments("README.md"))
    tour = script("README.md", "running", server=up.server)
    status, output = await run_script(processes, tour, tmp_path, server=up.server)
    assert status == 0, output
    made = {path.name for path in (tmp_path / "renditions").iterdir()}
    assert {"720p.mp4", "480p.mp4", "360p.mp4", "thumbnail.jpg", "manifest.json", "720p.mp4.intoto.json"} <= made
    assert "job.succeeded" in output
    assert "statement, bytes and metadata agree" in output
    assert await up.process.terminate() == 0

    status, output = await run_script(processes, script("docs/operations.md", "stopped", server=""), tmp_path)
    assert status == 0, output
    up = await Up.start(processes, tmp_path, *start_arguments("README.md"))
    status, output = await run_script(processes, "edgecode job list", tmp_path, server=up.server)
    assert status == 0, output
    assert "SUCCEEDED" in output
