"""ListDeployments."""

import time
from collections.abc import Sequence
from itertools import islice

from edgecode.server.calls import CallContext
from edgecode.server.convert import stamp_message
from edgecode.server.filters import Field, Kind, holds, parse_filter
from edgecode.server.fleet.deployments import Matched, match, message
from edgecode.server.fleet.doubts import Doubts
from edgecode.server.ledger.fleet_rows import DEPLOYMENTS, FleetChangeRow
from edgecode.server.ledger.fleet_state import every
from edgecode.server.ledger.port import Condition, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.release_rows import DeploymentRow
from edgecode.server.pages import make_token, page_size, parse_order, read_token
from edgecode.v1 import release_pb2, stamp_pb2

_STATES: dict[str, str | int] = {name: name for name in ("STARTED", "SUCCEEDED", "FAILED")}
_TRUTH: dict[str, str | int] = {"true": 1, "false": 0}
_FIELDS = {
    name: Field(name) for name in ("deployment_id", "service", "environment", "version", "revision", "build")
} | {
    "state": Field("state", Kind.NAME, _STATES, "STATE_"),
    "declared": Field("declared", Kind.NAME, _TRUTH),
    "seen": Field("seen", Kind.NAME, _TRUTH),
    "rollback": Field("rollback", Kind.NAME, _TRUTH),
    "start_time": Field("start_time", Kind.TIME),
}


class DeploymentList:
    """Lists deployments."""

    def __init__(self, ledger: Ledger, reads: Reads, doubts: Doubts) -> None:
        self._ledger = ledger
        self._reads = reads
        self._doubts = doubts

    async def matched(self, now_us: int) -> list[Matched]:
        """All deployments ever declared or seen, oldest first."""
        declared = await every(self._ledger, DeploymentRow)
        changes = await every(self._ledger, FleetChangeRow)
        return match(declared, [row for row in changes if row.kind in DEPLOYMENTS], now_us)

    async def page(
        self, request: release_pb2.ListDeploymentsRequest, call: CallContext
    ) -> release_pb2.ListDeploymentsResponse:
        """A page of deployments; raises InvalidRequest for a bad page, filter or order."""
        conditions = parse_filter(request.filter, _FIELDS)
        size = page_size(request.page_size)
        _, descending = parse_order(request.order_by, {"start_time": "start_time"}, "start_time desc")
        scope = ("ReleaseService.ListDeployments", request.filter, str(descending))
        after = read_token(request.page_token, scope)
        await self._reads.wait_for(call.read_after)
        now_us = time.time_ns() // 1000
        past = await self.matched(now_us)
        declaring = environments_declaring(past)
        ordered = reversed(past) if descending else past
        rest = (each for each in ordered if not after or (each.key < after if descending else each.key > after))
        shown = ((each, message(each, {}, declaring, now_us)) for each in rest)
        wanted = (pair for pair in shown if all(holds(c, _value(*pair, c)) for c in conditions))
        found = list(islice(wanted, size + 1))
        doubts = await self._doubts.of_running()
        for each, deployment in found[:size]:
            await self._sign(each, deployment)
            if deployment.live_instances:
                of_build = doubts.get((deployment.service, deployment.build), ())
                deployment.warnings.extend(doubt.message for doubt in of_build)
        token = make_token(scope, found[size - 1][0].key) if len(found) > size else ""
        return release_pb2.ListDeploymentsResponse(deployments=[d for _, d in found[:size]], next_page_token=token)

    async def _sign(self, matched: Matched, deployment: release_pb2.Deployment) -> None:
        """Fills in who accepted what was declared."""
        if matched.declared is not None:
            stamps = await self._ledger.stamps([matched.declared.stamp_id])
            deployment.declared_by.MergeFrom(stamp_message(stamps.get(matched.declared.stamp_id)) or stamp_pb2.Stamp())


def environments_declaring(matched: Sequence[Matched]) -> frozenset[str]:
    """Environments in which deployments are declared."""
    return frozenset(each.declared.environment for each in matched if each.declared is not None)


def _value(matched: Matched, found: release_pb2.Deployment, condition: Condition) -> str | int:
    if condition.column == "start_time":
        return matched.start_time_us
    if condition.column == "state":
        return matched.declared.state if matched.declared else ""
    value = getattr(found, condition.column)
    return int(value) if isinstance(value, bool) else str(value)
