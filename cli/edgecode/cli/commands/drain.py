"""`edgecode fleet drain` and `edgecode worker drain --self`: a worker ends in good order."""

import platform
import time
from typing import Annotated

import typer

from edgecode.cli.exits import UNFINISHED, USAGE, CommandFailed
from edgecode.cli.pages import read_pages
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import fleet as tables
from edgecode.v1 import fleet_pb2

_LOOK_AGAIN_SECONDS = 0.5

TimeoutOption = Annotated[float, typer.Option(min=0, help="Seconds to wait for its end; 0 for as long as it takes.")]
ReasonOption = Annotated[str, typer.Option(help="Why, for its log.")]


@remote
def drain(
    session: Session,
    instance: Annotated[str, typer.Argument(help="Its id, as `edgecode fleet list` has it.")],
    reason: ReasonOption = "",
    wait: Annotated[bool, typer.Option("--wait", help="Until it has ended.")] = False,
    timeout: TimeoutOption = 0.0,
) -> None:
    """Have a worker take no more tasks, finish what it has, and end.

    Example: edgecode fleet drain 4be1c8a2f09d7713 --wait
    """
    _drain(session, instance, reason, wait=wait, timeout=timeout)


@remote
def drain_self(
    session: Session,
    own: Annotated[bool, typer.Option("--self", help="The worker of this host.")] = False,
    pid: Annotated[int, typer.Option(help="Which of several, by process id; 0 where there is one.")] = 0,
    reason: ReasonOption = "told by its own host",
    timeout: TimeoutOption = 0.0,
) -> None:
    """Drain the worker of this host and wait until it has ended: for a preStop hook of Kubernetes.

    Example: edgecode worker drain --self --timeout 600
    """
    if not own:
        raise CommandFailed(
            "say --self for the worker of this host; `edgecode fleet drain INSTANCE` for another", USAGE
        )
    host = platform.node()
    here = [each for each in _listed(session, f'service = worker AND host = "{host}"') if pid in {0, each.pid}]
    if not here:
        session.err.print(f"no worker of {host} is in the fleet: nothing to drain")
        return
    if len(here) > 1:
        found = ", ".join(f"{each.pid} ({each.stamp.instance})" for each in here)
        raise CommandFailed(f"{len(here)} workers run on {host}: say which with --pid: {found}", USAGE)
    _drain(session, here[0].stamp.instance, reason, wait=True, timeout=timeout)


def _drain(session: Session, instance: str, reason: str, *, wait: bool, timeout: float) -> None:
    began = time.monotonic()
    found = session.api.fleet.DrainInstance(fleet_pb2.DrainInstanceRequest(instance=instance, reason=reason))
    named = f'instance = "{instance}"'
    while wait and (alive := _listed(session, named)):
        found = alive[0]
        if timeout and time.monotonic() - began > timeout:
            busy = len(found.attempt_ids)
            raise CommandFailed(f"worker {instance} still drains after {timeout:g} s, with {busy} tasks", UNFINISHED)
        time.sleep(_LOOK_AGAIN_SECONDS)
    if wait:
        session.err.print(f"worker {instance} has left the fleet")
        found = next(iter(_listed(session, named, gone=True)), found)
    session.show(fleet_pb2.ListInstancesResponse(instances=[found]), tables.instances)


def _listed(session: Session, condition: str, *, gone: bool = False) -> list[fleet_pb2.Instance]:
    request = fleet_pb2.ListInstancesRequest(filter=condition, show_gone=gone)
    return list(read_pages(session.api.fleet.ListInstances, request, "instances", 0).instances)
