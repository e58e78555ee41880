"""`edgecode release changes|deployments`: what changed, and what was deployed where."""

import re
import time
from datetime import datetime
from typing import Annotated

import typer
from google.protobuf.timestamp_pb2 import Timestamp

from edgecode.cli.exits import USAGE, CommandFailed
from edgecode.cli.pages import FilterOption, LimitOption, read_pages
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import changes as tables
from edgecode.v1 import release_pb2

_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_AGO = re.compile(r"([1-9][0-9]{0,5})([mhdw])")
_FORMS = "such as 90m, 12h, 7d, 2w or a time such as 2026-01-31T12:00:00Z"


@remote
def changes(
    session: Session,
    *,
    since: Annotated[str, typer.Option(help=f"Where the window begins, {_FORMS}.")] = "1d",
    until: Annotated[str, typer.Option(help="Where it ends, in the same way; now by default.")] = "",
    filter_: FilterOption = "",
    commits: Annotated[int, typer.Option(min=1, max=100, help="At most so many with each change.")] = 10,
    limit: LimitOption = 0,
) -> None:
    """Say what changed: deployments, rollbacks, digests, routes, releases, and the commits between then and now.

    Example: edgecode release changes --since 7d
    """
    now = time.time()
    request = release_pb2.ListChangesRequest(
        start_time=moment(since, now),
        end_time=moment(until, now) if until else None,
        filter=filter_,
        commit_limit=commits,
    )
    session.show_list(read_pages(session.api.releases.ListChanges, request, "changes", limit), tables.changes)


@remote
def deployments(session: Session, filter_: FilterOption = "", limit: LimitOption = 50) -> None:
    """List deployments, the newest first: as declared, as seen in the fleet, or both.

    Example: edgecode release deployments --filter 'environment = "production"'
    """
    request = release_pb2.ListDeploymentsRequest(filter=filter_)
    found = read_pages(session.api.releases.ListDeployments, request, "deployments", limit)
    session.show_list(found, tables.deployments)


def moment(given: str, now: float) -> Timestamp:
    """The time that `7d` or RFC 3339 stands for; `now` is in seconds since 1970.

    Raises:
        CommandFailed: it is neither.
    """
    found = Timestamp()
    if match := _AGO.fullmatch(given):
        found.FromMicroseconds(int((now - int(match[1]) * _SECONDS[match[2]]) * 1e6))
        return found
    try:
        parsed = datetime.fromisoformat(given)
    except ValueError as error:
        raise CommandFailed(f"{given!r} is no time: say one {_FORMS}", USAGE) from error
    if parsed.tzinfo is None:
        raise CommandFailed(f"{given!r} has no offset from UTC: add Z, or one such as +02:00", USAGE)
    found.FromDatetime(parsed)
    return found
