"""Commands that need no server: version, config, completion, server, worker, ledger."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from typer.completion import shell_complete

from edgecode.cli.commands.drain import drain_self
from edgecode.cli.config import rows as config_rows
from edgecode.cli.exits import status_tells_the_truth
from edgecode.cli.local import become_module, read_settings
from edgecode.cli.output import OutputFormat, OutputOption, write_json
from edgecode.cli.rebuild import rebuild_ledger
from edgecode.cli.session import make_consoles
from edgecode.cli.tables.plain import facts
from edgecode.cli.tables.plain import rows as table
from edgecode.core.stamp import build_info

ledger = typer.Typer(help="The tables folded from the log.", no_args_is_help=True)
worker = typer.Typer()
worker.command("drain")(drain_self)
COMPLETION_VARIABLE = "_EDGECODE_COMPLETE"


class Shell(StrEnum):
    """Those we complete in."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def version(output: OutputOption = OutputFormat.TABLE) -> None:
    """Say which build this command is.

    Example: edgecode version --output json
    """
    info = build_info()
    found = {
        "version": info.version,
        "revision": info.revision,
        "build": info.build,
        "dirty": bool(info.dirty),
        "committed_at": info.committed_at,
    }
    if output is OutputFormat.JSON:
        write_json(found)
        return
    out, _ = make_consoles()
    out.print(f"edgecode {info.build}", markup=False)
    dirty = f"yes: packaged files differ from the revision ({info.dirty})" if info.dirty else "no"
    out.print(
        facts(
            [("version", info.version), ("revision", info.revision), ("dirty", dirty), ("committed", info.committed_at)]
        )
    )


def config(output: OutputOption = OutputFormat.TABLE) -> None:
    """Print every setting with its value, where it comes from, and what it means.

    Settings are EDGECODE_* variables over a TOML file named by EDGECODE_CONFIG over defaults.

    Example: EDGECODE_ENCODE_SLOTS=2 edgecode config
    """
    with status_tells_the_truth():
        found = config_rows(read_settings())
        if output is OutputFormat.JSON:
            write_json([row.as_dict() for row in found])
            return
        out, _ = make_consoles()
        out.print(
            table(
                ("variable", "value", "source", "meaning"),
                [(row.variable, row.shown, row.source, row.description) for row in found],
            )
        )


def completion(ctx: typer.Context, shell: Shell) -> None:
    """Print the script that completes this command in a shell.

    Example: edgecode completion bash > ~/.local/share/bash-completion/completions/edgecode
    """
    # Typer writes the script itself, as for `_EDGECODE_COMPLETE=source_bash edgecode`.
    root = ctx.find_root()
    shell_complete(root.command, {}, "edgecode", COMPLETION_VARIABLE, f"source_{shell.value}")


def server() -> None:
    """Run one server here, with the settings that `edgecode config` prints.

    Example: EDGECODE_NATS_URL=nats://broker:4222 edgecode server
    """
    with status_tells_the_truth():
        become_module("edgecode.server", "server")


@worker.callback(invoke_without_command=True)
def run_worker(context: typer.Context) -> None:
    """Run one worker here, with the settings that `edgecode config` prints.

    Example: EDGECODE_ENCODE_SLOTS=2 edgecode worker
    """
    if context.invoked_subcommand is not None:
        return
    with status_tells_the_truth():
        become_module("edgecode.workers", "worker")


@ledger.command("rebuild")
def rebuild(
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of a stopped edgecode up; its broker is started.")
    ] = None,
) -> None:
    """Fold the whole log into new tables, then swap them for the old ones; stop the servers first.

    With the folder of an `edgecode up` its own nats-server is started for it; else the broker is that of
    EDGECODE_NATS_URL.

    Example: edgecode ledger rebuild --data-dir edgecode-data
    """
    with status_tells_the_truth():
        raise typer.Exit(rebuild_ledger(data_dir, read_settings().data_dir))
