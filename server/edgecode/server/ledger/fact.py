"""One event with its place in the log: what the fold folds."""

from dataclasses import dataclass

from edgecode.server.ledger.rows import StampRow
from edgecode.v1 import event_pb2


@dataclass(frozen=True, slots=True)
class Fact:
    """One event with its place in the log.

    `name` is the job or asset its subject names; `quarantined` holds the builds that the route quarantines at that
    place.
    """

    name: str
    sequence: int
    time_us: int
    stamp: StampRow
    path: str
    traceparent: str
    event: event_pb2.Event
    quarantined: frozenset[str] = frozenset()
