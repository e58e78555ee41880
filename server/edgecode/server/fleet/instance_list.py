"""ListInstances: who is there."""

import time

from edgecode.server.filters import Field, Kind, holds, parse_filter
from edgecode.server.fleet.instances import shown
from edgecode.server.fleet.view import FleetView
from edgecode.server.pages import slice_page
from edgecode.v1 import fleet_pb2

_PREFIX = "STATE_"
_STATES = {name.removeprefix(_PREFIX): number for name, number in fleet_pb2.Instance.State.items() if number}
_FIELDS = {name: Field(name) for name in ("service", "build", "environment", "instance", "host")} | {
    "state": Field("state", Kind.NAME, _STATES, _PREFIX)
}
_OF_THE_STAMP = frozenset({"service", "build", "environment", "instance"})


class InstanceList:
    """Lists processes."""

    def __init__(self, fleet: FleetView) -> None:
        self._fleet = fleet

    async def list(self, request: fleet_pb2.ListInstancesRequest) -> fleet_pb2.ListInstancesResponse:
        """A page of the processes alive, by service, build and instance.

        Raises:
            InvalidRequest: `INVALID_FILTER`, `INVALID_PAGE_SIZE` or `INVALID_PAGE_TOKEN`.
        """
        conditions = parse_filter(request.filter, _FIELDS)
        now_us = time.time_ns() // 1000
        every = [shown(heard, now_us) for heard in self._fleet.everybody()]
        wanted = [each for each in every if all(holds(c, _value(each, c.column)) for c in conditions)]
        found, token = slice_page(wanted, request, "FleetService.ListInstances", request.filter)
        return fleet_pb2.ListInstancesResponse(instances=found, next_page_token=token)


def _value(instance: fleet_pb2.Instance, column: str) -> str | int:
    value: str | int = getattr(instance.stamp if column in _OF_THE_STAMP else instance, column)
    return value
