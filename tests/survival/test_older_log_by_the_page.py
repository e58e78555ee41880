"""What the operations page says of a refused ledger, done as it says."""

import re
import shutil
from pathlib import Path

from tests.harness.documents import blocks, reader_folder, script
from tests.harness.process import Process, Processes
from tests.harness.up import FREE_PORTS, Up, run_script

SUBMIT = "edgecode job submit cli/edgecode/cli/data/bbb.mp4 --preset thumbnail --watch"


def documented_refusal() -> re.Pattern[str]:
    """The page's sentence for an older copy of the log, with any figures in it."""
    shown = next(block.text for block in blocks("docs/operations.md") if block.text.startswith("LEDGER_NOT_OF"))
    older = next(line for line in shown.splitlines() if line.endswith("`edgecode ledger rebuild`") and "older" in line)
    return re.compile(re.sub(r"\d+", r"\\d+", re.escape(older.partition(": ")[2])))


async def work_and_stop(processes: Processes, folder: Path) -> None:
    """One `edgecode up` with one job, ended cleanly."""
    up = await Up.start(processes, folder)
    status, output = await run_script(processes, SUBMIT, folder, server=up.server)
    assert status == 0, output
    assert await up.process.terminate() == 0


async def start_refused(processes: Processes, folder: Path) -> Process:
    """An `edgecode up` that ends by itself."""
    process = await processes.edgecode("up", *FREE_PORTS, cwd=folder)
    assert await process.exit() == 1
    return process


async def test_a_log_restored_from_an_older_copy_is_refused_as_the_page_says_and_its_commands_mend_it(
    processes: Processes, tmp_path: Path
) -> None:
    reader_folder(tmp_path)
    log = tmp_path / "edgecode-data/nats"
    await work_and_stop(processes, tmp_path)
    shutil.copytree(log, tmp_path / "older")
    await work_and_stop(processes, tmp_path)
    shutil.rmtree(log)
    shutil.copytree(tmp_path / "older", log)

    refused = await start_refused(processes, tmp_path)
    assert documented_refusal().search(refused.output), refused.output

    status, output = await run_script(processes, script("docs/operations.md", "stopped", server=""), tmp_path)
    assert status == 0, output
    up = await Up.start(processes, tmp_path)
    status, output = await run_script(processes, "edgecode job list --output json", tmp_path, server=up.server)
    assert status == 0, output
    assert output.count('"job_id"') == 1, "the log that is there knows one job"
    status, output = await run_script(processes, SUBMIT, tmp_path, server=up.server)
    assert status == 0, output
