"""Images made from the sdist, run by compose as its README says."""

import asyncio
import dataclasses
import json
import tarfile
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edgecode.cli.stack.ports import free_port
from edgecode.core.stamp import BuildInfo
from tests.harness.documents import REPOSITORY, script
from tests.harness.process import Processes
from tests.harness.up import run_script

README = "deploy/compose/README.md"
# A fresh image installs every pinned wheel; then real video runs.
pytestmark = pytest.mark.timeout(900)
# From `up` until broker, server and two workers have found each other.
FLEET_SECONDS = 90.0
WHOLE_FLEET = ["server", "worker", "worker"]


class Composed:
    """A compose project of this test's own: name, image and port."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
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
        """Containers, volumes and image."""
        await self.run("compose-down", more=f"docker volume rm {self.name}_nats {self.name}_data")
        await self.run(more=f"docker image rm --force {self._image}")


def sdist_build() -> str:
    """The build that the sdist says it is."""
    (sdist,) = (REPOSITORY / "dist").glob("edgecode-*.tar.gz")
    with tarfile.open(sdist) as archive:
        name = next(name for name in archive.getnames() if name.endswith("/_stamp.json"))
        member = archive.extractfile(name)
        assert member is not None
        frozen = json.load(member)
    return BuildInfo(**{field.name: frozen[field.name] for field in dataclasses.fields(BuildInfo)}).build


@pytest.fixture
async def composed(processes: Processes) -> AsyncIterator[Composed]:
    """Built and started."""
    project = Composed(processes)
    await project.run("compose")
    yield project
    await project.remove()


async def test_the_image_carries_the_sdists_stamp_and_a_job_succeeds_under_compose(
    composed: Composed, tmp_path: Path
) -> None:
    instances = await composed.fleet()
    assert {each["stamp"]["build"] for each in instances} == {sdist_build()}
    assert {each["stamp"]["environment"] for each in instances} == {"compose"}

    output = await composed.run("compose-running")
    assert "job.succeeded" in output

    await composed.run("compose-down")
    await composed.run(more="docker-compose --file deploy/compose/compose.yaml up --detach")
    await composed.fleet()
    assert "SUCCEEDED" in await composed.run(more="edgecode job list")


async def test_workers_are_on_the_internal_network_only(composed: Composed) -> None:
    instances = await composed.fleet()
    sandboxes = [set(each["sandbox"]) for each in instances if each["stamp"]["service"] == "worker"]
    assert all({"dies-with-worker", "no-new-privileges", "rlimit-memory"} <= parts for parts in sandboxes)

    name = composed.name
    workers = f"$(docker ps --quiet --filter label=com.docker.compose.project={name} --filter name=worker)"
    networks = "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}"
    joined = await composed.run(more=f"docker inspect --format '{networks}' {workers}")
    assert joined.split() == [f"{name}_inside"] * 2
    internal = await composed.run(more=f"docker network inspect --format '{{{{.Internal}}}}' {name}_inside")
    assert internal.strip() == "true"
