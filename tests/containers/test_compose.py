"""Images made from the sdist, run by compose as its README says."""

import dataclasses
import json
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edgecode.core.stamp import BuildInfo
from tests.containers.composed import COMPOSE, Composed
from tests.harness.documents import REPOSITORY
from tests.harness.process import Processes

# A fresh image installs every pinned wheel; then real video runs.
pytestmark = pytest.mark.timeout(900)


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
    await composed.run(more=f"{COMPOSE} up --detach")
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
