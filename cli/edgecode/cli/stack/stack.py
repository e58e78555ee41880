"""nats-server, server and workers, started in order, kept running, stopped in the opposite order."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edgecode.cli.extras import require_extra
from edgecode.cli.stack.child import Command, Facts
from edgecode.cli.stack.folder import DataFolder
from edgecode.cli.stack.nats import find_nats_server, nats_command, nats_readiness
from edgecode.cli.stack.ports import PortTaken, free_port, is_free
from edgecode.cli.stack.scraping import Targets, worker_address
from edgecode.cli.stack.supervised import Event, OnEvent, Supervised

READY = "process.ready"
# Beyond a child's own grace, for what it does after it.
MARGIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. Port 0 takes a free one.

    Attributes:
        workers: how many, at least 0.
        nats_port: of the broker, on loopback.
        grpc_address: of the server.
        metrics_address: of the server; workers have the ports above it; empty for none at all.
        worker_drain_seconds: grace of a worker's attempts when it is stopped.
        drain_seconds: grace of the server's open calls.
        scratch: folder of the workers' media work, one below it for each.
        environment: for server and workers, over our own.
    """

    workers: int
    nats_port: int
    grpc_address: str
    metrics_address: str
    worker_drain_seconds: float
    drain_seconds: float
    scratch: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def read_ready(line: str) -> Facts | None:
    """The facts of a line `{"event": "process.ready", …}`; None for all other lines."""
    if READY not in line:
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not isinstance(record, dict) or record.get("event") != READY:
        return None
    return {name: str(record[name]) for name in ("grpc_address", "metrics_address", "build") if record.get(name)}


class Stack:
    """Everything on one folder; claim the folder before. Use it in `async with`, which stops it in any case.

    Args:
        folder: claimed by this process.
        plan: what to run.
        on_event: told of everything that happens to a child.
    """

    def __init__(self, folder: DataFolder, plan: Plan, on_event: OnEvent) -> None:
        self._folder = folder
        self._plan = plan
        self._on_event = on_event
        self._targets = Targets(folder.path)
        self.nats: Supervised | None = None
        self.server: Supervised | None = None
        self.workers: list[Supervised] = []

    @property
    def children(self) -> list[Supervised]:
        """All of them, in the order of their start."""
        return [child for child in (self.nats, self.server, *self.workers) if child is not None]

    async def start(self) -> Facts:
        """Starts everything; returns `nats_url`, `monitor_url`, `grpc_address` and what else was said.

        Raises:
            MissingExtra: a part is not installed.
            PortTaken: the broker's port is.
            StartFailed: a child ended before it was ready.
        """
        for extra in ("server", "worker"):
            require_extra(extra)
        port = self._plan.nats_port or free_port()
        if not is_free(port):
            raise PortTaken(f"port {port} is taken, by another nats-server perhaps: --nats-port 0 takes a free one")
        self.nats = Supervised(
            "nats-server",
            nats_command(find_nats_server(), self._folder.path / "nats", port),
            nats_readiness(port),
            self._folder,
            self._on_event,
        )
        facts = await self.nats.start()
        self._targets.begin()
        self.server = self._server(facts["nats_url"])
        self.workers = [self._worker(number, facts["nats_url"]) for number in range(1, self._plan.workers + 1)]
        # Both find the broker by themselves, whichever is first.
        await _all_or_first_error([child.start() for child in (self.server, *self.workers)])
        return facts | self.server.facts

    async def failed(self) -> None:
        """Returns only by raising: when the keeping of a child itself fails."""
        watches = [child.watch for child in self.children if child.watch is not None]
        for done in asyncio.as_completed(watches):
            await done

    async def stop(self) -> None:
        """Workers first, so that they can tell the server's log how they end; the broker last."""
        # Nothing is stopped in a broker's absence that would wait for it, so each has its own grace and no more.
        worker_grace = self._plan.worker_drain_seconds + MARGIN_SECONDS
        await asyncio.gather(*(worker.stop(worker_grace) for worker in self.workers))
        if self.server is not None:
            await self.server.stop(self._plan.drain_seconds + MARGIN_SECONDS)
        if self.nats is not None:
            await self.nats.stop(MARGIN_SECONDS)

    def kill(self) -> None:
        """SIGKILL to all; `stop` then returns soon."""
        for child in self.children:
            child.kill()

    def _server(self, nats_url: str) -> Supervised:
        def environment(former: Facts) -> dict[str, str]:
            return {
                # A free port taken once is kept: clients know it.
                "EDGECODE_GRPC_ADDRESS": former.get("grpc_address", self._plan.grpc_address),
                "EDGECODE_METRICS_ADDRESS": former.get("metrics_address", self._plan.metrics_address),
            }

        return self._python("server", "edgecode.server", nats_url, environment)

    def _worker(self, number: int, nats_url: str) -> Supervised:
        name = f"worker-{number}"

        def environment(_former: Facts) -> dict[str, str]:
            return {
                "EDGECODE_METRICS_ADDRESS": worker_address(self._plan.metrics_address, number),
                # Scratch of a worker that was killed is its successor's to clear away, not its neighbours'.
                "EDGECODE_SCRATCH_DIR": str(self._plan.scratch.absolute() / name),
            }

        return self._python(name, "edgecode.workers", nats_url, environment)

    def _python(
        self, name: str, module: str, nats_url: str, environment: Callable[[Facts], dict[str, str]]
    ) -> Supervised:
        places = {"EDGECODE_DATA_DIR": str(self._folder.path), "EDGECODE_NATS_URL": nats_url}

        def command(former: Facts) -> Command:
            return Command(python_module(module), places | environment(former) | dict(self._plan.environment))

        return Supervised(name, command, read_ready, self._folder, self._heard)

    def _heard(self, event: Event) -> None:
        self._on_event(event)
        if event.kind != "ready":
            return
        try:
            self._targets.heard(event.child, event.facts.get("metrics_address", ""))
        except OSError as error:
            # It costs Prometheus a target, and ends nothing that runs.
            self._on_event(Event(event.child, "unlisted", f"its metrics are in no list of targets: {error}", {}))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.stop()


async def _all_or_first_error(work: Sequence[Coroutine[Any, Any, Any]]) -> None:
    """Waits for all; when one fails the others are cancelled, and its error is raised."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def python_module(module: str, arguments: Sequence[str] = ()) -> list[str]:
    """The command line of one of our modules in this interpreter; modules in the current folder never shadow ours."""
    return [sys.executable, "-P", "-m", module, *arguments]
