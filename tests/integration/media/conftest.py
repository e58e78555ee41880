import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from edgecode.workers.media.limits import Limits
from edgecode.workers.media.sandbox import Sandbox
from edgecode.workers.media.tools import MediaTools, find_tools
from tests.integration.media.sources import ffmpeg


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> MediaTools:
    return find_tools(tmp_path_factory.mktemp("state"))


@pytest.fixture
def limited(tools: MediaTools, tmp_path: Path) -> Callable[..., MediaTools]:
    """The same tools under other limits, with a state folder of their own."""

    def make(**limits: float) -> MediaTools:
        changed = Limits(**{**dataclasses.asdict(Limits()), **limits})
        return MediaTools(tools.toolchain, changed, Sandbox(tmp_path / "children", stop_seconds=changed.stop_seconds))

    return make


@pytest.fixture(scope="session")
def made(tools: MediaTools, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a source by ffmpeg's arguments, once for each file name."""
    folder = tmp_path_factory.mktemp("sources")

    def make(name: str, *arguments: str | Path) -> Path:
        path = folder / name
        if not path.exists():
            ffmpeg(tools, *arguments, path)
        return path

    return make


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder
