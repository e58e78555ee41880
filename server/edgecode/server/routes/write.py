"""Changing the route: one append that is compared with the revision it was made of. Of two writers one wins."""

import time
import uuid
from collections.abc import Callable
from typing import Protocol

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.contract import CONTRACT
from edgecode.core.errors import Conflict, InvalidRequest
from edgecode.core.log import Log
from edgecode.server.calls import ANONYMOUS, CALLER, CallContext
from edgecode.server.convert import etag_of
from edgecode.server.fleet.view import FleetView
from edgecode.server.jobs.requests import check_text, refuse
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import RouteRow
from edgecode.server.routes.ramp_rows import KnownEvidence
from edgecode.server.routes.ramp_summary import summary_of
from edgecode.server.routes.revisions import Revising
from edgecode.server.routes.route import WORKER, Change, Route
from edgecode.v1 import event_pb2

LONGEST_COMMENT = 1024

Order = Callable[[Revising], event_pb2.RouteChanged | None]
"""Makes the next revision; None where nothing is to change."""


class _Asked(Protocol):
    @property
    def comment(self) -> str: ...

    @property
    def etag(self) -> str: ...


def etag_of_route(route: Route) -> str:
    """AIP-154: changes with every revision."""
    return etag_of(f"route:{WORKER}", route.sequence)


class RouteWriter:
    """Appends what operators order. `evidence` is of the ramp that was looked at last."""

    def __init__(self, events: Log, ledger: Ledger, reads: Reads, fleet: FleetView) -> None:
        self._events = events
        self._ledger = ledger
        self._reads = reads
        self._fleet = fleet
        self.evidence = KnownEvidence(ledger)

    async def row(self) -> RouteRow:
        """The route as the log has it, revision 0 where there is none; raises Unavailable (`LEDGER_BEHIND`)."""
        await self._reads.settled(subjects.route_events(WORKER))
        rows = await self._ledger.routes(WORKER)
        return rows[-1] if rows else RouteRow(WORKER, 0, 0, 0, b"")

    async def change(
        self, asked: _Asked, call: CallContext, reason: str, order: Order, *, validate_only: bool = False
    ) -> RouteRow:
        """Carries an order out and returns the route after it, or, with `validate_only`, as it would be.

        Raises:
            InvalidRequest: nobody says who orders it, or why.
            Conflict: `ROUTE_CHANGED`: it is not as the etag says, or changed while this was decided.
        """
        _refuse_nameless(asked, call)
        row = await self.row()
        before, now_us = Route.of(row), time.time_ns() // 1000
        if asked.etag and asked.etag != etag_of_route(before):
            raise await self._changed()
        change = Change(reason, call.caller, now_us, asked.comment)
        document = order(Revising(before, self._fleet.workers().builds(CONTRACT), change))
        if document is None:
            return row
        await self._sum_up(before, document, now_us)
        sequence = before.sequence
        if not validate_only:
            sequence = call.written_sequence = await self._append(document, before.sequence)
            await self._reads.wait_for(sequence)
        return RouteRow(WORKER, document.revision, sequence, now_us, document.SerializeToString(deterministic=True))

    async def _sum_up(self, before: Route, document: event_pb2.RouteChanged, now_us: int) -> None:
        """Keeps in the ramp that goes on what is known of it now."""
        if before.ramp is not None and document.ramp.ramp_id == before.ramp.ramp_id:
            evidence = await self.evidence.of(before.ramp, now_us)
            document.ramp.summary.CopyFrom(summary_of(before.ramp, evidence))

    async def _append(self, document: event_pb2.RouteChanged, expected_last: int) -> int:
        message = Outgoing(
            subjects.route_events(WORKER),
            event_pb2.Event(route_changed=document).SerializeToString(deterministic=True),
            msg_id=uuid.uuid4().hex,
            expected_last=expected_last,
        )
        try:
            return (await self._events.append([message]))[0].sequence
        except Conflict:
            raise await self._changed() from None

    async def _changed(self) -> Conflict:
        row = await self.row()
        route, document = Route.of(row), event_pb2.RouteChanged.FromString(row.route_pb)
        why = document.comment or document.reason
        return Conflict(
            "ROUTE_CHANGED",
            f"{document.actor} was first: the route is at revision {route.revision} ({why}); look at it, decide again",
            metadata={"revision": str(route.revision), "etag": etag_of_route(route), "current": route.current},
        )


def _refuse_nameless(asked: _Asked, call: CallContext) -> None:
    if call.caller == ANONYMOUS:
        raise InvalidRequest.field(CALLER, "is required, as metadata or by a client certificate: who orders it")
    if not asked.comment.strip():
        raise InvalidRequest.field("comment", "is required: say why, for those who read it later")
    refuse([*check_text("comment", asked.comment, LONGEST_COMMENT)])
