"""`edgecode fleet …` and `edgecode status`: what runs, and how the whole stands."""

import time
from typing import Annotated

import typer
from rich.live import Live

from edgecode.cli.output import message_dict, write_json_line
from edgecode.cli.pages import FilterOption, LimitOption, read_pages
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import fleet as tables
from edgecode.v1 import fleet_pb2

fleet = typer.Typer(help="What runs.", no_args_is_help=True)


@fleet.command("list")
@remote
def list_(session: Session, filter_: FilterOption = "", limit: LimitOption = 0) -> None:
    """List the running processes with build, toolchain and config.

    Example: edgecode fleet list --filter 'service = "worker"'
    """
    request = fleet_pb2.ListInstancesRequest(filter=filter_)
    session.show_list(read_pages(session.api.fleet.ListInstances, request, "instances", limit), tables.instances)


@fleet.command("builds")
@remote
def builds(session: Session, limit: LimitOption = 0) -> None:
    """List the builds with what they do and what is not to be trusted about their labels.

    Example: edgecode fleet builds
    """
    request = fleet_pb2.ListBuildsRequest()
    session.show_list(read_pages(session.api.fleet.ListBuilds, request, "builds", limit), tables.build_list)


@remote
def status(
    session: Session,
    watch: Annotated[bool, typer.Option("--watch", help="Again and again, until Ctrl-C.")] = False,
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks of --watch.")] = 2.0,
) -> None:
    """Say how everything stands, worst first, and what to run next.

    Example: edgecode status --watch
    """
    if not watch:
        session.show(session.api.fleet.GetStatus(fleet_pb2.GetStatusRequest()), tables.status)
    elif session.json:
        while True:
            write_json_line(message_dict(session.api.fleet.GetStatus(fleet_pb2.GetStatusRequest())))
            time.sleep(interval)
    else:
        with Live(console=session.out, auto_refresh=False) as live:
            while True:
                live.update(tables.status(session.api.fleet.GetStatus(fleet_pb2.GetStatusRequest())), refresh=True)
                time.sleep(interval)
