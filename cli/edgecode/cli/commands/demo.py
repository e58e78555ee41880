"""`edgecode demo`: everything once, on free ports, with its own data; leaves the results and nothing else."""

import asyncio
import time
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import grpc
import typer

from edgecode.cli.demo.facts import Facts as DemoFacts
from edgecode.cli.demo.folder import FACTS, prepare, remove
from edgecode.cli.demo.run import run_client
from edgecode.cli.demo.system import demo_stack
from edgecode.cli.exits import INTERRUPTED, CommandFailed, say, status_tells_the_truth
from edgecode.cli.finish import require_success
from edgecode.cli.output import OutputFormat
from edgecode.cli.problem import failure
from edgecode.cli.reach import Reach
from edgecode.cli.session import Session, open_session
from edgecode.cli.stack.child import Facts
from edgecode.cli.stack.folder import DataFolder, FolderInUse
from edgecode.cli.stack.hold import Stopped, hold
from edgecode.cli.stack.ports import PortTaken
from edgecode.cli.stack.supervised import StartFailed
from edgecode.cli.tables import artifacts, jobs, trace
from edgecode.core.stamp import build_info

CALLER = "demo"


def demo(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", exists=True, dir_okay=False, help="Default: the packaged clip.")
    ] = None,
    preset: Annotated[str, typer.Option(help="What to make of it.")] = "web",
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many.")] = 2,
    output_dir: Annotated[Path, typer.Option(file_okay=False, help="Where the results are left.")] = Path(
        "demo-output"
    ),
    keep_data: Annotated[
        bool, typer.Option("--keep-data", help="Leave broker, ledger, blobs and logs in .edgecode beside the results.")
    ] = False,
) -> None:
    """Run one video through real processes: nats-server, server, workers; show what comes out and who made it.

    Uses free loopback ports and its own data folder, and stops everything it started.

    Example: edgecode demo
    """
    began = time.monotonic()
    with status_tells_the_truth(), resources.as_file(_clip()) as clip:
        try:
            folder = prepare(output_dir)
        except FolderInUse as error:
            raise CommandFailed(str(error)) from error
        try:
            facts = _run(folder, file or clip, preset, workers, output_dir)
            facts.write(output_dir / FACTS)
            require_success(facts.job)
        except CommandFailed as error:
            raise CommandFailed(f"{error}\n  logs are in {folder.logs}", error.status) from error
        finally:
            folder.release()
        if not keep_data:
            remove(folder.path)
        say(
            f"{len(facts.saved)} artifacts and {FACTS} in {output_dir}/ after {time.monotonic() - began:.1f} s; "
            "all processes are stopped"
        )


def _clip() -> Traversable:
    """Big Buck Bunny, CC-BY 3.0: see data/README.md."""
    return resources.files("edgecode.cli").joinpath("data", "bbb.mp4")


def _run(folder: DataFolder, video: Path, preset: str, workers: int, output: Path) -> DemoFacts:
    say(f"edgecode {build_info().build}: starting nats-server, server and {workers} workers")
    stack = demo_stack(folder, workers)

    async def work(facts: Facts) -> DemoFacts:
        session = open_session(Reach(facts["grpc_address"]), CALLER, OutputFormat.TABLE, "edgecode demo")
        client = asyncio.get_running_loop().run_in_executor(None, run_client, session, video, preset, output)
        try:
            # A signal ends the demo, and the client's thread must have ended before the connection is closed.
            found = await asyncio.shield(client)
        except grpc.RpcError as error:
            raise failure(error, session.api.reach) from error
        else:
            _print(session, found)
            return found
        finally:
            session.api.stopping.stop()
            await asyncio.gather(client, return_exceptions=True)
            session.api.close()

    try:
        return asyncio.run(hold(stack, work))
    except (PortTaken, StartFailed) as error:
        raise CommandFailed(str(error)) from error
    except Stopped as error:
        raise CommandFailed("stopped by a signal; all processes are stopped", INTERRUPTED) from error


def _print(session: Session, facts: DemoFacts) -> None:
    session.print(jobs.outputs(facts.job))
    session.print("")
    session.print(artifacts.files([(each.path, each.artifact) for each in facts.saved]))
    session.print("")
    session.print(trace.trace(facts.trace))
