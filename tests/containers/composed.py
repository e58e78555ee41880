"""A compose project of one test's own, made and driven as the READMEs of deploy/ say."""

import asyncio
import json
import uuid
from collections.abc import Mapping
from typing import Any

from edgecode.cli.stack.ports import free_port
from tests.harness.documents import REPOSITORY, script
from tests.harness.process import Processes
from tests.harness.up import run_script

README = "deploy/compose/README.md"
COMPOSE = "docker-compose --file deploy/compose/compose.yaml"
# From `up` until broker, server and two workers have found each other.
FLEET_SECONDS = 90.0
WHOLE_FLEET = ["server", "worker", "worker"]


class Composed:
    """A compose project of this test's own: name, image and port.

    Args:
        environment: what else the compose files read.
    """

    def __init__(self, processes: Processes, environment: Mapping[str, str] | None = None) -> None:
        self._processes = processes
        self._environment = environment or {}
        self.name = f"edgecode-test-{uuid.uuid4().hex[:8]}"
        self._image = f"{self.name}:local"
        self._port = free_port()

    async def run(self, *marks: str, more: str = "") -> str:
        """Runs the README's blocks with these marks, then what is given, from the repository; returns what was said."""
        text = script(README, *marks, server="") if marks else ""
        # The package index may be reached from this machine only.
        text = text.replace("docker build ", "docker build --network host ").replace("edgecode:local", self._image)
        env = {
            "COMPOSE_PROJECT_NAME": self.name,
            "EDGECODE_IMAGE": self._image,
            "EDGECODE_PORT": str(self._port),
            **self._environment,
        }
        status, output = await run_script(
            self._processes, f"{text}\n{more}", REPOSITORY, server=f"127.0.0.1:{self._port}", env=env
        )
        assert status == 0, output
        return output

    async def fleet(self) -> list[dict[str, Any]]:
        """The running instances, once there are as many as there should be."""
        async with asyncio.timeout(FLEET_SECONDS):
            while True:
                said = await self.run(more="edgecode fleet list --output json || echo '{}'")
                found = json.loads(said[said.index("{") : said.rindex("}") + 1]) if "instances" in said else {}
                instances: list[dict[str, Any]] = found.get("instances", [])
                if sorted(each["stamp"]["service"] for each in instances) == WHOLE_FLEET:
                    return instances

    async def remove(self) -> None:
        """Containers, those of other compose files too, volumes and image."""
        await self.run(more=f"{COMPOSE} down --volumes --remove-orphans")
        await self.run(more=f"docker image rm --force {self._image}")
