"""What a plan depends on beside the job itself. A value, so that planning stays pure."""

from dataclasses import dataclass
from functools import cached_property

from edgecode.core.settings import Settings
from edgecode.server.ledger.rows import AttemptRow, StampRow
from edgecode.server.planner.workers import Workers
from edgecode.server.routes.route import Route


@dataclass(frozen=True)
class Situation:
    """What a plan depends on beside the job: the route and the fleet as they are seen now, the clock, the settings."""

    route: Route
    workers: Workers
    stamps: dict[int, StampRow]
    own_stamp: StampRow
    now_us: int
    settings: Settings

    def signature(self, *, assigned: bool) -> int:
        """Changes with what may call for other decisions: who is there, and the route.

        Of a job that has a build only what may take it away counts: a step of a ramp has no such job looked at.
        """
        return self.signatures[assigned]

    @cached_property
    def signatures(self) -> tuple[int, int]:
        """The signature for jobs without a build, and for those that have one."""
        route, fleet = self.route, (self.workers.absence_counts, frozenset(self.workers.present))
        assigned = (route.current, route.ramping, route.quarantined, route.shadow_id)
        return hash((route.revision, fleet)), hash((*assigned, fleet))

    def instance(self, attempt: AttemptRow) -> str:
        """The process that runs an attempt."""
        return self.stamps[attempt.stamp_id].instance
