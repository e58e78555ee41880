"""The Node client of the documents, with nothing of ours but the descriptor set."""

from pathlib import Path

from tests.harness.documents import reader_folder, script, write_descriptor_set, write_files
from tests.harness.process import Processes
from tests.harness.up import Up, run_script


async def test_a_node_client_reads_the_descriptor_set_and_runs_a_job(processes: Processes, tmp_path: Path) -> None:
    reader_folder(tmp_path)
    write_files("docs/clients.md", tmp_path)
    write_descriptor_set(tmp_path)
    up = await Up.start(processes, tmp_path)
    status, output = await run_script(processes, script("docs/clients.md", "node", server=up.server), tmp_path)
    assert status == 0, output
    assert "STATE_SUCCEEDED by " in output
    assert "thumbnail.jpg" in output
