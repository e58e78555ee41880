"""Ramps as operators start, see and steer them. What comes by itself is the leader's, in `planner/ramp_runner.py`."""

import time
import uuid
from collections.abc import Callable

from edgecode.core import subjects
from edgecode.core.contract import CONTRACT
from edgecode.core.errors import NotFound, Violation
from edgecode.core.settings import Settings
from edgecode.server.calls import CallContext
from edgecode.server.convert import etag_of
from edgecode.server.fleet.view import FleetView
from edgecode.server.jobs.requests import LONGEST_REQUEST_ID, check_text, refuse
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import RouteRow
from edgecode.server.routes import ramp_orders
from edgecode.server.routes.policy_settings import with_settings
from edgecode.server.routes.ramp import GOING, changed, started
from edgecode.server.routes.ramp_policy import filled
from edgecode.server.routes.ramp_status import ramp_status
from edgecode.server.routes.revisions import Revising, parsed
from edgecode.server.routes.route import WORKER, Route
from edgecode.server.routes.write import Order, RouteWriter, etag_of_route
from edgecode.v1 import event_pb2, ramp_pb2, route_pb2

_DAY_US = 86_400_000_000
# The namespace of ramp ids: a version 5 UUID of caller and request id, the same for all releases.
_NAMESPACE = uuid.UUID("8b0a6f0e-5c0d-5a57-9a4e-0a6f6f1a2b33")

Steered = (
    route_pb2.PauseRampRequest | route_pb2.ResumeRampRequest | route_pb2.AdvanceRampRequest | route_pb2.AbortRampRequest
)
Turn = Callable[[ramp_pb2.RampDocument, int], ramp_pb2.RampDocument]


