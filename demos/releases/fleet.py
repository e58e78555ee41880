"""Processes of several builds side by side: one broker and server, and workers of any build."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from demos.releases.clone import Built, environment, run

READY_SECONDS = 60.0
_COMMAND = "from edgecode.cli.app import main; main()"


class Running:
    """A process that writes JSON lines on one of its streams."""

    def __init__(self, command: list[str], cwd: Path, **more: str) -> None:
        self.process = subprocess.Popen(
            command, cwd=cwd, env=environment(**more), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._arrived = threading.Condition()
        self._lines: list[dict[str, Any]] = []
        self._ended = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._arrived:
                if line.startswith("{"):
                    self._lines.append(json.loads(line))
                self._arrived.notify_all()
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()

    def wait_for(self, event: str) -> dict[str, Any]:
        """The first line of an event; ends the demo where it does not come."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._ended or self._named(event) is not None, READY_SECONDS)
            found = self._named(event)
        if found is None:
            raise SystemExit(f"{' '.join(self.process.args)}: no {event}; it said {self._lines[-5:]}")  # type: ignore[arg-type]
        return found

    def _named(self, event: str) -> dict[str, Any] | None:
        return next((line for line in self._lines if line.get("event") == event), None)

    def stop(self) -> None:
        """SIGTERM, and waits."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(READY_SECONDS)


class Fleet:
    """What runs, and the command that asks about it."""

    def __init__(self, folder: Path, server: Built) -> None:
        self._folder = folder
        self._workers: dict[str, Running] = {}
        more = ["--grpc-address", "127.0.0.1:0", "--nats-port", "0", "--metrics-address", "", "--workers", "0"]
        self._up = Running(
            [sys.executable, "-c", _COMMAND, "up", *more, "--data-dir", str(folder / "data"), "--output", "json"],
            # A demo waits less than a minute to tell a rollback from a restart.
            folder, PYTHONPATH=str(server.site), EDGECODE_ENVIRONMENT="production", EDGECODE_FLEET_RESTART_SECONDS="5",
        )  # fmt: skip
        ready = self._up.wait_for("up.ready")
        self.server = str(ready["grpc_address"])
        self._nats = str(ready["nats_url"])

    def start_worker(self, built: Built) -> None:
        """A worker of a build, ready."""
        worker = Running(
            [sys.executable, "-m", "edgecode.workers"],
            self._folder,
            PYTHONPATH=str(built.site),
            EDGECODE_ENVIRONMENT="production",
            EDGECODE_NATS_URL=self._nats,
            EDGECODE_DATA_DIR=str(self._folder / "data"),
            EDGECODE_SCRATCH_DIR=str(self._folder / "scratch" / f"{built.name}-{len(self._workers)}"),
            EDGECODE_METRICS_ADDRESS="",
        )
        worker.wait_for("process.ready")
        self._workers[built.name] = worker

    def stop_worker(self, built: Built) -> None:
        """Ends the worker of a build as a deployment does."""
        self._workers.pop(built.name).stop()

    def edgecode(self, *arguments: str, cwd: Path | None = None) -> str:
        """What the command of this checkout prints; ends the demo where it fails."""
        return run([sys.executable, "-c", _COMMAND, *arguments], cwd or self._folder, EDGECODE_SERVER=self.server)

    def told(self, *arguments: str, cwd: Path | None = None) -> Any:
        """The same as JSON."""
        return json.loads(self.edgecode(*arguments, "--output", "json", cwd=cwd))

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Asks until something holds: the leader looks at the fleet by itself."""
        waiting = threading.Event()
        for _ in range(60):
            if holds():
                return
            waiting.wait(0.5)
        raise SystemExit(f"{what} did not come about")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers.values():
            worker.stop()
        self._up.stop()
