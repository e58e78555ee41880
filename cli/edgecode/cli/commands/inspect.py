"""`edgecode inspect FILE`: which build made this file, without a server."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from edgecode.cli.exits import CommandFailed, status_tells_the_truth
from edgecode.cli.inspection import Inspection, inspect_file
from edgecode.cli.output import OutputFormat, OutputOption, write_json
from edgecode.cli.session import make_consoles, print_trimmed
from edgecode.cli.tables.plain import BAD, GOOD, facts


def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)],
    statement: Annotated[
        Path | None, typer.Option(help="The in-toto statement; default: FILE.intoto.json beside it.")
    ] = None,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Say who made a file, from the statement beside it and from its own metadata; no server is asked.

    The metadata is read by the worker's sandboxed probe where that is installed. Exit status 1: the file is not what
    the statement says, or nothing says that edgecode made it.

    Example: edgecode inspect demo-output/720p.mp4
    """
    with status_tells_the_truth():
        found = inspect_file(file, statement)
        if output is OutputFormat.JSON:
            write_json(found.as_dict())
        else:
            out, _ = make_consoles()
            print_trimmed(out, _table(found))
        if found.contradictions:
            raise CommandFailed(f"{file} is not what its statement says")
        if not found.ours:
            raise CommandFailed(f"nothing says that edgecode made {file}")


def _table(found: Inspection) -> RenderableType:
    said = found.statement
    rows: list[tuple[str, str | Text]] = [("file", str(found.file)), ("sha256", found.sha256)]
    if said is not None:
        rows += [
            ("content sha256", said.content_sha256),
            ("made by", f"{said.service} {said.build}, instance {said.instance}, {said.environment}"),
            ("revision", said.revision),
            ("toolchain", said.toolchain_digest),
            ("config", said.config_digest),
            ("job", said.job_id),
            ("output", said.output_id),
            ("attempt", f"{said.attempt_id}, {said.started} to {said.finished}"),
            ("source sha256", said.source_sha256),
        ]
    rows += [(f"in the file: {tag}", value) for tag, value in sorted((found.tags or {}).items())]
    verdict = Text("✓ statement, bytes and metadata agree" if said else "no statement to compare with", style=GOOD)
    marks = [Text(f"✗ {each}", style=BAD) for each in found.contradictions] or [verdict]
    return Group(*marks, "", facts(rows), "", *(Text(f"({each})", style="dim") for each in found.how))
