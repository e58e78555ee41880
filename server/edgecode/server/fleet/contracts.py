"""Jobs that wait because the workers of the route's build do not read what they ask for. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from edgecode.server.ledger.rows import JobRow
from edgecode.server.routes.route import WORKER
from edgecode.v1 import bus_pb2, event_pb2


def unread_contracts(jobs: Iterable[JobRow], entries: Sequence[bus_pb2.FleetEntry], current: str) -> Iterator[str]:
    """A sentence for each message contract that queued jobs need and no live worker of the current build reads.

    Args:
        jobs: those without a build.
        entries: of the fleet.
        current: the build that new jobs go to; while none of its workers lives, there is nothing to say here.
    """
    workers = [entry for entry in entries if entry.stamp.service == WORKER]
    if not any(worker.stamp.build == current for worker in workers):
        return
    needed = Counter(event_pb2.JobCreated.FromString(job.created_pb).contract for job in jobs)
    for contract, count in sorted(needed.items()):
        readers = {w.stamp.build for w in workers if w.contract_min <= contract <= w.contract_max}
        if current not in readers:
            others = ", ".join(sorted(readers)) or "no live worker does"
            yield (
                f"{count} queued jobs need message contract {contract}, which the current build {current} does not "
                f"read; builds that do: {others}"
            )
