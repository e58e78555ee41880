"""One `edgecode up` for each file of tests, and a finished job in it."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.harness.cli import CLIP, Cli
from tests.harness.process import tool
from tests.harness.stores import environment_of


@contextmanager
def running_up(folder: Path, **settings: str) -> Iterator[Cli]:
    """An `edgecode up` on a folder, with settings as `EDGECODE_*` have them, and the command to use it."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("EDGECODE_")}
    command = [tool("edgecode"), "up", "--data-dir", str(folder), "--grpc-address", "127.0.0.1:0"]
    command += ["--nats-port", "0", "--metrics-address", "127.0.0.1:0", "--output", "json"]
    stores = environment_of(folder)
    with subprocess.Popen(command, env={**ours, **stores, **settings}, stdout=subprocess.PIPE, text=True) as up:
        assert up.stdout is not None
        for line in up.stdout:
            event = json.loads(line)
            if event["event"] == "up.ready":
                yield Cli(event["grpc_address"], folder)
                break
        up.send_signal(signal.SIGTERM)
        up.stdout.read()
        assert up.wait(60) == 0


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    with running_up(tmp_path_factory.mktemp("up")) as running:
        yield running


@pytest.fixture(scope="module")
def job(cli: Cli) -> dict[str, Any]:
    """A finished job of the clip with one rendition and a thumbnail."""
    found = cli.json("job", "submit", str(CLIP), "--rendition", "180", "--thumbnail", "90", "--watch", "--label", "a=b")
    assert isinstance(found, dict)
    return found
