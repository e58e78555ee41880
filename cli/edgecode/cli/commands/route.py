"""`edgecode route …`: which builds get new jobs, and the changes of that."""

import time
from typing import Annotated

import typer

from edgecode.cli.commands.ramp import ramp
from edgecode.cli.commands.shadow import shadow
from edgecode.cli.exits import UNFINISHED, USAGE, CommandFailed
from edgecode.cli.output import message_dict, write_json_line
from edgecode.cli.route_options import CommentOption, EtagOption
from edgecode.cli.session import Session, remote
from edgecode.cli.spans import read_span
from edgecode.cli.tables import routes as tables
from edgecode.cli.watching.look import looks, revisions
from edgecode.v1 import route_pb2

routes = typer.Typer(help="Which builds get new jobs, in which share.", no_args_is_help=True)
routes.add_typer(ramp, name="ramp")
routes.add_typer(shadow, name="shadow")

BuildArgument = Annotated[str, typer.Argument(metavar="BUILD", help="Such as 1.4.2+g9f1c2ab3d4e5.")]
ValidateOption = Annotated[bool, typer.Option("--validate-only", help="Show what would be; change nothing.")]
_LOOK_SECONDS = 0.5


@routes.command("show")
@remote
def show(
    session: Session,
    watch: Annotated[bool, typer.Option("--watch", help="Each revision as it comes, until Ctrl-C.")] = False,
) -> None:
    """Show the route, the state of each build, and who follows at which revision.

    Example: edgecode route show
    """
    if not watch:
        session.show(session.api.routes.GetRoute(route_pb2.GetRouteRequest()), tables.route)
        return
    for revision in revisions(session.api):
        if session.json:
            write_json_line(message_dict(revision))
        else:
            session.print(tables.revision(revision))


@routes.command("promote")
@remote
def promote(
    session: Session,
    build: BuildArgument,
    *,
    comment: CommentOption = "",
    etag: EtagOption = "",
    validate_only: ValidateOption = False,
) -> None:
    """Make a build current: all new jobs go to it. A ramp of it becomes the watch after a promotion.

    Example: edgecode route promote 1.4.2+g9f1c2ab3d4e5 -m 'canary looked well'
    """
    request = route_pb2.PromoteRequest(build=build, comment=comment, etag=etag, validate_only=validate_only)
    session.show(session.api.routes.Promote(request, metadata=session.by_somebody()), tables.route)


@routes.command("rollback")
@remote
def rollback(
    session: Session,
    build: Annotated[
        str, typer.Argument(metavar="[BUILD]", help="Default: the ramping one, else the current one.")
    ] = "",
    *,
    to: Annotated[str, typer.Option(help="Default: the newest former one that is live and not quarantined.")] = "",
    comment: CommentOption = "",
    etag: EtagOption = "",
    validate_only: ValidateOption = False,
) -> None:
    """Quarantine a bad build and go back to the last good one; what the bad one has queued and under way moves.

    Example: edgecode route rollback -m 'thumbnails are black'
    """
    request = route_pb2.RollbackRequest(
        build=build, to_build=to, comment=comment, etag=etag, validate_only=validate_only
    )
    session.show(session.api.routes.Rollback(request, metadata=session.by_somebody()), tables.route)


@routes.command("quarantine")
@remote
def quarantine(session: Session, build: BuildArgument, *, comment: CommentOption = "", etag: EtagOption = "") -> None:
    """Give a build nothing more, and what it has to others; nothing it reports any more is published.

    Example: edgecode route quarantine 1.4.2+g9f1c2ab3d4e5 -m 'wrong colours'
    """
    request = route_pb2.QuarantineBuildRequest(build=build, comment=comment, etag=etag)
    session.show(session.api.routes.QuarantineBuild(request, metadata=session.by_somebody()), tables.route)


@routes.command("readmit")
@remote
def readmit(session: Session, build: BuildArgument, *, comment: CommentOption = "", etag: EtagOption = "") -> None:
    """End a quarantine. The build gets nothing by that: promote it, or ramp it.

    Example: edgecode route readmit 1.4.2+g9f1c2ab3d4e5 -m 'it was the store'
    """
    request = route_pb2.ReadmitBuildRequest(build=build, comment=comment, etag=etag)
    session.show(session.api.routes.ReadmitBuild(request, metadata=session.by_somebody()), tables.route)


@routes.command("wait-drained")
@remote
def wait_drained(
    session: Session,
    build: BuildArgument,
    timeout: Annotated[str, typer.Option(help="Such as 90s or 10m; then exit status 4.")] = "10m",
) -> None:
    """Wait until a build has no unfinished job and nothing in its lanes: then its workers can be stopped.

    Example: edgecode route wait-drained 1.4.1+g25f4441a33cb --timeout 30m
    """
    end = time.monotonic() + read_span(timeout, "--timeout")
    for found in looks(session.api, lambda: session.api.routes.GetRoute(route_pb2.GetRouteRequest()), _LOOK_SECONDS):
        if build in {found.current, found.ramping}:
            raise CommandFailed(f"{build} gets new jobs: it will not be drained; promote another build first")
        if build == found.shadow_build:
            raise CommandFailed(f"{build} repeats jobs as a shadow: it will not be drained; stop the shadow first")
        state = next((each for each in found.builds if each.build == build), None)
        if state is None:
            raise CommandFailed(f"{build} is no build that the route knows", USAGE)
        left = state.jobs_unfinished + state.tasks_pending + state.tasks_unacknowledged
        if not left:
            session.show(state, tables.one_build)
            return
        if time.monotonic() >= end:
            tasks = state.tasks_pending + state.tasks_unacknowledged
            raise CommandFailed(f"{build} still has {state.jobs_unfinished} unfinished jobs, {tasks} tasks", UNFINISHED)
