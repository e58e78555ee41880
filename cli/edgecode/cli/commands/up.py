"""`edgecode up`: everything on one machine, until it is told to stop."""

import asyncio
import os
import time
from pathlib import Path
from typing import Annotated

import typer

from edgecode.cli.exits import CommandFailed, say, status_tells_the_truth
from edgecode.cli.local import read_settings
from edgecode.cli.output import OutputFormat, OutputOption, write_json_line
from edgecode.cli.stack.child import Facts
from edgecode.cli.stack.folder import DataFolder, FolderInUse
from edgecode.cli.stack.hold import Stopped, forever, hold
from edgecode.cli.stack.ports import PortTaken
from edgecode.cli.stack.stack import Plan, Stack
from edgecode.cli.stack.supervised import Event, StartFailed
from edgecode.core.stamp import build_info

DEFAULT_ADDRESS = "127.0.0.1:50051"


def up(
    *,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of broker, ledger, blobs and logs; default: EDGECODE_DATA_DIR.")
    ] = None,
    workers: Annotated[int, typer.Option(min=0, max=64, help="How many workers.")] = 2,
    grpc_address: Annotated[
        str | None, typer.Option(help="Where the API listens; port 0 takes a free one; default: EDGECODE_GRPC_ADDRESS.")
    ] = None,
    nats_port: Annotated[int, typer.Option(min=0, max=65535, help="Of the broker; 0 takes a free one.")] = 4222,
    metrics_address: Annotated[
        str | None, typer.Option(help="Of the server; workers follow; empty: none; default: EDGECODE_METRICS_ADDRESS.")
    ] = None,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Start nats-server, server and workers here, restart what crashes, stop all in order on Ctrl-C or SIGTERM.

    The folder keeps everything: what was running goes on at the next start, also after kill -9.

    Example: edgecode up --workers 4 --data-dir /srv/edgecode
    """
    with status_tells_the_truth():
        settings = read_settings()
        folder = DataFolder(data_dir or settings.data_dir)
        plan = Plan(
            workers,
            nats_port,
            settings.grpc_address if grpc_address is None else grpc_address,
            settings.metrics_address if metrics_address is None else metrics_address,
            settings.worker_drain_seconds,
            settings.drain_seconds,
            settings.scratch_dir or folder.path / "scratch",
        )
        printer = Printer(output, folder, time.monotonic(), tls=settings.tls_certificate is not None)
        try:
            printer.begin(folder.claim())
            stack = Stack(folder, plan, printer.event)
            asyncio.run(hold(stack, printer.ready_then_forever))
        except (FolderInUse, PortTaken, StartFailed) as error:
            raise CommandFailed(str(error)) from error
        except Stopped:
            printer.end()
        finally:
            folder.release()


class Printer:
    """Tells what happens: sentences for people, one JSON object per line for programs."""

    def __init__(self, output: OutputFormat, folder: DataFolder, began: float, *, tls: bool) -> None:
        self._json = output is OutputFormat.JSON
        self._tls = tls
        self._folder = folder
        self._began = began

    def begin(self, killed: list[int]) -> None:
        """The first line, and what was left of a killed predecessor."""
        if self._json:
            write_json_line({"event": "up.starting", "pid": os.getpid(), "killed_leftovers": killed})
            return
        say(f"edgecode {build_info().build}, data in {self._folder.path}")
        if killed:
            say(f"killed what an earlier edgecode up left running: {', '.join(map(str, killed))}")

    def event(self, event: Event) -> None:
        """One event of one child."""
        if self._json:
            write_json_line({"event": f"child.{event.kind}", "child": event.child, "text": event.text, **event.facts})
            return
        say(f"  {event.child:<12} {event.kind:<9} {event.text}")

    async def ready_then_forever(self, facts: Facts) -> None:
        """How to use it, once everything is ready."""
        seconds = time.monotonic() - self._began
        if self._json:
            write_json_line({"event": "up.ready", "pid": os.getpid(), "startup_seconds": round(seconds, 3), **facts})
        else:
            say(usage(facts, seconds, self._folder, tls=self._tls))
        await forever(facts)

    def end(self) -> None:
        """The last line."""
        if self._json:
            write_json_line({"event": "up.stopped"})
        else:
            say("stopped; edgecode up on the same folder goes on where this ended")


def usage(facts: Facts, seconds: float, folder: DataFolder, *, tls: bool) -> str:
    """What to type next in another terminal."""
    lines = [f"Ready in {seconds:.1f} s. Logs in {folder.logs}. Ctrl-C stops everything.", "In another terminal:"]
    if facts["grpc_address"] != DEFAULT_ADDRESS:
        lines.append(f"  export EDGECODE_SERVER={facts['grpc_address']}")
    if tls:
        lines.append(
            "  export EDGECODE_CLIENT_CA=…  # PEM: who signed the certificate; edgecode status --help has the rest"
        )
    lines += [
        "  edgecode job submit VIDEO --preset web --watch",
        "  edgecode status",
    ]
    return "\n".join(lines)
