"""`edgecode fleet …` and `edgecode status`: what runs, and how the whole stands."""

import time
from collections.abc import Callable
from typing import Annotated, NoReturn, TypeVar

import typer
from google.protobuf.message import Message
from rich.console import RenderableType
from rich.live import Live

from edgecode.cli.commands.drain import drain
from edgecode.cli.output import message_dict, write_json_line
from edgecode.cli.pages import FilterOption, LimitOption, read_pages
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import fleet as tables
from edgecode.v1 import fleet_pb2

M = TypeVar("M", bound=Message)
fleet = typer.Typer(help="What runs.", no_args_is_help=True)
fleet.command("drain")(drain)

WatchOption = Annotated[bool, typer.Option("--watch", help="Again and again, until Ctrl-C.")]
IntervalOption = Annotated[float, typer.Option(min=0.1, help="Seconds between two looks of --watch.")]


@fleet.command("list")
@remote
def list_(
    session: Session,
    filter_: FilterOption = "",
    limit: LimitOption = 0,
    *,
    gone: Annotated[bool, typer.Option("--gone", help="Also those that left in the last 30 days, and how.")] = False,
    watch: WatchOption = False,
    interval: IntervalOption = 2.0,
) -> None:
    """List the running processes with build, toolchain and config.

    Example: edgecode fleet list --filter 'service = "worker"' --watch
    """

    def look() -> fleet_pb2.ListInstancesResponse:
        request = fleet_pb2.ListInstancesRequest(filter=filter_, show_gone=gone)
        return read_pages(session.api.fleet.ListInstances, request, "instances", limit)

    if watch:
        _watch(session, look, tables.instances, interval)
    else:
        session.show_list(look(), tables.instances)


@fleet.command("builds")
@remote
def builds(session: Session, limit: LimitOption = 0) -> None:
    """List the builds with what they do and what is not to be trusted about their labels.

    Example: edgecode fleet builds
    """
    request = fleet_pb2.ListBuildsRequest()
    session.show_list(read_pages(session.api.fleet.ListBuilds, request, "builds", limit), tables.build_list)


@remote
def status(session: Session, watch: WatchOption = False, interval: IntervalOption = 2.0) -> None:
    """Say how everything stands, worst first, and what to run next.

    Example: edgecode status --watch
    """

    def look() -> fleet_pb2.Status:
        return session.api.fleet.GetStatus(fleet_pb2.GetStatusRequest())

    if watch:
        _watch(session, look, tables.status, interval)
    else:
        session.show(look(), tables.status)


def _watch(session: Session, look: Callable[[], M], table: Callable[[M], RenderableType], interval: float) -> NoReturn:
    """Shows the same again and again; for programs one line of JSON each time."""
    if session.json:
        while True:
            write_json_line(message_dict(look()))
            time.sleep(interval)
    with Live(console=session.out, auto_refresh=False) as live:
        while True:
            live.update(table(look()), refresh=True)
            time.sleep(interval)
