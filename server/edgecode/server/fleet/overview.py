"""How the whole stands: the first answer of an incident, and the lists behind it."""

import time

from edgecode.core.contract import READS_MAX, READS_MIN
from edgecode.core.log import Log
from edgecode.core.stamp import BuildInfo, stamp_to_proto
from edgecode.server.fleet.builds import builds
from edgecode.server.fleet.findings import Findings, problems, suggestions
from edgecode.server.fleet.own import OwnInstance
from edgecode.server.fleet.view import FleetView
from edgecode.server.ledger.port import Condition, Find, Ledger, Totals
from edgecode.server.ledger.rows import JobRow, JobState, TaskState
from edgecode.server.pages import slice_page
from edgecode.server.routes.route import WORKER, Route
from edgecode.v1 import fleet_pb2

_DAY_US = 86_400_000_000
_WAITING = Find([Condition("state", "=", JobState.QUEUED.value), Condition("build", "=", "")])


class Overview:
    """Answers from the ledger, the fleet as this server sees it, and the log's end."""

    def __init__(self, own: OwnInstance, info: BuildInfo, events: Log, ledger: Ledger, fleet: FleetView) -> None:
        self._own = own
        self._info = info
        self._events = events
        self._ledger = ledger
        self._fleet = fleet

    async def status(self) -> fleet_pb2.Status:
        """Running builds, the queue, the oldest task, failures, and what to do. Raises Unavailable without a broker."""
        now_us = time.time_ns() // 1000
        totals = await self._ledger.totals(now_us - _DAY_US)
        route, entries = await self._route(), self._fleet.entries()
        listed = builds(entries, route, totals)
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
        )
        if totals.oldest_task_time_us:
            status.oldest_task_age_seconds = max(0.0, (now_us - totals.oldest_task_time_us) / 1e6)
            status.oldest_task_job_id = totals.oldest_task_job_id
        findings = Findings.of(status, entries, await self._ledger.find(JobRow, _WAITING))
        status.problems.extend(problems(findings))
        status.suggestions.extend(suggestions(findings))
        return status

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
        listed = builds(self._fleet.entries(), await self._route(), totals)
        found, token = slice_page(listed, request, "FleetService.ListBuilds")
        return fleet_pb2.ListBuildsResponse(builds=found, next_page_token=token)
