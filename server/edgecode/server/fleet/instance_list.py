"""ListInstances: who is there."""

import time

from edgecode.server.calls import CallContext
from edgecode.server.filters import Field, Kind, holds, parse_filter
from edgecode.server.fleet.doubts import Doubts
from edgecode.server.fleet.instances import gone, shown
from edgecode.server.fleet.view import FleetView
from edgecode.server.ledger.fleet_rows import InstanceRow
from edgecode.server.ledger.port import Condition, Find, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.pages import slice_page
from edgecode.v1 import fleet_pb2

MOST_GONE = 10_000
_PREFIX = "STATE_"
_STATES = {name.removeprefix(_PREFIX): number for name, number in fleet_pb2.Instance.State.items() if number}
_FIELDS = {name: Field(name) for name in ("service", "build", "environment", "instance", "host")} | {
    "state": Field("state", Kind.NAME, _STATES, _PREFIX)
}
_OF_THE_STAMP = frozenset({"service", "build", "environment", "instance"})


class InstanceList:
    """Lists processes."""

    def __init__(self, fleet: FleetView, ledger: Ledger, reads: Reads, doubts: Doubts) -> None:
        self._fleet = fleet
        self._ledger = ledger
        self._reads = reads
        self._doubts = doubts

    async def page(self, request: fleet_pb2.ListInstancesRequest, call: CallContext) -> fleet_pb2.ListInstancesResponse:
        """A page of the processes alive, by service, build and instance; after them those that left, the last first.

        Raises:
            InvalidRequest: `INVALID_FILTER`, `INVALID_PAGE_SIZE` or `INVALID_PAGE_TOKEN`.
        """
        conditions = parse_filter(request.filter, _FIELDS)
        await self._reads.wait_for(call.read_after)
        now_us = time.time_ns() // 1000
        every = [shown(heard, now_us) for heard in self._fleet.everybody()]
        if request.show_gone:
            every += await self._gone({each.stamp.instance for each in every})
        wanted = [each for each in every if all(holds(c, _value(each, c.column)) for c in conditions)]
        found, token = slice_page(
            wanted, request, "FleetService.ListInstances", f"{request.filter} {request.show_gone}"
        )
        doubts = await self._doubts.of_running()
        for each in found:
            each.label_warnings.extend(doubts.get((each.stamp.service, each.stamp.build), ()))
        return fleet_pb2.ListInstancesResponse(instances=found, next_page_token=token)

    async def _gone(self, alive: set[str]) -> list[fleet_pb2.Instance]:
        left = [Condition("gone_time_us", ">", 0)]
        newest = Find(left, "gone_time_us", descending=True, limit=MOST_GONE)
        return [gone(row) for row in await self._ledger.find(InstanceRow, newest) if row.instance not in alive]


def _value(instance: fleet_pb2.Instance, column: str) -> str | int:
    value: str | int = getattr(instance.stamp if column in _OF_THE_STAMP else instance, column)
    return value
