"""`edgecode preset …`: named lists of outputs."""

import uuid
from pathlib import Path
from typing import Annotated

import typer

from edgecode.cli.commands.asset import DAY_SECONDS, RetentionOption
from edgecode.cli.outputs import read_outputs
from edgecode.cli.pages import LimitOption, read_pages
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import jobs as tables
from edgecode.v1 import job_pb2

presets = typer.Typer(help="Named lists of outputs.", no_args_is_help=True)


@presets.command("list")
@remote
def list_(
    session: Session,
    *,
    revisions: Annotated[bool, typer.Option("--revisions", help="Every revision, not the latest only.")] = False,
    limit: LimitOption = 50,
) -> None:
    """List presets.

    Example: edgecode preset list
    """
    request = job_pb2.ListPresetsRequest(all_revisions=revisions)
    session.show_list(read_pages(session.api.jobs.ListPresets, request, "presets", limit), tables.presets)


@presets.command("show")
@remote
def show(session: Session, preset: Annotated[str, typer.Argument(metavar="PRESET[@REVISION]")]) -> None:
    """Show what a preset makes.

    Example: edgecode preset show web
    """
    session.show(session.api.jobs.GetPreset(job_pb2.GetPresetRequest(preset=preset)), tables.preset)


@presets.command("create")
@remote
def create(
    session: Session,
    preset: Annotated[str, typer.Argument(metavar="NAME")],
    outputs: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help='JSON, {"outputs": […]} as in the API.')
    ],
    *,
    title: Annotated[str, typer.Option(help="What it makes, in a line.")] = "",
    retention_days: RetentionOption = 0,
    after_revision: Annotated[
        int | None, typer.Option(help="Only if this is the latest revision; 0: only if there is none.")
    ] = None,
    request_id: Annotated[str, typer.Option(help="The same id makes one revision; default: a new UUID.")] = "",
    validate_only: Annotated[bool, typer.Option("--validate-only", help="Check everything, create nothing.")] = False,
) -> None:
    """Make a preset, or the next revision of one. Revisions never change.

    Example: edgecode preset create phone outputs.json --title 'For phones'
    """
    request = job_pb2.CreatePresetRequest(
        preset=preset,
        title=title,
        outputs=read_outputs(outputs),
        retention_seconds=retention_days * DAY_SECONDS,
        request_id=request_id or str(uuid.uuid4()),
        validate_only=validate_only,
        after_revision=after_revision,
    )
    session.show(session.api.jobs.CreatePreset(request), tables.preset)
