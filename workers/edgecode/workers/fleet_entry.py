"""What this worker says of itself in the fleet."""

import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime

from edgecode.core import contract
from edgecode.core.stamp import stamp_to_proto
from edgecode.v1 import bus_pb2
from edgecode.workers.host import Host
from edgecode.workers.parts import Parts


def fleet_entry(parts: Parts, host: Host) -> Callable[[], bus_pb2.FleetEntry]:
    """Makes the entry as it is at each call."""
    fixed = bus_pb2.FleetEntry(
        stamp=stamp_to_proto(parts.stamp),
        digests=parts.digests,
        host=platform.node(),
        pid=os.getpid(),
        contract_min=contract.READS_MIN,
        contract_max=contract.READS_MAX,
        slots=parts.slots.limits,
        sandbox=parts.tools.sandbox.enforced(),
    )
    fixed.start_time.FromDatetime(datetime.now(UTC))

    def entry() -> bus_pb2.FleetEntry:
        found = bus_pb2.FleetEntry()
        found.CopyFrom(fixed)
        found.draining = host.draining
        found.route_revision = host.route.revision
        found.idle_reason = host.idle_reason
        for attempt in host.attempts:
            task = attempt.assignment.task
            found.attempt_ids.append(attempt.attempt_id)
            found.working_on.add(
                job_id=task.job_id, task_id=task.task_id, attempt_id=attempt.attempt_id, epoch=task.epoch
            )
        return found

    return entry