class Ramps:
    """One goes on at most; those that are over can still be looked at."""

    def __init__(self, ledger: Ledger, reads: Reads, writer: RouteWriter, settings: Settings, fleet: FleetView) -> None:
        self._settings = settings
        self._ledger = ledger
        self._reads = reads
        self._writer = writer
        self._fleet = fleet

    async def start(self, request: route_pb2.StartRampRequest, call: CallContext) -> route_pb2.Ramp:
        """Begins a ramp, once per caller and request id.

        Raises:
            InvalidRequest: a field is at fault, or jobs are not kept for as long as the ramp may last.
            FailedPrecondition: as `Revising.start`.
            Conflict: `ROUTE_CHANGED`.
        """
        refuse([*check_text("request_id", request.request_id, LONGEST_REQUEST_ID)])
        parsed(request.build, "build")
        policy = filled(with_settings(request.policy, self._settings))
        ramp_id = _ramp_id(call.caller, request.request_id)
        # This waits for the ledger: a request that began the ramp and got no answer is found by its next try.
        standing = Route.of(await self._writer.row())
        if request.request_id and await self._rows_of(ramp_id):
            return await self.get(ramp_id)
        jobs, failures = await self._ledger.recorded(standing.current, time.time_ns() // 1000 - _DAY_US)
        recorded = ramp_pb2.RecordedRate(jobs=jobs, failures=failures)

        def order(it: Revising) -> event_pb2.RouteChanged:
            against, now_us = it.route.current, it.change.now_us
            return it.start(started(ramp_id, request.build, against, policy, recorded=recorded, now_us=now_us))

        if request.validate_only:
            row = await self._writer.change(
                request, call, "RAMP_STARTED", lambda it: order(it.after_watch()), validate_only=True
            )
            return await self._shown(row)
        if standing.ramp is not None and standing.ramp.state == ramp_pb2.RAMP_STATE_WATCHING:
            request = await self._end_watch(request, call, order)
        return await self._shown(await self._writer.change(request, call, "RAMP_STARTED", order))

    async def _end_watch(
        self, request: route_pb2.StartRampRequest, call: CallContext, order: Order
    ) -> route_pb2.StartRampRequest:
        """Ends the watch after the last ramp where the next one may begin; the order for the route after that.

        It is a revision of its own: so every build sees how that ramp ended, and keeps what was known of it.
        """

        def end(it: Revising) -> event_pb2.RouteChanged | None:
            order(it.after_watch())
            return it.end_watch()

        row = await self._writer.change(request, call, "WATCH_ENDED", end)
        after = route_pb2.StartRampRequest()
        after.CopyFrom(request)
        after.etag = etag_of_route(Route.of(row))
        return after

    async def get(self, ramp_id: str) -> route_pb2.Ramp:
        """A ramp as it stands, or as it ended; the one that goes on or the last one where none is named.

        Raises:
            NotFound: `RAMP_NOT_FOUND`.
        """
        await self._reads.settled(subjects.route_events(WORKER))
        rows = await self._rows_of(ramp_id)
        if not rows:
            raise NotFound(
                "RAMP_NOT_FOUND",
                f"no ramp {ramp_id!r}" if ramp_id else "there was no ramp yet: start one",
                metadata={"ramp_id": ramp_id},
                violations=[Violation("ramp_id", "names no ramp")] if ramp_id else [],
            )
        return await self._shown(rows[-1])

    async def pause(self, request: route_pb2.PauseRampRequest, call: CallContext) -> route_pb2.Ramp:
        """No step comes by itself any more."""
        return await self._turn(request, call, "RAMP_PAUSED", ramp_orders.paused)

    async def resume(self, request: route_pb2.ResumeRampRequest, call: CallContext) -> route_pb2.Ramp:
        """On from a pause or a hold."""
        return await self._turn(request, call, "RAMP_RESUMED", ramp_orders.resumed)

    async def advance(self, request: route_pb2.AdvanceRampRequest, call: CallContext) -> route_pb2.Ramp:
        """The next step now, after the last one the promotion."""
        return await self._turn(request, call, "RAMP_ADVANCED", ramp_orders.advanced)

    async def abort(self, request: route_pb2.AbortRampRequest, call: CallContext) -> route_pb2.Ramp:
        """Ends it without a verdict."""
        return await self._turn(request, call, "RAMP_ABORTED", ramp_orders.aborted)

    async def _turn(self, request: Steered, call: CallContext, reason: str, turn: Turn) -> route_pb2.Ramp:
        def order(it: Revising) -> event_pb2.RouteChanged:
            ramp = it.route.ramp
            if ramp is None or request.ramp_id not in {"", ramp.ramp_id}:
                raise NotFound(
                    "RAMP_NOT_FOUND",
                    f"ramp {request.ramp_id!r} does not go on" if request.ramp_id else "no ramp goes on",
                    metadata={"ramp_id": request.ramp_id},
                )
            return it.turn(turn(ramp, it.change.now_us))

        return await self._shown(await self._writer.change(request, call, reason, order))

    async def _rows_of(self, ramp_id: str) -> list[RouteRow]:
        """The revisions that hold a ramp, or any where none is named."""
        found = []
        for row in await self._ledger.routes(WORKER):
            document = event_pb2.RouteChanged.FromString(row.route_pb)
            if document.HasField("ramp") and ramp_id in {"", document.ramp.ramp_id}:
                found.append(row)
        return found

    async def _shown(self, row: RouteRow) -> route_pb2.Ramp:
        document = event_pb2.RouteChanged.FromString(row.route_pb)
        ramp, now_us = await self._as_it_stands(document.ramp, row.revision), time.time_ns() // 1000
        evidence = await self._writer.evidence.of(ramp, now_us)
        live = self._fleet.workers().builds(CONTRACT)
        message = ramp_status(ramp, evidence, now_us, {ramp.build, ramp.against} - live)
        message.route_revision = row.revision
        message.ledger_sequence = (await self._ledger.cursor()).sequence
        message.actor, message.comment = document.actor, document.comment
        message.etag = etag_of(f"route:{WORKER}", row.sequence)
        return message

    async def _as_it_stands(self, ramp: ramp_pb2.RampDocument, revision: int) -> ramp_pb2.RampDocument:
        """The ramp of a revision; over, where the next one holds it no more: another build of the server wrote that."""
        after = next((row for row in await self._ledger.routes(WORKER) if row.revision > revision), None)
        if after is None or ramp.state not in GOING:
            return ramp
        following = Route.of(after).ramp
        if following is not None and following.ramp_id == ramp.ramp_id:
            return ramp
        watched = ramp.state == ramp_pb2.RAMP_STATE_WATCHING
        state = ramp_pb2.RAMP_STATE_PROMOTED if watched else ramp_pb2.RAMP_STATE_ABORTED
        return changed(ramp, after.time_us, state, "OVERTAKEN")


def _ramp_id(caller: str, request_id: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{caller}\0{request_id}")) if request_id else str(uuid.uuid4())
