"""Each compose file that goes over deploy/compose/compose.yaml fits it, and what it mounts is there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
BASE = DEPLOY / "compose/compose.yaml"
OVERLAYS = [DEPLOY / "compose/postgresql.yaml", DEPLOY / "observability/compose.yaml"]


def read(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def faults(base: dict[str, Any], more: dict[str, Any]) -> Iterator[str]:
    """What compose would say of both, or would start in vain."""
    volumes = {*base.get("volumes", {}), *more.get("volumes", {})}
    networks = {*base.get("networks", {}), *more.get("networks", {})}
    for name, service in {**base["services"], **more["services"]}.items():
        if "image" not in service and name not in base["services"]:
            yield f"{name} has no image"
        yield from (f"{name} is on {each}" for each in set(service.get("networks", [])) - networks)
        for mount in service.get("volumes", []):
            source = mount.partition(":")[0]
            # Paths are taken from the folder of the first file.
            if source.startswith(".") and not (BASE.parent / source).is_file():
                yield f"{name} mounts {source}"
            if source[0] not in "./" and source not in volumes:
                yield f"{name} mounts {source}"


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.parent.name + "/" + path.name)
def test_each_file_fits_the_base_one(overlay: Path) -> None:
    assert not list(faults(read(BASE), read(overlay)))


def test_every_file_for_compose_is_looked_at() -> None:
    found = {path for path in DEPLOY.rglob("*.yaml") if path.parent.name != "kubernetes" and "services" in read(path)}
    assert found == {BASE, *OVERLAYS}


@pytest.mark.parametrize(
    "service",
    [
        {"networks": ["inside"]},
        {"image": "x", "networks": ["nowhere"]},
        {"image": "x", "volumes": ["../observability/gone.yml:/x:ro"]},
        {"image": "x", "volumes": ["nowhere:/x"]},
    ],
)
def test_what_does_not_fit_is_found(service: dict[str, Any]) -> None:
    assert list(faults(read(BASE), {"services": {"more": service}}))
