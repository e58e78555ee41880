"""`edgecode preset …`: named lists of outputs."""

from typing import Annotated

import typer

from edgecode.cli.pages import LimitOption, read_pages
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import jobs as tables
from edgecode.v1 import job_pb2

presets = typer.Typer(help="Named lists of outputs.", no_args_is_help=True)


@presets.command("list")
@remote
def list_(session: Session, limit: LimitOption = 50) -> None:
    """List presets.

    Example: edgecode preset list
    """
    request = job_pb2.ListPresetsRequest()
    session.show_list(read_pages(session.api.jobs.ListPresets, request, "presets", limit), tables.presets)


@presets.command("show")
@remote
def show(session: Session, preset: Annotated[str, typer.Argument(metavar="PRESET")]) -> None:
    """Show what a preset makes.

    Example: edgecode preset show web
    """
    session.show(session.api.jobs.GetPreset(job_pb2.GetPresetRequest(preset=preset)), tables.preset)
