"""The `edgecode` command."""

import typer

from edgecode.cli.commands.up import up

app = typer.Typer(name="edgecode", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command()(up)


@app.callback()
def root() -> None:
    """x"""


def main() -> None:
    """Entry point."""
    app()
