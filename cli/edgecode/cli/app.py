"""The `edgecode` command: one name, its commands grouped by noun."""

import typer

from edgecode.cli.commands.artifact import artifacts
from edgecode.cli.commands.asset import assets
from edgecode.cli.commands.dead import dead
from edgecode.cli.commands.demo import demo
from edgecode.cli.commands.fleet import fleet, status
from edgecode.cli.commands.gc import gc
from edgecode.cli.commands.inspect import inspect
from edgecode.cli.commands.job import jobs
from edgecode.cli.commands.preset import presets
from edgecode.cli.commands.release import releases
from edgecode.cli.commands.route import routes
from edgecode.cli.commands.this_machine import completion, config, ledger, server, version, worker
from edgecode.cli.commands.up import up
from edgecode.cli.commands.webhook import webhooks

HELP = """A video goes in, verified renditions come out, and every message says which build made it.

Exit status: 0 done; 1 refused, or the job did not succeed; 2 wrong usage; 3 the server cannot be reached;
4 not finished within the timeout; 130 interrupted.

Example: edgecode demo
"""


def make_app() -> typer.Typer:
    """Wires all commands."""
    app = typer.Typer(
        name="edgecode",
        help=HELP,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for command in (status, up, demo, inspect, config, version, completion, server, gc):
        app.command()(command)
    nouns = {
        "asset": assets,
        "job": jobs,
        "artifact": artifacts,
        "preset": presets,
        "webhook": webhooks,
        "fleet": fleet,
        "release": releases,
        "route": routes,
        "dead": dead,
        "worker": worker,
        "ledger": ledger,
    }
    for name, noun in nouns.items():
        app.add_typer(noun, name=name)
    return app


def main() -> None:
    """Entry point of the console script."""
    make_app()(prog_name="edgecode")
