"""`edgecode up` on a folder that outlives it: started, ended and started again."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.harness.process import Process, Processes

CLIP = Path(__file__).resolve().parents[2] / "cli/edgecode/cli/data/bbb.mp4"
# As by default, but a process that is gone is missed sooner.
QUICK = {
    "EDGECODE_FLEET_TTL_SECONDS": "4",
    "EDGECODE_FLEET_GRACE_SECONDS": "1",
    "EDGECODE_FLEET_BEAT_SECONDS": "1",
    "EDGECODE_SWEEP_SECONDS": "1",
    "EDGECODE_ACK_WAIT_SECONDS": "5",
    "EDGECODE_BACKOFF_SECONDS": "0.1",
}


class UpOnFolder:
    """One `edgecode up` on a folder of this test's own."""

    def __init__(self, processes: Processes, folder: Path) -> None:
        self._processes = processes
        self.folder = folder

    async def begin(self, *arguments: str) -> Process:
        """Starts it, not awaited."""
        return await self._processes.edgecode(
            "up", "--data-dir", str(self.folder), "--grpc-address", "127.0.0.1:0", "--metrics-address", "",
            "--output", "json", *(arguments or ("--nats-port", "0")), env=QUICK,
        )  # fmt: skip

    async def start(self) -> tuple[Process, dict[str, Any]]:
        """Starts it; the process, and what it says when everything is ready."""
        process = await self.begin()
        return process, await process.event("up.ready")

    async def edgecode(self, ready: Mapping[str, Any], *arguments: str) -> Process:
        """A client of it, ended."""
        client = await self._processes.edgecode(*arguments, env={"EDGECODE_SERVER": str(ready["grpc_address"])})
        await client.exit(120)
        return client

    async def submit(self, ready: Mapping[str, Any], *arguments: str) -> str:
        """Submits the clip; the job's id."""
        client = await self.edgecode(ready, "job", "submit", str(CLIP), "--output", "json", *arguments)
        assert await client.exit() == 0, client.output
        job_id = json.loads(client.output)["job_id"]
        assert isinstance(job_id, str)
        return job_id

    async def until_encoding(self, ready: Mapping[str, Any], job_id: str) -> None:
        """Returns when the job's ladder is being encoded."""
        watch = await self._processes.edgecode(
            "job", "watch", job_id, "--output", "json", env={"EDGECODE_SERVER": str(ready["grpc_address"])}
        )
        await watch.line(lambda text: '"progress"' in text and '"720p"' in text)
        await watch.kill()

    async def finish(self, ready: Mapping[str, Any], job_id: str) -> dict[str, Any]:
        """Waits for the job's success; the job."""
        client = await self.edgecode(ready, "job", "wait", job_id, "--timeout", "100", "--output", "json")
        assert await client.exit() == 0, client.output
        found = json.loads(client.output)
        assert isinstance(found, dict)
        return found

    async def artifacts(self, ready: Mapping[str, Any], job_id: str) -> list[dict[str, Any]]:
        """What the job published."""
        client = await self.edgecode(ready, "artifact", "list", "--job", job_id, "--output", "json")
        found = json.loads(client.output)["artifacts"]
        assert isinstance(found, list)
        return found


def working_in(folder: Path) -> dict[int, str]:
    """Processes that name the folder on their command line or in their environment: pid to command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                environment = (entry / "environ").read_bytes().decode("utf-8", "replace")
            except OSError:
                # Gone meanwhile, or another user's.
                continue
            if str(folder) in command or f"EDGECODE_DATA_DIR={folder}" in environment:
                found[int(entry.name)] = command
    return found


def recorded(folder: Path) -> dict[str, int]:
    """The children of the folder: name to pid."""
    return {entry.stem: json.loads(entry.read_bytes())["pid"] for entry in (folder / "run").glob("*.json")}
