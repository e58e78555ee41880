"""Options that every change of a route has, by whichever command."""

from typing import Annotated

import typer

CommentOption = Annotated[str, typer.Option("--comment", "-m", help="Why; kept in the log. Required.")]
EtagOption = Annotated[str, typer.Option(help="Only if the route is still as it was shown.")]
