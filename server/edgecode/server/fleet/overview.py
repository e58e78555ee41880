"""How the whole stands: the first answer of an incident, and the lists behind it."""

import time
from collections.abc import Sequence

from edgecode.core.contract import READS_MAX, READS_MIN
from edgecode.core.stamp import BuildInfo, stamp_to_proto
from edgecode.server.domain import Domain
from edgecode.server.fleet.builds import add_presence, builds
from edgecode.server.fleet.change_list import ChangeList
from edgecode.server.fleet.doubts import Doubts
from edgecode.server.fleet.findings import Findings, problems, suggestions
from edgecode.server.fleet.instances import shown
from edgecode.server.ledger.fleet_rows import FleetBuildRow, InstanceRow, InstanceState
from edgecode.server.ledger.fleet_state import every
from edgecode.server.ledger.port import Condition, Find, Totals
from edgecode.server.ledger.rows import JobRow, JobState, TaskState
from edgecode.server.pages import slice_page
from edgecode.server.routes.ramp import GOING
from edgecode.server.routes.route import WORKER, Route
from edgecode.v1 import bus_pb2, fleet_pb2, ramp_pb2

_DAY_US = 86_400_000_000
_WAITING = Find(
    [Condition("state", "=", JobState.QUEUED.value), Condition("build", "=", ""), Condition("shadow_id", "=", "")]
)
_MOST_CHANGES = 20


class Overview:
    """Answers from the ledger, the fleet as this server sees it, and the log's end."""

    def __init__(self, domain: Domain, info: BuildInfo, changes: ChangeList, doubts: Doubts) -> None:
        self._own = domain.own
        self._info = info
        self._events = domain.events
        self._ledger = domain.ledger
        self._fleet = domain.fleet
        self._doubts = doubts
        self._changes = changes

    async def status(self) -> fleet_pb2.Status:
        """Running builds, the queue, the oldest task, failures, and what to do. Raises Unavailable without a broker."""
        now_us = time.time_ns() // 1000
        totals = await self._ledger.totals(now_us - _DAY_US)
        route, entries = await self._route(), self._fleet.entries()
        listed = await self._builds(route, entries, totals)
        log_sequence = (await self._events.identity()).last_sequence
        status = fleet_pb2.Status(
            builds=listed,
            instances=len(entries),
            jobs_queued=totals.jobs.get(JobState.QUEUED, 0),
            jobs_running=totals.jobs.get(JobState.RUNNING, 0) + totals.jobs.get(JobState.CANCELLING, 0),
            tasks_scheduled=totals.tasks.get(TaskState.SCHEDULED, 0),
            tasks_running=totals.tasks.get(TaskState.RUNNING, 0),
            tasks_dead=totals.tasks.get(TaskState.DEAD, 0),
            jobs_failed_last_day=totals.failed_since,
            jobs_succeeded_last_day=totals.succeeded_since,
            frozen=totals.frozen,
            ledger_sequence=(await self._ledger.cursor()).sequence,
            log_sequence=log_sequence,
            leader_instance=next((entry.stamp.instance for entry in entries if entry.leader), ""),
            current_build=route.current,
            route_revision=route.revision,
            answered_by=stamp_to_proto(self._own.stamp),
            instances_lost_last_day=await self._lost_since(now_us - _DAY_US),
        )
        _add_ramp(status, route)
        changes, status.change_count = await self._changes.since(now_us - _DAY_US, _MOST_CHANGES)
        status.changes.extend(changes)
        if totals.oldest_task_time_us:
            status.oldest_task_age_seconds = max(0.0, (now_us - totals.oldest_task_time_us) / 1e6)
            status.oldest_task_job_id = totals.oldest_task_job_id
        waiting = await self._ledger.find(JobRow, _WAITING)
        instances = [shown(heard, now_us) for heard in self._fleet.everybody()]
        findings = Findings.of(status, entries, waiting, instances)
        status.problems.extend(problems(findings))
        status.suggestions.extend(suggestions(findings))
        return status

    async def _builds(
        self, route: Route, entries: Sequence[bus_pb2.FleetEntry], totals: Totals
    ) -> list[fleet_pb2.Build]:
        found = builds(entries, route, totals)
        await self._doubts.add(found, entries)
        add_presence(found, await every(self._ledger, FleetBuildRow), time.time_ns() // 1000)
        return [found[key] for key in sorted(found)]

    async def _lost_since(self, since_us: int) -> int:
        lost = [Condition("state", "=", InstanceState.LOST), Condition("gone_time_us", ">=", since_us)]
        return len(await every(self._ledger, InstanceRow, lost))

    async def _route(self) -> Route:
        rows = await self._ledger.routes(WORKER)
        return Route.of(rows[-1]) if rows else Route()

    def build_info(self) -> fleet_pb2.BuildInfo:
        """The build that answers."""
        message = fleet_pb2.BuildInfo(
            stamp=stamp_to_proto(self._own.stamp),
            digests=self._own.digests,
            contract_min=READS_MIN,
            contract_max=READS_MAX,
        )
        message.start_time.FromDatetime(self._own.started)
        if self._info.committed_at:
            message.commit_time.FromJsonString(self._info.committed_at)
        return message

    async def builds(self, request: fleet_pb2.ListBuildsRequest) -> fleet_pb2.ListBuildsResponse:
        """A page of the builds that run or matter, with what is not to be trusted about their labels.

        Raises:
            InvalidRequest: `INVALID_PAGE_SIZE` or `INVALID_PAGE_TOKEN`.
        """
        totals: Totals = await self._ledger.totals(time.time_ns() // 1000 - _DAY_US)
        listed = await self._builds(await self._route(), self._fleet.entries(), totals)
        found, token = slice_page(listed, request, "FleetService.ListBuilds")
        return fleet_pb2.ListBuildsResponse(builds=found, next_page_token=token)


def _add_ramp(status: fleet_pb2.Status, route: Route) -> None:
    ramp = route.ramp
    if ramp is not None and ramp.state in GOING:
        status.ramping_build, status.ramp_percent = ramp.build, route.share_percent(ramp.build)
        status.ramp_state = ramp_pb2.RampState.Name(ramp.state).removeprefix("RAMP_STATE_")
        status.ramp_reason = ramp.reason
