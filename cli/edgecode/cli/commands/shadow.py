"""`edgecode route shadow …`: the same jobs on another build too, for comparison."""

import uuid
from typing import Annotated

import typer

from edgecode.cli.pages import LimitOption, read_pages
from edgecode.cli.route_options import CommentOption, EtagOption
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import shadows as tables
from edgecode.v1 import route_pb2

shadow = typer.Typer(help="The same jobs on another build too; nothing it makes is served.", no_args_is_help=True)

ShadowOption = Annotated[str, typer.Option("--shadow", help="Its id. Default: the one that goes on, or the last one.")]


@shadow.command("start")
@remote
def start(
    session: Session,
    build: Annotated[str, typer.Argument(metavar="BUILD", help="Such as 1.4.2+g9f1c2ab3d4e5.")],
    *,
    percent: Annotated[float, typer.Option(min=0, max=100, help="Of the current build's jobs.")] = 5.0,
    comment: CommentOption = "",
    etag: EtagOption = "",
    request_id: Annotated[str, typer.Option(help="The same id gives the same shadow; default: a new UUID.")] = "",
    validate_only: Annotated[bool, typer.Option("--validate-only", help="Check everything, begin nothing.")] = False,
) -> None:
    """Repeat a share of the jobs on another build, at the lowest priority, and compare what both made.

    Example: edgecode route shadow start 1.4.2+g9f1c2ab3d4e5 --percent 5 -m 'a new encoder'
    """
    request = route_pb2.StartShadowRequest(
        build=build, percent=percent, comment=comment, etag=etag, validate_only=validate_only,
        request_id=request_id or str(uuid.uuid4()),
    )  # fmt: skip
    session.show(session.api.routes.StartShadow(request, metadata=session.by_somebody()), tables.shadow)


@shadow.command("stop")
@remote
def stop(session: Session, shadow: ShadowOption = "", *, comment: CommentOption = "", etag: EtagOption = "") -> None:
    """End the shadow that goes on; its unfinished jobs are cancelled, what it found stays.

    Example: edgecode route shadow stop -m 'seen enough'
    """
    request = route_pb2.StopShadowRequest(shadow_id=shadow, comment=comment, etag=etag)
    session.show(session.api.routes.StopShadow(request, metadata=session.by_somebody()), tables.shadow)


@shadow.command("status")
@remote
def status(session: Session, shadow: ShadowOption = "") -> None:
    """Show how many jobs were compared, in what their outputs differ, and what it waits for.

    Example: edgecode route shadow status
    """
    session.show(session.api.routes.GetShadow(route_pb2.GetShadowRequest(shadow_id=shadow)), tables.shadow)


@shadow.command("report")
@remote
def report(session: Session, shadow: ShadowOption = "", limit: LimitOption = 50) -> None:
    """List all that differs, newest jobs first: each output as the build that serves made it, and as the shadow did.

    Example: edgecode route shadow report --limit 0 --output json
    """
    request = route_pb2.ListShadowDifferencesRequest(shadow_id=shadow)
    found = read_pages(session.api.routes.ListShadowDifferences, request, "differences", limit)
    session.show_list(found, tables.differences)
