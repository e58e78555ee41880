"""What is wrong, worst first, and what to run next. Pure; it says nothing it cannot know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edgecode.server.fleet.contracts import unread_contracts
from edgecode.server.fleet.instances import wrong_clocks
from edgecode.server.fleet.signing import disagreements
from edgecode.server.ledger.rows import JobRow
from edgecode.server.routes.ramp import NO_WORKER
from edgecode.server.routes.route import WORKER
from edgecode.v1 import bus_pb2, fleet_pb2

_SLOW_SECONDS = 300.0
_FAR_BEHIND_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Findings:
    """The status so far, the builds that have a live worker, and sentences of others: why processes do not agree."""

    status: fleet_pb2.Status
    working: frozenset[str]
    disagreements: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        status: fleet_pb2.Status,
        entries: Sequence[bus_pb2.FleetEntry],
        waiting: Sequence[JobRow] = (),
        instances: Sequence[fleet_pb2.Instance] = (),
    ) -> "Findings":
        """Findings about a status, the fleet it was made of and as it is shown, and jobs that wait for a build."""
        working = frozenset(entry.stamp.build for entry in entries if entry.stamp.service == WORKER)
        unread = unread_contracts(waiting, entries, status.current_build)
        return cls(status, working, (*unread, *disagreements(entries), *wrong_clocks(instances)))

    @property
    def unfinished(self) -> int:
        """Jobs that are not finished."""
        return self.status.jobs_queued + self.status.jobs_running


def problems(findings: Findings) -> list[str]:
    """Sentences about what is wrong."""
    return list(_problems(findings))


def _problems(findings: Findings) -> Iterator[str]:
    status = findings.status
    if not status.leader_instance:
        yield "no server leads: nothing is decided"
    if not findings.working:
        yield f"no worker is alive; {findings.unfinished} unfinished jobs wait for one"
    elif status.current_build and status.current_build not in findings.working:
        yield f"the current build {status.current_build} has no live worker"
    yield from (problem for problem, _ in _of_route(status))
    if status.frozen:
        yield f"{status.frozen} jobs or assets are frozen by events this build cannot read: start a later build"
    behind = status.log_sequence - status.ledger_sequence
    if behind > _FAR_BEHIND_EVENTS:
        yield f"the ledger is {behind} events behind the log"
    for build in status.builds:
        if build.quarantined and build.jobs_unfinished:
            yield f"{build.jobs_unfinished} unfinished jobs are on the quarantined build {build.build}"
    yield from findings.disagreements
    yield from _failures(status)
    for build in status.builds:
        for warning in build.warnings:
            yield f"{build.service} {build.build}: {warning}"


def _failures(status: fleet_pb2.Status) -> Iterator[str]:
    if status.instances_lost_last_day:
        yield f"{status.instances_lost_last_day} processes were lost in the last day: killed, frozen or cut off"
    if status.tasks_dead:
        yield f"{status.tasks_dead} tasks are dead"
    if status.jobs_failed_last_day:
        ended = status.jobs_failed_last_day + status.jobs_succeeded_last_day
        yield f"{status.jobs_failed_last_day} of {ended} jobs that ended in the last day failed"
    for build in sorted(status.builds, key=lambda build: -build.failures_last_day):
        if build.failures_last_day:
            yield f"{build.failures_last_day} attempts failed by our fault on {build.build} in the last day"
    if status.oldest_task_age_seconds > _SLOW_SECONDS:
        yield f"the oldest scheduled task waits since {status.oldest_task_age_seconds:.0f} s"


def _of_route(status: fleet_pb2.Status) -> Iterator[tuple[str, str]]:
    """Problems of the route, each with the command that tells more."""
    if status.route_revision and not status.current_build:
        yield "no build is current: new jobs wait", "edgecode route show"
    if status.ramp_state in {"HELD", "PAUSED"}:
        state = status.ramp_state.lower()
        yield f"the ramp of {status.ramping_build} is {state}: {status.ramp_reason}", "edgecode route ramp status"
    if (status.ramp_state, status.ramp_reason) == ("WATCHING", NO_WORKER):
        why = "the build before it had no live worker"
        yield f"{status.ramping_build} was promoted in mid-ramp, without a verdict: {why}", "edgecode route ramp status"


def suggestions(findings: Findings) -> list[str]:
    """Commands to run next, the most urgent first."""
    return list(_suggestions(findings))


def _suggestions(findings: Findings) -> Iterator[str]:
    status = findings.status
    if not status.leader_instance:
        yield "edgecode fleet list"
    if not findings.working:
        yield "edgecode worker"
    yield from (command for _, command in _of_route(status))
    if status.tasks_dead:
        yield "edgecode dead list"
    if status.oldest_task_age_seconds > _SLOW_SECONDS:
        yield f"edgecode job trace {status.oldest_task_job_id}"
    if status.jobs_failed_last_day:
        yield "edgecode job list --filter 'state = FAILED'"
    if status.instances_lost_last_day:
        yield "edgecode fleet list --gone"
    if any(build.warnings for build in status.builds):
        yield "edgecode fleet builds"
    if status.problems and status.change_count:
        yield "edgecode release changes"
