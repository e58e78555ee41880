"""`edgecode route ramp …`: a growing share of the jobs for a new build."""

import uuid
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.live import Live

from edgecode.cli.exits import USAGE, CommandFailed
from edgecode.cli.output import message_dict, write_json_line
from edgecode.cli.route_options import CommentOption, EtagOption
from edgecode.cli.session import Session, remote
from edgecode.cli.spans import read_span
from edgecode.cli.tables import ramps as tables
from edgecode.cli.watching.look import looks
from edgecode.v1 import ramp_pb2, route_pb2

ramp = typer.Typer(help="A growing share of the jobs for a new build, judged on the way.", no_args_is_help=True)

RampOption = Annotated[str, typer.Option("--ramp", help="Its id. Default: the one that goes on.")]


@ramp.command("start")
@remote
def start(
    session: Session,
    build: Annotated[str, typer.Argument(metavar="BUILD", help="Such as 1.4.2+g9f1c2ab3d4e5.")],
    *,
    steps: Annotated[str, typer.Option(help="Shares in percent, rising, such as 5,25,50,90.")] = "",
    min_jobs: Annotated[int, typer.Option(min=0, help="Settled jobs of the build in each step; 0: 50.")] = 0,
    min_time: Annotated[str, typer.Option(help="In each step, such as 2m; default: 2m.")] = "",
    watch_time: Annotated[str, typer.Option(help="How long it is watched after the promotion; default: 1d.")] = "",
    longest: Annotated[str, typer.Option(help="Then it is over; jobs kept for less do not count. Default: 30d.")] = "",
    alpha: Annotated[float, typer.Option(min=0, help="Chance of rolling a healthy build back; 0: 0.01.")] = 0.0,
    hold_and_tell: Annotated[bool, typer.Option("--hold-and-tell", help="Hold where it would roll back.")] = False,
    wait_at_end: Annotated[bool, typer.Option("--wait-at-end", help="You promote after the last step.")] = False,
    comment: CommentOption = "",
    etag: EtagOption = "",
    request_id: Annotated[str, typer.Option(help="The same id gives the same ramp; default: a new UUID.")] = "",
    validate_only: Annotated[bool, typer.Option("--validate-only", help="Check everything, begin nothing.")] = False,
) -> None:
    """Give a build a growing share of new jobs; it is promoted at the end, or rolled back by itself.

    Example: edgecode route ramp start 1.4.2+g9f1c2ab3d4e5 --steps 5,25,50,90 --min-jobs 50 --min-time 2m -m 'release'
    """
    policy = ramp_pb2.RampPolicy(
        steps_percent=_read_steps(steps),
        min_jobs=min_jobs,
        min_time_seconds=_read_time(min_time, "--min-time"),
        watch_seconds=_read_time(watch_time, "--watch-time"),
        longest_seconds=_read_time(longest, "--longest"),
        alpha=alpha,
        hold_and_tell=hold_and_tell,
        wait_at_end=wait_at_end,
    )
    request = route_pb2.StartRampRequest(
        build=build, policy=policy, comment=comment, etag=etag, validate_only=validate_only,
        request_id=request_id or str(uuid.uuid4()),
    )  # fmt: skip
    session.show(session.api.routes.StartRamp(request, metadata=session.by_somebody()), tables.ramp)


def _read_time(text: str, option: str) -> float:
    """Seconds; 0, for which the server takes its default, where nothing is given."""
    if not text:
        return 0.0
    if not (seconds := read_span(text, option)):
        raise CommandFailed(f"{option} {text!r} is no time: say 1ms, or leave the option out for its default", USAGE)
    return seconds


def _read_steps(text: str) -> list[float]:
    try:
        return [float(part.removesuffix("%")) for part in text.split(",")] if text else []
    except ValueError as error:
        raise CommandFailed(f"--steps {text!r} is no list of shares in percent such as 5,25,50,90", USAGE) from error


@ramp.command("status")
@remote
def status(
    session: Session,
    ramp: RampOption = "",
    watch: Annotated[bool, typer.Option("--watch", help="Again and again, until it is over.")] = False,
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks of --watch.")] = 1.0,
) -> None:
    """Show the ramp: share asked and served, both sides' jobs and failures, every test, and what it waits for.

    Example: edgecode route ramp status --watch
    """
    request = route_pb2.GetRampRequest(ramp_id=ramp)
    if not watch:
        session.show(session.api.routes.GetRamp(request), tables.ramp)
    elif session.json:
        for found in _until_over(session, request, interval):
            write_json_line(message_dict(found))
    else:
        with Live(console=session.out, auto_refresh=False) as live:
            for found in _until_over(session, request, interval):
                live.update(tables.ramp(found), refresh=True)


def _until_over(session: Session, request: route_pb2.GetRampRequest, seconds: float) -> Iterator[route_pb2.Ramp]:
    for found in looks(session.api, lambda: session.api.routes.GetRamp(request), seconds):
        request.ramp_id = found.document.ramp_id
        yield found
        if found.document.state in tables.OVER:
            return


@ramp.command("pause")
@remote
def pause(session: Session, ramp: RampOption = "", *, comment: CommentOption = "", etag: EtagOption = "") -> None:
    """Let no step come by itself any more; the share stays, and a verdict rolls back all the same.

    Example: edgecode route ramp pause -m 'over the weekend'
    """
    request = route_pb2.PauseRampRequest(ramp_id=ramp, comment=comment, etag=etag)
    session.show(session.api.routes.PauseRamp(request, metadata=session.by_somebody()), tables.ramp)


@ramp.command("resume")
@remote
def resume(session: Session, ramp: RampOption = "", *, comment: CommentOption = "", etag: EtagOption = "") -> None:
    """Go on after a pause or a hold.

    Example: edgecode route ramp resume -m 'the failures were the store'
    """
    request = route_pb2.ResumeRampRequest(ramp_id=ramp, comment=comment, etag=etag)
    session.show(session.api.routes.ResumeRamp(request, metadata=session.by_somebody()), tables.ramp)


@ramp.command("advance")
@remote
def advance(session: Session, ramp: RampOption = "", *, comment: CommentOption = "", etag: EtagOption = "") -> None:
    """Go to the next step now, after the last one to the promotion.

    Example: edgecode route ramp advance -m 'enough jobs at night'
    """
    request = route_pb2.AdvanceRampRequest(ramp_id=ramp, comment=comment, etag=etag)
    session.show(session.api.routes.AdvanceRamp(request, metadata=session.by_somebody()), tables.ramp)


@ramp.command("abort")
@remote
def abort(session: Session, ramp: RampOption = "", *, comment: CommentOption = "", etag: EtagOption = "") -> None:
    """Give the build no new jobs; it finishes those it has, and is not quarantined. After its promotion: rollback.

    Example: edgecode route ramp abort -m 'not today'
    """
    request = route_pb2.AbortRampRequest(ramp_id=ramp, comment=comment, etag=etag)
    session.show(session.api.routes.AbortRamp(request, metadata=session.by_somebody()), tables.ramp)
