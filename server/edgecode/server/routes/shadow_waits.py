"""What a shadow waits for, in sentences. Pure."""

from collections.abc import Iterator

from edgecode.core.contract import CONTRACT
from edgecode.server.planner.workers import Workers
from edgecode.v1 import route_pb2

# Of a shadow's jobs, unfinished at a time: where its workers fall behind, fewer jobs are repeated, and none is late.
MOST_OPEN = 100


def waits_for(shadow: route_pb2.Shadow, workers: Workers) -> Iterator[str]:
    """What is missing to a report that is worth reading."""
    if shadow.stopped:
        return
    if shadow.build not in workers.builds(CONTRACT):
        yield f"no worker of {shadow.build} is alive: start one"
    if not shadow.jobs_shadowed:
        yield f"no job of the current build was repeated yet: it is {shadow.percent:g} % of those that come"
    if shadow.jobs_waiting >= MOST_OPEN:
        yield f"{shadow.jobs_waiting} pairs have not ended: new jobs are repeated only as those end"
    elif shadow.jobs_waiting:
        yield f"{shadow.jobs_waiting} pairs have not ended"
