"""What the fold remembers of the fleet, and reading it back from the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from edgecode.server.ledger.fleet_rows import (
    DEPLOYMENTS,
    ChangeKind,
    FleetBuildRow,
    FleetChangeRow,
    FleetDigestRow,
    InstanceRow,
    InstanceState,
)
from edgecode.server.ledger.port import AnyRow, Condition, Find, Ledger
from edgecode.server.ledger.tables import TABLES

# A service in an environment.
Place = tuple[str, str]
_PAGE = 5_000


@dataclass(slots=True)
class FleetState:
    """Processes that are there, by instance; builds and digests that ever were; what the leader said of each place.

    `deployments` are in the order in which they were said, `digests_said` is the last said of each place.
    """

    instances: dict[str, InstanceRow] = field(default_factory=dict)
    builds: dict[tuple[str, str, str], FleetBuildRow] = field(default_factory=dict)
    digests: dict[tuple[str, str, str, str], FleetDigestRow] = field(default_factory=dict)
    deployments: dict[Place, list[FleetChangeRow]] = field(default_factory=dict)
    digests_said: dict[Place, FleetChangeRow] = field(default_factory=dict)

    def copy(self) -> "FleetState":
        """A state that can be folded further without changing this one; the rows are shared."""
        deployments = {place: list(rows) for place, rows in self.deployments.items()}
        return FleetState(
            dict(self.instances), dict(self.builds), dict(self.digests), deployments, dict(self.digests_said)
        )

    def add(self, change: FleetChangeRow) -> None:
        """Remembers what the leader said."""
        place = (change.service, change.environment)
        if change.kind in DEPLOYMENTS:
            self.deployments.setdefault(place, []).append(change)
        elif change.kind == ChangeKind.DIGEST_CHANGE:
            self.digests_said[place] = change


async def read_fleet(ledger: Ledger) -> FleetState:
    """The state as the ledger holds it."""
    running = [Condition("state", "=", InstanceState.RUNNING)]
    state = FleetState(
        {row.instance: row for row in await every(ledger, InstanceRow, running)},
        {(row.service, row.environment, row.build): row for row in await every(ledger, FleetBuildRow)},
        {
            (row.service, row.environment, row.toolchain_digest, row.config_digest): row
            for row in await every(ledger, FleetDigestRow)
        },
    )
    for change in await every(ledger, FleetChangeRow):
        state.add(change)
    return state


async def every(ledger: Ledger, table: type[AnyRow], conditions: Sequence[Condition] = ()) -> list[AnyRow]:
    """All rows of a table for which the conditions hold, by primary key."""
    key = TABLES[table][1]
    found: list[AnyRow] = []
    after: list[str | int] = []
    while True:
        rows = await ledger.find(table, Find(conditions, after=after, limit=_PAGE))
        found += rows
        if len(rows) < _PAGE:
            return found
        after = [getattr(rows[-1], column) for column in key]
