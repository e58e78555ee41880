"""The `edgecode` command as a shell runs it."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.process import tool

CLIP = Path(__file__).resolve().parents[2] / "cli/edgecode/cli/data/bbb.mp4"


@dataclass(frozen=True, slots=True)
class Done:
    """One finished command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.status == 0, self.err
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Cli:
    """Runs commands against one server."""

    address: str
    folder: Path

    def __call__(self, *arguments: str, timeout: float = 120) -> Done:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("EDGECODE_")}
        done = subprocess.run(
            [tool("edgecode"), *arguments], env={**ours, "EDGECODE_SERVER": self.address}, capture_output=True,
            text=True, check=False, timeout=timeout,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    def json(self, *arguments: str) -> Any:
        return self(*arguments, "--output", "json").json
