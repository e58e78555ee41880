"""`edgecode up` and shell scripts beside it, as a reader of the documents has them in two terminals."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.harness.process import Process, Processes, tool

# Over what the documents say, so that tests may run beside each other and beside a real one.
FREE_PORTS = ("--grpc-address", "127.0.0.1:0", "--nats-port", "0", "--metrics-address", "")
# An encode of the documents' clip takes a few seconds; a busy machine takes longer.
SCRIPT_SECONDS = 240.0


class Up:
    """One `edgecode up`."""

    def __init__(self, process: Process, server: str) -> None:
        self.process = process
        self.server = server

    @classmethod
    async def start(cls, processes: Processes, folder: Path, *arguments: str) -> "Up":
        """Starts it in a folder and returns when it is ready."""
        process = await processes.edgecode("up", *arguments, *FREE_PORTS, "--output", "json", cwd=folder)
        ready = await process.event("up.ready")
        return cls(process, str(ready["grpc_address"]))


async def run_script(
    processes: Processes, script: str, folder: Path, *, server: str = "", env: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Runs a shell script that stops at its first error; returns its exit status and all it wrote."""
    bash = shutil.which("bash")
    assert bash is not None
    ours = {"PATH": f"{Path(tool('edgecode')).parent}{os.pathsep}{os.environ['PATH']}", **(env or {})}
    if server:
        ours["EDGECODE_SERVER"] = server
    process = await processes.start("script", bash, "-euo", "pipefail", "-c", script, env=ours, cwd=folder)
    status = await process.exit(SCRIPT_SECONDS)
    return status, process.output
